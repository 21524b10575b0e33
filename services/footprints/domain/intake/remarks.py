"""What is said of an uploaded file: of one of its rows (a remark), or of the whole of it (it can't be read)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from services.footprints.domain.findings import Severity


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to mend in a row. Its texts stand in the message catalogue, under its code."""

    code: str
    severity: Severity
    column: str
    """The column's name; for a line of NDJSON, and for what concerns the whole record, a JSON pointer."""
    found: str | None = None
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What fills the placeholders of the texts."""
    expected: str | None = None
    """In English, for a code that the catalogue lacks."""
    remedy: str | None = None
    """The same."""


class CellUnreadableError(Exception):
    """A cell does not say for certain what it means; nothing is guessed."""

    def __init__(self, code: str, **values: str) -> None:
        """`values` fill the placeholders of the code's texts."""
        super().__init__(code)
        self.code = code
        self.values = values


class FileUnreadableError(Exception):
    """The file can't be read to its end, so nothing of it is taken in."""

    def __init__(self, code: str, found: str | None = None, **values: str) -> None:
        """`found` is what stood there, `values` fill the placeholders of the code's texts."""
        super().__init__(code)
        self.code = code
        self.found = found
        self.values = values

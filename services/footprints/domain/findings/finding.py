"""One remark on a footprint: which rule, where, what was found, and the values that its text needs.

A finding holds no prose. Title, expectation and remedy are texts of the message catalogue (`api/messages/`), filled
with `values`: the code is the same in every language.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

MAX_FOUND_LENGTH: Final = 200
"""Most characters of a text that a finding repeats."""


class Severity(StrEnum):
    """How much it matters. Only an organisation that chose strict validation is refused, and for errors alone."""

    ERROR = "error"
    """The document contradicts a rule that the specification states in prose, or itself."""
    WARNING = "warning"
    """A figure is likely not what the supplier means, or something is undefined that a reader counts on (SHALL)."""
    INFO = "info"
    """A property that the methodology recommends, or asks for later, is undefined; or a hint."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A methodology rule that the document does not keep."""

    code: str
    """Id of the rule."""
    severity: Severity
    field: str
    """JSON pointer into the document."""
    found: str | None
    """The value as it was read, None where it is undefined."""
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What fills the placeholders of the rule's texts."""


def shown(value: Decimal) -> str:
    """Write a decimal for a finding: all its digits, no exponent."""
    return format(value, "f")


def shown_instant(instant: datetime) -> str:
    """Write an instant for a finding: UTC, to the millisecond."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shortened(text: str) -> str:
    """Cut a long text: a finding names the place, it need not repeat the whole."""
    return text if len(text) <= MAX_FOUND_LENGTH else f"{text[: MAX_FOUND_LENGTH - 1]}…"

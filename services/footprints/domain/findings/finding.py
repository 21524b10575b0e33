"""One remark on a footprint: what was found, what the specification expects and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Severity(StrEnum):
    """How much it matters. Nothing is refused for a finding."""

    ERROR = "error"
    """The document contradicts a rule that the specification states in prose, or itself."""
    WARNING = "warning"
    """It is likely that a figure is not what the supplier means, or a reader will miss something."""
    INFO = "info"
    """A property that the methodology asks for, or soon will, is undefined."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A methodology rule that the document does not keep."""

    code: str
    """Stable name of the rule."""
    severity: Severity
    field: str
    """JSON pointer into the document."""
    found: str | None
    """The value as it was read, None where it is undefined."""
    expected: str
    remedy: str


def shown(value: Decimal) -> str:
    """Write a decimal for a finding: all its digits, no exponent."""
    return format(value, "f")

"""Value types of the wire: exact decimals as strings, UTC instants, calendar dates. Depends on pydantic alone.

Numbers that are measured (mass, emissions, money) travel as decimal strings (docs/architecture.md, "Wire"):
binary floats can't carry them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

DECIMAL_PATTERN: Final = r"^[+-]?[0-9]+(\.[0-9]+)?$"
NON_NEGATIVE_PATTERN: Final = r"^(\+?[0-9]+(\.[0-9]+)?|-0+(\.0+)?)$"
POSITIVE_PATTERN: Final = r"^\+?(?=[0-9.]*[1-9])[0-9]+(\.[0-9]+)?$"
MAX_DECIMAL_LENGTH: Final = 64
MAX_SIGNIFICANT_DIGITS: Final = 34
"""What IEEE 754 decimal128 holds exactly; MongoDB stores nothing wider."""


def exact_decimal(value: Any) -> Decimal:
    """Turn a decimal string into `Decimal`. Raises ValueError naming the rule for anything else, floats included."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise ValueError(  # noqa: TRY004 - pydantic turns a ValueError, not a TypeError, into a finding
            'must be a decimal string such as "1.25", not a JSON number: numbers lose digits on their way'
        )
    if len(value) > MAX_DECIMAL_LENGTH or re.fullmatch(DECIMAL_PATTERN, value) is None:
        raise ValueError(
            f"must match {DECIMAL_PATTERN} (digits, one point, no exponent), {MAX_DECIMAL_LENGTH} characters at most"
        )
    number = Decimal(value)
    if len(number.as_tuple().digits) > MAX_SIGNIFICANT_DIGITS:
        raise ValueError(f"must have {MAX_SIGNIFICANT_DIGITS} significant digits at most")
    return number


def plain(value: Decimal) -> str:
    """Render without exponent, digits as they are: Decimal('1.20') is "1.20"."""
    return format(value, "f")


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise ValueError("must be 0 or more")
    return value


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError("must be more than 0")
    return value


def _schema(pattern: str, description: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": pattern, "maxLength": MAX_DECIMAL_LENGTH, "description": description}
    )


DecimalString = Annotated[
    Decimal,
    BeforeValidator(exact_decimal),
    PlainSerializer(plain, return_type=str),
    _schema(DECIMAL_PATTERN, "Exact decimal number as a string."),
]
NonNegativeDecimal = Annotated[
    DecimalString,
    AfterValidator(_not_negative),
    _schema(NON_NEGATIVE_PATTERN, "Exact decimal number of 0 or more as a string."),
]
PositiveDecimal = Annotated[
    DecimalString,
    AfterValidator(_positive),
    _schema(POSITIVE_PATTERN, "Exact decimal number of more than 0 as a string."),
]


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _render_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Instant = Annotated[
    AwareDatetime, AfterValidator(_utc), PlainSerializer(_render_instant, return_type=str, when_used="json")
]
"""RFC 3339 instant; kept in UTC, rendered to the millisecond."""

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Text = Annotated[str, StringConstraints(max_length=2_000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Urn = Annotated[str, StringConstraints(min_length=5, max_length=500, pattern=r"^[uU][rR][nN]:\S+$")]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Contract(BaseModel):
    """Base of every wire model: immutable; unknown fields are ignored, so that a producer may add optional ones."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class Fact(Contract):
    """Full public state of an aggregate after one of its versions (event-carried state transfer)."""

    version: int
    """Aggregate version; equals the event's `aggregateversion`."""

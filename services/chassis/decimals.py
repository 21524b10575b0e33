"""Exact decimals: read from text, written to text, never through float. Standard library only.

The limit of 34 significant digits is that of IEEE 754-2008 decimal128, which is what MongoDB's `Decimal128` holds.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

DECIMAL_PATTERN: Final = r"^[+-]?[0-9]+(\.[0-9]+)?$"
MAX_SIGNIFICANT_DIGITS: Final = 34
MAX_TEXT_LENGTH: Final = 64
RULE: Final = (
    f'a decimal in a string, such as "12.50": digits, optionally a sign before and a point with digits after them, '
    f"no exponent, at most {MAX_SIGNIFICANT_DIGITS} significant digits and {MAX_TEXT_LENGTH} characters"
)

_DECIMAL: Final = re.compile(DECIMAL_PATTERN)


class DecimalError(ValueError):
    """The text is not an exact decimal within the limits; the message names the rule."""


def parse_decimal(text: str) -> Decimal:
    """Return the exact value of `text`, with the digits as they were written (`"2.50"` keeps its zero).

    Raises `DecimalError` where `text` breaks `RULE`.
    """
    if len(text) > MAX_TEXT_LENGTH or _DECIMAL.fullmatch(text) is None:
        raise DecimalError(f"must be {RULE}")
    if significant_digits(text) > MAX_SIGNIFICANT_DIGITS:
        raise DecimalError(f"must be {RULE}; this one has {significant_digits(text)} significant digits")
    return Decimal(text)


def significant_digits(text: str) -> int:
    """Count the digits of a decimal text without its leading zeros; trailing zeros count, they are stored."""
    return len(text.lstrip("+-").replace(".", "").lstrip("0"))


def check_decimal(value: Decimal) -> Decimal:
    """Return `value` if it can be stored exactly. Raises `DecimalError` for NaN, infinity and too many digits."""
    if not value.is_finite():
        raise DecimalError(f"must be {RULE}; {value} is not a number")
    parse_decimal(plain(value))
    return value


def plain(value: Decimal) -> str:
    """Write a finite decimal without exponent, with all its digits: `Decimal("1E+3")` is `1000`, `2.50` stays."""
    text = format(value, "f")
    return text[1:] if text.startswith("-") and value.is_zero() else text


def canonical(value: Decimal) -> str:
    """Write a finite decimal in its one shortest form, for comparing content: `2.50` is `2.5`, `-0.0` is `0`."""
    text = plain(value)
    return text.rstrip("0").rstrip(".") if "." in text else text

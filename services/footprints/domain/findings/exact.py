"""Arithmetic without rounding, for comparisons."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Final

EXACT: Final = Context(prec=200)
"""Texts have 64 characters at most, so sums and products of a few of them are exact in 200 digits."""
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
HUNDRED: Final = Decimal(100)


def or_zero(value: Decimal | None) -> Decimal:
    """Count an undefined part as 0."""
    return ZERO if value is None else value

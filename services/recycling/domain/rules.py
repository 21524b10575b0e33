"""Rules that several orders share: shares, prices and last days."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from services.recycling.domain.errors import RuleBroken
from services.recycling.domain.mass import HUNDRED_PERCENT
from services.recycling.domain.terms import market_day

PERCENT_PLACES: Final = 4
PRICE_PLACES: Final = 4
MAX_PRICE_PER_TONNE: Final = 1_000_000_000
"""Above the dearest metals in any currency; keeps every amount within 34 digits."""


def check_percent(percent: Decimal, field: str) -> None:
    """Raise `RuleBroken` for a share outside 0 to 100 %, or with more than four decimals."""
    if not 0 <= percent <= HUNDRED_PERCENT:
        raise RuleBroken(f"{percent} % is outside 0 to 100 %", field=field, remedy="give percent, such as 12.5")
    _check_places(percent, PERCENT_PLACES, field)


def check_price(price: Decimal, field: str) -> None:
    """Raise `RuleBroken` for a price per tonne below 0, above the limit, or with more than four decimals."""
    if not 0 <= price <= MAX_PRICE_PER_TONNE:
        raise RuleBroken(
            f"a price of {price} is outside 0 to {MAX_PRICE_PER_TONNE} per tonne",
            field=field,
            remedy="give the price of 1,000 kg in the named currency",
        )
    _check_places(price, PRICE_PLACES, field)


def check_not_past(day: date, at: datetime, field: str) -> None:
    """Raise `RuleBroken` for a last day that lies before today (market calendar)."""
    today = market_day(at)
    if day < today:
        raise RuleBroken(f"{day} has passed; today is {today}", field=field, remedy="give today or a later day")


def _check_places(value: Decimal, places: int, field: str) -> None:
    if (Fraction(value) * 10**places).denominator != 1:
        raise RuleBroken(f"{value} has more than {places} decimals", field=field, remedy="round it")

"""The market's parameters: assumptions with a version, recorded in what was decided by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

MARKET_ZONE: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Calendar dates of the market are those of Shenyang, which keeps UTC+8 all year [A]."""


@dataclass(frozen=True, slots=True)
class MarketTerms:
    """Parameters of one release of the market's rules; each carries its mark (facts: V, S, R, A)."""

    version: str = "2026-1"
    required_certificate_type: str = "iso14001"
    """What every seller must hold, valid on the day of each decision [A]."""
    settlement_tolerance_percent: Decimal = Decimal(5)
    """Largest difference of settled to contracted mass, in percent of the contracted one [A]."""
    settlement_rule: str = "dry-clean-1"
    """net x (1 - moisture) x (1 - impurity), see `mass.settled_grams` [A]."""


def market_day(at: datetime) -> date:
    """Return the calendar date of an instant in the market's zone."""
    return at.astimezone(MARKET_ZONE).date()

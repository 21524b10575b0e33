"""When a footprint may be used: the effective validity period.

Source: PACT Technical Specifications 3.0.3, ProductFootprint.validityPeriodStart and validityPeriodEnd.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from services.footprints.domain.terms import Period

VALIDITY_YEARS: Final = 3
LATEST: Final = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
"""The last instant a calendar of ours can name; a later one becomes this."""
LEAP_DAY: Final = (2, 29)


def add_years(instant: datetime, years: int) -> datetime:
    """Return the same calendar day and time of day (UTC), `years` later.

    29 February becomes 28 February where the year has none, as in java.time and PostgreSQL: the period is never
    longer than it may be. Nothing goes beyond `LATEST`.
    """
    utc = instant.astimezone(UTC)
    year = utc.year + years
    if year > LATEST.year:
        return LATEST
    if (utc.month, utc.day) == LEAP_DAY and not _is_leap(year):
        return utc.replace(year=year, day=28)
    return utc.replace(year=year)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def default_validity(reference_period_end: datetime) -> Period:
    """Return the period that holds where none is stated: three calendar years from the end of the reference period."""
    return Period(reference_period_end, add_years(reference_period_end, VALIDITY_YEARS))


def effective_validity(reference_period_end: datetime, start: datetime | None, end: datetime | None) -> Period:
    """Return the period as stated, each missing bound replaced by its default.

    Bounds that break the specification are kept and become findings (`findings.py`): the supplier's word is the record.
    """
    default = default_validity(reference_period_end)
    return Period(default.start if start is None else start, default.end if end is None else end)

"""Effective validity: three calendar years, leap days, bounds that are given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.footprints.domain.terms import Period
from services.footprints.domain.validity import LATEST, add_years, default_validity, effective_validity

instants = st.integers(-25_567, 2_929_000).flatmap(
    lambda day: st.integers(0, 86_399_999).map(lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(day, 0, 0, ms))
)
MAX_THREE_YEARS = timedelta(days=3 * 365 + 1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@given(instants)
def test_the_default_begins_with_the_end_of_the_reference_period(end: datetime) -> None:
    period = default_validity(end)
    assert period.contains(end)
    assert not period.contains(end - timedelta(milliseconds=1))
    assert not period.contains(period.end)


@given(instants)
def test_the_default_is_never_longer_than_three_years(end: datetime) -> None:
    period = default_validity(end)
    assert timedelta(days=3 * 365 - 1) <= period.end - period.start <= MAX_THREE_YEARS
    assert (period.end.year, period.end.month, period.end.time()) == (end.year + 3, end.month, end.time())
    assert period.end.day in (end.day, end.day - 1)


@given(instants, instants | st.none(), instants | st.none())
def test_each_given_bound_stands_and_the_default_fills_the_other(
    reference_end: datetime, start: datetime | None, end: datetime | None
) -> None:
    default = default_validity(reference_end)
    assert effective_validity(reference_end, start, end) == Period(start or default.start, end or default.end)


@pytest.mark.parametrize(
    ("instant", "later"),
    [
        ("2025-12-31T16:00:00+00:00", "2028-12-31T16:00:00+00:00"),
        ("2024-02-29T00:00:00+00:00", "2027-02-28T00:00:00+00:00"),
        ("2024-02-29T23:59:59.999+00:00", "2027-02-28T23:59:59.999+00:00"),
        ("2025-02-28T00:00:00+00:00", "2028-02-28T00:00:00+00:00"),
        ("2025-03-01T00:00:00+00:00", "2028-03-01T00:00:00+00:00"),
        ("2096-02-29T00:00:00+00:00", "2099-02-28T00:00:00+00:00"),
    ],
)
def test_calendar_years(instant: str, later: str) -> None:
    assert add_years(at(instant), 3) == at(later)


def test_a_leap_day_meets_a_leap_day() -> None:
    assert add_years(at("2024-02-29T00:00:00+00:00"), 4) == at("2028-02-29T00:00:00+00:00")
    assert add_years(at("2096-02-29T00:00:00+00:00"), 4) == at("2100-02-28T00:00:00+00:00")


def test_the_calendar_is_that_of_utc() -> None:
    shenyang = timezone(timedelta(hours=8))
    assert add_years(datetime(2024, 3, 1, 0, 0, tzinfo=shenyang), 3) == at("2027-02-28T16:00:00+00:00")


def test_nothing_lies_beyond_the_calendar() -> None:
    assert add_years(at("9998-01-01T00:00:00+00:00"), 3) == LATEST

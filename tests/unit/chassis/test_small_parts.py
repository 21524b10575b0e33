"""Clock, ids, decimals, wire types."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from services.chassis.clock import system_clock, to_milliseconds
from services.chassis.decimals import DecimalError, canonical, check_decimal, parse_decimal, plain
from services.chassis.ids import uuid7
from services.chassis.testing.clock import FixedClock
from services.chassis.testing.ids import SequenceIds
from services.chassis.wire_types import DecimalString, NonNegativeDecimalString, PositiveDecimalString


def test_the_clock_is_utc_and_has_the_resolution_of_the_store() -> None:
    now = system_clock()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0


def test_an_instant_is_truncated_not_rounded_and_moved_to_utc() -> None:
    shenyang = timezone(timedelta(hours=8))
    assert to_milliseconds(datetime(2026, 6, 1, 8, 0, 0, 999_999, tzinfo=shenyang)) == datetime(
        2026, 6, 1, 0, 0, 0, 999_000, tzinfo=UTC
    )


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="UTC offset"):
        to_milliseconds(datetime(2026, 6, 1))  # noqa: DTZ001 - the point of the test


def test_the_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock()
    first = clock()
    assert clock() == first
    assert clock.advance(seconds=1.5) == first + timedelta(milliseconds=1500) == clock()
    clock.set(first)
    assert clock() == first


def test_ids_are_version_7_and_sort_by_birth() -> None:
    ids = [uuid7() for _ in range(100)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 100
    assert {identity[14] for identity in ids} == {"7"}


def test_sequence_ids_are_foretold() -> None:
    ids = SequenceIds()
    assert [ids(), ids()] == ["01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"]


@pytest.mark.parametrize("text", ["0", "-0.0", "+1", "007", "12.50", "9" * 34, "0." + "0" * 20 + "1", "-" + "1" * 34])
def test_exact_decimals_keep_their_digits(text: str) -> None:
    assert parse_decimal(text) == Decimal(text)
    assert parse_decimal(text).as_tuple() == Decimal(text).as_tuple()


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "1\n", "1.", ".5", "1e3", "NaN", "Infinity", "1,5", "٣", "0x1", "--1", "9" * 35, "0" * 65]
)
def test_everything_else_is_refused_with_the_rule(text: str) -> None:
    with pytest.raises(DecimalError, match="no exponent, at most 34 significant digits"):
        parse_decimal(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**29), max_value=10**29, places=4))
def test_writing_and_reading_is_exact(value: Decimal) -> None:
    assert parse_decimal(plain(value)) == value
    assert parse_decimal(canonical(value)) == value
    assert "E" not in plain(value)


@pytest.mark.parametrize(
    ("value", "written", "shortest"),
    [
        ("1E+3", "1000", "1000"),
        ("2.50", "2.50", "2.5"),
        ("-0.0", "0.0", "0"),
        ("100", "100", "100"),
        ("1E-7", "0.0000001", "0.0000001"),
    ],
)
def test_plain_keeps_digits_and_canonical_drops_what_says_nothing(value: str, written: str, shortest: str) -> None:
    assert plain(Decimal(value)) == written
    assert canonical(Decimal(value)) == shortest


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1E+64", "1E-70"])
def test_a_decimal_that_cannot_be_written_is_refused(value: str) -> None:
    with pytest.raises(DecimalError):
        check_decimal(Decimal(value))


class Wire(BaseModel):
    any_kg: DecimalString = Decimal(0)
    some_kg: NonNegativeDecimalString = Decimal(0)
    more_kg: PositiveDecimalString = Decimal(1)


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("any_kg", ["-1.50", "0", "+2"], ["1e3", "abc"]),
        ("some_kg", ["0", "0.0", "+2"], ["-0.1"]),
        ("more_kg", ["0.01", "10", "00.10"], ["0", "-1", "0.00"]),
    ],
)
def test_wire_decimals_hold_their_sign_rule_in_model_and_schema(field: str, good: list[str], bad: list[str]) -> None:
    pattern = re.compile(Wire.model_json_schema()["properties"][field]["pattern"])
    for text in good:
        model = Wire.model_validate_json(f'{{"{field}": "{text}"}}')
        assert getattr(model, field) == Decimal(text)
        assert pattern.fullmatch(text)
    for text in bad:
        with pytest.raises(ValidationError, match="must be a decimal in a string"):
            Wire.model_validate_json(f'{{"{field}": "{text}"}}')
        assert not pattern.fullmatch(text)


@pytest.mark.parametrize(
    ("raw", "name"), [("1.5", "number"), ("1", "number"), ("true", "boolean"), ("null", "null"), ("[]", "array")]
)
def test_only_json_strings_are_decimals(raw: str, name: str) -> None:
    with pytest.raises(ValidationError, match=f"a JSON {name} is refused"):
        Wire.model_validate_json(f'{{"any_kg": {raw}}}')


def test_decimals_leave_as_plain_strings_with_their_digits() -> None:
    assert Wire(any_kg=Decimal("1E+2"), some_kg=Decimal("2.50")).model_dump_json() == (
        '{"any_kg":"100","some_kg":"2.50","more_kg":"1"}'
    )
    assert Wire().model_dump()["more_kg"] == Decimal(1)

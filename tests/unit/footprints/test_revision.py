"""The difference between two revisions: values, not spelling, and exact figures for what changed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.footprints.api.pact_v3.carbon_footprint import CarbonFootprint
from services.footprints.domain import revision
from services.footprints.domain.revision import DECIMAL, Change, Comparison, Difference, compare
from tests.support.footprints import JsonObject, housing, maximal, minimal

ADDED, REMOVED, CHANGED, SPELLING = Change.ADDED, Change.REMOVED, Change.CHANGED, Change.SPELLING
FIGURES = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6)


def compared(before: JsonObject, after: JsonObject) -> Comparison:
    return compare(json.dumps(before), json.dumps(after))


def only(before: JsonObject, after: JsonObject) -> Difference:
    (found,) = compared(before, after).differences
    return found


def test_a_document_differs_from_itself_in_nothing_but_its_id() -> None:
    for document in (minimal(), maximal(), housing()):
        assert compared(document, document | {"id": housing(77)["id"]}) == Comparison((), True, True)


@pytest.mark.parametrize(
    ("before", "after", "absolute", "relative"),
    [
        ("71.310", "68.4582", "-2.8518", "-3.9991586033"),
        ("100", "110", "10", "10"),
        ("-4", "-3", "1", "25"),
        ("0", "3.5", "3.5", None),
        ("-0.0", "1", "1", None),
        ("3", "0", "-3", "-100"),
        ("0.1", "0.3", "0.2", "200"),
        ("9999999999999999999999999999999999", "9999999999999999999999999999999998", "-1", "0"),
        ("0.0000000000000000000000000000000001", "1234567890123456789012345678901234", None, None),
    ],
)
def test_a_decimal_that_changed(before: str, after: str, absolute: str | None, relative: str | None) -> None:
    found = only(housing(pcf={"fossilGhgEmissions": before}), housing(pcf={"fossilGhgEmissions": after}))
    assert (found.path, found.kind, found.before, found.after) == ("/pcf/fossilGhgEmissions", CHANGED, before, after)
    expected = Decimal(after) - Decimal(before) if absolute is not None else found.absolute
    assert found.absolute == expected
    if absolute is not None:
        assert found.absolute == Decimal(absolute)
        assert found.relative_percent == (None if relative is None else Decimal(relative))


@given(FIGURES, FIGURES)
def test_absolute_differences_are_exact(before: Decimal, after: Decimal) -> None:
    old, new = (housing(pcf={"fossilGhgEmissions": format(each, "f")}) for each in (before, after))
    differences = compared(old, new).differences
    if before == after:
        assert all(each.kind is SPELLING for each in differences)
    else:
        assert differences[0].absolute is not None
        assert before + differences[0].absolute == after


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("/pcf/fossilGhgEmissions", "1.50", "1.5"),
        ("/pcf/biogenicCO2Uptake", "-0", "0"),
        ("/pcf/declaredUnitAmount", "+1", "001.0"),
        ("/pcf/dqi/temporalDQR", "2", "2.0"),
        ("/pcf/referencePeriodEnd", "2026-01-01T00:00:00+08:00", "2025-12-31T16:00:00Z"),
        ("/created", "2026-02-16T01:30:00Z", "2026-02-16T01:30:00.000Z"),
        ("/productIds", ["urn:a", "urn:b"], ["urn:b", "urn:a"]),
        ("/precedingPfIds", ["0C7B2A51-6F1E-4B52-9D3A-5E8F10A4C2D7"], ["0c7b2a51-6f1e-4b52-9d3a-5e8f10a4c2d7"]),
        ("/pcf/crossSectoralStandards", ["ISO14067", "PEF"], ["PEF", "ISO14067"]),
    ],
)
def test_the_same_value_spelled_otherwise(path: str, before: Any, after: Any) -> None:
    found = only(at(path, before), at(path, after))
    assert (found.path, found.kind, found.before, found.after) == (path, SPELLING, before, after)
    assert (found.absolute, found.relative_percent) == (None, None)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("/comment", "1.50", "1.5"),
        ("/companyName", "Liaodong", "LIAODONG"),
        ("/pcf/geographyCountrySubdivision", "CN-LN", "CN-JL"),
        ("/pcf/packagingEmissionsIncluded", True, False),
        ("/x", True, 1),
        ("/x", "1", 1),
        ("/x", {"a": 1}, [1]),
        ("/x", {"a": 1}, "a"),
        ("/pcf/fossilGhgEmissions", "1", "one"),
        ("/created", "2026-02-16T01:30:00Z", "yesterday"),
    ],
)
def test_another_value(path: str, before: Any, after: Any) -> None:
    found = only(at(path, before), at(path, after))
    assert (found.path, found.kind) == (path, CHANGED)
    assert found.absolute is None


def test_added_and_removed_fields_are_named_to_the_leaf() -> None:
    before = housing(pcf={"dqi": None, "primaryDataShare": None})
    after = housing(pcf={"dqi": {"temporalDQR": "2"}, "primaryDataShare": "46.5"})
    assert {(each.path, each.kind, each.after) for each in compared(before, after).differences} == {
        ("/pcf/dqi/temporalDQR", ADDED, "2"),
        ("/pcf/primaryDataShare", ADDED, "46.5"),
    }
    assert {(each.path, each.kind, each.before) for each in compared(after, before).differences} == {
        ("/pcf/dqi/temporalDQR", REMOVED, "2"),
        ("/pcf/primaryDataShare", REMOVED, "46.5"),
    }


def test_null_and_absent_are_the_same() -> None:
    assert compared(housing(comment=None), housing(comment=None) | {"comment": None}).differences == ()


def test_sets_tell_what_came_and_what_went() -> None:
    before, after = at("/productIds", ["urn:a", "urn:b", "urn:c"]), at("/productIds", ["urn:c", "urn:d", "urn:a"])
    found = compared(before, after).differences
    assert found == (
        Difference("/productIds/1", REMOVED, "urn:b", None),
        Difference("/productIds/1", ADDED, None, "urn:d"),
    )


def test_other_arrays_are_compared_item_by_item() -> None:
    before = housing(pcf={"secondaryEmissionFactorSources": [{"name": "A", "version": "1"}]})
    after = housing(
        pcf={"secondaryEmissionFactorSources": [{"name": "A", "version": "2"}, {"name": "B", "version": "1"}]}
    )
    assert [(each.path, each.kind) for each in compared(before, after).differences] == [
        ("/pcf/secondaryEmissionFactorSources/0/version", CHANGED),
        ("/pcf/secondaryEmissionFactorSources/1/name", ADDED),
        ("/pcf/secondaryEmissionFactorSources/1/version", ADDED),
    ]


def test_names_are_escaped_and_numbers_of_extensions_are_numbers() -> None:
    before, after = ('{"x": {"a/b~c": 1.10, "same": 1}}', '{"x": {"a/b~c": 1.2, "same": 1.0}}')
    found = compare(before, after).differences
    assert found[0] == Difference(
        "/x/a~1b~0c", CHANGED, Decimal("1.10"), Decimal("1.2"), Decimal("0.10"), Decimal("9.0909090909")
    )
    assert (found[1].path, found[1].kind) == ("/x/same", SPELLING)


@pytest.mark.parametrize(
    ("unit", "same"),
    [
        ({"declaredUnitAmount": "1.0"}, True),
        ({"declaredUnitAmount": "12"}, False),
        ({"declaredUnitOfMeasurement": "kilogram"}, False),
    ],
)
def test_whether_amounts_can_be_compared(unit: JsonObject, same: bool) -> None:
    assert compared(housing(), housing(pcf=unit)).same_declared_unit is same


def test_no_more_fields_are_named_than_anyone_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revision, "MAX_FIELDS", 3)
    whole, cut = ({str(number): number for number in range(count)} for count in (3, 4))
    assert compared({}, whole).complete is True
    found = compared({}, cut)
    assert (len(found.differences), found.complete) == (3, False)


def test_every_decimal_of_the_specification_is_compared_as_one() -> None:
    for field in CarbonFootprint.model_fields.values():
        assert bool(DECIMAL.fullmatch(f"/pcf/{field.alias}")) is ("Decimal" in repr(field)), field.alias


def at(path: str, value: Any) -> JsonObject:
    """Return a document with a value at a pointer."""
    document = maximal()
    *steps, last = path.split("/")[1:]
    inner = document
    for step in steps:
        inner = inner[step]
    inner[last] = value
    return document

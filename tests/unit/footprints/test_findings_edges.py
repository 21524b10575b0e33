"""Edges of the wire: every value of every enumeration, odd decimals, and documents that can't be read whole.

The list is that of the PACT fixtures: enumerations, decimal edge strings, geography, unknown properties.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.problems import HttpProblem
from services.footprints.api.lenient import PLACEHOLDER, Reading, read_leniently
from services.footprints.domain.carbon import Submission
from services.footprints.domain.findings import Evidence, Severity, review
from services.footprints.domain.terms import Region
from tests.support.footprints import JsonObject, housing, maximal, raw
from tests.unit.footprints.findings_cases import pcf
from tests.unit.footprints.given import NOW, submission

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def read(document: JsonObject | bytes) -> Reading:
    body = document if isinstance(document, bytes) else raw(document)
    return read_leniently(body, depth_limit=32, instance="/v1/footprints:check")


def strictly(document: JsonObject) -> Submission | None:
    try:
        return submission(document)
    except HttpProblem:
        return None


@pytest.mark.parametrize(
    "changes",
    [
        *({"geographyCountrySubdivision": ..., "geographyRegionOrSubregion": region.value} for region in Region),
        *({"verification": {"coverage": coverage, "providerName": "Shenyang Carbon Assurance"}}
          for coverage in ("PCF calculation model", "PCF program", "product level")),
        *({"productOrSectorSpecificRules": [{"operator": operator, "ruleNames": ["a"]}]}
          for operator in ("PEF", "EPD International")),
        {"productOrSectorSpecificRules": [{"operator": "Other", "otherOperatorName": "b", "ruleNames": ["a"]}]},
        {"ccuCalculationApproach": "Cut-off"},
        {"ccuCalculationApproach": "Credit", "ccuCreditCertification": "https://registry.example/1"},
        {"packagingEmissionsIncluded": False, "packagingGhgEmissions": None},
        {"ccsTechnologicalCO2CaptureIncluded": True, "technologicalCO2Removals": "0"},
    ],
)  # fmt: skip
def test_every_value_of_an_enumeration_is_taken_without_finding(changes: dict[str, Any]) -> None:
    assert review(pcf(**changes)) == ()


@pytest.mark.parametrize("text", ["007.0", "+7", "7.000", "7." + "0" * 33])
def test_odd_decimals_are_graded_as_numbers(text: str) -> None:
    assert review(pcf(primaryDataShare=text)) == ()


@pytest.mark.parametrize("text", [".5", "5.", "1e6", "1" * 40, "1abc", "-", "NaN", "1,5"])
def test_what_is_no_decimal_is_told_and_graded_around(text: str) -> None:
    reading = read(housing(pcf={"primaryDataShare": text, "dqi": ...}))
    ((item, found),) = reading.broken
    assert (item.field, item.rule, found) == ("/pcf/primaryDataShare", "decimal_string", text)
    graded = review(Evidence.of(reading.submission, NOW), reading.unread)
    assert [finding.code for finding in graded] == ["data_quality_missing"]


def test_minus_zero_is_zero() -> None:
    assert review(pcf(landUseChangeGhgEmissions="-0", pcfExcludingBiogenicUptake="71.332", fossilGhgEmissions="71.31",
                      pcfIncludingBiogenicUptake="71.300")) == ()  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(maximal()["pcf"])), JSON_VALUES, min_size=1, max_size=4))
def test_any_carbon_footprint_is_read_as_far_as_it_goes(changes: dict[str, Any]) -> None:
    document = housing(pcf=changes)
    reading = read(document)
    whole = strictly(document)
    assert (reading.broken == ()) is (whole is not None)
    assert {item.field.split("/")[2] for item, _ in reading.broken} <= set(changes) | {"geographyCountry"}
    if whole is not None:
        assert reading.submission == whole
    review(Evidence.of(reading.submission, NOW), reading.unread)


@given(st.dictionaries(st.sampled_from(sorted(maximal())) | st.text(max_size=3), JSON_VALUES, max_size=4))
def test_any_object_is_read_as_far_as_it_goes(changes: dict[str, Any]) -> None:
    document = housing(**{name: value for name, value in changes.items() if name not in ("number", "pcf")})
    if "pcf" in changes:
        document["pcf"] = changes["pcf"]
    reading = read(document)
    assert (reading.broken == ()) is (strictly(document) is not None)
    told = json.dumps([(item.model_dump(), found) for item, found in reading.broken])
    assert "urn:placeholder" not in told
    assert PLACEHOLDER["id"] not in told
    review(Evidence.of(reading.submission, NOW), reading.unread)


@given(st.sets(st.sampled_from(sorted(maximal()["pcf"])), min_size=1, max_size=5))
def test_what_is_absent_beside_what_is_broken_is_still_graded(names: set[str]) -> None:
    """A broken property elsewhere takes no finding away from properties that were read."""
    names.discard("boundaryProcessesDescription")
    document = housing(pcf=dict.fromkeys(names, 1) | {"boundaryProcessesDescription": ...})
    reading = read(document)
    graded = review(Evidence.of(reading.submission, NOW), reading.unread)
    assert "boundary_processes_missing" in {finding.code for finding in graded}
    assert not any(finding.field.split("/")[2] in names for finding in graded if finding.field.startswith("/pcf/"))


def test_reading_changes_nothing_of_what_it_was_given() -> None:
    before = deepcopy(PLACEHOLDER)
    read(b"{}")
    assert before == PLACEHOLDER
    assert read(b"{}").submission.document.content == PLACEHOLDER


def test_unknown_properties_survive_beside_broken_ones() -> None:
    reading = read(housing(status=1, x={"$ref": "#/a"}))
    assert reading.submission.document.content["x"] == {"$ref": "#/a"}
    assert {finding.severity for finding in review(Evidence.of(reading.submission, NOW), reading.unread)} <= set(
        Severity
    )

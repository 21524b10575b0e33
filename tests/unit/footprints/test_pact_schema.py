"""Schema rules of PACT 3: what is required, what excludes what, what is open."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.problems import HttpProblem
from services.footprints.api.pact_v3 import ProductFootprint, read_submission
from services.footprints.api.pact_v3.carbon_footprint import CarbonFootprint
from services.footprints.domain.terms import Geography, GeographyLevel, Region, UnitOfMeasurement
from tests.support.footprints import (
    MINIMAL_CARBON_FIELDS,
    MINIMAL_FIELDS,
    footprint_id,
    housing,
    maximal,
    minimal,
    raw,
)
from tests.unit.footprints.given import submission
from tests.unit.footprints.test_pact_values import refused

REGIONS = st.sampled_from([region.value for region in Region])
LETTERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2)
GEOGRAPHY = {
    "geographyRegionOrSubregion": REGIONS,
    "geographyCountry": LETTERS,
    "geographyCountrySubdivision": st.builds("{}-{}".format, LETTERS, st.text("ABC012", min_size=1, max_size=3)),
}
NO_GEOGRAPHY = dict.fromkeys(GEOGRAPHY, ...)


def test_the_model_has_every_property_of_the_specification() -> None:
    assert (len(ProductFootprint.model_fields), len(CarbonFootprint.model_fields)) == (16, 45)
    required = {field.alias for field in ProductFootprint.model_fields.values() if field.is_required()}
    assert required == set(MINIMAL_FIELDS)
    required = {field.alias for field in CarbonFootprint.model_fields.values() if field.is_required()}
    assert required == set(MINIMAL_CARBON_FIELDS)


def test_minimal_and_maximal_are_taken() -> None:
    assert submission(minimal()).preceding_ids == ()
    everything = maximal()
    assert set(everything) == {field.alias for field in ProductFootprint.model_fields.values()}
    carbon = {field.alias for field in CarbonFootprint.model_fields.values()}
    assert set(everything["pcf"]) == carbon - {"geographyRegionOrSubregion", "geographyCountry"}
    assert submission(everything).document.content == everything


@pytest.mark.parametrize("name", MINIMAL_FIELDS)
def test_required_properties_are_missed(name: str) -> None:
    changes: dict[str, Any] = {name: ...}
    (item,) = refused(housing(**changes))
    assert (item.field, item.rule) == (f"/{name}", "missing")


@pytest.mark.parametrize("name", MINIMAL_CARBON_FIELDS)
def test_required_carbon_properties_are_missed(name: str) -> None:
    (item,) = refused(housing(pcf={name: ...}))
    assert (item.field, item.rule) == (f"/pcf/{name}", "missing")


@pytest.mark.parametrize("name", sorted(set(maximal()["pcf"]) - set(MINIMAL_CARBON_FIELDS)))
def test_null_is_undefined(name: str) -> None:
    assert submission(housing(pcf={name: None})).carbon == submission(housing(pcf={name: ...})).carbon


@pytest.mark.parametrize("name", MINIMAL_CARBON_FIELDS)
def test_null_does_not_stand_for_a_required_property(name: str) -> None:
    assert refused(housing(pcf={name: None}))[0].field == f"/pcf/{name}"


@given(st.sampled_from(list(GEOGRAPHY)), st.data())
def test_one_geography_is_taken(name: str, data: st.DataObject) -> None:
    value = data.draw(GEOGRAPHY[name])
    geography = submission(housing(pcf=NO_GEOGRAPHY | {name: value})).carbon.geography
    assert geography.code == value
    assert geography.level is not GeographyLevel.GLOBAL


@given(st.sampled_from([*combinations(GEOGRAPHY, 2), tuple(GEOGRAPHY)]), st.data())
def test_two_geographies_exclude_each_other(names: tuple[str, ...], data: st.DataObject) -> None:
    values = {name: data.draw(GEOGRAPHY[name]) for name in names}
    items = refused(housing(pcf=NO_GEOGRAPHY | values))
    assert {item.rule for item in items} == {"geography_exclusive"}
    assert items[-1].field == f"/pcf/{names[-1]}"


def test_no_geography_is_global() -> None:
    assert submission(housing(pcf=NO_GEOGRAPHY)).carbon.geography == Geography()
    nulls = dict.fromkeys(GEOGRAPHY)
    assert submission(housing(pcf=nulls)).carbon.geography == Geography()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("geographyRegionOrSubregion", "Atlantis"),
        ("geographyCountry", "cn"),
        ("geographyCountry", "CHN"),
        ("geographyCountrySubdivision", "CN-ABCD"),
        ("declaredUnitOfMeasurement", "pieces"),
        ("ipccCharacterizationFactors", ["AR"]),
        ("ipccCharacterizationFactors", []),
        ("ipccCharacterizationFactors", ["AR6", "AR6"]),
        ("crossSectoralStandards", []),
        ("crossSectoralStandards", [""]),
        ("secondaryEmissionFactorSources", []),
        ("secondaryEmissionFactorSources", [{"name": "", "version": "1"}]),
        ("ccuCalculationApproach", "cut-off"),
        ("ccuCreditCertification", "no uri"),
        ("packagingEmissionsIncluded", "true"),
        ("dqi", {"technologicalDQR": "1", "geographicalDQR": "1"}),
        ("dqi", {"technologicalDQR": 1, "geographicalDQR": "1", "temporalDQR": "1"}),
        ("verification", {"coverage": "everything"}),
        ("productOrSectorSpecificRules", [{"operator": "PEF", "ruleNames": []}]),
        ("productOrSectorSpecificRules", [{"operator": "Nobody", "ruleNames": ["a"]}]),
    ],
)
def test_schema_rules_of_a_carbon_footprint(name: str, value: object) -> None:
    items = refused(housing(pcf=NO_GEOGRAPHY | {name: value}))
    assert items[0].field.startswith(f"/pcf/{name}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("specVersion", "2.3.0"),
        ("specVersion", "3.0"),
        ("status", "active"),
        ("companyName", ""),
        ("companyName", "x" * 501),
        ("companyIds", []),
        ("productIds", ["urn:a:1", "urn:a:1"]),
        ("productIds", [f"urn:a:{number}" for number in range(101)]),
        ("productClassifications", []),
        ("precedingPfIds", []),
        ("precedingPfIds", [footprint_id(8), footprint_id(8)]),
        ("precedingPfIds", [footprint_id(10), footprint_id(10).upper()]),
        ("pcf", []),
        ("extensions", [{"specVersion": "2.0.0", "dataSchema": "https://a.example/s.json"}]),
        ("extensions", [{"specVersion": "2", "dataSchema": "https://a.example/s.json", "data": {}}]),
    ],
)
def test_schema_rules_of_a_product_footprint(name: str, value: Any) -> None:
    items = refused(housing(**{name: value}))
    assert items[0].field.startswith(f"/{name}")


def test_open_lists_and_loose_rules_are_taken() -> None:
    kept = submission(
        housing(
            specVersion="3.1.0-20270101",
            productDescription="",
            pcf={
                "crossSectoralStandards": ["ISO14067", "A standard of 2031"],
                "productOrSectorSpecificRules": [],
                "ipccCharacterizationFactors": ["AR5", "AR6"],
            },
        )
    )
    assert kept.carbon.cross_sectoral_standards[-1] == "A standard of 2031"
    assert kept.carbon.specific_rules == ()


@pytest.mark.parametrize("unit", list(UnitOfMeasurement))
def test_every_unit_is_taken(unit: UnitOfMeasurement) -> None:
    assert submission(housing(pcf={"declaredUnitOfMeasurement": unit.value})).carbon.unit_of_measurement is unit


def test_every_broken_rule_is_named_at_once() -> None:
    items = refused(housing(companyIds=["LPC"], status="active", pcf={"fossilGhgEmissions": "-1", "dqi": {}}))
    assert {item.field for item in items} == {
        "/companyIds/0", "/status", "/pcf/fossilGhgEmissions", "/pcf/dqi/technologicalDQR", "/pcf/dqi/geographicalDQR",
        "/pcf/dqi/temporalDQR",
    }  # fmt: skip


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"x": value}
    return value


def test_unknown_properties_are_kept_wherever_they_are() -> None:
    document = housing(
        statusComment="gone since 3.0", pcf={"biogenicAccountingMethodology": "PEF", "x": {"$ref": "#/a", "a.b": [1.5]}}
    )
    document["pcf"]["dqi"]["coveragePercent"] = 88
    document["\x00"] = nested(20)
    assert submission(document).document.content == document


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("1e400", "exact_number"),
        ("NaN", "exact_number"),
        ("-Infinity", "exact_number"),
        ("9007199254740993", "exact_number"),
        ("1" * 5_000, "exact_number"),
        ("0.12345678901234567890123", "exact_number"),
        ('{"a": 1, "a": 2}', "unique_names"),
    ],
)
def test_what_can_not_be_kept_is_refused_by_name(text: str, rule: str) -> None:
    document = raw(housing(extra="?")).replace(b'"?"', b'{"list": [0, ' + text.encode() + b"]}")
    with pytest.raises(HttpProblem) as caught:
        read_submission(document, depth_limit=32, instance="/")
    (item,) = caught.value.errors
    assert item.remedy
    if caught.value.status_code == 422:
        assert (item.field, item.rule) == ("/extra/list/1", rule)
    else:
        assert (caught.value.status_code, item.rule) == (400, "json_invalid")


@pytest.mark.parametrize(
    ("text", "kept"), [("1.10", 1.1), ("-0.0", -0.0), ("1E5", 1e5), ("9007199254740991", 2**53 - 1)]
)
def test_numbers_that_a_double_holds_are_kept(text: str, kept: float) -> None:
    document = raw(housing(extra="?")).replace(b'"?"', text.encode())
    assert read_submission(document, depth_limit=32, instance="/").document.content["extra"] == kept


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b"null", b"{'id': 1}", b"\xff", "{}".encode("utf-16")])
def test_other_bodies_are_refused(body: bytes) -> None:
    with pytest.raises(HttpProblem) as caught:
        read_submission(body, depth_limit=32, instance="/")
    assert caught.value.status_code in (400, 422)
    assert all(item.remedy for item in caught.value.errors)


def test_a_body_that_nests_too_deep_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(HttpProblem) as caught:
        read_submission(raw(housing(extra=nested(40))), depth_limit=32, instance="/")
    assert (caught.value.status_code, caught.value.slug) == (400, "json-too-deep")

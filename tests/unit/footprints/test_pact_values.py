"""Value rules of PACT 3 on the wire: decimals to the character, signs, instants, URNs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.problems import HttpProblem, ProblemItem
from services.footprints.api.pact_v3.values import pact_name
from tests.support.footprints import footprint_id, housing, raw
from tests.unit.footprints.given import submission

NON_NEGATIVE = (
    "productMassPerDeclaredUnit", "fossilGhgEmissions", "fossilCarbonContent", "biogenicCarbonContent",
    "recycledCarbonContent", "landUseChangeGhgEmissions", "landCarbonLeakage", "landManagementFossilGhgEmissions",
    "landManagementBiogenicCO2Emissions", "biogenicNonCO2Emissions", "landAreaOccupation", "aircraftGhgEmissions",
    "packagingGhgEmissions", "packagingBiogenicCarbonContent", "outboundLogisticsGhgEmissions", "ccuCarbonContent",
)  # fmt: skip
NON_POSITIVE = (
    "landManagementBiogenicCO2Removals", "biogenicCO2Uptake", "ccsTechnologicalCO2Capture", "technologicalCO2Removals",
)  # fmt: skip
SIGNED = ("pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "exemptedEmissionsPercent", "primaryDataShare")
ALL = (*NON_NEGATIVE, *NON_POSITIVE, *SIGNED, "declaredUnitAmount")

digits = st.text("0123456789", min_size=1, max_size=16)
unsigned = st.one_of(digits, st.builds("{}.{}".format, digits, digits))
signed = st.builds("{}{}".format, st.sampled_from(["", "+", "-"]), unsigned)


def refused(document: dict[str, Any]) -> list[ProblemItem]:
    with pytest.raises(HttpProblem) as caught:
        submission(document)
    assert caught.value.status_code == 422
    assert all(item.remedy for item in caught.value.errors), caught.value.errors
    return list(caught.value.errors)


def accepts(name: str, value: str) -> bool:
    try:
        submission(housing(pcf={name: value}))
    except HttpProblem as error:
        problem = error
    else:
        return True
    assert [item.field for item in problem.errors] == [f"/pcf/{name}"]
    return False


@given(st.sampled_from(SIGNED), signed)
def test_decimal_strings_come_back_to_the_character(name: str, text: str) -> None:
    kept = submission(housing(pcf={name: text})).document
    assert kept.content["pcf"][name] == text
    assert json.dumps(text) in kept.text


@given(st.sampled_from(NON_NEGATIVE), signed)
def test_what_is_emitted_is_not_negative(name: str, text: str) -> None:
    assert accepts(name, text) is (not text.startswith("-") or not text.strip("-0."))


@given(st.sampled_from(NON_POSITIVE), signed)
def test_what_is_taken_out_is_not_positive(name: str, text: str) -> None:
    assert accepts(name, text) is (text.startswith("-") or not text.strip("+0."))


@given(signed)
def test_the_declared_unit_amount_is_positive(text: str) -> None:
    assert accepts("declaredUnitAmount", text) is (not text.startswith("-") and bool(text.strip("+0.")))


@pytest.mark.parametrize("name", NON_NEGATIVE)
def test_both_sides_of_zero_emitted(name: str) -> None:
    assert accepts(name, "0.001")
    assert accepts(name, "0")
    assert not accepts(name, "-0.001")


@pytest.mark.parametrize("name", NON_POSITIVE)
def test_both_sides_of_zero_removed(name: str) -> None:
    assert accepts(name, "-0.001")
    assert accepts(name, "0")
    assert not accepts(name, "0.001")


@pytest.mark.parametrize("text", ["007", "+1", "-0", "0.000", "1" * 34])
def test_odd_but_exact_decimals_are_taken(text: str) -> None:
    assert accepts("pcfExcludingBiogenicUptake", text)


@pytest.mark.parametrize(
    "text", [".5", "5.", "1e6", "1.2345e+6", "1abc", "abc0.1", "", " 1", "1\n", "NaN", "Infinity", "1,5", "1" * 40, "٣"]
)
def test_other_texts_are_no_decimals(text: str) -> None:
    assert not accepts("pcfExcludingBiogenicUptake", text)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("value", [1, 1.5, True])
def test_json_numbers_are_refused_with_the_rule(name: str, value: object) -> None:
    (item,) = refused(housing(pcf={name: value}))
    assert (item.field, item.rule) == (f"/pcf/{name}", "decimal_string")
    assert "refused" in item.message
    assert item.remedy == "Put the number in quotes, without exponent."


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "1767225600",
        "2026-01-01T00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z", "",
    ],
)  # fmt: skip
def test_instants_need_date_time_and_offset(text: str) -> None:
    (item,) = refused(housing(pcf={"referencePeriodStart": text}))
    assert (item.field, item.rule) == ("/pcf/referencePeriodStart", "instant")


@pytest.mark.parametrize("value", [1767225600, None, True])
def test_an_instant_is_a_text(value: object) -> None:
    (item,) = refused(housing(created=value))
    assert item.field == "/created"


def test_instants_are_read_in_utc_and_kept_as_written() -> None:
    kept = submission(housing(validityPeriodStart="2026-02-01t00:00:00.123456789+08:00"))
    assert kept.validity_start is not None
    assert kept.validity_start.isoformat() == "2026-01-31T16:00:00.123000+00:00"
    assert kept.document.content["validityPeriodStart"] == "2026-02-01t00:00:00.123456789+08:00"


@pytest.mark.parametrize(
    "urn",
    [
        "urn:gtin:4712345060507", "URN:pact:a,b/c#d+e?f", "urn:inchi:InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3",
        "urn:eclass:23-09-03-01%23x", "urn:pact:铸件:product-id:1",
    ],
)  # fmt: skip
def test_urns_keep_their_odd_characters(urn: str) -> None:
    assert submission(housing(productIds=[urn])).product_ids == (urn,)


@pytest.mark.parametrize("urn", ["gtin:4712345060507", "urn:", "urn:a b", "", "xurn:a:b", "urn:a:" + "x" * 500])
def test_other_texts_are_no_urns(urn: str) -> None:
    (item,) = refused(housing(productIds=["urn:gtin:1", urn]))
    assert (item.field, item.rule) == ("/productIds/1", "urn")


@pytest.mark.parametrize("identity", ["0C7B2A51-6F1E-4B52-9D3A-5E8F10A4C2D7", footprint_id(7).upper()])
def test_the_case_of_an_id_means_nothing(identity: str) -> None:
    kept = submission(housing(id=identity, precedingPfIds=[footprint_id(10).upper()]))
    assert kept.footprint_id == identity.lower()
    assert kept.preceding_ids == (footprint_id(10),)
    assert kept.document.content["id"] == identity


@pytest.mark.parametrize(
    "identity", ["", "1", "{0c7b2a51-6f1e-4b52-9d3a-5e8f10a4c2d7}", "0c7b2a516f1e4b529d3a5e8f10a4c2d7"]
)
def test_an_id_is_a_uuid_with_hyphens(identity: str) -> None:
    (item,) = refused(housing(id=identity))
    assert (item.field, item.rule) == ("/id", "uuid")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("preceding_pf_ids", "precedingPfIds"),
        ("ccs_technological_co2_capture_included", "ccsTechnologicalCO2CaptureIncluded"),
        ("biogenic_non_co2_emissions", "biogenicNonCO2Emissions"),
        ("technological_dqr", "technologicalDQR"),
        ("pcf_excluding_biogenic_uptake", "pcfExcludingBiogenicUptake"),
    ],
)
def test_names_are_the_specifications(ours: str, theirs: str) -> None:
    assert pact_name(ours) == theirs


def test_a_document_is_read_from_its_bytes() -> None:
    assert len(raw(housing())) in range(2_800, 3_400), "the bench counts on about 3 KB"

"""Findings: each rule of the methodology at its edge, and nothing refused for it."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.footprints.domain.findings import MAX_FINDINGS, Finding, Severity, review
from tests.support.footprints import housing, maximal, minimal
from tests.unit.footprints.given import submission


def findings(**changes: Any) -> list[Finding]:
    return list(review(submission(housing(**changes))))


def codes(**changes: Any) -> list[str]:
    return [finding.code for finding in findings(**changes)]


def test_the_housing_keeps_every_rule() -> None:
    assert findings() == []
    assert review(submission(maximal())) == ()


def test_a_minimal_footprint_misses_what_the_methodology_asks_for() -> None:
    found = review(submission(minimal()))
    assert {finding.severity for finding in found} == {Severity.INFO}
    assert [finding.code for finding in found] == [
        "primary_data_share_missing", "data_quality_missing", "packaging_flag_missing", "ccs_flag_missing",
    ]  # fmt: skip


REFERENCE_END = "2026-01-01T00:00:00+08:00"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"validityPeriodStart": REFERENCE_END}, []),
        ({"validityPeriodStart": "2025-12-31T23:59:59.999+08:00"}, ["validity_starts_too_early"]),
        ({"validityPeriodEnd": "2029-01-01T00:00:00+08:00"}, []),
        ({"validityPeriodEnd": "2029-01-01T00:00:00.001+08:00"}, ["validity_ends_too_late"]),
        ({"validityPeriodEnd": REFERENCE_END}, ["validity_is_empty"]),
        ({"validityPeriodStart": "2029-01-01T00:00:00+08:00"}, ["validity_is_empty"]),
        (
            {"validityPeriodStart": "2025-06-01T00:00:00Z", "validityPeriodEnd": "2025-06-01T00:00:00Z"},
            ["validity_starts_too_early", "validity_is_empty"],
        ),
        ({"pcf": {"referencePeriodStart": REFERENCE_END}}, ["reference_period_order"]),
        (
            {"pcf": {"referencePeriodEnd": "2024-02-29T00:00:00Z", "referencePeriodStart": "2023-03-01T00:00:00Z"},
             "validityPeriodEnd": "2027-02-28T00:00:00Z"},
            [],
        ),
        (
            {"pcf": {"referencePeriodEnd": "2024-02-29T00:00:00Z", "referencePeriodStart": "2023-03-01T00:00:00Z"},
             "validityPeriodEnd": "2027-03-01T00:00:00Z"},
            ["validity_ends_too_late"],
        ),
    ],
)  # fmt: skip
def test_periods(changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(**changes) == expected


@pytest.mark.parametrize(
    ("pcf", "expected"),
    [
        ({"fossilGhgEmissions": "70.96"}, []),  # 0.35 of 71.384: within half a percent
        ({"fossilGhgEmissions": "70.94"}, ["total_excluding_uptake_differs"]),
        ({"biogenicNonCO2Emissions": ...}, []),
        ({"biogenicCO2Uptake": "-1"}, ["total_including_uptake_differs"]),
        ({"ccsTechnologicalCO2CaptureIncluded": True, "ccsTechnologicalCO2Capture": "-3"},
         ["total_excluding_uptake_differs"]),
        ({"declaredUnitOfMeasurement": "kilogram"}, ["mass_differs_from_amount"]),
        ({"declaredUnitOfMeasurement": "kilogram", "productMassPerDeclaredUnit": "1.000"}, []),
    ],
)  # fmt: skip
def test_sums(pcf: dict[str, Any], expected: list[str]) -> None:
    assert codes(pcf=pcf) == expected


def test_a_zero_total_needs_no_tolerance() -> None:
    zero = {
        name: "0"
        for name, value in housing()["pcf"].items()
        if "Emissions" in name and isinstance(value, str) and name != "exemptedEmissionsDescription"
    }
    zero |= {"pcfExcludingBiogenicUptake": "0", "pcfIncludingBiogenicUptake": "-0.032"}
    zero |= {"landManagementBiogenicCO2Removals": "0"}
    assert codes(pcf=zero) == []


digits = st.text("0123456789", min_size=1, max_size=15)


@given(digits, digits, digits, digits)
def test_sums_are_exact(whole: str, fraction: str, uptake_whole: str, uptake_fraction: str) -> None:
    with localcontext(prec=100):
        total, uptake = Decimal(f"{whole}.{fraction}"), Decimal(f"-{uptake_whole}.{uptake_fraction}")
        including = format(total + uptake, "f")
    names = ("landUseChangeGhgEmissions", "biogenicNonCO2Emissions", "landManagementBiogenicCO2Emissions")
    pcf = dict.fromkeys(names, "0") | {
        "landManagementBiogenicCO2Removals": "0",
        "fossilGhgEmissions": f"{whole}.{fraction}",
        "pcfExcludingBiogenicUptake": f"{whole}.{fraction}",
        "biogenicCO2Uptake": f"-{uptake_whole}.{uptake_fraction}",
        "pcfIncludingBiogenicUptake": including,
    }
    assert codes(pcf=pcf) == []


@pytest.mark.parametrize(
    ("pcf", "expected"),
    [
        ({"primaryDataShare": "0"}, []),
        ({"primaryDataShare": "0.72"}, ["primary_data_share_looks_like_fraction"]),
        ({"primaryDataShare": "1"}, ["primary_data_share_looks_like_fraction"]),
        ({"primaryDataShare": "1.01"}, []),
        ({"primaryDataShare": "100"}, []),
        ({"primaryDataShare": "100.01"}, ["primary_data_share_out_of_range"]),
        ({"primaryDataShare": "-1"}, ["primary_data_share_out_of_range"]),
        ({"primaryDataShare": ...}, ["primary_data_share_missing"]),
        ({"exemptedEmissionsPercent": "5.01"}, []),  # the cap of the 2.x line is gone
        ({"exemptedEmissionsPercent": "100.1"}, ["exempted_emissions_out_of_range"]),
        ({"exemptedEmissionsPercent": "-0.1"}, ["exempted_emissions_out_of_range"]),
        ({"dqi": ...}, ["data_quality_missing"]),
        ({"dqi": {"technologicalDQR": "0.9", "geographicalDQR": "5", "temporalDQR": "5.1"}},
         ["data_quality_out_of_range"] * 2),
    ],
)  # fmt: skip
def test_shares(pcf: dict[str, Any], expected: list[str]) -> None:
    assert codes(pcf=pcf) == expected


def test_a_share_is_never_multiplied() -> None:
    assert str(submission(housing(pcf={"primaryDataShare": "0.72"})).carbon.primary_data_share_percent) == "0.72"


@pytest.mark.parametrize(
    ("pcf", "expected"),
    [
        ({"packagingEmissionsIncluded": ...}, ["packaging_flag_missing"]),
        ({"packagingEmissionsIncluded": False}, ["packaging_emissions_contradict_flag"]),
        ({"packagingEmissionsIncluded": False, "packagingGhgEmissions": None}, []),
        ({"packagingGhgEmissions": ...}, ["packaging_emissions_missing"]),
        ({"ccsTechnologicalCO2CaptureIncluded": ...}, ["ccs_flag_missing"]),
        ({"ccsTechnologicalCO2Capture": "0", "technologicalCO2Removals": "0", "technologicalCO2CaptureOrigin": "x"},
         ["ccs_contradicts_flag"] * 3),
        ({"ccuCreditCertification": "https://a.example"}, ["ccu_certification_without_credit"]),
        ({"ccuCreditCertification": "https://a.example", "ccuCalculationApproach": "Credit"}, []),
        ({"productOrSectorSpecificRules": [{"operator": "Other", "ruleNames": ["a"]}]},
         ["other_operator_name_mismatch"]),
        ({"productOrSectorSpecificRules": [{"operator": "PEF", "ruleNames": ["a"], "otherOperatorName": "b"}]},
         ["other_operator_name_mismatch"]),
        ({"productOrSectorSpecificRules": [{"operator": "PEF", "ruleNames": ["a"]}]}, []),
        ({"ipccCharacterizationFactors": ["AR5"]}, ["characterization_factors_outdated"]),
        ({"ipccCharacterizationFactors": ["AR5", "AR6"]}, []),
    ],
)  # fmt: skip
def test_statements(pcf: dict[str, Any], expected: list[str]) -> None:
    assert codes(pcf=pcf) == expected


def test_a_finding_says_what_to_do_and_errors_come_first() -> None:
    found = findings(
        validityPeriodEnd="2031-01-01T00:00:00Z",
        pcf={"primaryDataShare": "0.5", "ccsTechnologicalCO2CaptureIncluded": ...},
    )
    assert [finding.severity.value for finding in found] == ["error", "warning", "info"]
    assert found[0] == Finding(
        "validity_ends_too_late",
        Severity.ERROR,
        "/validityPeriodEnd",
        "2031-01-01T00:00:00.000Z",
        "not after referencePeriodEnd + 3 years (2028-12-31T16:00:00.000Z)",
        found[0].remedy,
    )
    assert all(finding.remedy and finding.expected for finding in found)


def test_findings_are_bounded() -> None:
    rules = [{"operator": "Other", "ruleNames": ["a"]}] * 100
    assert len(findings(pcf={"productOrSectorSpecificRules": rules})) == MAX_FINDINGS

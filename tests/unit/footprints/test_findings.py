"""Grading as a whole: order, bounds, what can't be read, and arithmetic that never rounds."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.footprints.api.findings import finding_view
from services.footprints.domain.findings import MAX_FINDINGS, RULES, Evidence, Finding, Severity, review
from services.footprints.domain.validity import add_years
from tests.support.footprints import maximal, minimal
from tests.unit.footprints.findings_cases import CASES, evidence, own_factor, pcf
from tests.unit.footprints.given import NOW, submission


def codes(**changes: Any) -> list[str]:
    return [finding.code for finding in review(pcf(**changes))]


def test_the_housing_keeps_every_rule() -> None:
    assert review(evidence()) == ()
    assert review(Evidence.of(submission(maximal()), NOW)) == ()


def test_a_minimal_footprint_misses_what_the_methodology_asks_for() -> None:
    found = review(Evidence.of(submission(minimal()), NOW))
    assert [(finding.severity.value, finding.code) for finding in found] == [
        ("warning", "primary_data_share_missing"),
        ("warning", "packaging_flag_missing"),
        ("warning", "ccs_flag_missing"),
        ("info", "exempted_emissions_unexplained"),
        ("info", "data_quality_missing"),
        ("info", "boundary_processes_missing"),
        ("info", "biogenic_amounts_undefined"),
    ]


def test_a_finding_says_what_to_do_and_errors_come_first() -> None:
    changes = {"primaryDataShare": "0.5", "dqi": ...}
    found = review(evidence(validityPeriodEnd="2031-01-01T00:00:00Z", pcf=changes))
    assert [finding.severity.value for finding in found] == ["error", "warning", "info"]
    assert found[0] == Finding(
        "validity_ends_too_late",
        Severity.ERROR,
        "/validityPeriodEnd",
        "2031-01-01T00:00:00.000Z",
        {"years": "3", "latest": "2028-12-31T16:00:00.000Z"},
    )
    assert finding_view(found[0])["expected"] == "not after referencePeriodEnd + 3 years (2028-12-31T16:00:00.000Z)"


def test_findings_are_bounded() -> None:
    rules = [{"operator": "Other", "ruleNames": ["a"]}] * 100
    assert len(review(pcf(productOrSectorSpecificRules=rules))) == MAX_FINDINGS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_a_rule_says_nothing_of_what_could_not_be_read(rule: Any) -> None:
    for broken, field in CASES[rule.rule_id].breaks:
        assert rule.rule_id in {finding.code for finding in review(broken)}
        for unread in (field, field.rpartition("/")[0], ""):
            assert rule.rule_id not in {finding.code for finding in review(broken, {unread})}


def test_a_property_that_could_not_be_read_silences_no_other_rule() -> None:
    found = review(pcf(dqi=..., primaryDataShare="0.5"), {"/pcf/primaryDataShareOfMine", "/pcf/dqi"})
    assert [finding.code for finding in found] == ["primary_data_share_looks_like_fraction"]


def test_a_share_is_never_multiplied() -> None:
    assert pcf(primaryDataShare="0.72").carbon.primary_data_share_percent == Decimal("0.72")


def test_a_sum_that_differs_names_the_streams_that_are_undefined() -> None:
    (finding,) = review(pcf(landUseChangeGhgEmissions="9", technologicalCO2Removals=None))
    assert finding.values["undefined"] == "technologicalCO2Removals, ccsTechnologicalCO2Capture"
    assert finding.values["sum"] == "80.332"


def test_a_zero_total_needs_no_tolerance() -> None:
    zero = {
        name: "0"
        for name, value in evidence().pcf.items()
        if "Emissions" in name and isinstance(value, str) and name != "exemptedEmissionsDescription"
    }
    zero |= {"pcfExcludingBiogenicUptake": "0", "pcfIncludingBiogenicUptake": "-0.032", "exemptedEmissionsPercent": "1"}
    zero |= {"landManagementBiogenicCO2Removals": "0"}
    assert codes(**zero) == []


def test_a_warning_of_plausibility_says_that_it_is_ours() -> None:
    (finding,) = review(evidence(factors=own_factor("0.1", "0.84")))
    view = finding_view(finding)
    assert (view["severity"], view["assumption"]) == ("warning", True)
    assert "tests-invented, 2026.1; our assumption" in view["expected"]
    assert finding.values["highest"] == "71.064"  # ten times 0.84 for each of 8.460 kg


def test_without_factors_nothing_is_implausible() -> None:
    assert codes(pcfExcludingBiogenicUptake="71384000", pcfIncludingBiogenicUptake="71383999.968") == [
        "total_excluding_uptake_differs"
    ]


digits = st.text("0123456789", min_size=1, max_size=15)
NO_STREAMS = dict.fromkeys(
    ("landUseChangeGhgEmissions", "biogenicNonCO2Emissions", "landManagementBiogenicCO2Emissions"), "0"
) | {"landManagementBiogenicCO2Removals": "0", "packagingGhgEmissions": "0"}


@given(digits, digits, digits, digits)
def test_sums_are_exact(whole: str, fraction: str, uptake_whole: str, uptake_fraction: str) -> None:
    with localcontext(prec=100):
        total, uptake = Decimal(f"{whole}.{fraction}"), Decimal(f"-{uptake_whole}.{uptake_fraction}")
        including = format(total + uptake, "f")
    changes = NO_STREAMS | {
        "fossilGhgEmissions": f"{whole}.{fraction}",
        "pcfExcludingBiogenicUptake": f"{whole}.{fraction}",
        "biogenicCO2Uptake": f"-{uptake_whole}.{uptake_fraction}",
        "pcfIncludingBiogenicUptake": including,
    }
    assert codes(**changes) == []


@given(st.integers(1, 10**12), st.integers(-10, 10))
def test_the_tolerance_is_half_a_percent_of_the_larger_to_the_last_digit(parts: int, beyond: int) -> None:
    total = parts * 200
    stated = total - parts + beyond  # a gap of half a percent, give or take units of the last place
    differs = "total_excluding_uptake_differs" in codes(
        **NO_STREAMS,
        fossilGhgEmissions=format(Decimal(total).scaleb(-3), "f"),
        pcfExcludingBiogenicUptake=format(Decimal(stated).scaleb(-3), "f"),
    )
    assert differs is (abs(total - stated) * 200 > max(total, stated))


@given(st.sampled_from(["007.2", "+7.2", "7.20", "7.2"]))
def test_another_spelling_of_a_number_is_the_same_number(text: str) -> None:
    assert review(pcf(primaryDataShare=text)) == ()


DAYS = st.dates(min_value=NOW.date().replace(year=2000), max_value=NOW.date().replace(year=2090))


@given(DAYS, st.integers(-2, 2))
def test_a_validity_ends_three_calendar_years_later_at_most(day: Any, beyond_ms: int) -> None:
    """Leap days included: 29 February becomes 28 February."""
    end = NOW.replace(year=day.year, month=day.month, day=day.day)
    latest = add_years(end, 3)
    changes = {"referencePeriodEnd": end.isoformat(), "referencePeriodStart": add_years(end, -1).isoformat()}
    stated = latest.timestamp() * 1000 + beyond_ms
    text = NOW.fromtimestamp(stated / 1000, NOW.tzinfo).isoformat(timespec="milliseconds")
    found = {finding.code for finding in review(evidence(validityPeriodEnd=text, pcf=changes))}
    assert ("validity_ends_too_late" in found) is (beyond_ms > 0)


@pytest.mark.parametrize(
    ("end", "is_late"),
    [("2027-02-28T00:00:00Z", False), ("2027-02-28T00:00:00.001Z", True), ("2027-03-01T00:00:00Z", True)],
)
def test_a_period_that_ends_on_a_leap_day(end: str, *, is_late: bool) -> None:
    leap = {"referencePeriodEnd": "2024-02-29T00:00:00Z", "referencePeriodStart": "2023-03-01T00:00:00Z"}
    found = {finding.code for finding in review(evidence(validityPeriodEnd=end, pcf=leap))}
    assert ("validity_ends_too_late" in found) is is_late


OPTIONAL = sorted(set(maximal()["pcf"]) - set(minimal()["pcf"]))


@given(st.sets(st.sampled_from(OPTIONAL), max_size=6))
def test_null_and_absent_have_the_same_findings(names: set[str]) -> None:
    assert review(pcf(**dict.fromkeys(names))) == review(pcf(**dict.fromkeys(names, ...)))


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.none() | st.booleans() | st.text(max_size=8), max_size=4))
def test_unknown_properties_are_nobodys_business(unknown: dict[str, Any]) -> None:
    named = {f"x-{name}": value for name, value in unknown.items()}
    assert review(evidence(**named, pcf=named)) == ()

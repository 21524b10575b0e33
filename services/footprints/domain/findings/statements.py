"""Rules on properties that depend on each other: flags and their amounts, operators and their names.

Source: PACT Technical Specifications 3.0.3, CarbonFootprint (packaging, CCS, CCU) and ProductOrSectorSpecificRule.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from services.footprints.domain.carbon import Submission
from services.footprints.domain.findings.finding import Finding, Severity, shown

OTHER_OPERATOR: Final = "Other"
CREDIT_APPROACH: Final = "Credit"
CURRENT_ASSESSMENT: Final = "AR6"
"""IPCC assessment report whose characterization factors the methodology expects."""


def statement_findings(submission: Submission) -> Iterator[Finding]:
    """Check the flags, the sector rules and the characterization factors."""
    yield from _packaging(submission)
    yield from _capture(submission)
    yield from _utilisation(submission)
    yield from _specific_rules(submission)
    factors = submission.carbon.ipcc_characterization_factors
    if CURRENT_ASSESSMENT not in factors:
        yield Finding(
            "characterization_factors_outdated",
            Severity.WARNING,
            "/pcf/ipccCharacterizationFactors",
            ", ".join(factors),
            f"{CURRENT_ASSESSMENT}, so that footprints can be added up",
            f"Calculate with the factors of {CURRENT_ASSESSMENT}.",
        )


def _packaging(submission: Submission) -> Iterator[Finding]:
    flag = submission.carbon.packaging_emissions_included
    emissions = submission.carbon.amounts.packaging_ghg_emissions_kgco2e
    if flag is None:
        yield _flag_missing("packaging_flag_missing", "/pcf/packagingEmissionsIncluded")
    elif flag and emissions is None:
        yield Finding(
            "packaging_emissions_missing",
            Severity.WARNING,
            "/pcf/packagingGhgEmissions",
            None,
            "the emissions of packaging, because packagingEmissionsIncluded is true",
            "Add packagingGhgEmissions, or set the flag to false.",
        )
    elif not flag and emissions is not None:
        yield _contradiction(
            "packaging_emissions_contradict_flag",
            "/pcf/packagingGhgEmissions",
            shown(emissions),
            "packagingEmissionsIncluded",
        )


def _capture(submission: Submission) -> Iterator[Finding]:
    carbon = submission.carbon
    if carbon.ccs_technological_co2_capture_included is None:
        yield _flag_missing("ccs_flag_missing", "/pcf/ccsTechnologicalCO2CaptureIncluded")
    if carbon.ccs_technological_co2_capture_included is not False:
        return
    capture = carbon.amounts.ccs_technological_co2_capture_kgco2e
    removals = carbon.amounts.technological_co2_removals_kgco2e
    contradicting = {
        "ccsTechnologicalCO2Capture": None if capture is None else shown(capture),
        "technologicalCO2Removals": None if removals is None else shown(removals),
        "technologicalCO2CaptureOrigin": carbon.technological_co2_capture_origin,
    }
    for name, found in contradicting.items():
        if found is not None:
            yield _contradiction("ccs_contradicts_flag", f"/pcf/{name}", found, "ccsTechnologicalCO2CaptureIncluded")


def _utilisation(submission: Submission) -> Iterator[Finding]:
    carbon = submission.carbon
    if carbon.ccu_credit_certification is not None and carbon.ccu_calculation_approach != CREDIT_APPROACH:
        yield Finding(
            "ccu_certification_without_credit",
            Severity.ERROR,
            "/pcf/ccuCreditCertification",
            carbon.ccu_credit_certification,
            f"undefined unless ccuCalculationApproach is {CREDIT_APPROACH}",
            f"Remove it, or state the approach {CREDIT_APPROACH}.",
        )


def _specific_rules(submission: Submission) -> Iterator[Finding]:
    for index, rule in enumerate(submission.carbon.specific_rules):
        if (rule.operator == OTHER_OPERATOR) is (rule.other_operator_name is not None):
            continue
        is_other = rule.operator == OTHER_OPERATOR
        yield Finding(
            "other_operator_name_mismatch",
            Severity.WARNING,
            f"/pcf/productOrSectorSpecificRules/{index}/otherOperatorName",
            rule.other_operator_name,
            f"defined, because the operator is {OTHER_OPERATOR}"
            if is_other
            else f"undefined, because the operator is {rule.operator}",
            "Name the operator." if is_other else f"Remove it, or state the operator {OTHER_OPERATOR}.",
        )


def _flag_missing(code: str, field: str) -> Finding:
    return Finding(
        code,
        Severity.INFO,
        field,
        None,
        "true or false: the methodology asks for it (SHALL)",
        "Add the flag.",
    )


def _contradiction(code: str, field: str, found: str, flag: str) -> Finding:
    return Finding(
        code,
        Severity.ERROR,
        field,
        found,
        f"undefined, because {flag} is false",
        f"Remove it, or set {flag} to true.",
    )

"""Both sides of every rule: documents that keep it, and documents that break it with the field that is named.

All figures are invented. A rule without an entry here, or with one side alone, fails `test_findings_rules.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from services.footprints.domain.carbon import CarbonFootprint
from services.footprints.domain.findings import Evidence, Factor
from services.footprints.domain.terms import UnitOfMeasurement
from tests.support.footprints import footprint_id, housing
from tests.unit.footprints.given import NOW, submission

REFERENCE_END: Final = "2026-01-01T00:00:00+08:00"
OLD_ID: Final = footprint_id(900)
CLASSIFICATION: Final = "urn:pact:productclassification:un-cpc:43220"


def evidence(
    *,
    at: datetime = NOW,
    predecessors: dict[str, CarbonFootprint | None] | None = None,
    factors: tuple[Factor, ...] = (),
    **changes: Any,
) -> Evidence:
    """Return the die-cast housing with changes, as a rule sees it."""
    return Evidence.of(submission(housing(**changes)), at, predecessors, factors)


def pcf(**changes: Any) -> Evidence:
    return evidence(pcf=changes)


def before(total: str, **changes: Any) -> dict[str, CarbonFootprint | None]:
    """Return the predecessor with this total."""
    return {OLD_ID: submission(housing(pcf={"pcfIncludingBiogenicUptake": total} | changes)).carbon}


def own_factor(low: str, typical: str, unit: UnitOfMeasurement = UnitOfMeasurement.KILOGRAM) -> tuple[Factor, ...]:
    """Return a figure of an invented set, for tests alone."""
    return (Factor("tests-invented", "2026.1", CLASSIFICATION, unit, Decimal(low), Decimal(typical)),)


@dataclass(frozen=True, slots=True)
class Case:
    keeps: tuple[Evidence, ...]
    breaks: tuple[tuple[Evidence, str], ...]


def rules(**rule: Any) -> Evidence:
    return pcf(productOrSectorSpecificRules=[{"ruleNames": ["a"]} | rule])


def dqi(technological: str) -> Evidence:
    return pcf(dqi={"technologicalDQR": technological, "geographicalDQR": "5", "temporalDQR": "1"})


LATER: Final = {"referencePeriodStart": "2027-01-01T00:00:00Z", "referencePeriodEnd": "2028-01-01T00:00:00Z"}
TO_THE_DAY: Final = {"referencePeriodStart": "2027-01-01T00:00:00Z", "referencePeriodEnd": "2027-12-31T00:00:00Z"}
NO_LAND: Final = {"landManagementFossilGhgEmissions": ..., "landManagementBiogenicCO2Emissions": ...}
SUCCESSOR: Final[dict[str, Any]] = {"precedingPfIds": [OLD_ID]}
NO_SOURCES: Final = {"secondaryEmissionFactorSources": ...}
KILOGRAM: Final = {"declaredUnitOfMeasurement": "kilogram"}
CCS: Final = {"ccsTechnologicalCO2CaptureIncluded": True}

CASES: Final[dict[str, Case]] = {
    "reference_period_order": Case(
        (evidence(), pcf(referencePeriodStart="2025-12-31T23:59:59.999+08:00")),
        ((pcf(referencePeriodStart=REFERENCE_END), "/pcf/referencePeriodEnd"),),
    ),
    "reference_period_too_long": Case(
        (evidence(), pcf(referencePeriodStart="2023-01-01T00:00:00+08:00")),
        ((pcf(referencePeriodStart="2022-12-31T23:59:59.999+08:00"), "/pcf/referencePeriodEnd"),),
    ),
    "validity_starts_too_early": Case(
        (evidence(), evidence(validityPeriodStart=REFERENCE_END)),
        ((evidence(validityPeriodStart="2025-12-31T23:59:59.999+08:00"), "/validityPeriodStart"),),
    ),
    "validity_ends_too_late": Case(
        (evidence(), evidence(validityPeriodEnd="2029-01-01T00:00:00+08:00")),
        ((evidence(validityPeriodEnd="2029-01-01T00:00:00.001+08:00"), "/validityPeriodEnd"),),
    ),
    "validity_is_empty": Case(
        (evidence(), evidence(validityPeriodEnd="2026-01-01T00:00:00.001+08:00")),
        (
            (evidence(validityPeriodEnd=REFERENCE_END), "/validityPeriodEnd"),
            (evidence(validityPeriodStart="2029-01-01T00:00:00+08:00"), "/validityPeriodStart"),
        ),
    ),
    "created_before_reference_end": Case(
        (evidence(), evidence(created=REFERENCE_END)),
        ((evidence(created="2025-12-31T23:59:59.999+08:00"), "/created"),),
    ),
    "created_in_the_future": Case(
        (evidence(), evidence(created="2026-06-01T08:05:00Z")),
        ((evidence(created="2026-06-01T08:05:00.001Z"), "/created"),),
    ),
    "review_is_due": Case(
        (evidence(), evidence(created="2025-06-01T08:00:00.001Z")),
        ((evidence(created="2025-06-01T08:00:00Z"), "/created"),),
    ),
    "total_excluding_uptake_differs": Case(
        (evidence(), pcf(fossilGhgEmissions="70.96")),  # 0.35 of 71.384: within half a percent
        (
            (pcf(fossilGhgEmissions="70.94"), "/pcf/pcfExcludingBiogenicUptake"),
            (pcf(**CCS, ccsTechnologicalCO2Capture="-3"), "/pcf/pcfExcludingBiogenicUptake"),
        ),
    ),
    "total_including_uptake_differs": Case(
        (evidence(),), ((pcf(biogenicCO2Uptake="-1"), "/pcf/pcfIncludingBiogenicUptake"),)
    ),
    "total_excluding_uptake_negative": Case(
        (evidence(), pcf(pcfExcludingBiogenicUptake="-0")),
        ((pcf(pcfExcludingBiogenicUptake="-0.001"), "/pcf/pcfExcludingBiogenicUptake"),),
    ),
    "land_management_fossil_exceeds_fossil": Case(
        (evidence(), pcf(landManagementFossilGhgEmissions="71.310")),
        ((pcf(landManagementFossilGhgEmissions="71.311"), "/pcf/landManagementFossilGhgEmissions"),),
    ),
    "aircraft_exceeds_fossil": Case(
        (evidence(), pcf(aircraftGhgEmissions="71.31")),
        ((pcf(aircraftGhgEmissions="71.32"), "/pcf/aircraftGhgEmissions"),),
    ),
    "packaging_exceeds_total": Case(
        (evidence(), pcf(packagingGhgEmissions="71.386"), pcf(packagingGhgEmissions=...)),
        ((pcf(packagingGhgEmissions="71.387"), "/pcf/packagingGhgEmissions"),),  # 71.310 + 0.052 + 0.014 + 0.010
    ),
    "mass_differs_from_amount": Case(
        (evidence(), pcf(**KILOGRAM, productMassPerDeclaredUnit="1.000")),
        ((pcf(**KILOGRAM), "/pcf/productMassPerDeclaredUnit"),),
    ),
    "mass_of_goods_is_zero": Case(
        (
            evidence(),
            pcf(productMassPerDeclaredUnit="0", declaredUnitOfMeasurement="hour"),
            pcf(productMassPerDeclaredUnit="0", **KILOGRAM),
        ),
        ((pcf(productMassPerDeclaredUnit="0.0"), "/pcf/productMassPerDeclaredUnit"),),
    ),
    "mass_of_a_service_is_stated": Case(
        (evidence(), pcf(productMassPerDeclaredUnit="0", declaredUnitOfMeasurement="kilowatt hour")),
        ((pcf(declaredUnitOfMeasurement="ton kilometer"), "/pcf/productMassPerDeclaredUnit"),),
    ),
    "declared_amount_is_not_one": Case(
        (evidence(), pcf(declaredUnitAmount="1.0"), pcf(declaredUnitOfMeasurement="liter", declaredUnitAmount="12")),
        ((pcf(declaredUnitAmount="48000"), "/pcf/declaredUnitAmount"),),
    ),
    "carbon_exceeds_mass": Case(
        (evidence(), pcf(fossilCarbonContent="8.46"), pcf(fossilCarbonContent="9", productMassPerDeclaredUnit="0")),
        ((pcf(fossilCarbonContent="8.4", biogenicCarbonContent="0.061"), "/pcf/fossilCarbonContent"),),
    ),
    "recycled_carbon_exceeds_content": Case(
        (
            evidence(),
            pcf(fossilCarbonContent="0.2", biogenicCarbonContent="0.1", recycledCarbonContent="0.3"),
            pcf(recycledCarbonContent="1", biogenicCarbonContent=...),
        ),
        ((pcf(fossilCarbonContent="0.2", recycledCarbonContent="0.3"), "/pcf/recycledCarbonContent"),),
    ),
    "recycled_carbon_missing": Case(
        (evidence(), pcf(fossilCarbonContent="0.2", recycledCarbonContent="0")),
        (
            (pcf(fossilCarbonContent="0.2"), "/pcf/recycledCarbonContent"),
            (pcf(biogenicCarbonContent="0.2"), "/pcf/recycledCarbonContent"),
        ),
    ),
    "primary_data_share_missing": Case(
        (evidence(),),
        ((pcf(primaryDataShare=...), "/pcf/primaryDataShare"), (pcf(primaryDataShare=None), "/pcf/primaryDataShare")),
    ),
    "primary_data_share_out_of_range": Case(
        (evidence(), pcf(primaryDataShare="0"), pcf(primaryDataShare="100"), pcf(primaryDataShare=...)),
        (
            (pcf(primaryDataShare="100.01"), "/pcf/primaryDataShare"),
            (pcf(primaryDataShare="-1"), "/pcf/primaryDataShare"),
        ),
    ),
    "primary_data_share_looks_like_fraction": Case(
        (evidence(), pcf(primaryDataShare="0"), pcf(primaryDataShare="1.01"), pcf(primaryDataShare=...)),
        ((pcf(primaryDataShare="0.72"), "/pcf/primaryDataShare"), (pcf(primaryDataShare="1"), "/pcf/primaryDataShare")),
    ),
    "exempted_emissions_out_of_range": Case(
        (evidence(), pcf(exemptedEmissionsPercent="100")),
        (
            (pcf(exemptedEmissionsPercent="100.1"), "/pcf/exemptedEmissionsPercent"),
            (pcf(exemptedEmissionsPercent="-0.1"), "/pcf/exemptedEmissionsPercent"),
        ),
    ),
    "exempted_emissions_over_cut_off": Case(
        (evidence(), pcf(exemptedEmissionsPercent="2.999"), pcf(exemptedEmissionsPercent="100.1")),
        ((pcf(exemptedEmissionsPercent="3"), "/pcf/exemptedEmissionsPercent"),),
    ),
    "exempted_emissions_unexplained": Case(
        (evidence(), pcf(exemptedEmissionsPercent="0", exemptedEmissionsDescription=...)),
        (
            (pcf(exemptedEmissionsDescription=...), "/pcf/exemptedEmissionsDescription"),
            (pcf(exemptedEmissionsDescription=" "), "/pcf/exemptedEmissionsDescription"),
        ),
    ),
    "data_quality_missing": Case((evidence(),), ((pcf(dqi=...), "/pcf/dqi"),)),
    "data_quality_out_of_range": Case(
        (evidence(), dqi("1"), dqi("5"), pcf(dqi=...)),
        ((dqi("0.9"), "/pcf/dqi/technologicalDQR"), (dqi("5.1"), "/pcf/dqi/technologicalDQR")),
    ),
    "secondary_sources_without_secondary_data": Case(
        (evidence(), pcf(primaryDataShare="100", **NO_SOURCES)),
        ((pcf(primaryDataShare="100"), "/pcf/secondaryEmissionFactorSources"),),
    ),
    "secondary_sources_missing": Case(
        (evidence(), pcf(primaryDataShare="100", **NO_SOURCES), pcf(primaryDataShare=..., **NO_SOURCES)),
        ((pcf(**NO_SOURCES), "/pcf/secondaryEmissionFactorSources"),),
    ),
    "packaging_flag_missing": Case(
        (evidence(),), ((pcf(packagingEmissionsIncluded=...), "/pcf/packagingEmissionsIncluded"),)
    ),
    "packaging_emissions_missing": Case(
        (evidence(), pcf(packagingEmissionsIncluded=False, packagingGhgEmissions=None)),
        ((pcf(packagingGhgEmissions=...), "/pcf/packagingGhgEmissions"),),
    ),
    "packaging_emissions_contradict_flag": Case(
        (evidence(), pcf(packagingEmissionsIncluded=False, packagingGhgEmissions=None)),
        ((pcf(packagingEmissionsIncluded=False), "/pcf/packagingGhgEmissions"),),
    ),
    "ccs_flag_missing": Case(
        (evidence(),), ((pcf(ccsTechnologicalCO2CaptureIncluded=...), "/pcf/ccsTechnologicalCO2CaptureIncluded"),)
    ),
    "ccs_contradicts_flag": Case(
        (evidence(), pcf(**CCS, technologicalCO2Removals="-1")),
        (
            (pcf(ccsTechnologicalCO2Capture="0"), "/pcf/ccsTechnologicalCO2Capture"),
            (pcf(technologicalCO2Removals="0"), "/pcf/technologicalCO2Removals"),
            (pcf(technologicalCO2CaptureOrigin="x"), "/pcf/technologicalCO2CaptureOrigin"),
        ),
    ),
    "ccs_amounts_missing": Case(
        (evidence(), pcf(**CCS, technologicalCO2Removals="0")),
        ((pcf(**CCS), "/pcf/ccsTechnologicalCO2Capture"),),
    ),
    "capture_origin_missing": Case(
        (
            evidence(),
            pcf(**CCS, ccsTechnologicalCO2Capture="-0.0"),
            pcf(
                **CCS, ccsTechnologicalCO2Capture="-1", technologicalCO2CaptureOrigin="flue gas of the melting furnace"
            ),
        ),
        (
            (pcf(**CCS, ccsTechnologicalCO2Capture="-1"), "/pcf/technologicalCO2CaptureOrigin"),
            (pcf(ccuCarbonContent="0.1"), "/pcf/technologicalCO2CaptureOrigin"),
        ),
    ),
    "ccu_approach_missing": Case(
        (evidence(), pcf(ccuCarbonContent="0"), pcf(ccuCarbonContent="0.1", ccuCalculationApproach="Cut-off")),
        ((pcf(ccuCarbonContent="0.1"), "/pcf/ccuCalculationApproach"),),
    ),
    "ccu_credit_without_certification": Case(
        (evidence(), pcf(ccuCalculationApproach="Cut-off")),
        ((pcf(ccuCalculationApproach="Credit"), "/pcf/ccuCreditCertification"),),
    ),
    "ccu_certification_without_credit": Case(
        (evidence(), pcf(ccuCalculationApproach="Credit", ccuCreditCertification="https://registry.example/1")),
        ((pcf(ccuCreditCertification="https://registry.example/1"), "/pcf/ccuCreditCertification"),),
    ),
    "characterization_factors_outdated": Case(
        (evidence(), pcf(ipccCharacterizationFactors=["AR5", "AR6"])),
        ((pcf(ipccCharacterizationFactors=["AR5"]), "/pcf/ipccCharacterizationFactors"),),
    ),
    "characterization_factors_mixed": Case(
        (evidence(), pcf(ipccCharacterizationFactors=["AR5"])),
        ((pcf(ipccCharacterizationFactors=["AR5", "AR6"]), "/pcf/ipccCharacterizationFactors"),),
    ),
    "standard_is_spelt_otherwise": Case(
        (evidence(), pcf(crossSectoralStandards=["A standard of 2031", "ISO14040-44"])),
        ((pcf(crossSectoralStandards=["PEF", "ISO 14067"]), "/pcf/crossSectoralStandards/1"),),
    ),
    "other_operator_unnamed": Case(
        (evidence(), rules(operator="PEF")),
        ((rules(operator="Other"), "/pcf/productOrSectorSpecificRules/0/otherOperatorName"),),
    ),
    "other_operator_name_unexpected": Case(
        (evidence(), rules(operator="PEF")),
        (
            (
                rules(operator="PEF", otherOperatorName="b"),
                "/pcf/productOrSectorSpecificRules/0/otherOperatorName",
            ),
        ),
    ),
    "boundary_processes_missing": Case(
        (evidence(),),
        (
            (pcf(boundaryProcessesDescription=...), "/pcf/boundaryProcessesDescription"),
            (pcf(boundaryProcessesDescription=""), "/pcf/boundaryProcessesDescription"),
        ),
    ),
    "biogenic_amounts_undefined": Case(
        (evidence(),), ((pcf(biogenicNonCO2Emissions=...), "/pcf/biogenicNonCO2Emissions"),)
    ),
    "land_management_amounts_undefined": Case(
        (evidence(), pcf(**NO_LAND), pcf(**NO_LAND, **TO_THE_DAY)),
        ((pcf(**NO_LAND, **LATER), "/pcf/landManagementFossilGhgEmissions"),),
    ),
    "verification_without_provider": Case(
        (evidence(), pcf(verification=...), pcf(verification=None)),
        (
            (pcf(verification={}), "/pcf/verification/providerName"),
            (pcf(verification={"providerName": " "}), "/pcf/verification/providerName"),
        ),
    ),
    "property_of_the_2_line": Case(
        (evidence(), evidence(statusComment=None)),
        (
            (evidence(statusComment="gone since 3.0"), "/statusComment"),
            (pcf(biogenicAccountingMethodology="PEF"), "/pcf/biogenicAccountingMethodology"),
        ),
    ),
    "pact_urn_without_issuer": Case(
        (
            evidence(),
            evidence(companyIds=["URN:PACT:a.example:company-id:1", "urn:pact:company:customcode:vendor-assigned:1"]),
            evidence(productIds=["urn:gtin:4712345060507"]),
        ),
        (
            (evidence(companyIds=["urn:pact:company:lpc"]), "/companyIds/0"),
            (evidence(productIds=["urn:gtin:1", "urn:pact:product:lpc-1"]), "/productIds/1"),
            (evidence(productClassifications=["urn:pact:cpc:1"]), "/productClassifications/0"),
        ),
    ),
    "partner_number_malformed": Case(
        (evidence(), evidence(companyIds=["urn:bpn:id:BPNL000000000065"])),
        (
            (evidence(companyIds=["urn:BPNL00000000065"]), "/companyIds/0"),
            (evidence(companyIds=["urn:bpn:BPNX000000000065"]), "/companyIds/0"),
        ),
    ),
    "partner_number_check_fails": Case(
        (
            evidence(),
            evidence(companyIds=["urn:bpn:id:BPNL000000000065"]),  # the present rule
            evidence(companyIds=["urn:BPNL00000003CRHK"]),  # the rule before July 2024
            evidence(companyIds=["urn:BPNL0000"]),  # malformed: another rule's matter
        ),
        ((evidence(companyIds=["urn:bpn:id:BPNL000000000056"]), "/companyIds/0"),),
    ),
    "country_code_unassigned": Case(
        (
            evidence(),
            pcf(geographyCountrySubdivision=..., geographyCountry="XK"),
            pcf(geographyCountrySubdivision=..., geographyRegionOrSubregion="Eastern Asia"),
            pcf(geographyCountrySubdivision=...),
        ),
        (
            (pcf(geographyCountrySubdivision=..., geographyCountry="UK"), "/pcf/geographyCountry"),
            (pcf(geographyCountrySubdivision="CJ-LN"), "/pcf/geographyCountrySubdivision"),
        ),
    ),
    "change_reason_missing": Case(
        (evidence(), evidence(**SUCCESSOR), evidence(comment=...)),
        ((evidence(**SUCCESSOR, comment=...), "/comment"), (evidence(**SUCCESSOR, comment=" "), "/comment")),
    ),
    "predecessor_unknown": Case(
        (evidence(), evidence(**SUCCESSOR, predecessors=before("71.352")), evidence(**SUCCESSOR)),
        ((evidence(**SUCCESSOR, predecessors={OLD_ID: None}), "/precedingPfIds/0"),),
    ),
    "total_rises_against_predecessor": Case(
        (
            evidence(),
            evidence(**SUCCESSOR, predecessors=before("64.866")),  # 71.352 is 9.999 % more
            evidence(**SUCCESSOR, predecessors=before("100")),
            evidence(**SUCCESSOR, predecessors=before("142.704", declaredUnitAmount="2")),
            evidence(**SUCCESSOR, predecessors=before("1", **KILOGRAM)),
            evidence(**SUCCESSOR, predecessors=before("0")),
            evidence(**SUCCESSOR, predecessors={OLD_ID: None}),
        ),
        (
            (evidence(**SUCCESSOR, predecessors=before("64.865")), "/pcf/pcfIncludingBiogenicUptake"),
            (
                evidence(**SUCCESSOR, predecessors=before("129.730", declaredUnitAmount="2")),
                "/pcf/pcfIncludingBiogenicUptake",
            ),
        ),
    ),
    "total_implausible": Case(
        (
            evidence(),
            evidence(factors=own_factor("4.1", "8.4")),
            evidence(factors=own_factor("713.84", "713.84", UnitOfMeasurement.PIECE)),
            evidence(factors=own_factor("7.1384", "7.1384", UnitOfMeasurement.PIECE)),
            evidence(factors=own_factor("0.001", "0.001", UnitOfMeasurement.LITER)),
        ),
        (
            (
                evidence(factors=own_factor("713.85", "713.85", UnitOfMeasurement.PIECE)),
                "/pcf/pcfExcludingBiogenicUptake",
            ),
            (evidence(factors=own_factor("1", "7.1383", UnitOfMeasurement.PIECE)), "/pcf/pcfExcludingBiogenicUptake"),
            (evidence(factors=own_factor("0.1", "0.84")), "/pcf/pcfExcludingBiogenicUptake"),
        ),
    ),
}

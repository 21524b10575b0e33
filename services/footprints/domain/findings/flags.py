"""Rules on flags and their amounts: packaging, carbon capture and storage (CCS), carbon capture and use (CCU)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from services.footprints.domain.findings.exact import ZERO, or_zero
from services.footprints.domain.findings.finding import Severity, shortened, shown
from services.footprints.domain.findings.rule import Breach, Evidence, Tag, breach, pact, rule

CREDIT_APPROACH: Final = "Credit"
PACKAGING_FLAG, PACKAGING = "/pcf/packagingEmissionsIncluded", "/pcf/packagingGhgEmissions"
CCS_FLAG, CAPTURE = "/pcf/ccsTechnologicalCO2CaptureIncluded", "/pcf/ccsTechnologicalCO2Capture"
REMOVALS, ORIGIN = "/pcf/technologicalCO2Removals", "/pcf/technologicalCO2CaptureOrigin"
CCU_CARBON, APPROACH = "/pcf/ccuCarbonContent", "/pcf/ccuCalculationApproach"
CERTIFICATION = "/pcf/ccuCreditCertification"


@rule(Severity.WARNING, pact("CarbonFootprint, packagingEmissionsIncluded"), PACKAGING_FLAG, tags=(Tag.SHALL,))
def packaging_flag_missing(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a footprint says whether it includes packaging."""
    if evidence.carbon.packaging_emissions_included is None:
        yield breach(PACKAGING_FLAG, None)


@rule(Severity.WARNING, pact("CarbonFootprint, packagingGhgEmissions"), PACKAGING, PACKAGING_FLAG, tags=(Tag.SHOULD,))
def packaging_emissions_missing(evidence: Evidence) -> Iterator[Breach]:
    """Hold that packaging that is included is stated."""
    carbon = evidence.carbon
    if carbon.packaging_emissions_included and carbon.amounts.packaging_ghg_emissions_kgco2e is None:
        yield breach(PACKAGING, None)


@rule(Severity.ERROR, pact("CarbonFootprint, packagingGhgEmissions"), PACKAGING, PACKAGING_FLAG)
def packaging_emissions_contradict_flag(evidence: Evidence) -> Iterator[Breach]:
    """Hold that packaging that is not included has no emissions stated."""
    emissions = evidence.carbon.amounts.packaging_ghg_emissions_kgco2e
    if evidence.carbon.packaging_emissions_included is False and emissions is not None:
        yield breach(PACKAGING, shown(emissions))


@rule(Severity.WARNING, pact("CarbonFootprint, ccsTechnologicalCO2CaptureIncluded"), CCS_FLAG, tags=(Tag.SHALL,))
def ccs_flag_missing(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a footprint says whether it includes carbon capture and storage."""
    if evidence.carbon.ccs_technological_co2_capture_included is None:
        yield breach(CCS_FLAG, None)


@rule(Severity.ERROR, pact("CarbonFootprint, ccsTechnologicalCO2CaptureIncluded"), CCS_FLAG, CAPTURE, REMOVALS, ORIGIN)
def ccs_contradicts_flag(evidence: Evidence) -> Iterator[Breach]:
    """Hold that without carbon capture and storage its three properties are undefined."""
    carbon = evidence.carbon
    if carbon.ccs_technological_co2_capture_included is not False:
        return
    amounts = {
        CAPTURE: carbon.amounts.ccs_technological_co2_capture_kgco2e,
        REMOVALS: carbon.amounts.technological_co2_removals_kgco2e,
    }
    for pointer, amount in amounts.items():
        if amount is not None:
            yield breach(pointer, shown(amount))
    if carbon.technological_co2_capture_origin is not None:
        yield breach(ORIGIN, shortened(carbon.technological_co2_capture_origin))


@rule(
    Severity.WARNING,
    pact("CarbonFootprint, ccsTechnologicalCO2Capture and technologicalCO2Removals"),
    CCS_FLAG,
    CAPTURE,
    REMOVALS,
    tags=(Tag.CCS,),
)
def ccs_amounts_missing(evidence: Evidence) -> Iterator[Breach]:
    """Hold that carbon capture and storage that is included is stated, as capture or as removals."""
    carbon = evidence.carbon
    stated = (
        carbon.amounts.ccs_technological_co2_capture_kgco2e,
        carbon.amounts.technological_co2_removals_kgco2e,
    )
    if carbon.ccs_technological_co2_capture_included and stated == (None, None):
        yield breach(CAPTURE, None)


@rule(
    Severity.INFO,
    pact("CarbonFootprint, technologicalCO2CaptureOrigin"),
    ORIGIN,
    CAPTURE,
    REMOVALS,
    CCU_CARBON,
    tags=(Tag.CCS, Tag.CCU),
)
def capture_origin_missing(evidence: Evidence) -> Iterator[Breach]:
    """Hold that carbon that was captured says where it came from."""
    amounts = evidence.carbon.amounts
    captured = (
        amounts.ccs_technological_co2_capture_kgco2e,
        amounts.technological_co2_removals_kgco2e,
        amounts.ccu_carbon_content_kgc,
    )
    is_captured = any(or_zero(each) != ZERO for each in captured)
    if is_captured and evidence.carbon.technological_co2_capture_origin is None:
        yield breach(ORIGIN, None)


@rule(Severity.WARNING, pact("CarbonFootprint, ccuCalculationApproach"), APPROACH, CCU_CARBON, tags=(Tag.CCU,))
def ccu_approach_missing(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a product that holds captured carbon says how that was counted."""
    content = or_zero(evidence.carbon.amounts.ccu_carbon_content_kgc)
    if content > ZERO and evidence.carbon.ccu_calculation_approach is None:
        yield breach(APPROACH, None, content=shown(content))


@rule(Severity.WARNING, pact("CarbonFootprint, ccuCreditCertification"), CERTIFICATION, APPROACH, tags=(Tag.CCU,))
def ccu_credit_without_certification(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the credit approach names its certification."""
    carbon = evidence.carbon
    if carbon.ccu_calculation_approach == CREDIT_APPROACH and carbon.ccu_credit_certification is None:
        yield breach(CERTIFICATION, None)


@rule(Severity.ERROR, pact("CarbonFootprint, ccuCreditCertification"), CERTIFICATION, APPROACH)
def ccu_certification_without_credit(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a certification of credits belongs to the credit approach alone."""
    carbon = evidence.carbon
    if carbon.ccu_credit_certification is not None and carbon.ccu_calculation_approach != CREDIT_APPROACH:
        yield breach(CERTIFICATION, shortened(carbon.ccu_credit_certification))


RULES: Final = (
    packaging_flag_missing,
    packaging_emissions_missing,
    packaging_emissions_contradict_flag,
    ccs_flag_missing,
    ccs_contradicts_flag,
    ccs_amounts_missing,
    capture_origin_missing,
    ccu_approach_missing,
    ccu_credit_without_certification,
    ccu_certification_without_credit,
)

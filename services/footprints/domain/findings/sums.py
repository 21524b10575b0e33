"""Rules on emissions that must fit together: the two sum rules, and parts within their whole.

Most public documents do not itemise every stream, so a gap in a sum is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import Final

from services.footprints.domain.findings.exact import EXACT, HUNDRED, ZERO, or_zero
from services.footprints.domain.findings.finding import Severity, shown
from services.footprints.domain.findings.rule import Breach, Evidence, breach, catenax, pact, rule
from services.footprints.domain.terms import Amounts

SUM_TOLERANCE_PERCENT: Final = Decimal("0.5")
"""[A] Our own choice, version 1: a total may differ from its parts by this share of itself, for rounding."""

EXCLUDING: Final = "/pcf/pcfExcludingBiogenicUptake"
INCLUDING: Final = "/pcf/pcfIncludingBiogenicUptake"
FOSSIL: Final = "/pcf/fossilGhgEmissions"
UPTAKE: Final = "/pcf/biogenicCO2Uptake"
PACKAGING: Final = "/pcf/packagingGhgEmissions"
AIRCRAFT: Final = "/pcf/aircraftGhgEmissions"
LAND_FOSSIL: Final = "/pcf/landManagementFossilGhgEmissions"
EXCLUDING_PARTS: Final = {
    FOSSIL: "fossil_ghg_emissions_kgco2e",
    "/pcf/landUseChangeGhgEmissions": "land_use_change_ghg_emissions_kgco2e",
    "/pcf/landManagementBiogenicCO2Emissions": "land_management_biogenic_co2_emissions_kgco2e",
    "/pcf/landManagementBiogenicCO2Removals": "land_management_biogenic_co2_removals_kgco2e",
    "/pcf/technologicalCO2Removals": "technological_co2_removals_kgco2e",
    "/pcf/ccsTechnologicalCO2Capture": "ccs_technological_co2_capture_kgco2e",
    "/pcf/biogenicNonCO2Emissions": "biogenic_non_co2_emissions_kgco2e",
}
"""Parts of the total excluding uptake: JSON pointer and our name."""


@rule(Severity.WARNING, pact("CarbonFootprint, pcfExcludingBiogenicUptake (sum rule)"), EXCLUDING, *EXCLUDING_PARTS)
def total_excluding_uptake_differs(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the total excluding uptake is the sum of its parts, undefined ones as 0 (Catena-X rule 2, T2)."""
    parts = _parts(evidence.carbon.amounts)
    with localcontext(EXACT):
        computed = sum((or_zero(value) for value in parts.values()), ZERO)
        stated = evidence.carbon.amounts.pcf_excluding_biogenic_uptake_kgco2e
        if _differs(stated, computed):
            undefined = [pointer.rpartition("/")[2] for pointer, value in parts.items() if value is None]
            yield breach(
                EXCLUDING,
                shown(stated),
                sum=shown(computed),
                tolerance=shown(SUM_TOLERANCE_PERCENT),
                undefined=", ".join(undefined) or "-",
            )


@rule(Severity.WARNING, pact("CarbonFootprint, pcfIncludingBiogenicUptake (sum rule)"), INCLUDING, EXCLUDING, UPTAKE)
def total_including_uptake_differs(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the total including uptake is the one excluding it plus the uptake (Catena-X rules 2 and 4)."""
    amounts = evidence.carbon.amounts
    with localcontext(EXACT):
        computed = amounts.pcf_excluding_biogenic_uptake_kgco2e + or_zero(amounts.biogenic_co2_uptake_kgco2e)
        stated = amounts.pcf_including_biogenic_uptake_kgco2e
        if _differs(stated, computed):
            yield breach(INCLUDING, shown(stated), sum=shown(computed), tolerance=shown(SUM_TOLERANCE_PERCENT))


@rule(Severity.WARNING, catenax("pcfExcludingBiogenicUptake (T2), 0 or more (rule 3)"), EXCLUDING)
def total_excluding_uptake_negative(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the total excluding uptake is 0 or more; PACT takes any sign, Catena-X refuses it."""
    total = evidence.carbon.amounts.pcf_excluding_biogenic_uptake_kgco2e
    if total < ZERO:
        yield breach(EXCLUDING, shown(total))


@rule(Severity.ERROR, pact("CarbonFootprint, landManagementFossilGhgEmissions"), LAND_FOSSIL, FOSSIL)
def land_management_fossil_exceeds_fossil(evidence: Evidence) -> Iterator[Breach]:
    """Hold that fossil emissions of land management are a part of the fossil emissions already."""
    amounts = evidence.carbon.amounts
    part = amounts.land_management_fossil_ghg_emissions_kgco2e
    if part is not None and part > amounts.fossil_ghg_emissions_kgco2e:
        yield breach(LAND_FOSSIL, shown(part), whole=shown(amounts.fossil_ghg_emissions_kgco2e))


@rule(
    Severity.WARNING,
    pact("CarbonFootprint, aircraftGhgEmissions (no term of the sum rule, so a part of the fossil emissions)"),
    AIRCRAFT,
    FOSSIL,
    is_assumption=True,
)
def aircraft_exceeds_fossil(evidence: Evidence) -> Iterator[Breach]:
    """Hold that aircraft emissions are a part of the fossil emissions."""
    amounts = evidence.carbon.amounts
    part = amounts.aircraft_ghg_emissions_kgco2e
    if part is not None and part > amounts.fossil_ghg_emissions_kgco2e:
        yield breach(AIRCRAFT, shown(part), whole=shown(amounts.fossil_ghg_emissions_kgco2e))


@rule(Severity.WARNING, catenax("packagingStage: inside production (rule 10)"), PACKAGING, EXCLUDING, *EXCLUDING_PARTS)
def packaging_exceeds_total(evidence: Evidence) -> Iterator[Breach]:
    """Hold that packaging is a part of what is emitted; removals and capture lower the total alone."""
    amounts = evidence.carbon.amounts
    part = amounts.packaging_ghg_emissions_kgco2e
    if part is None:
        return
    with localcontext(EXACT):
        emitted = sum((value for value in _parts(amounts).values() if value is not None and value > ZERO), ZERO)
        whole = max(emitted, amounts.pcf_excluding_biogenic_uptake_kgco2e)
    if part > whole:
        yield breach(PACKAGING, shown(part), whole=shown(whole))


def _parts(amounts: Amounts) -> dict[str, Decimal | None]:
    return {pointer: getattr(amounts, name) for pointer, name in EXCLUDING_PARTS.items()}


def _differs(stated: Decimal, computed: Decimal) -> bool:
    return abs(stated - computed) * HUNDRED > max(abs(stated), abs(computed)) * SUM_TOLERANCE_PERCENT


RULES: Final = (
    total_excluding_uptake_differs,
    total_including_uptake_differs,
    total_excluding_uptake_negative,
    land_management_fossil_exceeds_fossil,
    aircraft_exceeds_fossil,
    packaging_exceeds_total,
)

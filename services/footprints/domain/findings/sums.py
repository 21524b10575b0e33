"""Rules on figures that must fit together: the two sum rules and the mass of a kilogram.

Source: comments of the PACT 3.0.3 schema at pcfExcludingBiogenicUptake and pcfIncludingBiogenicUptake. Most public
documents do not itemise every stream, so a gap is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal, localcontext
from typing import Final

from services.footprints.domain.carbon import Submission
from services.footprints.domain.findings.finding import Finding, Severity, shown
from services.footprints.domain.terms import Amounts, UnitOfMeasurement

SUM_TOLERANCE_PERCENT: Final = Decimal("0.5")
"""[A] Our own choice, version 1: a total may differ from its parts by this share of itself, for rounding."""
EXACT: Final = Context(prec=200)
"""Texts have 64 characters at most, so sums and products of a few of them are exact in 200 digits."""
HUNDRED: Final = Decimal(100)

EXCLUDING_PARTS: Final = (
    "fossil_ghg_emissions_kgco2e",
    "land_use_change_ghg_emissions_kgco2e",
    "land_management_biogenic_co2_emissions_kgco2e",
    "land_management_biogenic_co2_removals_kgco2e",
    "technological_co2_removals_kgco2e",
    "ccs_technological_co2_capture_kgco2e",
    "biogenic_non_co2_emissions_kgco2e",
)


def sum_findings(submission: Submission) -> Iterator[Finding]:
    """Compare both totals with the sums of their parts (undefined counts as 0), and mass with amount."""
    amounts = submission.carbon.amounts
    with localcontext(EXACT):
        excluding = sum((_part(amounts, name) for name in EXCLUDING_PARTS), Decimal(0))
        including = amounts.pcf_excluding_biogenic_uptake_kgco2e + _part(amounts, "biogenic_co2_uptake_kgco2e")
        yield from _compared(
            "total_excluding_uptake_differs",
            "/pcf/pcfExcludingBiogenicUptake",
            amounts.pcf_excluding_biogenic_uptake_kgco2e,
            excluding,
            "fossil + land use change + land management (emissions, removals) + technological removals + CCS capture"
            " + biogenic non-CO2",
        )
        yield from _compared(
            "total_including_uptake_differs",
            "/pcf/pcfIncludingBiogenicUptake",
            amounts.pcf_including_biogenic_uptake_kgco2e,
            including,
            "pcfExcludingBiogenicUptake + biogenicCO2Uptake",
        )
        yield from _mass_findings(submission)


def _part(amounts: Amounts, name: str) -> Decimal:
    value: Decimal | None = getattr(amounts, name)
    return Decimal(0) if value is None else value


def _compared(code: str, field: str, stated: Decimal, computed: Decimal, formula: str) -> Iterator[Finding]:
    if abs(stated - computed) * HUNDRED <= max(abs(stated), abs(computed)) * SUM_TOLERANCE_PERCENT:
        return
    yield Finding(
        code,
        Severity.WARNING,
        field,
        shown(stated),
        f"{shown(computed)} within {SUM_TOLERANCE_PERCENT} % = {formula}",
        "State the stream that is missing from the sum, or correct the total, under a new id.",
    )


def _mass_findings(submission: Submission) -> Iterator[Finding]:
    carbon = submission.carbon
    if carbon.unit_of_measurement is not UnitOfMeasurement.KILOGRAM:
        return
    if carbon.product_mass_kg != carbon.declared_unit_amount:
        yield Finding(
            "mass_differs_from_amount",
            Severity.WARNING,
            "/pcf/productMassPerDeclaredUnit",
            shown(carbon.product_mass_kg),
            f"{shown(carbon.declared_unit_amount)}: a declared unit of so many kilograms has that mass",
            "Leave packaging out of the mass, or declare the amount that was weighed.",
        )

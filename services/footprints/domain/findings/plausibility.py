"""The one rule on whether a figure can be true. It speaks only where an operator loaded reference factors."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import Final

from services.footprints.domain.carbon import CarbonFootprint
from services.footprints.domain.findings.exact import EXACT, ZERO
from services.footprints.domain.findings.finding import Severity, shown
from services.footprints.domain.findings.rule import TIERLOOP, Breach, Evidence, Source, breach, rule
from services.footprints.domain.terms import UnitOfMeasurement

FACTOR_OF_TEN: Final = Decimal(10)
"""[A] Ours, version 1: a slip of units or of a decimal point is a power of ten."""
SHOWN_DIGITS: Final = 6
TOTAL: Final = "/pcf/pcfExcludingBiogenicUptake"


@rule(
    Severity.WARNING,
    Source(TIERLOOP, "a factor of ten either way of a loaded reference factor"),
    TOTAL,
    "/productClassifications",
    "/pcf/declaredUnitOfMeasurement",
    "/pcf/declaredUnitAmount",
    "/pcf/productMassPerDeclaredUnit",
    is_assumption=True,
)
def total_implausible(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the total lies from a tenth of the low reference figure to ten times the typical one."""
    total = evidence.carbon.amounts.pcf_excluding_biogenic_uptake_kgco2e
    for factor in evidence.factors:
        quantity = quantity_in(factor.unit_of_measurement, evidence.carbon)
        if quantity is None:
            continue
        with localcontext(EXACT):
            lowest = factor.low_kgco2e * quantity / FACTOR_OF_TEN
            highest = factor.typical_kgco2e * quantity * FACTOR_OF_TEN
        if not lowest <= total <= highest:
            yield breach(
                TOTAL,
                shown(total),
                lowest=_rounded(lowest),
                highest=_rounded(highest),
                classification=factor.product_classification,
                set=factor.set_name,
                edition=factor.set_version,
            )


def quantity_in(unit: UnitOfMeasurement, carbon: CarbonFootprint) -> Decimal | None:
    """Return how many of a unit one declared unit is: by the amount, or by the stated mass; None where neither fits."""
    if carbon.unit_of_measurement is unit:
        return carbon.declared_unit_amount
    if unit is UnitOfMeasurement.KILOGRAM and carbon.product_mass_kg > ZERO:
        return carbon.product_mass_kg
    return None


def _rounded(value: Decimal) -> str:
    with localcontext(prec=SHOWN_DIGITS):
        return shown((+value).normalize())


RULES: Final = (total_implausible,)

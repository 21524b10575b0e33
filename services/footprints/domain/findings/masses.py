"""Rules on the declared unit, its mass and the carbon in it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import localcontext
from typing import Final

from services.footprints.domain.findings.exact import EXACT, ONE, ZERO, or_zero
from services.footprints.domain.findings.finding import Severity, shown
from services.footprints.domain.findings.rule import (
    TIERLOOP,
    Breach,
    Evidence,
    Source,
    Tag,
    breach,
    pact,
    rule,
    rulebook,
)
from services.footprints.domain.terms import UnitOfMeasurement

UNIT, AMOUNT, MASS = "/pcf/declaredUnitOfMeasurement", "/pcf/declaredUnitAmount", "/pcf/productMassPerDeclaredUnit"
FOSSIL_CARBON, BIOGENIC_CARBON = "/pcf/fossilCarbonContent", "/pcf/biogenicCarbonContent"
RECYCLED_CARBON = "/pcf/recycledCarbonContent"
MASSLESS_UNITS: Final = frozenset(
    {
        UnitOfMeasurement.KILOWATT_HOUR,
        UnitOfMeasurement.MEGAJOULE,
        UnitOfMeasurement.TON_KILOMETER,
        UnitOfMeasurement.HOUR,
        UnitOfMeasurement.MEGABIT_SECOND,
    }
)
"""Units of energy, logistics and services: their mass is "0"."""


@rule(Severity.WARNING, pact("CarbonFootprint, productMassPerDeclaredUnit"), UNIT, AMOUNT, MASS)
def mass_differs_from_amount(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a declared unit of so many kilograms has that mass."""
    carbon = evidence.carbon
    if (
        carbon.unit_of_measurement is UnitOfMeasurement.KILOGRAM
        and carbon.product_mass_kg != carbon.declared_unit_amount
    ):
        yield breach(MASS, shown(carbon.product_mass_kg), amount=shown(carbon.declared_unit_amount))


@rule(Severity.WARNING, pact("CarbonFootprint, productMassPerDeclaredUnit"), UNIT, MASS)
def mass_of_goods_is_zero(evidence: Evidence) -> Iterator[Breach]:
    """Hold that goods have a mass; kilograms have a rule of their own."""
    carbon = evidence.carbon
    unit = carbon.unit_of_measurement
    if carbon.product_mass_kg == ZERO and unit not in MASSLESS_UNITS | {UnitOfMeasurement.KILOGRAM}:
        yield breach(MASS, shown(carbon.product_mass_kg), unit=unit.value)


@rule(Severity.WARNING, pact("CarbonFootprint, productMassPerDeclaredUnit"), UNIT, MASS)
def mass_of_a_service_is_stated(evidence: Evidence) -> Iterator[Breach]:
    """Hold that energy, logistics and services have no mass: "0" says so."""
    carbon = evidence.carbon
    if carbon.product_mass_kg != ZERO and carbon.unit_of_measurement in MASSLESS_UNITS:
        yield breach(MASS, shown(carbon.product_mass_kg), unit=carbon.unit_of_measurement.value)


@rule(Severity.INFO, rulebook("declared unit: one piece or one kilogram"), UNIT, AMOUNT)
def declared_amount_is_not_one(evidence: Evidence) -> Iterator[Breach]:
    """Hold that pieces and kilograms are declared one at a time; an amount beyond one is often a yearly volume."""
    carbon = evidence.carbon
    unit = carbon.unit_of_measurement
    if unit in (UnitOfMeasurement.PIECE, UnitOfMeasurement.KILOGRAM) and carbon.declared_unit_amount != ONE:
        yield breach(AMOUNT, shown(carbon.declared_unit_amount), unit=unit.value)


@rule(
    Severity.ERROR,
    Source(TIERLOOP, "conservation of mass (Catena-X rule 17: carbon parts within their total)"),
    MASS,
    FOSSIL_CARBON,
    BIOGENIC_CARBON,
)
def carbon_exceeds_mass(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the carbon in a product weighs no more than the product."""
    amounts, mass_kg = evidence.carbon.amounts, evidence.carbon.product_mass_kg
    with localcontext(EXACT):
        carbon_kg = amounts.fossil_carbon_content_kgc + or_zero(amounts.biogenic_carbon_content_kgc)
    if ZERO < mass_kg < carbon_kg:
        yield breach(
            FOSSIL_CARBON, shown(amounts.fossil_carbon_content_kgc), carbon=shown(carbon_kg), mass=shown(mass_kg)
        )


@rule(
    Severity.ERROR,
    pact("CarbonFootprint, recycledCarbonContent (Catena-X rule 17)"),
    RECYCLED_CARBON,
    FOSSIL_CARBON,
    BIOGENIC_CARBON,
)
def recycled_carbon_exceeds_content(evidence: Evidence) -> Iterator[Breach]:
    """Hold that recycled carbon is a part of the carbon in the product; mute where the biogenic part is unknown."""
    amounts = evidence.carbon.amounts
    recycled, biogenic = amounts.recycled_carbon_content_kgc, amounts.biogenic_carbon_content_kgc
    if recycled is None or biogenic is None:
        return
    with localcontext(EXACT):
        content = amounts.fossil_carbon_content_kgc + biogenic
    if recycled > content:
        yield breach(RECYCLED_CARBON, shown(recycled), content=shown(content))


@rule(
    Severity.INFO,
    pact("CarbonFootprint, recycledCarbonContent"),
    RECYCLED_CARBON,
    FOSSIL_CARBON,
    BIOGENIC_CARBON,
    tags=(Tag.SHOULD,),
)
def recycled_carbon_missing(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a product that holds carbon says how much of it is recycled."""
    amounts = evidence.carbon.amounts
    holds_carbon = amounts.fossil_carbon_content_kgc > ZERO or or_zero(amounts.biogenic_carbon_content_kgc) > ZERO
    if holds_carbon and amounts.recycled_carbon_content_kgc is None:
        yield breach(RECYCLED_CARBON, None)


RULES: Final = (
    mass_differs_from_amount,
    mass_of_goods_is_zero,
    mass_of_a_service_is_stated,
    declared_amount_is_not_one,
    carbon_exceeds_mass,
    recycled_carbon_exceeds_content,
    recycled_carbon_missing,
)

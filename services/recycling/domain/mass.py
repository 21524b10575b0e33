"""Mass is counted in whole grams; every rounding of the market happens here, and nowhere else.

Kilograms enter and leave as `Decimal` with three decimals at most. In between, arithmetic is exact (`Fraction`), and a
result is rounded once: half to even to the gram where a balance is drawn, down where a right is granted.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Final

from services.recycling.domain.errors import RuleBroken

GRAMS_PER_KG: Final = 1_000
GRAMS_PER_TONNE: Final = 1_000_000
MASS_DECIMALS: Final = 3
MAX_MASS_G: Final = 100_000_000 * GRAMS_PER_KG
"""100,000 t: far above any lot, far below what a 64-bit integer holds."""
HUNDRED_PERCENT: Final = 100
PERCENT_DECIMALS: Final = 4


def to_grams(mass_kg: Decimal, field: str) -> int:
    """Return whole grams. Raises `RuleBroken` for a mass finer than a gram, negative, or above `MAX_MASS_G`."""
    grams = Fraction(mass_kg) * GRAMS_PER_KG
    if grams.denominator != 1:
        raise RuleBroken(
            f"{mass_kg} kg is finer than a gram",
            field=field,
            remedy=f"give kilograms with {MASS_DECIMALS} decimals at most",
        )
    if not 0 <= grams <= MAX_MASS_G:
        raise RuleBroken(
            f"{mass_kg} kg is outside 0 to {to_kilograms(MAX_MASS_G)} kg",
            field=field,
            remedy="split the quantity or correct the unit: the field is in kilograms",
        )
    return int(grams)


def to_kilograms(grams: int) -> Decimal:
    """Return kilograms with exactly three decimals: 1500 g is Decimal("1.500")."""
    return Decimal(grams).scaleb(-MASS_DECIMALS)


def settled_grams(gross_g: int, tare_g: int, moisture_percent: Decimal, impurity_percent: Decimal) -> int:
    """Return the mass a weighing settles, in grams, rounded half to even once.

    net = gross - tare; dry = net x (1 - moisture/100); settled = dry x (1 - impurity/100): impurity is assayed on the
    dried sample. Source: weighbridge net after moisture and impurity deduction, invariant 3 of the market's facts;
    that the two deductions follow one another is an assumption, named by `MarketTerms.settlement_rule`.
    """
    dry = Fraction(gross_g - tare_g) * _complement(moisture_percent)
    return round(dry * _complement(impurity_percent))


def share_of(grams: int, percent: Decimal) -> int:
    """Return `percent` of a mass, rounded down to the gram: a right is never granted beyond its share."""
    return floor(Fraction(grams) * Fraction(percent) / HUNDRED_PERCENT)


def percent_of(part_g: int, whole_g: int) -> Decimal:
    """Return 100 x part / whole with four decimals, rounded down: a share is never overstated."""
    steps = floor(Fraction(part_g, whole_g) * HUNDRED_PERCENT * 10**PERCENT_DECIMALS)
    return Decimal(steps).scaleb(-PERCENT_DECIMALS)


def amount_for(grams: int, price_per_tonne: Decimal) -> Decimal:
    """Return the price of a mass in the currency's hundredths, rounded half to even once."""
    return Decimal(round(Fraction(price_per_tonne) * grams * 100 / GRAMS_PER_TONNE)).scaleb(-2)


def _complement(percent: Decimal) -> Fraction:
    return 1 - Fraction(percent) / HUNDRED_PERCENT

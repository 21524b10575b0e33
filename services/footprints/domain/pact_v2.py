"""A PACT 3 footprint in the words of 2.3, for readers who have not moved yet, and its amounts back again.

The trap: 3.x states amounts per declared unit (amount x unit of measurement), 2.x per ONE unit of measurement. Going
down divides emissions and mass by the amount, going up multiplies (the specification's example: a bottle of 12 litres,
1.5 a litre in 2.x, is 18 in 3.x). What 2.3 can't say is left out, what it demands and 3.x does not is filled; both are
told.
Source: PACT Technical Specifications 2.3 and 3.0.3, ProductFootprint and CarbonFootprint; 3.0 change log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, Final

SPEC_VERSION: Final = "2.3.3"
DIVISION: Final = Context(prec=34, rounding=ROUND_HALF_EVEN)
"""A quotient that does not end within 34 significant digits is rounded there, half to even (IEEE 754 decimal128)."""
RETURNING: Final = Context(prec=30, rounding=ROUND_HALF_EVEN)
"""A product of such a quotient is rounded to 30 digits, which brings back every figure of up to 30 digits exactly."""
_WHOLE: Final = Context(prec=200)

UNITS: Final = frozenset(
    {"liter", "kilogram", "cubic meter", "kilowatt hour", "megajoule", "ton kilometer", "square meter"}
)
"""Units of measurement that 2.3 knows."""
MASS: Final = "productMassPerDeclaredUnit"
AMOUNTS: Final = {
    MASS: MASS,
    "pcfExcludingBiogenicUptake": "pCfExcludingBiogenic",
    "pcfIncludingBiogenicUptake": "pCfIncludingBiogenic",
    "fossilGhgEmissions": "fossilGhgEmissions",
    "fossilCarbonContent": "fossilCarbonContent",
    "biogenicCarbonContent": "biogenicCarbonContent",
    "landUseChangeGhgEmissions": "dLucGhgEmissions",
    "biogenicNonCO2Emissions": "otherBiogenicGhgEmissions",
    "biogenicCO2Uptake": "biogenicCarbonWithdrawal",
    "aircraftGhgEmissions": "aircraftGhgEmissions",
    "packagingGhgEmissions": "packagingGhgEmissions",
}
"""Amounts that both lines state, 3.x name to 2.3 name. For land use, biogenic and uptake the nearest stream (ours)."""
SAME: Final = (
    "referencePeriodStart", "referencePeriodEnd", "geographyRegionOrSubregion", "geographyCountry",
    "geographyCountrySubdivision", "boundaryProcessesDescription", "crossSectoralStandards",
    "productOrSectorSpecificRules", "exemptedEmissionsDescription", "allocationRulesDescription",
    "secondaryEmissionFactorSources", "packagingEmissionsIncluded",
)  # fmt: skip
PERCENTAGES: Final = ("exemptedEmissionsPercent", "primaryDataShare")
"""Decimal strings in 3.x, JSON numbers in 2.3."""
STANDARDS_USED: Final = {
    "ISO14067": "ISO Standard 14067",
    "ISO14040-44": "ISO Standard 14044",
    "GHGP-Product": "GHG Protocol Product standard",
}
"""Old names, the only ones that `crossSectoralStandardsUsed` takes."""
DEMANDED: Final[Mapping[str, Any]] = {
    "biogenicCarbonContent": "0",
    "boundaryProcessesDescription": "",
    "exemptedEmissionsDescription": "",
    "packagingEmissionsIncluded": False,
}
"""What 2.3 demands and 3.x does not, with what stands for undefined."""
NOT_STATED: Final = "not stated"
PRODUCT_FIELDS: Final = (
    "id", "precedingPfIds", "created", "validityPeriodStart", "validityPeriodEnd", "companyName", "companyIds",
    "productDescription", "productIds", "productClassifications", "productNameCompany", "extensions",
)  # fmt: skip

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Converted:
    """A footprint of 2.3; percentages are `Decimal`, to be written as JSON numbers. Its comment ends with `notes`."""

    document: Json
    notes: tuple[str, ...]
    """What the conversion left out or assumed."""


def to_v2(content: Mapping[str, Any], *, version: int, status: str, updated: str | None) -> Converted | None:
    """Convert a PACT 3 document; `updated` is None for a record that never changed.

    Returns None where 2.3 has no words for the unit: hours, megabit seconds, and pieces whose mass is not stated.
    """
    source = _defined(content)
    pcf = _defined(source["pcf"])
    unit = _unit_of(pcf)
    if unit is None:
        return None
    notes = [] if unit[0] == pcf["declaredUnitOfMeasurement"] else ["pieces became kilograms by the stated mass"]
    carbon = _carbon(pcf, *unit, notes)
    left_out = [name for name in pcf if name not in _KNOWN]
    if "dqi" in pcf:
        notes.append("dqi left out: no rule leads from the scale of 1 to 5 to that of 1 to 3")
    notes += [note for name, is_odd, note in _UNFORESEEN if is_odd(Decimal(pcf[name]))]
    if left_out:
        notes.append(f"left out, unknown to 2.3: {', '.join(left_out)}")
    told = f"Converted from PACT {source['specVersion']}. " + "".join(f"{note}. " for note in notes)
    document: Json = {name: source[name] for name in PRODUCT_FIELDS if name in source} | {
        "specVersion": SPEC_VERSION,
        "version": version,
        "status": status,
        "productCategoryCpc": _cpc(source.get("productClassifications", [])),
        "comment": " ".join(part for part in (source.get("comment", ""), told.strip()) if part),
        "pcf": carbon,
    }
    if updated is not None:
        document["updated"] = updated
    return Converted(document, tuple(notes))


def amounts_to_v3(pcf: Mapping[str, Any]) -> dict[str, str]:
    """Return the amounts of a 2.3 CarbonFootprint per declared unit, under their names in 3.x."""
    amount = Decimal(pcf["unitaryProductAmount"])
    return {new: multiplied(pcf[old], amount) for new, old in AMOUNTS.items() if pcf.get(old) is not None}


def divided(text: str, amount: Decimal) -> str:
    """Return an amount per one unit of measurement, see `DIVISION`."""
    return _plain(DIVISION.divide(Decimal(text), amount))


def multiplied(text: str, amount: Decimal) -> str:
    """Return an amount per declared unit, see `RETURNING`."""
    product = _WHOLE.multiply(Decimal(text), amount)
    return _plain(product if len(product.as_tuple().digits) <= RETURNING.prec else RETURNING.plus(product))


def _carbon(pcf: Json, unit: str, amount: Decimal, notes: list[str]) -> Json:
    carbon: Json = {"declaredUnit": unit, "unitaryProductAmount": _plain(amount)}
    carbon |= {old: divided(pcf[new], amount) for new, old in AMOUNTS.items() if new in pcf}
    carbon |= {name: pcf[name] for name in SAME if name in pcf}
    carbon |= {name: Decimal(pcf[name]) for name in PERCENTAGES if name in pcf}
    carbon["ipccCharacterizationFactorsSources"] = pcf["ipccCharacterizationFactors"]
    carbon["characterizationFactors"] = _earliest(pcf["ipccCharacterizationFactors"])
    land = [pcf[name] for name in _LAND if name in pcf]
    if land:
        carbon["landManagementGhgEmissions"] = divided(_plain(sum(map(Decimal, land), Decimal(0))), amount)
    used = [STANDARDS_USED[each] for each in pcf["crossSectoralStandards"] if each in STANDARDS_USED]
    if used:
        carbon["crossSectoralStandardsUsed"] = used
    else:
        notes.append("crossSectoralStandardsUsed left out: it has no name for the standards used")
    if "verification" in pcf:
        carbon["assurance"] = _assurance(_defined(pcf["verification"]), notes)
    for name, value in DEMANDED.items():
        if name not in carbon:
            carbon[name] = value
            notes.append(f"{name} is not stated; 2.3 demands it, so it reads {value!r}")
    return carbon


def _unit_of(pcf: Json) -> tuple[str, Decimal] | None:
    """Return unit and amount; a piece is said in kilograms, as the 2.x line asks for."""
    unit, mass_kg = pcf["declaredUnitOfMeasurement"], Decimal(pcf[MASS])
    if unit in UNITS:
        return unit, Decimal(pcf["declaredUnitAmount"])
    return ("kilogram", mass_kg) if unit == "piece" and mass_kg > 0 else None


def _assurance(verification: Json, notes: list[str]) -> Json:
    same: Json = {
        name: verification[name] for name in ("completedAt", "standardName", "comments") if name in verification
    }
    coverage = verification.get("coverage")
    if coverage == "product level":
        same["coverage"] = coverage
    elif coverage is not None:
        notes.append(f"assurance.coverage left out: 2.3 has no word for {coverage!r}")
    return {"assurance": True, "providerName": verification.get("providerName") or NOT_STATED} | same


def _earliest(reports: list[str]) -> str:
    """Return the earliest assessment report used, of the two that 2.3 knows."""
    return "AR6" if min(int(report[2:]) for report in reports) > 5 else "AR5"  # noqa: PLR2004 - the fifth report


def _cpc(classifications: list[str]) -> str:
    """Return the UN CPC code among classifications: the last part of a URN that names the system."""
    codes = (urn.rpartition(":") for urn in classifications)
    return next((code for system, _, code in codes if system.lower().endswith("cpc") and code), NOT_STATED)


def _defined(content: Mapping[str, Any]) -> Json:
    return {name: value for name, value in content.items() if value is not None}


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text[1:] if text.startswith("-") and value.is_zero() else text


_UNFORESEEN: Final[tuple[tuple[str, Callable[[Decimal], bool], str], ...]] = (
    ("pcfExcludingBiogenicUptake", lambda value: value < 0, "pCfExcludingBiogenic is below 0, outside of 2.3"),
    ("exemptedEmissionsPercent", lambda value: value > 5, "exemptedEmissionsPercent is above 5, outside of 2.3"),  # noqa: PLR2004 - the limit of 2.3
)
_LAND: Final = ("landManagementBiogenicCO2Emissions", "landManagementBiogenicCO2Removals")
_KNOWN: Final = frozenset(
    {*AMOUNTS, *SAME, *PERCENTAGES, *_LAND, "declaredUnitOfMeasurement", "declaredUnitAmount", "dqi", "verification"}
    | {"ipccCharacterizationFactors"}
)

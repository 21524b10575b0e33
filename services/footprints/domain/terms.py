"""The field's own words: units of measurement, geography, periods and carbon amounts.

Source: PACT Technical Specifications 3.0.3, sections ProductFootprint and CarbonFootprint.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class FootprintStatus(StrEnum):
    """ProductFootprint.status; Deprecated is final."""

    ACTIVE = "Active"
    DEPRECATED = "Deprecated"


class UnitOfMeasurement(StrEnum):
    """CarbonFootprint.declaredUnitOfMeasurement."""

    LITER = "liter"
    KILOGRAM = "kilogram"
    CUBIC_METER = "cubic meter"
    KILOWATT_HOUR = "kilowatt hour"
    MEGAJOULE = "megajoule"
    TON_KILOMETER = "ton kilometer"
    SQUARE_METER = "square meter"
    PIECE = "piece"
    HOUR = "hour"
    MEGABIT_SECOND = "megabit second"


class Region(StrEnum):
    """CarbonFootprint.geographyRegionOrSubregion: 22 names of UN M49."""

    AFRICA = "Africa"
    AMERICAS = "Americas"
    ASIA = "Asia"
    EUROPE = "Europe"
    OCEANIA = "Oceania"
    AUSTRALIA_AND_NEW_ZEALAND = "Australia and New Zealand"
    CENTRAL_ASIA = "Central Asia"
    EASTERN_ASIA = "Eastern Asia"
    EASTERN_EUROPE = "Eastern Europe"
    LATIN_AMERICA_AND_THE_CARIBBEAN = "Latin America and the Caribbean"
    MELANESIA = "Melanesia"
    MICRONESIA = "Micronesia"
    NORTHERN_AFRICA = "Northern Africa"
    NORTHERN_AMERICA = "Northern America"
    NORTHERN_EUROPE = "Northern Europe"
    POLYNESIA = "Polynesia"
    SOUTH_EASTERN_ASIA = "South-eastern Asia"
    SOUTHERN_ASIA = "Southern Asia"
    SOUTHERN_EUROPE = "Southern Europe"
    SUB_SAHARAN_AFRICA = "Sub-Saharan Africa"
    WESTERN_ASIA = "Western Asia"
    WESTERN_EUROPE = "Western Europe"


class GeographyLevel(StrEnum):
    """How finely a footprint says where it holds."""

    GLOBAL = "global"
    REGION = "region"
    COUNTRY = "country"
    SUBDIVISION = "subdivision"


@dataclass(frozen=True, slots=True)
class Geography:
    """Where a footprint holds: one level and one code, so that two at once can't be said."""

    level: GeographyLevel = GeographyLevel.GLOBAL
    code: str = ""
    """UN M49 name, ISO 3166-1 alpha-2 or ISO 3166-2 code; empty for global."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `start`, inclusive, to `end`, exclusive (UTC). May be empty: what a supplier states is kept."""

    start: datetime
    end: datetime

    def contains(self, instant: datetime) -> bool:
        """Tell whether an instant lies in the period."""
        return self.start <= instant < self.end


@dataclass(frozen=True, slots=True)
class Amounts:
    """The decimal streams of a CarbonFootprint, each per declared unit and None where undefined.

    Signs are checked before a value comes here: removals, uptake and capture are 0 or less, the two totals have any
    sign, everything else is 0 or more.
    """

    pcf_excluding_biogenic_uptake_kgco2e: Decimal
    pcf_including_biogenic_uptake_kgco2e: Decimal
    fossil_ghg_emissions_kgco2e: Decimal
    fossil_carbon_content_kgc: Decimal
    biogenic_carbon_content_kgc: Decimal | None = None
    recycled_carbon_content_kgc: Decimal | None = None
    land_use_change_ghg_emissions_kgco2e: Decimal | None = None
    land_carbon_leakage_kgco2e: Decimal | None = None
    land_management_fossil_ghg_emissions_kgco2e: Decimal | None = None
    """Already inside the fossil emissions: never add it twice."""
    land_management_biogenic_co2_emissions_kgco2e: Decimal | None = None
    land_management_biogenic_co2_removals_kgco2e: Decimal | None = None
    biogenic_co2_uptake_kgco2e: Decimal | None = None
    biogenic_non_co2_emissions_kgco2e: Decimal | None = None
    land_area_occupation_m2_year: Decimal | None = None
    aircraft_ghg_emissions_kgco2e: Decimal | None = None
    packaging_ghg_emissions_kgco2e: Decimal | None = None
    packaging_biogenic_carbon_content_kgc: Decimal | None = None
    outbound_logistics_ghg_emissions_kgco2e: Decimal | None = None
    ccs_technological_co2_capture_kgco2e: Decimal | None = None
    technological_co2_removals_kgco2e: Decimal | None = None
    ccu_carbon_content_kgc: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DataQuality:
    """DataQualityIndicators: 1 to 5, 1 is best (the specification leaves the direction open; ours is fixed here)."""

    technological: Decimal
    geographical: Decimal
    temporal: Decimal


@dataclass(frozen=True, slots=True)
class SpecificRule:
    """ProductOrSectorSpecificRule: whose rules (a PCR, an EPD programme) the calculation followed."""

    operator: str
    rule_names: tuple[str, ...]
    other_operator_name: str | None = None

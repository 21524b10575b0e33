"""CarbonFootprint on the wire: 45 properties, 12 of them required.

Source: PACT Technical Specifications 3.0.3, section CarbonFootprint. Amounts are decimal strings per declared unit.
"""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, JsonValue, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.chassis.wire_types import DecimalString, NonNegativeDecimalString, PositiveDecimalString
from services.footprints.api.pact_v3.sub_objects import (
    DataQualityIndicators,
    EmissionFactorSources,
    ProductOrSectorSpecificRule,
    Verification,
)
from services.footprints.api.pact_v3.values import (
    Instant,
    ItemsOrNone,
    Name,
    NonPositiveDecimalString,
    PactModel,
    Text,
    UniqueItems,
    Uri,
    pact_name,
)
from services.footprints.domain.terms import Region, UnitOfMeasurement

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Subdivision = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")]
AssessmentReport = Annotated[str, StringConstraints(pattern=r"^AR[0-9]+$", max_length=10)]
GEOGRAPHY_FIELDS: Final = ("geography_region_or_subregion", "geography_country", "geography_country_subdivision")
ONE_GEOGRAPHY: Final[list[JsonValue]] = [
    {"not": {"required": [first, second], "properties": {first: {"type": "string"}, second: {"type": "string"}}}}
    for first, second in combinations([pact_name(name) for name in GEOGRAPHY_FIELDS], 2)
]
"""The rule of `_one_geography`, said in JSON Schema; null counts as absent."""


class CarbonFootprint(PactModel):
    """What one declared unit (amount x unit of measurement) of a product costs the climate, from cradle to gate."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": True, "allOf": ONE_GEOGRAPHY})

    declared_unit_of_measurement: UnitOfMeasurement
    declared_unit_amount: PositiveDecimalString
    product_mass_per_declared_unit: NonNegativeDecimalString
    reference_period_start: Instant
    reference_period_end: Instant
    geography_region_or_subregion: Region | None = None
    geography_country: Country | None = None
    geography_country_subdivision: Subdivision | None = None
    boundary_processes_description: Text | None = None

    pcf_excluding_biogenic_uptake: DecimalString
    pcf_including_biogenic_uptake: DecimalString
    fossil_ghg_emissions: NonNegativeDecimalString
    fossil_carbon_content: NonNegativeDecimalString
    biogenic_carbon_content: NonNegativeDecimalString | None = None
    recycled_carbon_content: NonNegativeDecimalString | None = None
    land_use_change_ghg_emissions: NonNegativeDecimalString | None = None
    land_carbon_leakage: NonNegativeDecimalString | None = None
    land_management_fossil_ghg_emissions: NonNegativeDecimalString | None = None
    land_management_biogenic_co2_emissions: NonNegativeDecimalString | None = None
    land_management_biogenic_co2_removals: NonPositiveDecimalString | None = None
    biogenic_co2_uptake: NonPositiveDecimalString | None = None
    biogenic_non_co2_emissions: NonNegativeDecimalString | None = None
    land_area_occupation: NonNegativeDecimalString | None = None
    aircraft_ghg_emissions: NonNegativeDecimalString | None = None

    packaging_emissions_included: bool | None = None
    packaging_ghg_emissions: NonNegativeDecimalString | None = None
    packaging_biogenic_carbon_content: NonNegativeDecimalString | None = None
    outbound_logistics_ghg_emissions: NonNegativeDecimalString | None = None

    ccs_technological_co2_capture_included: bool | None = None
    ccs_technological_co2_capture: NonPositiveDecimalString | None = None
    technological_co2_removals: NonPositiveDecimalString | None = None
    technological_co2_capture_origin: Text | None = None
    ccu_carbon_content: NonNegativeDecimalString | None = None
    ccu_calculation_approach: Literal["Cut-off", "Credit"] | None = None
    ccu_credit_certification: Uri | None = None

    ipcc_characterization_factors: UniqueItems[AssessmentReport]
    cross_sectoral_standards: UniqueItems[Name]
    """An open list: unknown standards are taken."""
    product_or_sector_specific_rules: ItemsOrNone[ProductOrSectorSpecificRule] = None
    exempted_emissions_percent: DecimalString
    exempted_emissions_description: Text | None = None
    allocation_rules_description: Text | None = None
    secondary_emission_factor_sources: EmissionFactorSources | None = None
    primary_data_share: DecimalString | None = None
    dqi: DataQualityIndicators | None = None
    verification: Verification | None = None

    @field_validator(*GEOGRAPHY_FIELDS[1:])
    @classmethod
    def _one_geography(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Take at most one of the three geographies; fields are validated in the order they are written."""
        if value is not None and any(info.data.get(name) is not None for name in GEOGRAPHY_FIELDS):
            raise PydanticCustomError(
                "geography_exclusive",
                "at most one of geographyRegionOrSubregion, geographyCountry and geographyCountrySubdivision may be"
                " given; none means global",
            )
        return value

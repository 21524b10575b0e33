"""The wire model's values, moved into the words of the domain."""

from __future__ import annotations

from services.footprints.api.pact_v3.carbon_footprint import CarbonFootprint as WireCarbon
from services.footprints.api.pact_v3.product_footprint import ProductFootprint
from services.footprints.api.pact_v3.sub_objects import DataQualityIndicators
from services.footprints.domain.carbon import CarbonFootprint, Submission
from services.footprints.domain.document import Document
from services.footprints.domain.terms import Amounts, DataQuality, Geography, GeographyLevel, Period, SpecificRule


def submission_of(footprint: ProductFootprint, document: Document) -> Submission:
    """Return what a supplier states."""
    return Submission(
        footprint_id=footprint.id,
        spec_version=footprint.spec_version,
        status=footprint.status,
        company_name=footprint.company_name,
        company_ids=tuple(footprint.company_ids),
        product_ids=tuple(footprint.product_ids),
        product_name=footprint.product_name_company,
        created=footprint.created,
        carbon=_carbon(footprint.pcf),
        document=document,
        product_classifications=tuple(footprint.product_classifications or ()),
        preceding_ids=tuple(footprint.preceding_pf_ids or ()),
        validity_start=footprint.validity_period_start,
        validity_end=footprint.validity_period_end,
        comment=footprint.comment,
    )


def _carbon(pcf: WireCarbon) -> CarbonFootprint:
    return CarbonFootprint(
        unit_of_measurement=pcf.declared_unit_of_measurement,
        declared_unit_amount=pcf.declared_unit_amount,
        product_mass_kg=pcf.product_mass_per_declared_unit,
        reference_period=Period(pcf.reference_period_start, pcf.reference_period_end),
        geography=_geography(pcf),
        amounts=_amounts(pcf),
        exempted_emissions_percent=pcf.exempted_emissions_percent,
        ipcc_characterization_factors=tuple(pcf.ipcc_characterization_factors),
        cross_sectoral_standards=tuple(pcf.cross_sectoral_standards),
        primary_data_share_percent=pcf.primary_data_share,
        data_quality=_data_quality(pcf.dqi),
        packaging_emissions_included=pcf.packaging_emissions_included,
        ccs_technological_co2_capture_included=pcf.ccs_technological_co2_capture_included,
        technological_co2_capture_origin=pcf.technological_co2_capture_origin,
        ccu_calculation_approach=pcf.ccu_calculation_approach,
        ccu_credit_certification=pcf.ccu_credit_certification,
        specific_rules=tuple(
            SpecificRule(rule.operator, tuple(rule.rule_names), rule.other_operator_name)
            for rule in pcf.product_or_sector_specific_rules or ()
        ),
    )


def _amounts(pcf: WireCarbon) -> Amounts:
    return Amounts(
        pcf_excluding_biogenic_uptake_kgco2e=pcf.pcf_excluding_biogenic_uptake,
        pcf_including_biogenic_uptake_kgco2e=pcf.pcf_including_biogenic_uptake,
        fossil_ghg_emissions_kgco2e=pcf.fossil_ghg_emissions,
        fossil_carbon_content_kgc=pcf.fossil_carbon_content,
        biogenic_carbon_content_kgc=pcf.biogenic_carbon_content,
        recycled_carbon_content_kgc=pcf.recycled_carbon_content,
        land_use_change_ghg_emissions_kgco2e=pcf.land_use_change_ghg_emissions,
        land_carbon_leakage_kgco2e=pcf.land_carbon_leakage,
        land_management_fossil_ghg_emissions_kgco2e=pcf.land_management_fossil_ghg_emissions,
        land_management_biogenic_co2_emissions_kgco2e=pcf.land_management_biogenic_co2_emissions,
        land_management_biogenic_co2_removals_kgco2e=pcf.land_management_biogenic_co2_removals,
        biogenic_co2_uptake_kgco2e=pcf.biogenic_co2_uptake,
        biogenic_non_co2_emissions_kgco2e=pcf.biogenic_non_co2_emissions,
        land_area_occupation_m2_year=pcf.land_area_occupation,
        aircraft_ghg_emissions_kgco2e=pcf.aircraft_ghg_emissions,
        packaging_ghg_emissions_kgco2e=pcf.packaging_ghg_emissions,
        packaging_biogenic_carbon_content_kgc=pcf.packaging_biogenic_carbon_content,
        outbound_logistics_ghg_emissions_kgco2e=pcf.outbound_logistics_ghg_emissions,
        ccs_technological_co2_capture_kgco2e=pcf.ccs_technological_co2_capture,
        technological_co2_removals_kgco2e=pcf.technological_co2_removals,
        ccu_carbon_content_kgc=pcf.ccu_carbon_content,
    )


def _geography(pcf: WireCarbon) -> Geography:
    if pcf.geography_country_subdivision is not None:
        return Geography(GeographyLevel.SUBDIVISION, pcf.geography_country_subdivision)
    if pcf.geography_country is not None:
        return Geography(GeographyLevel.COUNTRY, pcf.geography_country)
    if pcf.geography_region_or_subregion is not None:
        return Geography(GeographyLevel.REGION, pcf.geography_region_or_subregion.value)
    return Geography()


def _data_quality(dqi: DataQualityIndicators | None) -> DataQuality | None:
    if dqi is None:
        return None
    return DataQuality(dqi.technological_dqr, dqi.geographical_dqr, dqi.temporal_dqr)

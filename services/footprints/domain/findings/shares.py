"""Rules on shares and ratings: primary data share, exempted emissions, data quality, secondary sources."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from services.footprints.domain.findings.exact import HUNDRED, ONE, ZERO
from services.footprints.domain.findings.finding import Severity, shown
from services.footprints.domain.findings.rule import Breach, Evidence, Tag, breach, pact, rule, rulebook

BEST_RATING: Final = Decimal(1)
WORST_RATING: Final = Decimal(5)
CUT_OFF_PERCENT: Final = Decimal(3)
"""Omitted flows together stay below this share of the footprint (Catena-X PCF Rulebook 4.0.1)."""

SHARE, EXEMPTED, DQI = "/pcf/primaryDataShare", "/pcf/exemptedEmissionsPercent", "/pcf/dqi"
EXEMPTED_DESCRIPTION, SECONDARY = "/pcf/exemptedEmissionsDescription", "/pcf/secondaryEmissionFactorSources"


@rule(Severity.WARNING, pact("CarbonFootprint, primaryDataShare"), SHARE, tags=(Tag.SHALL,))
def primary_data_share_missing(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the primary data share is stated; the schema leaves it optional, the methodology does not."""
    if evidence.carbon.primary_data_share_percent is None:
        yield breach(SHARE, None)


@rule(Severity.ERROR, pact("CarbonFootprint, primaryDataShare"), SHARE)
def primary_data_share_out_of_range(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the primary data share is a percentage."""
    share = evidence.carbon.primary_data_share_percent
    if share is not None and not ZERO <= share <= HUNDRED:
        yield breach(SHARE, shown(share))


@rule(Severity.WARNING, pact("CarbonFootprint, primaryDataShare (a percentage)"), SHARE)
def primary_data_share_looks_like_fraction(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a share above 0 and up to 1 is likely a fraction. It is read as written, never multiplied."""
    share = evidence.carbon.primary_data_share_percent
    if share is not None and ZERO < share <= ONE:
        yield breach(SHARE, shown(share))


@rule(Severity.ERROR, pact("CarbonFootprint, exemptedEmissionsPercent"), EXEMPTED)
def exempted_emissions_out_of_range(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the exempted emissions are a percentage."""
    exempted = evidence.carbon.exempted_emissions_percent
    if not ZERO <= exempted <= HUNDRED:
        yield breach(EXEMPTED, shown(exempted))


@rule(Severity.WARNING, rulebook("cut-off: less than 3 % of the footprint (rule 5)"), EXEMPTED)
def exempted_emissions_over_cut_off(evidence: Evidence) -> Iterator[Breach]:
    """Hold that less than 3 % is exempted. PACT 3 has no such limit (its 2.x line had 5 %), Catena-X has."""
    exempted = evidence.carbon.exempted_emissions_percent
    if CUT_OFF_PERCENT <= exempted <= HUNDRED:
        yield breach(EXEMPTED, shown(exempted), limit=shown(CUT_OFF_PERCENT))


@rule(
    Severity.INFO,
    pact("CarbonFootprint, exemptedEmissionsDescription"),
    EXEMPTED_DESCRIPTION,
    EXEMPTED,
    tags=(Tag.SHOULD,),
)
def exempted_emissions_unexplained(evidence: Evidence) -> Iterator[Breach]:
    """Hold that who exempts emissions says which."""
    description = evidence.pcf.get("exemptedEmissionsDescription")
    exempted = evidence.carbon.exempted_emissions_percent
    if exempted > ZERO and not (description or "").strip():
        yield breach(EXEMPTED_DESCRIPTION, description, exempted=shown(exempted))


@rule(
    Severity.INFO,
    pact("CarbonFootprint, dqi; DataQualityIndicators"),
    DQI,
    "/pcf/referencePeriodEnd",
    tags=(Tag.SHALL_2027,),
    later=Severity.WARNING,
)
def data_quality_missing(evidence: Evidence) -> Iterator[Breach]:
    """Hold that data quality is rated; binding for reference periods from 31 December 2027."""
    if evidence.carbon.data_quality is None:
        yield breach(DQI, None)


@rule(Severity.ERROR, pact("DataQualityIndicators (range in prose)"), DQI)
def data_quality_out_of_range(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a rating lies from 1 (best) to 5."""
    quality = evidence.carbon.data_quality
    if quality is None:
        return
    ratings = {
        "technologicalDQR": quality.technological,
        "geographicalDQR": quality.geographical,
        "temporalDQR": quality.temporal,
    }
    for name, rating in ratings.items():
        if not BEST_RATING <= rating <= WORST_RATING:
            yield breach(f"{DQI}/{name}", shown(rating))


@rule(Severity.WARNING, pact("CarbonFootprint, secondaryEmissionFactorSources"), SECONDARY, SHARE)
def secondary_sources_without_secondary_data(evidence: Evidence) -> Iterator[Breach]:
    """Hold that where all data are primary, no secondary source is named."""
    sources = evidence.pcf.get("secondaryEmissionFactorSources")
    if sources and evidence.carbon.primary_data_share_percent == HUNDRED:
        yield breach(SECONDARY, ", ".join(source["name"] for source in sources[:5]))


@rule(Severity.INFO, pact("CarbonFootprint, secondaryEmissionFactorSources"), SECONDARY, SHARE, tags=(Tag.SHOULD,))
def secondary_sources_missing(evidence: Evidence) -> Iterator[Breach]:
    """Hold that who states less than 100 % primary data names the sources of the rest."""
    share = evidence.carbon.primary_data_share_percent
    if share is not None and share < HUNDRED and not evidence.pcf.get("secondaryEmissionFactorSources"):
        yield breach(SECONDARY, None, share=shown(share))


RULES: Final = (
    primary_data_share_missing,
    primary_data_share_out_of_range,
    primary_data_share_looks_like_fraction,
    exempted_emissions_out_of_range,
    exempted_emissions_over_cut_off,
    exempted_emissions_unexplained,
    data_quality_missing,
    data_quality_out_of_range,
    secondary_sources_without_secondary_data,
    secondary_sources_missing,
)

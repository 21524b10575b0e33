"""What a supplier states about one product: the parsed view of a PACT ProductFootprint.

The document itself is kept beside it (`document.py`); this view holds what decisions, filters and roll-ups need.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.footprints.domain.document import Document
from services.footprints.domain.terms import (
    Amounts,
    DataQuality,
    FootprintStatus,
    Geography,
    Period,
    SpecificRule,
    UnitOfMeasurement,
)


@dataclass(frozen=True, slots=True)
class CarbonFootprint:
    """PACT CarbonFootprint. Amounts are per declared unit = declared unit amount x unit of measurement."""

    unit_of_measurement: UnitOfMeasurement
    declared_unit_amount: Decimal
    product_mass_kg: Decimal
    """Without packaging, per declared unit; 0 for energy, logistics and services."""
    reference_period: Period
    geography: Geography
    amounts: Amounts
    exempted_emissions_percent: Decimal
    ipcc_characterization_factors: tuple[str, ...]
    cross_sectoral_standards: tuple[str, ...]
    primary_data_share_percent: Decimal | None = None
    data_quality: DataQuality | None = None
    packaging_emissions_included: bool | None = None
    ccs_technological_co2_capture_included: bool | None = None
    technological_co2_capture_origin: str | None = None
    ccu_calculation_approach: str | None = None
    ccu_credit_certification: str | None = None
    specific_rules: tuple[SpecificRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """One ProductFootprint as it came in, checked against the schema."""

    footprint_id: str
    """UUID in lower case; the document keeps the supplier's spelling."""
    spec_version: str
    status: FootprintStatus
    company_name: str
    company_ids: tuple[str, ...]
    product_ids: tuple[str, ...]
    product_name: str
    created: datetime
    """When it was calculated; says nothing of its validity."""
    carbon: CarbonFootprint
    document: Document
    product_classifications: tuple[str, ...] = ()
    preceding_ids: tuple[str, ...] = ()
    """UUIDs in lower case."""
    validity_start: datetime | None = None
    validity_end: datetime | None = None
    comment: str | None = None

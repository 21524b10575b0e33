"""ProductFootprint on the wire: 16 properties, 10 of them required.

Source: PACT Technical Specifications 3.0.3, section ProductFootprint.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.footprints.api.pact_v3.carbon_footprint import CarbonFootprint
from services.footprints.api.pact_v3.sub_objects import DataModelExtension
from services.footprints.api.pact_v3.values import (
    MAX_ITEMS,
    Instant,
    Name,
    PactModel,
    SpecVersion,
    Text,
    UniqueItems,
    Urn,
    Uuid,
)
from services.footprints.domain.terms import FootprintStatus


class ProductFootprint(PactModel):
    """A product carbon footprint with who states it, of what, and for when."""

    id: Uuid
    spec_version: SpecVersion
    preceding_pf_ids: UniqueItems[Uuid] | None = None
    created: Instant
    status: FootprintStatus
    validity_period_start: Instant | None = None
    validity_period_end: Instant | None = None
    company_name: Name
    company_ids: UniqueItems[Urn]
    product_description: Text
    product_ids: UniqueItems[Urn]
    product_classifications: UniqueItems[Urn] | None = None
    product_name_company: Name
    comment: Text | None = None
    pcf: CarbonFootprint
    extensions: Annotated[list[DataModelExtension], Field(max_length=MAX_ITEMS)] | None = None

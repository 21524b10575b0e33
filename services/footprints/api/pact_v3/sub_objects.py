"""The objects inside a PACT footprint. Source: PACT Technical Specifications 3.0.3, sections of the same names."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from services.chassis.wire_types import DecimalString
from services.footprints.api.pact_v3.values import Instant, Items, Name, PactModel, Text, UniqueItems, Uri

SemanticVersion = Annotated[
    str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$", max_length=64)
]


class DataQualityIndicators(PactModel):
    """Ratings of technology, geography and time; 1 is best. The range of 1 to 5 is prose, so it becomes a finding."""

    technological_dqr: DecimalString
    geographical_dqr: DecimalString
    temporal_dqr: DecimalString


class Verification(PactModel):
    """Its presence says that the footprint was verified."""

    coverage: Literal["PCF calculation model", "PCF program", "product level"] | None = None
    provider_name: Text | None = None
    completed_at: Instant | None = None
    standard_name: Text | None = None
    comments: Text | None = None


class ProductOrSectorSpecificRule(PactModel):
    """Rules beyond the cross-sectoral standards."""

    operator: Literal["PEF", "EPD International", "Other"]
    rule_names: UniqueItems[Name]
    other_operator_name: Text | None = None


class EmissionFactorSource(PactModel):
    """A database of secondary emission factors."""

    name: Name
    version: Name


class DataModelExtension(PactModel):
    """Data beyond the standard, with the schema that describes it. The schema is never fetched."""

    spec_version: SemanticVersion
    data_schema: Uri
    data: dict[str, Any]
    documentation: Text | None = None


EmissionFactorSources = Items[EmissionFactorSource]

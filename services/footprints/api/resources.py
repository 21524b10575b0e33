"""What the API answers with. Instants are RFC 3339 in UTC, amounts decimal strings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.problems import Problem
from services.footprints.api.examples import BATCH_LINE_EXAMPLE, FINDING_EXAMPLE, FOOTPRINT_EXAMPLE, GRANT_EXAMPLE

DecimalText = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", examples=["71.384"])]


class Resource(BaseModel):
    """Base: exactly these members."""

    model_config = ConfigDict(extra="forbid")


class FindingResource(Resource):
    """A rule that the footprint does not keep. Errors refuse it only under a strict policy."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [FINDING_EXAMPLE]})

    code: str = Field(description="Stable name of the rule.")
    severity: Literal["error", "warning", "info"]
    title: str
    field: str = Field(description="JSON pointer into the document.")
    found: str | None = Field(description="The value as it was read, null where it is undefined.")
    expected: str
    remedy: str
    source: str | None = Field(description="Standard and section; null for a rule of an older release.")
    assumption: bool = Field(description="Whether the rule, or a bound in it, is ours and not the standard's.")


class FootprintSummaryResource(Resource):
    """A footprint without its document."""

    footprint_id: str
    owner_organisation_id: str
    version: int = Field(ge=1, description="1 as accepted, one more when it became Deprecated.")
    status: Literal["Active", "Deprecated"]
    product_ids: list[str]
    product_name: str
    company_name: str
    declared_unit_of_measurement: str
    declared_unit_amount: DecimalText
    product_mass_kg_per_declared_unit: DecimalText
    pcf_excluding_biogenic_uptake_kgco2e: DecimalText
    pcf_including_biogenic_uptake_kgco2e: DecimalText
    valid_from: datetime = Field(description="Begin of the effective validity period, inclusive.")
    valid_until: datetime = Field(description="End of the effective validity period, exclusive.")
    accepted_at: datetime


class FootprintPage(Resource):
    """A page of footprints; `Link` leads to the next one."""

    items: list[FootprintSummaryResource]


class FootprintResource(Resource):
    """A footprint as it was accepted, with what Tierloop adds to it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [FOOTPRINT_EXAMPLE]})

    footprint_id: str
    owner_organisation_id: str
    version: int = Field(ge=1, description="Aggregate version, also in the ETag.")
    status: Literal["Active", "Deprecated"] = Field(description="The present status.")
    valid_from: datetime = Field(description="Begin of the effective validity period, inclusive.")
    valid_until: datetime = Field(description="End of the effective validity period, exclusive.")
    accepted_at: datetime
    deprecated_at: datetime | None
    deprecated_by_footprint_id: str | None = Field(description="The successor that took its place.")
    deprecation_reason: str | None = Field(description="Why it was withdrawn without a successor.")
    document_sha256: str = Field(
        pattern="^[0-9a-f]{64}$", description="SHA-256 of the document's canonical JSON: names sorted, no white space."
    )
    findings: list[FindingResource]
    pcf_trust_level: Literal[1, 2, 3] | None = Field(
        default=None,
        description="Computed when it is read, absent elsewhere; see `/trust` for the reasons. No part of the version.",
    )
    document: dict[str, Any] = Field(
        description="The PACT ProductFootprint as it was accepted, decimals to the character and unknown properties"
        " included; its own status is the one it was submitted with."
    )


class BatchLine(Resource):
    """What became of one line of a batch."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [BATCH_LINE_EXAMPLE]})

    line: int = Field(ge=1, description="Number of the line, from 1, blank lines counted.")
    status: int = Field(
        ge=200, le=599, description="201 stored, 200 known with the same content, otherwise the problem's status."
    )
    id: str | None = Field(description="Id of the footprint, null where it could not be read.")
    location: str | None = Field(default=None, description="Path of the footprint.")
    findings: list[FindingResource] | None = Field(default=None, description="Those of the footprint, errors first.")
    problem: Problem | None = None


class GrantResource(Resource):
    """A grant."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [GRANT_EXAMPLE]})

    grant_id: str
    owner_organisation_id: str
    grantee_organisation_id: str
    version: int = Field(ge=1, description="Aggregate version, also in the ETag.")
    status: Literal["active", "revoked"]
    scope: Literal["footprint", "product", "everything"]
    scope_value: str | None = Field(description="Footprint id or product URN; null for everything.")
    valid_from: datetime
    valid_until: datetime | None = Field(description="Exclusive; null is open-ended.")
    reason: str | None = Field(description="Why it was revoked.")
    changed_at: datetime


class GrantPage(Resource):
    """A page of grants; `Link` leads to the next one."""

    items: list[GrantResource]

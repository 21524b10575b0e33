"""Facts of `footprints`, major version 1. Topics `footprints.footprint.v1` and `footprints.grant.v1`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from schemas.contracts.types import (
    Contract,
    DecimalString,
    Fact,
    Identifier,
    Instant,
    Name,
    NonNegativeDecimal,
    PositiveDecimal,
    Text,
    Urn,
)


class FootprintStatus(StrEnum):
    """PACT Technical Specifications v3, ProductFootprint.status."""

    ACTIVE = "Active"
    DEPRECATED = "Deprecated"


class Geography(Contract):
    """At most one of the three is set; none means global (PACT v3, CarbonFootprint)."""

    region_or_subregion: str | None = None
    country: str | None = None
    country_subdivision: str | None = None


class FootprintV1(Fact):
    """A product carbon footprint. Totals are kgCO2e per declared unit (amount x unit of measurement)."""

    footprint_id: Identifier
    owner_organisation_id: Identifier
    status: FootprintStatus
    spec_version: str
    company_name: Name
    company_ids: list[Urn]
    product_ids: list[Urn]
    product_classifications: list[Urn] = []
    product_name: Name
    preceding_footprint_ids: list[Identifier] = []
    declared_unit_of_measurement: str
    declared_unit_amount: PositiveDecimal
    product_mass_kg_per_declared_unit: NonNegativeDecimal
    pcf_excluding_biogenic_uptake_kgco2e: DecimalString
    pcf_including_biogenic_uptake_kgco2e: DecimalString
    fossil_ghg_emissions_kgco2e: NonNegativeDecimal
    primary_data_share_percent: DecimalString | None = None
    geography: Geography = Geography()
    reference_period_start: Instant
    reference_period_end: Instant
    """Exclusive."""
    valid_from: Instant
    valid_until: Instant
    """Exclusive; the effective validity period, defaults filled in (PACT v3: reference period end + 3 years)."""
    document: dict[str, Any] | None = None
    """The PACT v3 ProductFootprint as it was accepted, unknown properties kept; None when it is over 400 kB.

    Its own `status` is the one it was submitted with; the present one is above.
    """
    document_sha256: str
    """SHA-256 of the document's canonical JSON (members sorted by name, no white space, UTF-8)."""
    accepted_at: Instant
    deprecated_at: Instant | None = None
    deprecated_by_footprint_id: Identifier | None = None
    """The successor that took its place."""
    changed_at: Instant


class GrantScope(StrEnum):
    """What a grant opens: one footprint, every footprint of a product, or all of the owner's."""

    FOOTPRINT = "footprint"
    PRODUCT = "product"
    EVERYTHING = "everything"


class GrantStatus(StrEnum):
    """Revocation is final; a new grant is a new id."""

    ACTIVE = "active"
    REVOKED = "revoked"


class GrantV1(Fact):
    """A supplier opens footprints to a buyer."""

    grant_id: Identifier
    owner_organisation_id: Identifier
    grantee_organisation_id: Identifier
    scope: GrantScope
    scope_value: str | None = None
    """Footprint id or product URN; None for `everything`."""
    valid_from: Instant
    valid_until: Instant | None = None
    """Exclusive; None is open-ended."""
    status: GrantStatus
    reason: Text | None = None
    changed_at: Instant


FOOTPRINT_TYPES = ("footprints.footprint.published.v1", "footprints.footprint.deprecated.v1")
GRANT_TYPES = ("footprints.grant.granted.v1", "footprints.grant.revoked.v1")
EVENT_TYPES: dict[str, type[Fact]] = dict.fromkeys(FOOTPRINT_TYPES, FootprintV1) | dict.fromkeys(GRANT_TYPES, GrantV1)
TOPICS: dict[str, tuple[str, ...]] = {
    "footprints.footprint.v1": FOOTPRINT_TYPES,
    "footprints.grant.v1": GRANT_TYPES,
}

"""What other services told us, as far as verdicts need it: one document for each source aggregate, with its version.

Every class keeps the fields a decision matches by (`product_keys`, `target`, `product_key`) and empties them when the
fact can't count any more (deprecated, revoked): such a document only remembers its version, so that late facts drop.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from services.certification.domain.identifiers import canonical_urn, product_key
from services.certification.domain.profile import PcfTotal


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation of `identity.organisation.v1`."""

    organisation_id: str
    name: str
    roles: tuple[str, ...]
    active: bool
    version: int


@dataclass(frozen=True, slots=True)
class Footprint:
    """A product carbon footprint of `footprints.footprint.v1`: key figures, kgCO2e per declared unit."""

    footprint_id: str
    owner_organisation_id: str
    active: bool
    """PACT status Active; a deprecated footprint never counts again."""
    product_ids: tuple[str, ...]
    """Canonical URNs."""
    unit_of_measurement: str
    unit_amount: Decimal
    pcf_excluding_biogenic_uptake_kgco2e: Decimal
    pcf_including_biogenic_uptake_kgco2e: Decimal
    reference_period_end: datetime
    valid_from: datetime
    valid_until: datetime
    """Exclusive."""
    accepted_at: datetime
    version: int
    product_keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Bring URNs to their canonical form and derive the match field."""
        urns = tuple(dict.fromkeys(canonical_urn(urn) for urn in self.product_ids))
        keys = tuple(product_key(self.owner_organisation_id, urn) for urn in urns) if self.active else ()
        object.__setattr__(self, "product_ids", urns)
        object.__setattr__(self, "product_keys", keys)

    def total_kgco2e(self, total: PcfTotal) -> Decimal:
        """Return one of the two totals, per declared unit."""
        if total is PcfTotal.INCLUDING_BIOGENIC_UPTAKE:
            return self.pcf_including_biogenic_uptake_kgco2e
        return self.pcf_excluding_biogenic_uptake_kgco2e

    def is_valid(self, at: datetime) -> bool:
        """Tell whether the validity period holds the instant."""
        return self.valid_from <= at < self.valid_until

    def grant_targets(self, product_id: str) -> tuple[str, ...]:
        """Return what a grant may name to open this footprint for a part that is `product_id`.

        A grant on another product of the same footprint opens it for that product's parts only.
        """
        owner = self.owner_organisation_id
        return (
            grant_target(owner, GrantScope.EVERYTHING, None),
            grant_target(owner, GrantScope.PRODUCT, product_id),
            grant_target(owner, GrantScope.FOOTPRINT, self.footprint_id),
        )


class GrantScope(StrEnum):
    """What a grant opens."""

    FOOTPRINT = "footprint"
    PRODUCT = "product"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant of `footprints.grant.v1`: the owner lets the grantee read."""

    grant_id: str
    owner_organisation_id: str
    grantee_organisation_id: str
    scope: GrantScope
    scope_value: str | None
    """Footprint id or product URN; None for everything."""
    valid_from: datetime
    valid_until: datetime | None
    """Exclusive; None is open-ended."""
    active: bool
    """Not revoked."""
    version: int
    target: str | None = None

    def __post_init__(self) -> None:
        """Derive the match field; a revoked grant has none."""
        target = grant_target(self.owner_organisation_id, self.scope, self.scope_value) if self.active else None
        object.__setattr__(self, "target", target)

    def is_valid(self, at: datetime) -> bool:
        """Tell whether the grant is in force at the instant."""
        return self.active and self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, slots=True)
class Claim:
    """A recycled-content claim of `recycling.claim.v1`. Masses are kilograms, exact."""

    claim_id: str
    beneficiary_organisation_id: str
    product_id: str
    recycled_mass_kg: Decimal
    product_mass_kg: Decimal
    period_start: date
    period_end: date
    """Calendar dates, both inclusive."""
    issued: bool
    """Not revoked."""
    version: int
    product_key: str | None = None

    def __post_init__(self) -> None:
        """Bring the URN to its canonical form and derive the match field; a revoked claim has none."""
        key = product_key(self.beneficiary_organisation_id, self.product_id) if self.issued else None
        object.__setattr__(self, "product_id", canonical_urn(self.product_id))
        object.__setattr__(self, "product_key", key)


def grant_target(owner_organisation_id: str, scope: GrantScope, value: str | None) -> str:
    """Name what a grant opens, so that a decision finds the grants on one footprint, product or owner."""
    match scope:
        case GrantScope.EVERYTHING:
            return f"everything {owner_organisation_id}"
        case GrantScope.PRODUCT:
            return f"product {product_key(owner_organisation_id, value or '')}"
        case GrantScope.FOOTPRINT:
            return f"footprint {owner_organisation_id} {value}"

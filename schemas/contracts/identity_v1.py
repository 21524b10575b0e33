"""Facts of `identity`, major version 1. Topic `identity.organisation.v1`, key: organisation id. They hold no secret."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.contracts.types import Contract, CountryCode, Fact, Identifier, Instant, Name, Text


class Role(StrEnum):
    """What an organisation does here; one organisation may have several roles."""

    SUPPLIER = "supplier"
    BUYER = "buyer"
    RECYCLER = "recycler"
    VERIFIER = "verifier"
    OPERATOR = "operator"


class OrganisationStatus(StrEnum):
    """A suspended organisation is refused by every service."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class OrganisationIdentifier(Contract):
    """An identifier from outside: scheme `bpn`, `uscc`, `duns`, `gln`, `vat`, `lei` or another registry's name."""

    scheme: Annotated[str, Field(pattern=r"^[a-z0-9_]{2,20}$")]
    value: Identifier


class OrganisationV1(Fact):
    """An organisation as the others know it."""

    organisation_id: Identifier
    name: Name
    country: CountryCode | None = None
    """ISO 3166-1 alpha-2."""
    identifiers: list[OrganisationIdentifier] = []
    roles: list[Role]
    base_urls: list[str] = []
    """Registered addresses of the organisation's own systems; the only ones Tierloop ever calls back."""
    status: OrganisationStatus
    status_reason: Text | None = None
    changed_at: Instant


EVENT_TYPES: dict[str, type[Fact]] = {
    "identity.organisation.registered.v1": OrganisationV1,
    "identity.organisation.changed.v1": OrganisationV1,
    "identity.organisation.suspended.v1": OrganisationV1,
    "identity.organisation.reinstated.v1": OrganisationV1,
}
TOPICS: dict[str, tuple[str, ...]] = {"identity.organisation.v1": tuple(EVENT_TYPES)}

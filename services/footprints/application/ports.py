"""Documents this service keeps, and what its application asks of the outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol

from services.chassis.kernel import Kind
from services.footprints.application.exchange import ExchangeQueries
from services.footprints.application.history import HistoryQueries
from services.footprints.application.pact import PactListing
from services.footprints.application.validation import ValidationReads
from services.footprints.application.verifications import VerificationReads
from services.footprints.domain.findings import Factor, FactorSet, ValidationPolicy
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.grant import Grant, GrantStatus
from services.footprints.domain.organisation import Organisation
from services.footprints.domain.succession import Succession
from services.footprints.domain.terms import Amounts, FootprintStatus, Period, UnitOfMeasurement

FOOTPRINTS: Final = Kind("footprints", Footprint, "api")
SUCCESSIONS: Final = Kind("successions", Succession, "api", frozenset({"descendant_ids"}))
"""Guarding documents: the arrival of a footprint and of its successor write the same one. An absent id is found by
each stored footprint that leads back to it."""
GRANTS: Final = Kind("grants", Grant, "api", frozenset({"access_key"}))
ORGANISATIONS: Final = Kind("organisations", Organisation, "worker")
VALIDATION_POLICIES: Final = Kind("validation_policies", ValidationPolicy, "api")
"""Key: the organisation."""
FACTOR_SETS: Final = Kind("factor_sets", FactorSet, "api")
FACTORS: Final = Kind("factors", Factor, "api", frozenset({"set_name", "product_classification"}))
"""The figures of the sets: a set is replaced as a whole, a footprint asks for its classifications alone."""

MAX_GRANTS_READ: Final = 2_000
"""Most grants one listing follows; a reader with more of them asks owner by owner."""


@dataclass(frozen=True, slots=True)
class CarbonSummary:
    """The part of a `CarbonFootprint` that a listing shows."""

    unit_of_measurement: UnitOfMeasurement
    declared_unit_amount: Decimal
    product_mass_kg: Decimal
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class FootprintSummary:
    """A footprint as a listing shows it: without its document, which may have a megabyte."""

    footprint_id: str
    owner_organisation_id: str
    version: int
    status: FootprintStatus
    product_ids: tuple[str, ...]
    product_name: str
    company_name: str
    carbon: CarbonSummary
    validity: Period
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class FootprintFilter:
    """What a listing is narrowed to; None is no condition."""

    product_id: str | None = None
    status: FootprintStatus | None = None
    owner_organisation_id: str | None = None


@dataclass(frozen=True, slots=True)
class FootprintPosition:
    """Place of a footprint in a listing: order of acceptance, then of ids."""

    accepted_at: datetime
    footprint_id: str


@dataclass(frozen=True, slots=True)
class GrantFilter:
    """What a listing of grants is narrowed to; None is no condition."""

    owner_organisation_id: str | None = None
    grantee_organisation_id: str | None = None
    status: GrantStatus | None = None


class Queries(Protocol):
    """Reads of committed state, at majority. `reader` is the tenant; it is a part of every condition."""

    @property
    def pact(self) -> PactListing:
        """Listings for partners."""

    @property
    def exchange(self) -> ExchangeQueries:
        """What the exchange with partners reads."""

    @property
    def history(self) -> HistoryQueries:
        """Timelines of products."""

    @property
    def validation(self) -> ValidationReads:
        """Policies and reference factors."""

    @property
    def verifications(self) -> VerificationReads:
        """Engagements, documents and trust facts."""

    async def footprint(self, footprint_id: str, *, reader: str, at: datetime) -> Footprint | None:
        """Return a footprint that is the reader's own, or that a grant opens to it at this instant."""

    async def footprints(
        self, found: FootprintFilter, after: FootprintPosition | None, limit: int, *, reader: str, at: datetime
    ) -> Sequence[FootprintSummary]:
        """Return what the reader may read, in order of acceptance, beginning behind `after`.

        Raises `TooManyGrants` where more than `MAX_GRANTS_READ` grants of the owner asked for (or of all) hold.
        """

    async def grant(self, grant_id: str, *, reader: str) -> Grant | None:
        """Return a grant that the reader gave or got."""

    async def grants(self, found: GrantFilter, after: str | None, limit: int, *, reader: str) -> Sequence[Grant]:
        """Return the grants that the reader gave or got, in order of their ids, beginning behind `after`."""

    async def organisation(self, organisation_id: str) -> Organisation | None:
        """Return what is known about an organisation."""

"""The documents of this service and the questions its API asks of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from services.certification.domain.certificate import Certificate, CertificateNumber, CertificateRegister
from services.certification.domain.facts import Claim, Footprint, Grant, Organisation
from services.certification.domain.part import PartListing, PartNumber
from services.certification.domain.profile import BuyerProfile, ProfileDirectory
from services.certification.domain.supplier import Supplier
from services.certification.domain.trail import TrailEvent
from services.certification.domain.verdict import PartVerdicts
from services.chassis.kernel import Kind

# Written by the API, one command at a time.
SUPPLIERS: Final = Kind("suppliers", Supplier, "api")
CERTIFICATES: Final = Kind("certificates", Certificate, "api", frozenset({"supplier_id"}))
CERTIFICATE_NUMBERS: Final = Kind("certificate_numbers", CertificateNumber, "api")
CERTIFICATE_REGISTERS: Final = Kind("certificate_registers", CertificateRegister, "api")
PROFILES: Final = Kind("profiles", BuyerProfile, "api")
PROFILE_DIRECTORY: Final = Kind("profile_directory", ProfileDirectory, "api")
PART_LISTINGS: Final = Kind("part_listings", PartListing, "api", frozenset({"selections"}))
PART_NUMBERS: Final = Kind("part_numbers", PartNumber, "api")

# Written by the worker: facts of others, group `certification.deciding`.
ORGANISATIONS: Final = Kind("organisations", Organisation, "worker")
FOOTPRINTS: Final = Kind("footprints", Footprint, "worker", frozenset({"product_keys"}))
GRANTS: Final = Kind("grants", Grant, "worker", frozenset({"target"}))
CLAIMS: Final = Kind("claims", Claim, "worker", frozenset({"product_key"}))

# Written by the worker: decisions, group `certification.parts`; the trail, group `certification.trail`.
PART_VERDICTS: Final = Kind("part_verdicts", PartVerdicts, "worker")
TRAIL: Final = Kind("trail", TrailEvent, "worker")

DOMAIN_KINDS: Final[tuple[Kind[Any], ...]] = (
    SUPPLIERS,
    CERTIFICATES,
    CERTIFICATE_NUMBERS,
    CERTIFICATE_REGISTERS,
    PROFILES,
    PROFILE_DIRECTORY,
    PART_LISTINGS,
    PART_NUMBERS,
    ORGANISATIONS,
    FOOTPRINTS,
    GRANTS,
    CLAIMS,
    PART_VERDICTS,
    TRAIL,
)


@dataclass(frozen=True, slots=True)
class Slice:
    """At most `limit` items beyond the id `after`, in order of their ids."""

    limit: int
    after: str | None = None


@dataclass(frozen=True, slots=True)
class VerdictFilter:
    """The parts that have a verdict for a buyer's profile, all or by what it says at an instant.

    A verdict that a date has overtaken (`ProfileVerdict.is_current`) certifies nothing.
    """

    profile_id: str
    buyer_organisation_id: str
    certified: bool | None
    at: datetime


class Queries(Protocol):
    """Reads outside of commands. Who may see a document is part of each query, never a check after it."""

    async def is_in_good_standing(self, organisation_id: str) -> bool:
        """Tell whether the organisation is not suspended; one we never heard of is not."""

    async def supplier(self, supplier_id: str) -> Supplier | None:
        """Return a supplier."""

    async def certificate(self, certificate_id: str, supplier_id: str | None) -> Certificate | None:
        """Return a certificate; of that supplier alone, where one is given."""

    async def certificates(self, supplier_id: str | None, page: Slice) -> list[Certificate]:
        """Return certificates; of that supplier alone, where one is given."""

    async def profile(self, profile_id: str, buyer_organisation_id: str) -> BuyerProfile | None:
        """Return a profile of the buyer."""

    async def profiles(self, buyer_organisation_id: str, page: Slice) -> list[BuyerProfile]:
        """Return the buyer's profiles."""

    async def listing(self, part_id: str, supplier_id: str) -> PartListing | None:
        """Return a part of the supplier."""

    async def listings(self, supplier_id: str, page: Slice) -> list[PartListing]:
        """Return the supplier's parts."""

    async def part_verdicts(self, part_id: str, organisation_id: str) -> PartVerdicts | None:
        """Return a part's verdicts where the organisation is its supplier or the buyer of one of them."""

    async def parts_of_profile(self, wanted: VerdictFilter, page: Slice) -> list[PartVerdicts]:
        """Return the parts that have the verdict asked for."""

    async def trail_by_keys(self, keys: Collection[str]) -> list[TrailEvent]:
        """Return rows of the trail by their keys (`trail_key`)."""

    async def trail_of_aggregate(self, kind: str, aggregate_id: str, limit: int) -> list[TrailEvent]:
        """Return the newest rows of an aggregate, newest first."""

    async def trail_of_correlation(self, correlation_id: str, supplier_id: str, limit: int) -> list[TrailEvent]:
        """Return rows about a supplier that one request led to, in order of their keys."""

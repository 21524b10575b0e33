"""The exchange with partners: its documents and commands, and what it asks of the outside.

Everything here runs on events: a partner asks, its answer becomes a delivery, the courier takes it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from services.chassis.kernel import Kind, Meta
from services.footprints.domain.access import GrantScope
from services.footprints.domain.criteria import Criteria
from services.footprints.domain.delivery import Delivery, DeliveryProgress, DeliveryState, RetryOrder
from services.footprints.domain.partner_connection import PartnerConnection, Terms
from services.footprints.domain.received_event import ReceivedEvent
from services.footprints.domain.request import Found, InboxState, Question, Request

RECEIVED_EVENTS: Final = Kind("received_events", ReceivedEvent, "api")
REQUESTS: Final = Kind("footprint_requests", Request, "api")
PARTNER_CONNECTIONS: Final = Kind("partner_connections", PartnerConnection, "api")
DELIVERIES: Final = Kind("deliveries", Delivery, "worker")
RETRY_ORDERS: Final = Kind("delivery_orders", RetryOrder, "api")
NOTHING_FOUND: Final = Found()
DELIVERY_STATES: Final = "delivery_states"
"""The courier's own collection (ADR 0007): it runs no commands, so this is no kind of the fold."""


@dataclass(frozen=True, slots=True)
class ReceiveEvent:
    """Take in an event of the acting organisation; one that is known already has no further effect."""

    meta: Meta
    event: ReceivedEvent
    request_id: str
    """Id of the request, where the event asks for footprints."""
    question: Question | None = None
    found: Found = NOTHING_FOUND


@dataclass(frozen=True, slots=True)
class AcceptRequest:
    """Open footprints of the acting organisation to the requester, and answer with them."""

    meta: Meta
    request_id: str
    expected_version: int
    scope: GrantScope
    valid_until: datetime | None
    footprint_ids: tuple[str, ...]
    """Its footprints that meet the criteria now."""
    grant_ids: tuple[str, ...]
    """Fresh ids, as many as grants may be needed."""


@dataclass(frozen=True, slots=True)
class RejectRequest:
    """Say no to a request in the acting organisation's inbox."""

    meta: Meta
    request_id: str
    expected_version: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ConnectPartner:
    """Make or replace the connection of a partner."""

    meta: Meta
    organisation_id: str
    terms: Terms
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class DisconnectPartner:
    """Remove the connection of a partner, its credentials with it."""

    meta: Meta
    organisation_id: str
    expected_version: int


@dataclass(frozen=True, slots=True)
class RetryDelivery:
    """Order a further try."""

    meta: Meta
    delivery_id: str


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """Make the deliveries that the state of a request calls for."""

    meta: Meta
    request: Request


@dataclass(frozen=True, slots=True)
class Announcement:
    """A footprint that was published or became Deprecated, as far as a notice goes."""

    footprint_id: str
    version: int
    owner_organisation_id: str
    product_ids: tuple[str, ...]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class AnnounceFootprint:
    """Tell the partners who may read it."""

    meta: Meta
    announcement: Announcement


@dataclass(frozen=True, slots=True)
class AnnouncePage:
    """The same for one page of the grants that open it by one door."""

    meta: Meta
    announcement: Announcement
    access_key: str
    after: str


class Sealer(Protocol):
    """Keeps secrets that must be read again, such as a client secret."""

    def seal(self, secret: str, owner: str) -> bytes:
        """Encrypt; what is sealed for one owner opens for no other."""

    def open(self, sealed: bytes, owner: str) -> str:
        """Decrypt. Raises `SealBrokenError`."""


class SealBrokenError(Exception):
    """The secret was sealed with another key or for another owner."""


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What an inbox is narrowed to; None is no condition."""

    state: InboxState | None = None


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """What a list of deliveries is narrowed to; None is no condition."""

    progress: DeliveryProgress | None = None
    recipient_organisation_id: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveryPosition:
    """Place in a list of deliveries, the newest first."""

    created_at: datetime
    delivery_id: str


class ExchangeQueries(Protocol):
    """Reads of committed state, at majority. Tenancy is a part of every condition."""

    async def found(self, criteria: Criteria, requester: str, at: datetime) -> Found:
        """Return what meets the criteria: readable footprints, or the owners who could open some."""

    async def matching(self, criteria: Criteria, owner: str, limit: int) -> Sequence[str]:
        """Return the ids of an owner's footprints that meet the criteria, the newest first."""

    async def inbox(self, owner: str, found: InboxFilter, after: str | None, limit: int) -> Sequence[Request]:
        """Return the requests an owner is asked, in order of their ids, beginning behind `after`."""

    async def request(self, request_id: str, owner: str) -> Request | None:
        """Return a request that this owner is asked."""

    async def connection(self, organisation_id: str) -> PartnerConnection | None:
        """Return the connection of a partner."""

    async def deliveries(
        self, found: DeliveryFilter, after: DeliveryPosition | None, limit: int, *, owner: str | None
    ) -> Sequence[DeliveryState]:
        """Return deliveries, the newest first; `owner` None sees all of them."""

    async def delivery(self, delivery_id: str, *, owner: str | None) -> DeliveryState | None:
        """Return one delivery."""

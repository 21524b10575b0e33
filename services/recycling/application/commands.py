"""What the market is told to do. Ids, instants, actor (`meta`) and the market's terms come in as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.chassis.kernel import Meta
from services.recycling.domain.claims import ClaimRequest
from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.standing import KnownCertificate, Organisation, Supplier
from services.recycling.domain.terms import MarketTerms
from services.recycling.domain.trades import Ticket


@dataclass(frozen=True, slots=True)
class ListLot:
    """Offer a lot; the acting organisation sells it."""

    meta: Meta
    terms: MarketTerms
    lot_id: str
    grade_scheme: str
    grade_code: str
    description: str
    mass_kg: Decimal
    post_consumer_share_percent: Decimal
    pre_consumer_share_percent: Decimal
    custody_model: CustodyModel
    country: str
    price_per_tonne: Decimal
    currency: str
    available_from: date
    available_until: date
    waste_code: str | None = None


@dataclass(frozen=True, slots=True)
class WithdrawLot:
    """Take a lot off the market."""

    meta: Meta
    lot_id: str
    expected_version: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceDemand:
    """Ask for material; the acting organisation buys it."""

    meta: Meta
    demand_id: str
    grade_scheme: str
    grade_code: str
    mass_kg: Decimal
    max_price_per_tonne: Decimal
    currency: str
    needed_by: date
    accepted_custody_models: tuple[CustodyModel, ...]
    min_post_consumer_share_percent: Decimal


@dataclass(frozen=True, slots=True)
class CancelDemand:
    """Take a demand off the market."""

    meta: Meta
    demand_id: str
    expected_version: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ConfirmTrade:
    """Give the acting party's word for a matched trade."""

    meta: Meta
    terms: MarketTerms
    trade_id: str
    expected_version: int


@dataclass(frozen=True, slots=True)
class ShipTrade:
    """Record that the material left the seller."""

    meta: Meta
    terms: MarketTerms
    trade_id: str
    expected_version: int


@dataclass(frozen=True, slots=True)
class WeighTrade:
    """Hand in the receiver's weighbridge ticket."""

    meta: Meta
    trade_id: str
    expected_version: int
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class SettleTrade:
    """Accept the weighing and settle."""

    meta: Meta
    terms: MarketTerms
    trade_id: str
    expected_version: int


@dataclass(frozen=True, slots=True)
class CancelTrade:
    """End a trade before shipment."""

    meta: Meta
    trade_id: str
    expected_version: int
    reason: str


@dataclass(frozen=True, slots=True)
class IssueClaim:
    """Claim recycled content out of a settled trade."""

    meta: Meta
    trade_id: str
    request: ClaimRequest


@dataclass(frozen=True, slots=True)
class RevokeClaim:
    """End a claim."""

    meta: Meta
    claim_id: str
    expected_version: int
    reason: str


@dataclass(frozen=True, slots=True)
class LearnOrganisation:
    """Take over an organisation's standing."""

    meta: Meta
    organisation: Organisation


@dataclass(frozen=True, slots=True)
class LearnSupplier:
    """Take over a supplier."""

    meta: Meta
    supplier: Supplier


@dataclass(frozen=True, slots=True)
class LearnCertificate:
    """Take over a certificate of a supplier."""

    meta: Meta
    supplier_id: str
    certificate_type: str
    certificate: KnownCertificate


@dataclass(frozen=True, slots=True)
class TurnBook:
    """Run a book's turn; at most one of the ids says whose state has changed, none: go on matching."""

    meta: Meta
    book_id: str
    lot_id: str | None = None
    demand_id: str | None = None
    trade_id: str | None = None

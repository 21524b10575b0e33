"""Facts of `recycling`, major version 1: lots, trades and recycled-content claims. Masses are kilograms, exact."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from schemas.contracts.types import (
    Contract,
    CountryCode,
    CurrencyCode,
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


class CustodyModel(StrEnum):
    """Chain-of-custody models of ISO 22095:2020, clause 5, strongest first."""

    IDENTITY_PRESERVED = "identity_preserved"
    SEGREGATED = "segregated"
    CONTROLLED_BLENDING = "controlled_blending"
    MASS_BALANCE = "mass_balance"
    BOOK_AND_CLAIM = "book_and_claim"


class LotStatus(StrEnum):
    """Whether the lot is on offer; what is still free of it is the book's knowledge, not the lot's."""

    LISTED = "listed"
    WITHDRAWN = "withdrawn"


class ReliedOnCertificate(Contract):
    """A certificate of `certification.certificate.v1` that a decision rested on, in the version known then."""

    certificate_id: Identifier
    version: int


class LotV1(Fact):
    """A lot of recyclable material on offer."""

    lot_id: Identifier
    seller_organisation_id: Identifier
    grade_scheme: Identifier
    """Whose grades: `en13920`, `rema`, `gbt38472`, ..."""
    grade_code: Identifier
    description: Text
    mass_kg: PositiveDecimal
    post_consumer_share_percent: NonNegativeDecimal
    pre_consumer_share_percent: NonNegativeDecimal
    """ISO 14021, 7.8.1.1: shares of the lot's mass."""
    custody_model: CustodyModel
    country: CountryCode
    price_per_tonne: DecimalString
    currency: CurrencyCode
    available_from: date
    available_until: date
    """Calendar dates, both inclusive."""
    waste_code: Identifier | None = None
    """Printed form, EU `12 01 03` or CN `900-001-S17`; None for material that is no waste."""
    relied_on: ReliedOnCertificate | None = None
    """The seller's certificate when the lot was listed."""
    status: LotStatus
    reason: Text | None = None
    listed_at: Instant | None = None
    changed_at: Instant


class TradeStatus(StrEnum):
    """Life of a trade in this release."""

    MATCHED = "matched"
    CONTRACTED = "contracted"
    SHIPPED = "shipped"
    WEIGHED = "weighed"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class WeighbridgeTicket(Contract):
    """Weighing at the receiver: net = gross - tare; dry = net x (1 - moisture); clean = dry x (1 - impurity)."""

    ticket_number: Identifier
    gross_kg: PositiveDecimal
    tare_kg: NonNegativeDecimal
    moisture_percent: NonNegativeDecimal
    impurity_percent: NonNegativeDecimal
    weighed_at: Instant


class TradeV1(Fact):
    """A trade of part of a lot against a demand."""

    trade_id: Identifier
    lot_id: Identifier
    demand_id: Identifier
    seller_organisation_id: Identifier
    buyer_organisation_id: Identifier
    grade_scheme: Identifier
    grade_code: Identifier
    mass_kg: PositiveDecimal
    """Contracted mass."""
    price_per_tonne: DecimalString
    currency: CurrencyCode
    custody_model: CustodyModel | None = None
    post_consumer_share_percent: NonNegativeDecimal | None = None
    pre_consumer_share_percent: NonNegativeDecimal | None = None
    """The lot's custody model and shares, as they were when the trade was matched."""
    status: TradeStatus
    seller_confirmed: bool = False
    buyer_confirmed: bool = False
    relied_on: ReliedOnCertificate | None = None
    """The seller's certificate at the latest step that asked for one."""
    ticket: WeighbridgeTicket | None = None
    weighed_mass_kg: NonNegativeDecimal | None = None
    """Net of moisture and impurity by the present ticket; not accepted by the seller until settled."""
    settled_mass_kg: NonNegativeDecimal | None = None
    settled_amount: DecimalString | None = None
    """In hundredths of the currency."""
    settled_at: Instant | None = None
    claimed_mass_kg: NonNegativeDecimal
    reason: Text | None = None
    matched_at: Instant | None = None
    changed_at: Instant


class ClaimStatus(StrEnum):
    """A revoked claim never counts again."""

    ISSUED = "issued"
    REVOKED = "revoked"


class ClaimV1(Fact):
    """Recycled content claimed for a product out of a settled trade (retired once, never for more than was settled)."""

    claim_id: Identifier
    trade_id: Identifier
    lot_id: Identifier
    beneficiary_organisation_id: Identifier
    product_id: Urn
    name: Name
    """Name of the product."""
    recycled_mass_kg: PositiveDecimal
    post_consumer_mass_kg: NonNegativeDecimal
    pre_consumer_mass_kg: NonNegativeDecimal
    product_mass_kg: PositiveDecimal
    """Mass of the products made in the period that the claim speaks of."""
    recycled_share_percent: NonNegativeDecimal
    """100 x recycled mass / product mass; ISO 14021, 7.8.4."""
    custody_model: CustodyModel
    period_start: date
    period_end: date
    """Calendar dates, both inclusive; 12 months at most."""
    status: ClaimStatus
    reason: Text | None = None
    changed_at: Instant


class BookWorkV1(Contract):
    """A work item: turn one book (grade scheme, code and currency); at most one id says whose state has changed."""

    book_id: Identifier
    reason: Text
    lot_id: Identifier | None = None
    demand_id: Identifier | None = None
    trade_id: Identifier | None = None


LOT_TYPES = ("recycling.lot.listed.v1", "recycling.lot.withdrawn.v1")
TRADE_TYPES = (
    *(f"recycling.trade.{status}.v1" for status in TradeStatus),
    "recycling.trade.confirmed.v1",
    "recycling.trade.claimed.v1",
    "recycling.trade.claim-revoked.v1",
)
"""`confirmed`: one party has given its word, the status is still `matched`."""
CLAIM_TYPES = ("recycling.claim.issued.v1", "recycling.claim.revoked.v1")
WORK_TYPES = ("recycling.book-work.requested.v1",)
EVENT_TYPES: dict[str, type[Contract]] = (
    dict.fromkeys(LOT_TYPES, LotV1)
    | dict.fromkeys(TRADE_TYPES, TradeV1)
    | dict.fromkeys(CLAIM_TYPES, ClaimV1)
    | dict.fromkeys(WORK_TYPES, BookWorkV1)
)
TOPICS: dict[str, tuple[str, ...]] = {
    "recycling.lot.v1": LOT_TYPES,
    "recycling.trade.v1": TRADE_TYPES,
    "recycling.claim.v1": CLAIM_TYPES,
    "recycling.book-work.v1": WORK_TYPES,
}

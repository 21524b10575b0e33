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
    status: LotStatus
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
    """Weighing at the receiver: net = gross - tare; settled = net less moisture and impurity."""

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
    status: TradeStatus
    ticket: WeighbridgeTicket | None = None
    settled_mass_kg: NonNegativeDecimal | None = None
    settled_amount: DecimalString | None = None
    claimed_mass_kg: NonNegativeDecimal
    reason: Text | None = None
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
    """A work item: match the open demands and lots of one book (grade scheme and code) again."""

    reason: Text
    order_id: str | None = None


LOT_TYPES = ("recycling.lot.listed.v1", "recycling.lot.withdrawn.v1")
TRADE_TYPES = tuple(f"recycling.trade.{status}.v1" for status in TradeStatus) + ("recycling.trade.claimed.v1",)
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

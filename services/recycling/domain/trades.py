"""Trades: part of a lot sold against part of a demand. Version 1 is made by the book, later ones by the parties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.mass import HUNDRED_PERCENT, share_of
from services.recycling.domain.standing import Reliance


class TradeStatus(StrEnum):
    """Life of a trade in this release. Settled and cancelled are final."""

    MATCHED = "matched"
    CONTRACTED = "contracted"
    SHIPPED = "shipped"
    WEIGHED = "weighed"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class Party(StrEnum):
    """Which side of a trade an organisation is on."""

    SELLER = "seller"
    BUYER = "buyer"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A weighbridge ticket of the receiver. Impurity is a share of the dried mass."""

    ticket_number: str
    gross_g: int
    tare_g: int
    moisture_percent: Decimal
    impurity_percent: Decimal
    weighed_at: datetime


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade. Masses in grams; shares and custody model are the lot's, copied when it was matched."""

    trade_id: str
    version: int
    lot_id: str
    demand_id: str
    seller_organisation_id: str
    buyer_organisation_id: str
    grade_scheme: str
    grade_code: str
    book_id: str
    mass_g: int
    """Contracted mass: what the book reserved."""
    price_per_tonne: Decimal
    """The lot's price; the demand's is only a ceiling."""
    currency: str
    custody_model: CustodyModel
    post_consumer_share_percent: Decimal
    pre_consumer_share_percent: Decimal
    status: TradeStatus
    matched_at: datetime
    changed_at: datetime
    seller_confirmed: bool = False
    buyer_confirmed: bool = False
    relied_on: Reliance | None = None
    """The seller's certificate at the latest step that asked for one."""
    terms_version: str | None = None
    ticket: Ticket | None = None
    weighed_g: int | None = None
    """Net of moisture and impurity, by the present ticket."""
    settled_g: int | None = None
    settled_amount: Decimal | None = None
    settled_at: datetime | None = None
    claimed_post_g: int = 0
    claimed_pre_g: int = 0
    reason: str | None = None

    def party(self, organisation_id: str | None) -> Party | None:
        """Tell the organisation's side, None for a stranger."""
        if organisation_id == self.seller_organisation_id:
            return Party.SELLER
        return Party.BUYER if organisation_id == self.buyer_organisation_id else None

    @property
    def claimed_g(self) -> int:
        """Mass that issued claims have drawn."""
        return self.claimed_post_g + self.claimed_pre_g

    @property
    def claimable_post_g(self) -> int:
        """Post-consumer mass that no claim has drawn yet."""
        return share_of(self.settled_g or 0, self.post_consumer_share_percent) - self.claimed_post_g

    @property
    def claimable_pre_g(self) -> int:
        """Pre-consumer mass that no claim has drawn yet."""
        return share_of(self.settled_g or 0, self.pre_consumer_share_percent) - self.claimed_pre_g

    @property
    def deviation_percent(self) -> Fraction:
        """Difference of weighed to contracted mass, in percent of the contracted one; negative is short weight."""
        return Fraction((self.weighed_g or 0) - self.mass_g, self.mass_g) * HUNDRED_PERCENT

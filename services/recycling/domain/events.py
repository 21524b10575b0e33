"""Domain events: what happened, and the aggregate's whole state after it. One event per version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.recycling.domain.claims import Claim
from services.recycling.domain.lots import Lot
from services.recycling.domain.trades import Trade

LotEventName = Literal["listed", "withdrawn"]
TradeEventName = Literal[
    "matched", "confirmed", "contracted", "shipped", "weighed", "settled", "cancelled", "claimed", "claim-revoked"
]
ClaimEventName = Literal["issued", "revoked"]


@dataclass(frozen=True, slots=True)
class LotEvent:
    """Something happened to a lot."""

    name: LotEventName
    lot: Lot

    @property
    def aggregate_id(self) -> str:
        """The lot's id."""
        return self.lot.lot_id

    @property
    def version(self) -> int:
        """The lot's version after the event."""
        return self.lot.version


@dataclass(frozen=True, slots=True)
class TradeEvent:
    """Something happened to a trade."""

    name: TradeEventName
    trade: Trade

    @property
    def aggregate_id(self) -> str:
        """The trade's id."""
        return self.trade.trade_id

    @property
    def version(self) -> int:
        """The trade's version after the event."""
        return self.trade.version


@dataclass(frozen=True, slots=True)
class ClaimEvent:
    """Something happened to a claim."""

    name: ClaimEventName
    claim: Claim

    @property
    def aggregate_id(self) -> str:
        """The claim's id."""
        return self.claim.claim_id

    @property
    def version(self) -> int:
        """The claim's version after the event."""
        return self.claim.version

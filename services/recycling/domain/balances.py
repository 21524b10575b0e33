"""What is left of each order in the book. Written by the worker alone, which is what makes a gram sold once.

GRAM-ONCE: free grams of a lot plus the grams of its trades that are not released equal the lot's mass.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.demands import Demand, DemandStatus
from services.recycling.domain.lots import Lot, LotStatus

MAX_CANCELLED_LOTS: Final = 100
"""Lots whose trade with one demand was cancelled; with the next one the demand leaves the book."""


class Closed(StrEnum):
    """Why an order takes no part in matching."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    USED_UP = "used_up"
    """Nothing is left of it; a cancelled trade opens it again."""
    BOOK_FULL = "book_full"
    CANCELLED_TOO_OFTEN = "cancelled_too_often"


FINAL: Final = frozenset({Closed.WITHDRAWN, Closed.BOOK_FULL, Closed.CANCELLED_TOO_OFTEN})


@dataclass(frozen=True, slots=True)
class LotBalance:
    """The book's view of a lot; `open_book_id` is None while it takes no part in matching."""

    lot_id: str
    book_id: str
    open_book_id: str | None
    seller_organisation_id: str
    mass_g: int
    free_g: int
    price_per_tonne: Decimal
    custody_model: CustodyModel
    post_consumer_share_percent: Decimal
    pre_consumer_share_percent: Decimal
    available_from: date
    available_until: date
    accepted_at: datetime
    closed: Closed | None

    @property
    def rank(self) -> tuple[Decimal, datetime, str]:
        """Priority among lots: lowest price, then earliest acceptance, then id."""
        return (self.price_per_tonne, self.accepted_at, self.lot_id)


@dataclass(frozen=True, slots=True)
class DemandBalance:
    """The book's view of a demand; `open_book_id` is None while it takes no part in matching."""

    demand_id: str
    book_id: str
    open_book_id: str | None
    buyer_organisation_id: str
    mass_g: int
    open_g: int
    max_price_per_tonne: Decimal
    accepted_custody_models: tuple[CustodyModel, ...]
    min_post_consumer_share_percent: Decimal
    needed_by: date
    accepted_at: datetime
    closed: Closed | None
    cancelled_lot_ids: tuple[str, ...] = ()
    """Lots it does not meet again, because a trade between the two was cancelled."""

    @property
    def rank(self) -> tuple[Decimal, datetime, str]:
        """Priority among demands: highest price, then earliest acceptance, then id."""
        return (-self.max_price_per_tonne, self.accepted_at, self.demand_id)


@dataclass(frozen=True, slots=True)
class Release:
    """The grams of a cancelled trade given back. It exists once per trade: that is why they come back once."""

    trade_id: str
    lot_id: str
    demand_id: str
    mass_g: int
    released_at: datetime


def lot_balance(lot: Lot) -> LotBalance:
    """Return the balance of a lot that the book sees for the first time: all free, not yet open."""
    return LotBalance(
        lot_id=lot.lot_id,
        book_id=lot.book_id,
        open_book_id=None,
        seller_organisation_id=lot.seller_organisation_id,
        mass_g=lot.mass_g,
        free_g=lot.mass_g,
        price_per_tonne=lot.price_per_tonne,
        custody_model=lot.custody_model,
        post_consumer_share_percent=lot.post_consumer_share_percent,
        pre_consumer_share_percent=lot.pre_consumer_share_percent,
        available_from=lot.available_from,
        available_until=lot.available_until,
        accepted_at=lot.listed_at,
        closed=None,
    )


def demand_balance(demand: Demand) -> DemandBalance:
    """Return the balance of a demand that the book sees for the first time: all open, not yet in the book."""
    return DemandBalance(
        demand_id=demand.demand_id,
        book_id=demand.book_id,
        open_book_id=None,
        buyer_organisation_id=demand.buyer_organisation_id,
        mass_g=demand.mass_g,
        open_g=demand.mass_g,
        max_price_per_tonne=demand.max_price_per_tonne,
        accepted_custody_models=demand.accepted_custody_models,
        min_post_consumer_share_percent=demand.min_post_consumer_share_percent,
        needed_by=demand.needed_by,
        accepted_at=demand.placed_at,
        closed=None,
    )


def place_lot(balance: LotBalance, *, withdrawn: bool, today: date, room: bool) -> LotBalance:
    """Decide anew whether the lot takes part; `room`: the book takes one more lot."""
    closed = _closed(
        balance.closed,
        withdrawn=withdrawn,
        expired=balance.available_until < today,
        used_up=balance.free_g == 0,
        room=room or balance.open_book_id is not None,
    )
    return replace(balance, closed=closed, open_book_id=None if closed else balance.book_id)


def place_demand(balance: DemandBalance, *, withdrawn: bool, today: date, room: bool) -> DemandBalance:
    """Decide anew whether the demand takes part; `room`: the book takes one more demand."""
    closed = _closed(
        balance.closed,
        withdrawn=withdrawn,
        expired=balance.needed_by < today,
        used_up=balance.open_g == 0,
        room=room or balance.open_book_id is not None,
    )
    return replace(balance, closed=closed, open_book_id=None if closed else balance.book_id)


def give_back_to_lot(balance: LotBalance, mass_g: int) -> LotBalance:
    """Free the grams of a cancelled trade."""
    return replace(balance, free_g=balance.free_g + mass_g)


def give_back_to_demand(balance: DemandBalance, mass_g: int, lot_id: str) -> DemandBalance:
    """Open the grams of a cancelled trade again, and keep the two from meeting again."""
    kept = replace(balance, open_g=balance.open_g + mass_g)
    if len(balance.cancelled_lot_ids) >= MAX_CANCELLED_LOTS:
        return replace(kept, closed=Closed.CANCELLED_TOO_OFTEN)
    return replace(kept, cancelled_lot_ids=(*balance.cancelled_lot_ids, lot_id))


def is_withdrawn(order: Lot | Demand) -> bool:
    """Tell whether the owner took the order back."""
    return order.status in (LotStatus.WITHDRAWN, DemandStatus.CANCELLED)


def _closed(before: Closed | None, *, withdrawn: bool, expired: bool, used_up: bool, room: bool) -> Closed | None:
    if before in FINAL:
        return before
    if withdrawn:
        return Closed.WITHDRAWN
    if expired:
        return Closed.EXPIRED
    if used_up:
        return Closed.USED_UP
    return None if room else Closed.BOOK_FULL

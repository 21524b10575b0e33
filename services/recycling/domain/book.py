"""A book's turn: take in what has changed, close what has passed, match, and say what came of it.

The worker runs one turn per work row, alone per book. A turn decides from the orders' present state and not from the
row that asked for it, so a row that comes twice, late or out of order does no harm (BOOK-IDEMPOTENT).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid5

from services.chassis.kernel import MATCH_LIMIT
from services.recycling.domain.balances import DemandBalance, LotBalance, place_demand, place_lot
from services.recycling.domain.matching import Fill, plan_fills
from services.recycling.domain.terms import market_day
from services.recycling.domain.trades import Trade, TradeStatus

BOOK_SIDE_LIMIT: Final = MATCH_LIMIT
"""Most open lots, and most open demands, of one book; an order that arrives beyond it is closed as `book_full`."""
BOOK_SIDE_ACCEPTED: Final = 900
"""From here on the API refuses new orders of that side; the rest is room for those already on their way."""
FILLS_PER_TURN: Final = 200
"""Most trades of one turn (a transaction holds 2,000 documents); the rest follows by a further work row."""
EXPIRIES_PER_TURN: Final = 200
"""Most orders a turn closes because their last day has passed; what stays open a while longer is never matched."""
TRADE_NAMESPACE: Final = UUID("6f1d0c7e-53a4-5d0b-9a57-2f7c64e0b1d3")


@dataclass(frozen=True, slots=True)
class Book:
    """An order book: one grade in one currency. Remaining masses are in the balances, not here."""

    book_id: str
    grade_scheme: str
    grade_code: str
    currency: str
    trades_made: int = 0
    open_lots: int = 0
    open_demands: int = 0


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Balances whose order is new, was taken back by its owner, or got grams back; True: taken back."""

    lots: tuple[tuple[LotBalance, bool], ...] = ()
    demands: tuple[tuple[DemandBalance, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn came to: every balance it looked at, in its state after the turn."""

    book: Book
    lots: Mapping[str, LotBalance]
    demands: Mapping[str, DemandBalance]
    trades: tuple[Trade, ...] = field(default=())
    more: bool = False
    """Whether matching stopped at `FILLS_PER_TURN`."""


def trade_id(book_id: str, number: int) -> str:
    """Return the id of a book's n-th trade: a replay of the same work gives the same ids (UUIDv5, RFC 9562, 5.5)."""
    return str(uuid5(TRADE_NAMESPACE, f"{book_id}#{number}"))


def turn(
    book: Book, lots: Sequence[LotBalance], demands: Sequence[DemandBalance], arrivals: Arrivals, at: datetime
) -> Turn:
    """Run one turn; `lots` and `demands` are all that are open in the book."""
    today = market_day(at)
    lots_now = _take_in_lots({lot.lot_id: lot for lot in lots}, arrivals, today)
    demands_now = _take_in_demands({demand.demand_id: demand for demand in demands}, arrivals, today)
    fills, more = plan_fills(
        [lot for lot in lots_now.values() if lot.open_book_id],
        [demand for demand in demands_now.values() if demand.open_book_id],
        today,
        FILLS_PER_TURN,
    )
    trades = []
    for number, fill in enumerate(fills, book.trades_made + 1):
        lot, demand = lots_now[fill.lot_id], demands_now[fill.demand_id]
        trades.append(_trade(book, number, lot, demand, fill, at))
        lots_now[fill.lot_id] = _fill_lot(lot, fill.mass_g, today)
        demands_now[fill.demand_id] = _fill_demand(demand, fill.mass_g, today)
    counted = replace(
        book,
        trades_made=book.trades_made + len(trades),
        open_lots=_open_count(lots_now),
        open_demands=_open_count(demands_now),
    )
    return Turn(counted, lots_now, demands_now, tuple(trades), more)


def _take_in_lots(now: dict[str, LotBalance], arrivals: Arrivals, today: date) -> dict[str, LotBalance]:
    expired = [lot for lot in now.values() if lot.available_until < today]
    for lot in expired[:EXPIRIES_PER_TURN]:
        now[lot.lot_id] = place_lot(lot, withdrawn=False, today=today, room=True)
    for lot, withdrawn in arrivals.lots:
        room = _open_count(now) < BOOK_SIDE_LIMIT
        now[lot.lot_id] = place_lot(lot, withdrawn=withdrawn, today=today, room=room)
    return now


def _take_in_demands(now: dict[str, DemandBalance], arrivals: Arrivals, today: date) -> dict[str, DemandBalance]:
    expired = [demand for demand in now.values() if demand.needed_by < today]
    for demand in expired[:EXPIRIES_PER_TURN]:
        now[demand.demand_id] = place_demand(demand, withdrawn=False, today=today, room=True)
    for demand, withdrawn in arrivals.demands:
        room = _open_count(now) < BOOK_SIDE_LIMIT
        now[demand.demand_id] = place_demand(demand, withdrawn=withdrawn, today=today, room=room)
    return now


def _fill_lot(lot: LotBalance, mass_g: int, today: date) -> LotBalance:
    return place_lot(replace(lot, free_g=lot.free_g - mass_g), withdrawn=False, today=today, room=True)


def _fill_demand(demand: DemandBalance, mass_g: int, today: date) -> DemandBalance:
    return place_demand(replace(demand, open_g=demand.open_g - mass_g), withdrawn=False, today=today, room=True)


def _open_count(balances: Mapping[str, LotBalance] | Mapping[str, DemandBalance]) -> int:
    return sum(balance.open_book_id is not None for balance in balances.values())


def _trade(book: Book, number: int, lot: LotBalance, demand: DemandBalance, fill: Fill, at: datetime) -> Trade:
    return Trade(
        trade_id=trade_id(book.book_id, number),
        version=1,
        lot_id=lot.lot_id,
        demand_id=demand.demand_id,
        seller_organisation_id=lot.seller_organisation_id,
        buyer_organisation_id=demand.buyer_organisation_id,
        grade_scheme=book.grade_scheme,
        grade_code=book.grade_code,
        book_id=book.book_id,
        mass_g=fill.mass_g,
        price_per_tonne=lot.price_per_tonne,
        currency=book.currency,
        custody_model=lot.custody_model,
        post_consumer_share_percent=lot.post_consumer_share_percent,
        pre_consumer_share_percent=lot.pre_consumer_share_percent,
        status=TradeStatus.MATCHED,
        matched_at=at,
        changed_at=at,
    )

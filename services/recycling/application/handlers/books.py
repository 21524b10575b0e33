"""The book's worker: one turn per work row, decided from committed state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.kernel import NOTHING, Change, Decision, Key, Loaded, Match, Need
from services.recycling.application.commands import TurnBook
from services.recycling.application.handlers.shared import book_work
from services.recycling.application.ports import (
    BOOKS,
    DEMAND_BALANCES,
    DEMANDS,
    LOT_BALANCES,
    LOTS,
    MATCHES,
    RELEASES,
    TRADES,
)
from services.recycling.domain.balances import (
    Release,
    demand_balance,
    give_back_to_demand,
    give_back_to_lot,
    is_withdrawn,
    lot_balance,
)
from services.recycling.domain.book import Arrivals, Book, Turn, turn
from services.recycling.domain.events import TradeEvent
from services.recycling.domain.trades import Trade, TradeStatus


@dataclass(frozen=True, slots=True)
class _Cause:
    """Why the book turns: arrivals, with the book they belong to and the release they stand for."""

    book: Book
    arrivals: Arrivals
    release: Release | None = None


class TurnBookHandler:
    """Runs a turn of one book. The only writer of books, balances, matches and releases."""

    def needs(self, command: TurnBook, loaded: Loaded) -> Iterable[Need]:
        """Name the open book and whose state changed; then, once that is known, the trades the turn will make."""
        first = tuple(_first_needs(command))
        yield from first
        if not all(loaded.has(need) for need in first):
            return
        second = tuple(_release_needs(command, loaded))
        yield from second
        if not all(loaded.has(need) for need in second):
            return
        turned = _turned(loaded, command)
        if turned is not None:
            for trade in turned[1].trades:
                yield Key(MATCHES, trade.trade_id)

    def decide(self, loaded: Loaded, command: TurnBook) -> Decision:
        """Turn the book. Nothing to do is an outcome like any other: rows come twice and late."""
        turned = _turned(loaded, command)
        if turned is None:
            return NOTHING
        cause, result = turned
        changes = list(_balance_changes(loaded, result))
        changes += [Change(MATCHES, trade.trade_id, trade) for trade in result.trades]
        if cause.release is not None:
            changes.append(Change(RELEASES, cause.release.trade_id, cause.release))
        if loaded.get(BOOKS, result.book.book_id) != result.book:
            changes.append(Change(BOOKS, result.book.book_id, result.book))
        events = tuple(TradeEvent("matched", trade) for trade in result.trades)
        work = (book_work(command.book_id, "continue"),) if result.more else ()
        return Decision(tuple(changes), events, work)


def _first_needs(command: TurnBook) -> Iterable[Need]:
    yield Key(BOOKS, command.book_id)
    yield Match(LOT_BALANCES, "open_book_id", command.book_id)
    yield Match(DEMAND_BALANCES, "open_book_id", command.book_id)
    if command.lot_id:
        yield Key(LOTS, command.lot_id)
        yield Key(LOT_BALANCES, command.lot_id)
    if command.demand_id:
        yield Key(DEMANDS, command.demand_id)
        yield Key(DEMAND_BALANCES, command.demand_id)
    if command.trade_id:
        yield Key(TRADES, command.trade_id)
        yield Key(RELEASES, command.trade_id)


def _release_needs(command: TurnBook, loaded: Loaded) -> Iterable[Need]:
    trade = _to_release(loaded, command)
    if trade is not None:
        yield Key(LOT_BALANCES, trade.lot_id)
        yield Key(DEMAND_BALANCES, trade.demand_id)


def _turned(loaded: Loaded, command: TurnBook) -> tuple[_Cause, Turn] | None:
    cause = _cause(loaded, command)
    if cause is None:
        return None
    lots = loaded.match(LOT_BALANCES, "open_book_id", command.book_id)
    demands = loaded.match(DEMAND_BALANCES, "open_book_id", command.book_id)
    return cause, turn(cause.book, lots, demands, cause.arrivals, command.meta.at)


def _cause(loaded: Loaded, command: TurnBook) -> _Cause | None:
    """Return what to take in; None where the row says nothing (an unknown order, a release done already)."""
    if command.lot_id:
        return _lot_cause(loaded, command, command.lot_id)
    if command.demand_id:
        return _demand_cause(loaded, command, command.demand_id)
    book = loaded.get(BOOKS, command.book_id)
    if book is None:
        return None
    return _release_cause(loaded, command, book) if command.trade_id else _Cause(book, Arrivals())


def _lot_cause(loaded: Loaded, command: TurnBook, lot_id: str) -> _Cause | None:
    lot = loaded.get(LOTS, lot_id)
    if lot is None or lot.book_id != command.book_id:
        return None
    book = loaded.get(BOOKS, lot.book_id) or Book(lot.book_id, lot.grade_scheme, lot.grade_code, lot.currency)
    balance = loaded.get(LOT_BALANCES, lot_id) or lot_balance(lot)
    return _Cause(book, Arrivals(lots=((balance, is_withdrawn(lot)),)))


def _demand_cause(loaded: Loaded, command: TurnBook, demand_id: str) -> _Cause | None:
    demand = loaded.get(DEMANDS, demand_id)
    if demand is None or demand.book_id != command.book_id:
        return None
    found = loaded.get(BOOKS, demand.book_id)
    book = found or Book(demand.book_id, demand.grade_scheme, demand.grade_code, demand.currency)
    balance = loaded.get(DEMAND_BALANCES, demand_id) or demand_balance(demand)
    return _Cause(book, Arrivals(demands=((balance, is_withdrawn(demand)),)))


def _release_cause(loaded: Loaded, command: TurnBook, book: Book) -> _Cause | None:
    trade = _to_release(loaded, command)
    if trade is None:
        return None
    lot = loaded.get(LOT_BALANCES, trade.lot_id)
    demand = loaded.get(DEMAND_BALANCES, trade.demand_id)
    if lot is None or demand is None:
        raise LookupError(f"trade {trade.trade_id} was matched, but a balance of its orders is missing")
    arrivals = Arrivals(
        ((give_back_to_lot(lot, trade.mass_g), False),),
        ((give_back_to_demand(demand, trade.mass_g, trade.lot_id), False),),
    )
    release = Release(trade.trade_id, trade.lot_id, trade.demand_id, trade.mass_g, command.meta.at)
    return _Cause(book, arrivals, release)


def _to_release(loaded: Loaded, command: TurnBook) -> Trade | None:
    """Return the cancelled trade whose grams have not come back yet."""
    if not command.trade_id:
        return None
    trade = loaded.get(TRADES, command.trade_id)
    if trade is None or trade.status is not TradeStatus.CANCELLED or trade.book_id != command.book_id:
        return None
    return None if loaded.get(RELEASES, command.trade_id) else trade


def _balance_changes(loaded: Loaded, result: Turn) -> Iterable[Change]:
    for lot_id, lot in result.lots.items():
        known_lot = loaded.get(LOT_BALANCES, lot_id)
        if known_lot is not lot and known_lot != lot:
            yield Change(LOT_BALANCES, lot_id, lot)
    for demand_id, demand in result.demands.items():
        known_demand = loaded.get(DEMAND_BALANCES, demand_id)
        if known_demand is not demand and known_demand != demand:
            yield Change(DEMAND_BALANCES, demand_id, demand)

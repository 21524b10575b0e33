from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given

from services.recycling.domain import book as book_module
from services.recycling.domain.balances import (
    MAX_CANCELLED_LOTS,
    Closed,
    DemandBalance,
    LotBalance,
    give_back_to_demand,
    give_back_to_lot,
    place_demand,
)
from services.recycling.domain.book import (
    BOOK_SIDE_LIMIT,
    EXPIRIES_PER_TURN,
    FILLS_PER_TURN,
    Arrivals,
    trade_id,
    turn,
)
from tests.unit.recycling.books import AT, BOOK, TODAY, demand, lot, random_books

NONE = Arrivals()


@given(random_books())
def test_a_turn_conserves_every_gram(books: tuple[list[LotBalance], list[DemandBalance]]) -> None:
    lots, demands = books
    result = turn(BOOK, lots, demands, NONE, AT)
    for before in lots:
        sold = sum(trade.mass_g for trade in result.trades if trade.lot_id == before.lot_id)
        assert result.lots[before.lot_id].free_g + sold == before.free_g
    for want in demands:
        bought = sum(trade.mass_g for trade in result.trades if trade.demand_id == want.demand_id)
        assert result.demands[want.demand_id].open_g + bought == want.open_g


@given(random_books())
def test_a_second_turn_on_the_same_state_changes_nothing(books: tuple[list[LotBalance], list[DemandBalance]]) -> None:
    first = turn(BOOK, *books, NONE, AT)
    open_lots = [item for item in first.lots.values() if item.open_book_id]
    open_demands = [item for item in first.demands.values() if item.open_book_id]
    second = turn(first.book, open_lots, open_demands, NONE, AT)
    assert not second.trades
    assert second.book == first.book
    assert list(second.lots.values()) == open_lots


def test_the_trade_is_made_at_the_lots_price_and_carries_its_custody_and_shares() -> None:
    offer = lot(price_per_tonne=Decimal(95))
    (trade,) = turn(BOOK, [offer], [demand(mass_g=4)], NONE, AT).trades
    assert trade.price_per_tonne == Decimal(95)
    assert trade.custody_model is offer.custody_model
    assert (trade.post_consumer_share_percent, trade.pre_consumer_share_percent) == (Decimal(60), Decimal(40))
    assert (trade.version, trade.mass_g, trade.trade_id) == (1, 4, trade_id(BOOK.book_id, 1))


def test_trade_ids_count_on_and_never_come_back() -> None:
    first = turn(BOOK, [lot()], [demand(mass_g=4)], NONE, AT)
    second = turn(first.book, [first.lots["lot-1"]], [demand("demand-2", mass_g=6)], NONE, AT)
    assert second.trades[0].trade_id == trade_id(BOOK.book_id, 2) != first.trades[0].trade_id
    assert second.book.trades_made == 2


def test_an_order_that_is_used_up_leaves_the_book_and_comes_back_with_its_grams() -> None:
    result = turn(BOOK, [lot()], [demand()], NONE, AT)
    sold, served = result.lots["lot-1"], result.demands["demand-1"]
    assert (sold.free_g, sold.closed, sold.open_book_id) == (0, Closed.USED_UP, None)
    assert (result.book.open_lots, result.book.open_demands) == (0, 0)
    back = Arrivals(((give_back_to_lot(sold, 10), False),), ((give_back_to_demand(served, 10, "lot-1"), False),))
    restored = turn(result.book, [], [], back, AT)
    assert restored.lots["lot-1"] == lot()
    assert restored.demands["demand-1"] == demand(cancelled_lot_ids=("lot-1",))
    assert not restored.trades, "the two don't meet again"


def test_a_lot_taken_back_is_closed_for_good_even_when_grams_come_back() -> None:
    closed = turn(BOOK, [lot()], [], Arrivals(lots=((lot(), True),)), AT).lots["lot-1"]
    assert (closed.closed, closed.open_book_id) == (Closed.WITHDRAWN, None)
    again = turn(BOOK, [], [], Arrivals(lots=((give_back_to_lot(closed, 5), False),)), AT).lots["lot-1"]
    assert (again.free_g, again.open_book_id) == (15, None)


def test_orders_whose_last_day_has_passed_are_closed_some_at_a_time() -> None:
    passed = TODAY - timedelta(days=1)
    lots = [lot(f"lot-{number}", available_until=passed) for number in range(EXPIRIES_PER_TURN + 1)]
    result = turn(BOOK, lots, [demand(needed_by=passed)], NONE, AT)
    assert sum(item.closed is Closed.EXPIRED for item in result.lots.values()) == EXPIRIES_PER_TURN
    assert result.demands["demand-1"].closed is Closed.EXPIRED
    assert result.book.open_lots == 1


def test_a_turn_makes_a_bounded_number_of_trades_and_says_that_more_follow() -> None:
    lots = [lot(f"lot-{number:04}", mass_g=1) for number in range(FILLS_PER_TURN + 1)]
    first = turn(BOOK, lots, [demand(mass_g=500)], NONE, AT)
    assert (len(first.trades), first.more) == (FILLS_PER_TURN, True)
    left = [item for item in first.lots.values() if item.open_book_id]
    second = turn(first.book, left, list(first.demands.values()), NONE, AT)
    assert (len(second.trades), second.more) == (1, False)


def test_a_full_book_closes_the_newcomer_and_keeps_the_others() -> None:
    lots = [lot(f"lot-{number:04}") for number in range(BOOK_SIDE_LIMIT)]
    arrivals = Arrivals(lots=((lot("late", open_book_id=None), False),))
    result = turn(BOOK, lots, [], arrivals, AT)
    assert result.lots["late"].closed is Closed.BOOK_FULL
    assert result.book.open_lots == BOOK_SIDE_LIMIT
    later = turn(result.book, lots[1:], [], Arrivals(lots=((result.lots["late"], False),)), AT)
    assert later.lots["late"].closed is Closed.BOOK_FULL, "a repeated row does not open it by chance"


def test_an_expired_order_makes_room_in_a_full_book() -> None:
    lots = [lot(f"lot-{number:04}") for number in range(BOOK_SIDE_LIMIT - 1)]
    lots.append(lot("old", available_until=TODAY - timedelta(days=1)))
    result = turn(BOOK, lots, [], Arrivals(lots=((lot("new", open_book_id=None), False),)), AT)
    assert result.lots["new"].open_book_id == BOOK.book_id


def test_a_demand_whose_trades_are_cancelled_too_often_leaves_the_book_with_its_grams() -> None:
    tired = demand(cancelled_lot_ids=tuple(str(number) for number in range(MAX_CANCELLED_LOTS)))
    back = give_back_to_demand(replace(tired, open_g=0), 10, "one-more")
    placed = place_demand(back, withdrawn=False, today=TODAY, room=True)
    assert (placed.closed, placed.open_g, placed.open_book_id) == (Closed.CANCELLED_TOO_OFTEN, 10, None)


def test_the_acceptance_limit_leaves_room_for_orders_under_way() -> None:
    assert book_module.BOOK_SIDE_ACCEPTED < BOOK_SIDE_LIMIT

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from services.recycling.application import commands
from services.recycling.application.handlers import WORK_HANDLERS
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
from services.recycling.domain.balances import Closed
from services.recycling.domain.book import FILLS_PER_TURN
from services.recycling.domain.trades import TradeStatus
from services.recycling.stream.routes import BOOKS as BOOK_GROUP
from tests.unit.recycling.market import NOW, Market

BOOK_ID = "en13920/2/CNY"


async def test_a_lot_withdrawn_before_the_book_saw_it_never_trades() -> None:
    market = Market()
    await market.certify()
    lot = await market.lot()
    await market.api(commands.WithdrawLot(market.meta(), lot.lot_id, 1))
    await market.demand()
    await market.work()
    assert not market.trades()
    assert market.store.states(LOT_BALANCES)[lot.lot_id].closed is Closed.WITHDRAWN


async def test_golden_vector_7_each_gram_is_sold_once() -> None:
    market = Market()
    await market.certify()
    lot = await market.lot(mass_kg=Decimal(10_000))
    for mass_kg in (6_000, 4_000, Decimal("0.001")):
        await market.demand(mass_kg=Decimal(mass_kg))
    await market.work()
    first, second = sorted(market.trades().values(), key=lambda trade: -trade.mass_g)
    assert (first.mass_g, second.mass_g) == (6_000_000, 4_000_000)
    assert market.store.states(LOT_BALANCES)[lot.lot_id].free_g == 0
    left = [balance for balance in market.store.states(DEMAND_BALANCES).values() if balance.open_book_id]
    assert [balance.open_g for balance in left] == [1]
    settled = await market.settled(first, Decimal(5_950))
    assert settled.settled_g == 5_950_000
    assert market.trades()[second.trade_id] == second, "the loss of one contract is not taken from the other"
    assert market.store.states(LOT_BALANCES)[lot.lot_id].free_g == 0


async def test_rows_that_come_twice_or_name_nothing_known_do_nothing() -> None:
    market = Market()
    trade = await market.matched()
    before = market.store.memory.documents
    for whose in ({"lot_id": trade.lot_id}, {"demand_id": trade.demand_id}, {"trade_id": trade.trade_id}, {}):
        await market.run(WORK_HANDLERS, commands.TurnBook(market.meta(None), BOOK_ID, **whose), "worker")
    for unknown in ({"lot_id": "x"}, {"demand_id": "x"}, {"trade_id": "x"}):
        await market.run(WORK_HANDLERS, commands.TurnBook(market.meta(None), BOOK_ID, **unknown), "worker")
    await market.run(WORK_HANDLERS, commands.TurnBook(market.meta(None), "no/such/book"), "worker")
    await market.run(WORK_HANDLERS, commands.TurnBook(market.meta(None), "a/b/c", lot_id=trade.lot_id), "worker")
    assert market.store.memory.documents == before
    assert len(market.events("recycling.trade.v1")) == 1


async def test_cancel_restores_exactly_the_reserved_grams_once() -> None:
    market = Market()
    trade = await market.matched()
    cancelled = await market.cancel(await market.contracted(trade))
    assert cancelled.status is TradeStatus.CANCELLED
    await market.work()
    row = market.work_rows()[-1]
    for _ in range(2):
        await market.consume(BOOK_GROUP, row.value)
    assert market.store.states(LOT_BALANCES)[trade.lot_id].free_g == 10_000_000
    assert market.store.states(DEMAND_BALANCES)[trade.demand_id].open_g == 4_000_000
    assert market.store.states(RELEASES)[trade.trade_id].mass_g == trade.mass_g
    assert len(market.trades()) == 1, "the two don't meet again"
    await market.demand()
    await market.work()
    assert len(market.trades()) == 2, "another demand meets the freed grams"


async def test_a_trade_cancelled_in_between_is_not_released_by_an_early_row() -> None:
    market = Market()
    trade = await market.matched()
    await market.run(WORK_HANDLERS, commands.TurnBook(market.meta(None), BOOK_ID, trade_id=trade.trade_id), "worker")
    assert not market.store.states(RELEASES)
    assert market.store.states(LOT_BALANCES)[trade.lot_id].free_g == 6_000_000


async def test_a_big_order_is_matched_over_several_turns_of_bounded_size() -> None:
    market = Market()
    await market.certify()
    count = FILLS_PER_TURN + 3
    for _ in range(count):
        await market.lot(mass_kg=Decimal("0.001"))
    await market.work()
    await market.demand(mass_kg=Decimal(1))
    rows = len(market.work_rows())
    await market.work()
    assert len(market.trades()) == count
    assert len(market.work_rows()) == rows + 1, "one row more: go on"


async def test_kinds_have_one_writing_role_each() -> None:
    assert {kind.writer for kind in (LOTS, DEMANDS, TRADES)} == {"api"}
    assert {kind.writer for kind in (BOOKS, LOT_BALANCES, DEMAND_BALANCES, MATCHES, RELEASES)} == {"worker"}


async def test_an_order_past_its_last_day_is_not_matched() -> None:
    market = Market()
    await market.certify(valid_until=date(2028, 1, 1))
    lot = await market.lot(available_until=date(2026, 6, 1))
    await market.work()
    market.clock.set(NOW + timedelta(days=1))
    await market.demand()
    await market.work()
    assert not market.trades()
    assert market.store.states(LOT_BALANCES)[lot.lot_id].closed is Closed.EXPIRED

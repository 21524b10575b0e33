from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.testing.memory_store import MemoryStore
from services.recycling.application.ports import DEMANDS, LOTS, MATCHES
from services.recycling.domain.trades import Trade
from services.recycling.stream.routes import BOOKS
from tests.unit.recycling.market import BUYER, SELLER, WORK_TOPIC, Market

ORDERS = st.lists(st.tuples(st.booleans(), st.integers(1, 5), st.integers(1, 3)), min_size=2, max_size=8)


async def accepted(orders: list[tuple[bool, int, int]]) -> Market:
    """Return a market that has accepted orders, none of them worked yet."""
    market = Market()
    await market.certify()
    for is_lot, grams, price in orders:
        mass_kg = Decimal(grams).scaleb(-3)
        if is_lot:
            await market.lot(SELLER, mass_kg=mass_kg, price_per_tonne=Decimal(price))
        else:
            await market.demand(BUYER, mass_kg=mass_kg, max_price_per_tonne=Decimal(price))
        market.clock.advance(seconds=1)
    return market


async def worked(market: Market) -> dict[str, Trade]:
    """Work all rows on a copy of what the API wrote."""
    copy = Market(store=MemoryStore(), clock=market.clock, new_id=market.new_id)
    for kind in (LOTS, DEMANDS):
        copy.store.memory.documents[kind.name] = dict(market.store.memory.documents.get(kind.name, {}))
    rows = [row for row in market.store.memory.outbox if row.topic == WORK_TOPIC]
    for row in rows:
        await copy.consume(BOOKS, row.value)
    return copy.store.states(MATCHES)


@settings(max_examples=40)
@given(ORDERS)
async def test_the_same_work_gives_the_same_trades_with_the_same_ids(orders: list[tuple[bool, int, int]]) -> None:
    market = await accepted(orders)
    first = await worked(market)
    assert await worked(market) == first


async def test_the_replay_test_sees_trades_at_all() -> None:
    market = await accepted([(True, 5, 1), (False, 3, 2)])
    assert [trade.mass_g for trade in (await worked(market)).values()] == [3]

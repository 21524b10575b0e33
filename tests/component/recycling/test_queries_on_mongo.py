"""The reads in memory and the reads on MongoDB answer alike, filter by filter and page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from services.chassis.codec import to_document
from services.chassis.mongo import Mongo
from services.chassis.parts import all_indexes
from services.recycling.adapters.memory_queries import MemoryQueries
from services.recycling.adapters.mongo_queries import MongoQueries
from services.recycling.application.ports import KINDS, LotSearch, MarketQueries, TradePosition, TradeSearch
from services.recycling.bootstrap import PARTS
from services.recycling.domain.lots import LotStatus
from tests.unit.recycling.market import BUYER, SELLER, STRANGER, Market

Ask = Callable[[MarketQueries, Market], Awaitable[Any]]


@pytest.fixture
async def market() -> Market:
    """Fill a market with lots of two grades, demands of two buyers, trades at every stage and two claims."""
    market = Market()
    await market.certify()
    await market.certify(BUYER)
    await market.suspend("org-suspended")
    for number in range(3):
        await market.lot(mass_kg=Decimal(100))
        await market.lot(BUYER, grade_scheme="rema", grade_code="Twitch")
        await market.demand(mass_kg=Decimal(60))
        await market.demand(STRANGER, mass_kg=Decimal(30 + number))
        await market.work()
        market.clock.advance(seconds=1)
    first, second, third, *_ = sorted(market.trades().values(), key=lambda trade: trade.matched_at)
    settled = await market.settled(first)
    await market.revoke(await market.claim(settled, Decimal(1)))
    await market.claim(settled, Decimal(2))
    await market.cancel(second)
    await market.confirm(third, SELLER)
    return market


@pytest.fixture
async def mongo(mongo_uri: str, market: Market) -> AsyncIterator[Mongo]:
    """Copy what the market holds into a database with all indexes of the service."""
    database = Mongo(mongo_uri, f"recycling_queries_{uuid4().hex[:8]}", "pymongo")
    await database.bootstrap(all_indexes(PARTS))
    for kind in KINDS:
        states = market.store.states(kind)
        if states:
            documents = [{"_id": key, "_v": 1} | to_document(state) for key, state in states.items()]
            await database.collection(kind.name).insert_many(documents)
    yield database
    await database.drop_database()
    await database.close()


def position(market: Market, number: int) -> TradePosition:
    ordered = sorted((trade.matched_at, trade.trade_id) for trade in market.trades().values())
    return TradePosition(*ordered[number])


def first_lot(market: Market) -> str:
    return min(market.lots())


def a_trade(market: Market) -> Any:
    return min(market.trades().values(), key=lambda trade: (trade.matched_at, trade.trade_id))


ASKS: dict[str, Ask] = {
    "organisation": lambda queries, _: queries.organisation("org-suspended"),
    "no organisation": lambda queries, _: queries.organisation("absent"),
    "all lots": lambda queries, _: queries.lots(LotSearch(), None, 50),
    "lots by grade": lambda queries, _: queries.lots(LotSearch("rema", "TWITCH", LotStatus.LISTED), None, 2),
    "lots of a seller": lambda queries, _: queries.lots(LotSearch(seller_organisation_id=SELLER), None, 50),
    "withdrawn lots": lambda queries, _: queries.lots(LotSearch(status=LotStatus.WITHDRAWN), None, 50),
    "further lots": lambda queries, market: queries.lots(LotSearch(), first_lot(market), 3),
    "a lot": lambda queries, market: queries.lot(first_lot(market)),
    "balances of lots": lambda queries, market: queries.lot_balances([first_lot(market), "absent"]),
    "no balances": lambda queries, _: queries.lot_balances([]),
    "demands": lambda queries, _: queries.demands(BUYER, None, 50),
    "demands of nobody": lambda queries, _: queries.demands("absent", None, 50),
    "a demand": lambda queries, market: queries.demand(
        a_trade(market).demand_id, a_trade(market).buyer_organisation_id
    ),
    "a foreign demand": lambda queries, market: queries.demand(a_trade(market).demand_id, SELLER),
    "balances of demands": lambda queries, market: queries.demand_balances([a_trade(market).demand_id]),
    "trades of the seller": lambda queries, _: queries.trades(SELLER, TradeSearch(), None, 50),
    "trades of a buyer": lambda queries, _: queries.trades(STRANGER, TradeSearch(), None, 50),
    "trades of nobody": lambda queries, _: queries.trades("absent", TradeSearch(), None, 50),
    "trades of a lot": lambda queries, market: queries.trades(SELLER, TradeSearch(lot_id=first_lot(market)), None, 50),
    "trades of a demand": lambda queries, market: queries.trades(
        SELLER, TradeSearch(demand_id=a_trade(market).demand_id), None, 50
    ),
    "further trades": lambda queries, market: queries.trades(SELLER, TradeSearch(), position(market, 1), 2),
    "a trade": lambda queries, market: queries.trade(a_trade(market).trade_id, SELLER),
    "a foreign trade": lambda queries, market: queries.trade(a_trade(market).trade_id, "absent"),
    "claims": lambda queries, _: queries.claims(SELLER, None, 50),
    "further claims": lambda queries, market: queries.claims(SELLER, min(market.claims()), 50),
    "claims of a stranger": lambda queries, _: queries.claims("absent", None, 50),
    "a claim": lambda queries, market: queries.claim(min(market.claims())),
}
EMPTY = {"no organisation", "withdrawn lots", "no balances", "demands of nobody", "a foreign demand"} | {
    "trades of nobody", "a foreign trade", "claims of a stranger",
}  # fmt: skip


async def test_both_answer_alike(mongo: Mongo, market: Market) -> None:
    for name, ask in ASKS.items():
        expected = await ask(MemoryQueries(market.store), market)
        assert bool(expected) == (name not in EMPTY), name
        assert await ask(MongoQueries(mongo), market) == expected, name

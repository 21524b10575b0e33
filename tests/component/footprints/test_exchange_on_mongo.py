"""The exchange on a real MongoDB: matching like memory, the courier's guards, what is due from an index, the lease."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.chassis.codec import to_document
from services.chassis.lease import Lease
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import LEASES
from services.chassis.parts import all_indexes
from services.chassis.relay_role import open_client
from services.chassis.testing.clock import FixedClock
from services.footprints.adapters.courier import Send
from services.footprints.adapters.courier_store import MongoCourierStore
from services.footprints.adapters.memory_queries import MemoryQueries
from services.footprints.adapters.mongo_queries import MongoQueries
from services.footprints.application.exchange import (
    DELIVERIES,
    DELIVERY_STATES,
    REQUESTS,
    RETRY_ORDERS,
    DeliveryFilter,
    DeliveryPosition,
    InboxFilter,
)
from services.footprints.bootstrap import KINDS, PARTS
from services.footprints.courier import CourierLease
from services.footprints.domain.access import GrantScope
from services.footprints.domain.criteria import Criteria
from services.footprints.domain.delivery import (
    Delivery,
    DeliveryProgress,
    RetryOrder,
    adopt,
    failed,
    succeeded,
)
from services.footprints.domain.request import Found, InboxState, Question, receive, reject
from services.footprints.settings import FootprintsSettings
from tests.support.footprints import HOUSING_PRODUCT, footprint_id, housing
from tests.unit.footprints.errands import courier, delivery
from tests.unit.footprints.given import BUYER, NOW, RIVAL, SUPPLIER, World, organisation

SOON = NOW + timedelta(minutes=1)
CRITERIA = (
    Criteria(product_ids=(HOUSING_PRODUCT.upper(),)),
    Criteria(product_ids=("urn:gtin:2", HOUSING_PRODUCT), statuses=("active",)),
    Criteria(product_ids=("urn:gtin:2",), statuses=("Deprecated",)),
    Criteria(company_ids=("urn:pact:liaodong-casting.example:company-id:plant-tiexi",), geographies=("cn-ln",)),
    Criteria(classifications=("urn:eclass:23-09-03-01",), valid_on=NOW),
    Criteria(classifications=("urn:eclass:23-09-03-01",), valid_after=NOW),
    Criteria(product_ids=("urn:gtin:0",)),
    Criteria(product_ids=("urn:gtin:2",), statuses=("unheard-of",)),
)


@pytest.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    opened = Mongo(mongo_uri, f"tierloop_exchange_{uuid4().hex[:12]}")
    await opened.bootstrap(all_indexes(PARTS))
    yield opened
    await opened.drop_database()
    await opened.close()


async def put(mongo: Mongo, name: str, documents: dict[str, Any]) -> None:
    if documents:
        rows = [{"_id": key, "_v": 1} | to_document(state) for key, state in documents.items()]
        await mongo.collection(name).insert_many(rows)


async def moved(world: World, mongo: Mongo) -> None:
    """Bring what a world holds to MongoDB."""
    for kind in KINDS:
        await put(mongo, kind.name, world.store.states(kind))


async def test_matching_is_the_same_in_memory_and_on_mongo(mongo: Mongo) -> None:
    world = World()
    await world.record(*(organisation(each) for each in (SUPPLIER, RIVAL, BUYER)))
    for number in range(1, 9):
        product = HOUSING_PRODUCT if number % 2 else "urn:gtin:2"
        preceding = [footprint_id(2)] if number == 6 else None
        owner = SUPPLIER if number % 3 else RIVAL
        await world.run(
            world.submit(housing(number, productIds=[product], precedingPfIds=preceding), by=owner),
        )
    await world.run(world.give(GrantScope.FOOTPRINT, footprint_id(1)), world.give(GrantScope.PRODUCT, "urn:gtin:2"))
    await moved(world, mongo)
    memory, real = MemoryQueries(world.store).exchange, MongoQueries(mongo).exchange
    for criteria in CRITERIA:
        for requester in (BUYER, SUPPLIER, RIVAL, "stranger"):
            expected, found = [await each.found(criteria, requester, SOON) for each in (memory, real)]
            assert (set(found.readable_ids), found.owner_ids) == (set(expected.readable_ids), expected.owner_ids)
        for owner in (SUPPLIER, RIVAL):
            assert set(await real.matching(criteria, owner, 50)) == set(await memory.matching(criteria, owner, 50))
    assert (await real.found(CRITERIA[0], "stranger", SOON)).owner_ids == tuple(sorted((SUPPLIER, RIVAL)))
    assert len(await real.matching(CRITERIA[0], SUPPLIER, 1)) == 1


async def test_the_inbox_asks_for_one_owners_own_state(mongo: Mongo) -> None:
    asked = {}
    for number in range(4):
        question = Question(BUYER, str(number), CRITERIA[0])
        request = receive(f"r{number}", question, Found(owner_ids=(RIVAL, SUPPLIER)), NOW)
        asked[request.request_id] = reject(request, RIVAL, 1, None, NOW) if number == 1 else request
    await put(mongo, REQUESTS.name, asked)
    exchange = MongoQueries(mongo).exchange
    waiting = await exchange.inbox(RIVAL, InboxFilter(InboxState.WAITING), None, 10)
    assert [each.request_id for each in waiting] == ["r0", "r2", "r3"]
    assert len(await exchange.inbox(SUPPLIER, InboxFilter(InboxState.WAITING), None, 10)) == 4
    assert [each.request_id for each in await exchange.inbox(SUPPLIER, InboxFilter(), "r1", 1)] == ["r2"]
    assert await exchange.inbox(BUYER, InboxFilter(), None, 10) == []
    assert await exchange.request("r1", BUYER) is None
    assert await exchange.request("r1", RIVAL) == asked["r1"]


async def test_deliveries_without_state_are_adopted_once(mongo: Mongo) -> None:
    store = MongoCourierStore(mongo)
    made = {each.delivery_id: each for each in (delivery(1), delivery(2, at=NOW - timedelta(hours=1)), delivery(3))}
    await put(mongo, DELIVERIES.name, made)
    assert await store.adopt(NOW - timedelta(minutes=15), lambda each: adopt(each, NOW), 1) == 1
    assert await store.adopt(NOW - timedelta(minutes=15), lambda each: adopt(each, NOW), 10) == 1
    assert await store.adopt(NOW - timedelta(minutes=15), lambda each: adopt(each, NOW), 10) == 0
    assert await store.adopt(NOW - timedelta(hours=2), lambda each: adopt(each, NOW), 10) == 1
    due = await store.due(NOW, skip=(), busy=(), limit=10)
    assert {each.delivery.delivery_id for each in due} == set(made)


async def test_a_result_is_written_by_who_read_the_state_last(mongo: Mongo) -> None:
    store = MongoCourierStore(mongo)
    await put(mongo, DELIVERIES.name, {"delivery-1": delivery()})
    await store.adopt(NOW, lambda each: adopt(each, NOW), 10)
    (state,) = await store.due(NOW, skip=(), busy=(), limit=10)
    assert state.delivery == delivery()
    after = failed(state, "down", NOW, 500)
    assert await store.record(state, after)
    assert not await store.record(state, succeeded(state, NOW)), "a zombie comes late"
    assert await store.due(NOW, skip=(), busy=(), limit=10) == []
    assert await store.due(after.next_attempt_at, skip=(), busy=(), limit=10) == [after]
    assert await store.oldest_due(after.next_attempt_at) == after.next_attempt_at
    assert await store.due(after.next_attempt_at, skip={"delivery-1"}, busy=(), limit=10) == []
    assert await store.due(after.next_attempt_at, skip=(), busy={BUYER}, limit=10) == []


async def test_orders_are_followed_once(mongo: Mongo) -> None:
    store = MongoCourierStore(mongo)
    state = replace(adopt(delivery(), NOW), progress=DeliveryProgress.GAVE_UP, attempts=80)
    await put(mongo, DELIVERY_STATES, {"delivery-1": state})
    await put(mongo, RETRY_ORDERS.name, {"delivery-1": RetryOrder("delivery-1", 1, SOON, "the-operator")})
    assert await store.follow_orders(NOW, {"delivery-1"}) == 0
    assert await store.follow_orders(NOW, ()) == 1
    assert await store.follow_orders(NOW, ()) == 0
    (again,) = await store.due(SOON, skip=(), busy=(), limit=10)
    assert (again.order_version, again.attempts) == (1, 80)


async def test_what_is_due_comes_from_an_index(mongo: Mongo) -> None:
    many = {f"delivery-{number}": adopt(delivery(number, to=f"partner-{number % 7}"), NOW) for number in range(300)}
    await put(mongo, DELIVERY_STATES, many)
    plan = await mongo.command(
        {
            "explain": {
                "find": DELIVERY_STATES,
                "filter": {
                    "progress": "pending",
                    "next_attempt_at": {"$lte": NOW},
                    "delivery.recipient_organisation_id": {"$nin": ["partner-1"]},
                    "_id": {"$nin": ["delivery-3"]},
                },
                "sort": {"next_attempt_at": 1},
                "limit": 10,
            },
            "verbosity": "executionStats",
        }
    )
    stats = plan["executionStats"]
    assert stats["totalDocsExamined"] <= 10
    assert "SORT" not in str(plan["queryPlanner"]["winningPlan"]).replace("'sortPattern'", "")


async def test_deliveries_are_listed_newest_first_by_pages(mongo: Mongo) -> None:
    states = {
        f"delivery-{number}": adopt(delivery(number, at=NOW + timedelta(seconds=number // 2)), NOW)
        for number in range(6)
    }
    await put(mongo, DELIVERY_STATES, states)
    exchange = MongoQueries(mongo).exchange
    seen: list[str] = []
    after = None
    for _ in range(4):
        page = await exchange.deliveries(DeliveryFilter(), after, 2, owner=SUPPLIER)
        seen += [each.delivery.delivery_id for each in page]
        after = DeliveryPosition(page[-1].delivery.created_at, seen[-1]) if page else None
        if after is None:
            break
    assert seen == [f"delivery-{number}" for number in (5, 4, 3, 2, 1, 0)]
    assert await exchange.deliveries(DeliveryFilter(), None, 9, owner=RIVAL) == []
    assert len(await exchange.deliveries(DeliveryFilter(DeliveryProgress.PENDING, BUYER), None, 9, owner=None)) == 6
    assert await exchange.deliveries(DeliveryFilter(DeliveryProgress.GAVE_UP), None, 9, owner=None) == []
    assert await exchange.delivery("delivery-1", owner=RIVAL) is None
    assert await exchange.delivery("delivery-1", owner=SUPPLIER) == states["delivery-1"]


class Takes(Send):
    """A partner that takes everything."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def __call__(self, delivery: Delivery, at: datetime) -> bool:
        self.sent.append(delivery.delivery_id)
        return True


async def test_one_courier_works_at_a_time_and_another_goes_on(mongo: Mongo, mongo_uri: str) -> None:
    settings = FootprintsSettings(mongo_uri=mongo_uri, mongo_database=mongo.name)
    client = open_client(settings, "courier")
    leases = client[mongo.name][LEASES]
    first, second = (CourierLease(Lease(leases, "courier", name)) for name in ("first", "second"))
    assert await first.hold()
    assert await first.hold()
    assert not await second.hold()
    await put(mongo, DELIVERIES.name, {"delivery-1": delivery(1), "delivery-2": delivery(2)})
    send, clock = Takes(), FixedClock(NOW)
    store = MongoCourierStore(mongo)
    before = courier(store, send, clock, concurrency=1)
    await before.turn()
    await before.settle()
    await first.release()
    assert await second.hold()
    after = courier(MongoCourierStore(mongo), send, clock)
    await after.turn()
    await after.settle()
    assert sorted(send.sent) == ["delivery-1", "delivery-2"]
    await second.release()
    client.close()

"""Access log and history on MongoDB: the contract, the same answers as in memory, and answers from the indexes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pymongo.errors import NotPrimaryError

from services.chassis.codec import to_document
from services.chassis.kernel import Kind
from services.chassis.mongo import Mongo
from services.chassis.parts import all_indexes
from services.chassis.store import TransientStoreError
from services.footprints.adapters.access_log import ORDER, MongoAccessLog, entries_query
from services.footprints.adapters.memory_queries import MemoryQueries
from services.footprints.adapters.mongo_queries import MongoQueries
from services.footprints.application.access_log import ACCESS_LOG, AccessFilter, AccessLog, AccessPosition
from services.footprints.application.history import timeline
from services.footprints.application.ports import FOOTPRINTS, GRANTS, SUCCESSIONS, FootprintPosition
from services.footprints.bootstrap import PARTS
from services.footprints.domain.access import GrantScope
from services.footprints.domain.grant import Grant
from tests.support.footprints import HOUSING_PRODUCT, footprint_id, housing
from tests.unit.footprints.access_log_contract import AccessLogContract, AccessLogHarness, entry
from tests.unit.footprints.given import BUYER, NOW, RIVAL, SUPPLIER, World, organisation

READERS = (SUPPLIER, RIVAL, BUYER, "stranger")
SOON = NOW + timedelta(minutes=1)


class MongoHarness:
    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self.log: AccessLog = MongoAccessLog(mongo)

    async def hold(self, grants: Sequence[Grant]) -> None:
        await fill(self.mongo, GRANTS, {grant.grant_id: grant for grant in grants})


async def fill(mongo: Mongo, kind: Kind[Any], states: dict[str, Any]) -> None:
    documents = [{"_id": key, "_v": 1} | to_document(state) for key, state in states.items()]
    await mongo.collection(kind.name).insert_many(documents)


@pytest.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    database = Mongo(mongo_uri, f"footprints_access_{uuid4().hex[:8]}", "pymongo")
    await database.bootstrap(all_indexes(PARTS))
    yield database
    await database.drop_database()
    await database.close()


class TestMongoAccessLog(AccessLogContract):
    @pytest.fixture
    def harness(self, mongo: Mongo) -> AccessLogHarness:
        return MongoHarness(mongo)


async def test_every_failure_is_one_that_passes(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A duplicate, a document that can't be stored, no primary: 503, never an answer without an entry."""
    log = MongoAccessLog(mongo)
    await log.record([entry(1)])
    with pytest.raises(TransientStoreError):
        await log.record([entry(1)])
    with pytest.raises(TransientStoreError):
        await log.record([entry(2, footprint_ids=("x" * 17_000_000,))])

    async def gone(*_: object, **__: object) -> None:
        raise NotPrimaryError("the primary stepped down")

    monkeypatch.setattr(mongo, "aggregate", gone)
    with pytest.raises(TransientStoreError):
        await log.openings({"key"}, reader=BUYER, at=NOW)


@pytest.mark.parametrize(
    ("found", "index"),
    [
        (AccessFilter(), "newest_first"),
        (AccessFilter(read_from=NOW, read_until=SOON), "newest_first"),
        (AccessFilter(footprint_id="f"), "of_footprint"),
        (AccessFilter(footprint_id="f", reader_organisation_id=BUYER), "of_footprint"),
        (AccessFilter(reader_organisation_id=BUYER), "of_reader"),
    ],
)
async def test_the_log_is_read_from_an_index_in_order(mongo: Mongo, found: AccessFilter, index: str) -> None:
    condition, hint = entries_query(found, AccessPosition(SOON, "e"), SUPPLIER)
    query = {"filter": condition, "sort": dict(ORDER), "limit": 50, "hint": hint}
    winning = await plan(mongo, ACCESS_LOG.name, query)
    assert index in winning
    assert "COLLSCAN" not in winning
    assert "'SORT'" not in winning


async def test_entries_expire(mongo: Mongo) -> None:
    indexes = await mongo.command({"listIndexes": ACCESS_LOG.name})
    found = {each["name"]: each for each in indexes["cursor"]["firstBatch"]}
    assert (found["forget"]["key"], found["forget"]["expireAfterSeconds"]) == ({"expires_at": 1}, 0)


@pytest.fixture
async def world(mongo: Mongo) -> World:
    """Two owners, a product in two spellings with corrections among them, grants of every scope."""
    world = World()
    clock: Any = world.clock
    await world.record(*(organisation(each) for each in (SUPPLIER, RIVAL, BUYER)))
    for number in range(1, 13):
        owner = SUPPLIER if number % 3 else RIVAL
        product = HOUSING_PRODUCT.upper() if number % 4 == 0 else HOUSING_PRODUCT
        preceding = [footprint_id(number - 3)] if number > 3 else None
        products = ["urn:gtin:2"] if number == 7 else [product, "urn:x:all"]
        await world.run(world.submit(housing(number, productIds=products, precedingPfIds=preceding), by=owner))
        if number % 2:
            clock.advance(seconds=1)
    await world.run(
        world.give(GrantScope.FOOTPRINT, footprint_id(1)),
        world.give(GrantScope.FOOTPRINT, footprint_id(4)),
        world.give(GrantScope.PRODUCT, HOUSING_PRODUCT.swapcase(), by=RIVAL),
        world.give(GrantScope.EVERYTHING, to=RIVAL),
        world.withdraw(footprint_id(11)),
    )
    for kind in (FOOTPRINTS, GRANTS, SUCCESSIONS):
        await fill(mongo, kind, world.store.states(kind))
    return world


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("product", [HOUSING_PRODUCT, HOUSING_PRODUCT.lower(), "urn:x:ALL", "urn:gtin:2", "urn:gtin:0"])
@pytest.mark.parametrize("owner", [None, SUPPLIER])
async def test_histories_are_the_same_as_in_memory(
    world: World, mongo: Mongo, reader: str, product: str, owner: str | None
) -> None:
    ours, theirs = MemoryQueries(world.store).history, MongoQueries(mongo).history
    after: FootprintPosition | None = None
    seen: list[str] = []
    for _ in range(13):
        one = await timeline(ours, product, owner, after, 3, reader=reader, at=SOON)
        other = await timeline(theirs, product, owner, after, 3, reader=reader, at=SOON)
        assert one == other
        if not one:
            break
        seen += [moment.revision.footprint_id for moment in one]
        after = FootprintPosition(one[-1].revision.accepted_at, one[-1].revision.footprint_id)
    assert len(seen) == len(set(seen))
    if reader == BUYER and product == HOUSING_PRODUCT and owner is None:
        assert seen == [footprint_id(number) for number in (1, 3, 4, 6, 9, 12)]


async def test_a_history_walks_the_index_in_order(world: World, mongo: Mongo) -> None:
    keys = [f"product {SUPPLIER} {HOUSING_PRODUCT.lower()}", f"product {RIVAL} {HOUSING_PRODUCT.lower()}"]
    winning = await plan(
        mongo,
        FOOTPRINTS.name,
        {
            "filter": {"access_keys": {"$in": keys}, "$and": [{"access_keys": {"$in": [f"everything {SUPPLIER}"]}}]},
            "sort": {"accepted_at": 1, "_id": 1},
            "hint": "readable_in_order",
            "limit": 50,
        },
    )
    assert "readable_in_order" in winning
    assert "'SORT'" not in winning
    named = {"filter": {"preceding_ids": {"$in": [footprint_id(1)]}}, "sort": {"_id": 1}, "hint": "successors"}
    assert "COLLSCAN" not in await plan(mongo, FOOTPRINTS.name, named)
    awaited = {"filter": {"descendant_ids": {"$in": [footprint_id(1)]}}, "limit": 10}
    assert "match_descendant_ids" in await plan(mongo, SUCCESSIONS.name, awaited)


async def plan(mongo: Mongo, collection: str, query: dict[str, Any]) -> str:
    explained = await mongo.command({"explain": {"find": collection} | query, "verbosity": "queryPlanner"})
    return str(explained["queryPlanner"]["winningPlan"])

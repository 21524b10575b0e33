"""Submitting on MongoDB from two processes at once: nothing is missed, nothing happens twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from services.chassis.codec import from_document
from services.chassis.ids import uuid7
from services.chassis.kernel import Refusal
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import MongoStore
from services.chassis.parts import all_indexes
from services.chassis.unit import CommandBus
from services.footprints.adapters.translate import translate
from services.footprints.api.render import submitted_reply
from services.footprints.application.handlers import API_HANDLERS
from services.footprints.application.ports import FOOTPRINTS
from services.footprints.bootstrap import PARTS
from services.footprints.domain.footprint import Footprint
from tests.support.footprints import footprint_id, housing
from tests.unit.footprints.given import RIVAL, SUPPLIER, World

PAIRS = 20


@pytest.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    database = Mongo(mongo_uri, f"footprints_submit_{uuid4().hex[:8]}", "pymongo")
    await database.bootstrap(all_indexes(PARTS))
    yield database
    await database.drop_database()
    await database.close()


def buses(mongo: Mongo) -> list[CommandBus]:
    """Return what two API processes have: each its own queue and its own transactions."""
    return [CommandBus(MongoStore(mongo), API_HANDLERS, translate, uuid7) for _ in range(2)]


async def test_a_successor_and_its_predecessor_never_miss_each_other(mongo: Mongo) -> None:
    world, (first, second) = World(), buses(mongo)
    successors = [
        first.execute(world.submit(housing(number + 100, precedingPfIds=[footprint_id(number)])), submitted_reply)
        for number in range(PAIRS)
    ]
    predecessors = [second.execute(world.submit(housing(number)), submitted_reply) for number in range(PAIRS)]
    replies = await asyncio.gather(*successors, *predecessors)
    assert Counter(reply.status for reply in replies) == {201: 2 * PAIRS}
    stored = await mongo.collection(FOOTPRINTS.name).find({}).to_list(None)
    footprints = {document["_id"]: from_document(document, Footprint) for document in stored}
    for number in range(PAIRS):
        old = footprints[footprint_id(number)]
        assert (old.status.value, old.version, old.deprecated_by_id) == ("Deprecated", 2, footprint_id(number + 100))
        assert footprints[footprint_id(number + 100)].status.value == "Active"
    rows = await mongo.collection("outbox").find({}).to_list(None)
    versions = Counter((bytes(row["key"]).decode(), row["version"]) for row in rows)
    assert set(versions.values()) == {1}
    assert len(versions) == 3 * PAIRS


async def test_an_id_has_one_owner_however_many_want_it(mongo: Mongo) -> None:
    world, (first, second) = World(), buses(mongo)
    mine = [first.execute(world.submit(housing(number)), submitted_reply) for number in range(PAIRS)]
    theirs = [second.execute(world.submit(housing(number), by=RIVAL), submitted_reply) for number in range(PAIRS)]
    outcomes = await asyncio.gather(*mine, *theirs, return_exceptions=True)
    for own, foreign in zip(outcomes[:PAIRS], outcomes[PAIRS:], strict=True):
        refused = foreign if isinstance(foreign, BaseException) else own
        assert isinstance(refused, Refusal)
        assert refused.code == "footprint_id_taken"
        assert (own is refused) != (foreign is refused)
    assert await mongo.collection("outbox").count_documents({}) == PAIRS


async def test_of_a_circle_that_arrives_all_at_once_exactly_one_is_refused(mongo: Mongo) -> None:
    """Rings of five, their records spread over two processes: each that closes one is seen, whoever comes last."""
    world, both = World(), buses(mongo)
    rings, length = 6, 5
    submissions = []
    for ring in range(rings):
        for place in range(length):
            preceding = footprint_id(100 * ring + (place + 1) % length)
            command = world.submit(housing(100 * ring + place, precedingPfIds=[preceding]))
            submissions.append(both[place % 2].execute(command, submitted_reply))
    outcomes = await asyncio.gather(*submissions, return_exceptions=True)
    for ring in range(rings):
        mine = outcomes[ring * length : (ring + 1) * length]
        (refused,) = [each for each in mine if isinstance(each, BaseException)]
        assert isinstance(refused, Refusal)
        assert refused.code == "succession_cycle"
        assert refused.detail.count(" -> ") == length
    assert await mongo.collection(FOOTPRINTS.name).count_documents({}) == rings * (length - 1)


async def test_a_document_that_mongodb_would_read_differently_comes_back(mongo: Mongo) -> None:
    odd = {"$ref": "a", "$id": 1, "a.b": {"$oid": "0" * 24}, "\x00": 2**53 - 1}
    (bus, _) = buses(mongo)
    await bus.execute(World().submit(housing(1, x=odd), by=SUPPLIER), submitted_reply)
    (stored,) = await mongo.collection(FOOTPRINTS.name).find({}).to_list(None)
    assert from_document(stored, Footprint).document.content == housing(1, x=odd)

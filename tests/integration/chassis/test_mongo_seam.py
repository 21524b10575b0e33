"""`mongo.py` behaves alike with both drivers: nothing outside the seam may tell which one is in use."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pymongo import ASCENDING, DESCENDING, IndexModel, InsertOne, ReturnDocument, UpdateOne
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, DuplicateKeyError, InvalidOperation
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from services.chassis.mongo import MAX_COMMIT_MS, Driver, Mongo

REPOSITORY = Path(__file__).resolve().parents[3]
ITEMS = "items"
INDEXES = {
    ITEMS: (
        IndexModel([("colour", ASCENDING), ("_id", ASCENDING)], name="by_colour"),
        IndexModel([("expires_at", ASCENDING)], name="ttl", expireAfterSeconds=0),
    ),
    "bare": (),
}
BOOTSTRAP = """
import asyncio, sys
from tests.integration.chassis.test_mongo_seam import INDEXES
from services.chassis.mongo import Mongo

async def main():
    mongo = Mongo(sys.argv[1], sys.argv[2], sys.argv[3])
    await mongo.ping()
    print("ready", flush=True)
    sys.stdin.readline()
    await mongo.bootstrap(INDEXES)
    await mongo.close()

asyncio.run(main())
"""


class Sent(CommandListener):
    """Keeps the last command of each name."""

    def __init__(self) -> None:
        self.commands: dict[str, dict[str, Any]] = {}

    def started(self, event: CommandStartedEvent) -> None:
        self.commands[event.command_name] = dict(event.command)

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


async def numbered(mongo: Mongo, count: int) -> None:
    await mongo.collection(ITEMS).insert_many([{"_id": number, "even": number % 2 == 0} for number in range(count)])


async def test_find_sorts_limits_and_lists(mongo: Mongo) -> None:
    await numbered(mongo, 250)
    found = mongo.collection(ITEMS).find({"even": True}, {"_id": 1})
    assert await found.sort("_id", DESCENDING).limit(3).to_list(3) == [{"_id": 248}, {"_id": 246}, {"_id": 244}]
    assert len(await mongo.collection(ITEMS).find().to_list()) == 250
    assert len(await mongo.collection(ITEMS).find().to_list(120)) == 120
    assert await mongo.collection(ITEMS).find({"_id": -1}).to_list(5) == []


async def test_a_cursor_streams(mongo: Mongo) -> None:
    await numbered(mongo, 250)
    seen = [document["_id"] async for document in mongo.collection(ITEMS).find().sort("_id", ASCENDING)]
    assert seen == list(range(250))


async def test_single_reads_and_writes(mongo: Mongo) -> None:
    items = mongo.collection(ITEMS)
    assert items.name == ITEMS
    await items.insert_one({"_id": 1, "n": 0})
    assert (await items.update_one({"_id": 1, "n": 0}, {"$inc": {"n": 1}})).matched_count == 1
    assert (await items.update_one({"_id": 1, "n": 0}, {"$inc": {"n": 1}})).matched_count == 0
    after = await items.find_one_and_update({"_id": 1}, {"$inc": {"n": 1}}, return_document=ReturnDocument.AFTER)
    assert after == {"_id": 1, "n": 2}
    assert (await items.replace_one({"_id": 2}, {"n": 5}, upsert=True)).upserted_id == 2
    assert await items.count_documents({}) == 2
    assert (await items.update_many({}, {"$set": {"n": 9}})).modified_count == 2
    assert await items.find_one({"_id": 2}) == {"_id": 2, "n": 9}
    assert await items.find_one({"_id": 3}) is None
    result = await items.bulk_write([InsertOne({"_id": 3}), UpdateOne({"_id": 1}, {"$set": {"n": 1}})], ordered=False)
    assert (result.inserted_count, result.matched_count) == (1, 1)
    assert (await items.delete_one({"_id": 3})).deleted_count == 1
    assert (await items.delete_many({})).deleted_count == 2
    with pytest.raises(DuplicateKeyError):
        await asyncio.gather(items.insert_one({"_id": 7}), items.insert_one({"_id": 7}))


async def test_aggregate_reads_at_most_its_limit(mongo: Mongo) -> None:
    await numbered(mongo, 250)
    counted = await mongo.aggregate(
        ITEMS, [{"$group": {"_id": "$even", "n": {"$sum": 1}}}, {"$sort": {"_id": 1}}], limit=5
    )
    assert counted == [{"_id": False, "n": 125}, {"_id": True, "n": 125}]
    assert len(await mongo.aggregate(ITEMS, [{"$sort": {"_id": 1}}], limit=150)) == 150


async def test_aggregate_runs_inside_a_transaction(mongo: Mongo) -> None:
    await mongo.bootstrap(INDEXES)
    session = await mongo.start_session()
    await mongo.begin(session)
    await mongo.collection(ITEMS).insert_one({"_id": 1}, session=session)
    assert await mongo.aggregate(ITEMS, [], limit=5, session=session) == [{"_id": 1}]
    assert await mongo.aggregate(ITEMS, [], limit=5) == []
    await session.abort_transaction()
    await session.end_session()


@pytest.mark.parametrize("commit", [True, False])
async def test_a_session_carries_transactions(mongo: Mongo, commit: bool) -> None:
    await mongo.bootstrap(INDEXES)
    session = await mongo.start_session()
    assert len(session.session_id["id"]) == 16
    for number in range(2):
        await mongo.begin(session)
        await mongo.collection(ITEMS).insert_one({"_id": number}, session=session)
        await (session.commit_transaction() if commit else session.abort_transaction())
    assert await mongo.collection(ITEMS).count_documents({}) == (2 if commit else 0)
    await session.end_session()


async def test_durable_settings_are_said_aloud(
    mongo_uri: str, database: Database[dict[str, Any]], driver: Driver
) -> None:
    """What counts is what the server is sent; a transaction that inherits weaker settings loses acknowledged writes."""
    sent = Sent()
    mongo = Mongo(mongo_uri, database.name, driver, event_listeners=[sent])
    await mongo.bootstrap(INDEXES)
    await mongo.collection(ITEMS).insert_one({"_id": 1})
    await mongo.collection(ITEMS).find_one({"_id": 1})
    session = await mongo.start_session()
    await mongo.begin(session)
    await mongo.collection(ITEMS).update_one({"_id": 1}, {"$set": {"n": 1}}, session=session)
    await session.commit_transaction()
    await session.end_session()
    await mongo.close()
    durable = {"w": "majority", "j": True}
    assert sent.commands["insert"]["writeConcern"] == durable
    assert sent.commands["find"]["readConcern"] == {"level": "majority"}
    assert sent.commands["update"]["readConcern"]["level"] == "snapshot"
    assert sent.commands["commitTransaction"]["writeConcern"] == durable
    assert sent.commands["commitTransaction"]["maxTimeMS"] == MAX_COMMIT_MS


async def test_a_change_is_seen_from_the_moment_the_stream_is_open(mongo: Mongo) -> None:
    await mongo.bootstrap(INDEXES)
    items = mongo.collection(ITEMS)
    await items.insert_one({"_id": "before"})
    async with mongo.watch(ITEMS, [{"$match": {"operationType": "insert"}}], max_await_time_ms=200) as stream:
        await items.insert_one({"_id": 1})
        await items.update_one({"_id": 1}, {"$set": {"n": 1}})
        await items.insert_one({"_id": 2})
        first = await stream.try_next()
        assert first["documentKey"] == {"_id": 1}
        async for change in stream:
            assert change["documentKey"] == {"_id": 2}
            break
        assert await stream.try_next() is None


async def test_bootstrap_makes_collections_and_indexes_and_may_be_repeated(mongo: Mongo) -> None:
    for _ in range(2):
        await mongo.bootstrap(INDEXES)
        assert sorted(await mongo.index_names(ITEMS)) == ["_id_", "by_colour", "ttl"]
        assert await mongo.index_names("bare") == ["_id_"]


async def test_two_processes_bootstrap_at_once(
    mongo: Mongo, mongo_uri: str, database: Database[dict[str, Any]]
) -> None:
    await mongo.drop_database()
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error::UserWarning", "-c", BOOTSTRAP, mongo_uri, database.name, mongo.driver),
            cwd=REPOSITORY,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n", (await process.communicate())[1].decode()
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [process.returncode for process in processes] == [0, 0], answers
    assert sorted(await mongo.index_names(ITEMS)) == ["_id_", "by_colour", "ttl"]


async def test_instants_come_back_with_their_offset(mongo: Mongo) -> None:
    at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    await mongo.collection(ITEMS).insert_one({"_id": 1, "at": at})
    assert await mongo.collection(ITEMS).find_one({"_id": 1}) == {"_id": 1, "at": at}
    assert await mongo.aggregate(ITEMS, [], limit=1) == [{"_id": 1, "at": at}]


async def test_after_close_nothing_works(mongo: Mongo) -> None:
    await mongo.ping()
    await mongo.close()
    with pytest.raises((InvalidOperation, ConnectionFailure)):
        await mongo.collection(ITEMS).find_one({"_id": 1})


async def test_a_server_that_is_not_there_fails_in_time(driver: Driver) -> None:
    absent = Mongo("mongodb://127.0.0.1:1/?directConnection=true", "none", driver, serverSelectionTimeoutMS=300)
    with pytest.raises(ConnectionFailure):
        await absent.ping()
    await absent.close()

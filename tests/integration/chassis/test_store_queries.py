"""Every query that the store sends is served by an index, in the order that the index has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from services.chassis.mongo import Driver, Mongo
from services.chassis.mongo_store import MongoStore, kind_indexes
from services.chassis.testing.store_samples import THINGS, Thing, insert, write

COUNT = 300


class Finds(CommandListener):
    """Keeps the `find` commands that were sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "find":
            self.sent.append({name: event.command[name] for name in event.command if name in PLANNED})

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


PLANNED = ("find", "filter", "sort", "projection", "limit")


@pytest.fixture
def finds() -> Finds:
    return Finds()


@pytest.fixture
async def store(
    mongo_uri: str, database: Database[dict[str, Any]], driver: Driver, finds: Finds
) -> AsyncIterator[MongoStore]:
    mongo = Mongo(mongo_uri, database.name, driver, event_listeners=[finds])
    await mongo.bootstrap(kind_indexes((THINGS,)))
    store = MongoStore(mongo)
    things = [Thing(label=f"l{number % 10}", tags=(f"t{number % 10}", "all")) for number in range(COUNT)]
    await write(store, *(insert(f"k{number:03}", thing) for number, thing in enumerate(things)))
    yield store
    await mongo.close()


async def test_no_query_walks_a_collection_or_sorts_in_memory(
    store: MongoStore, finds: Finds, database: Database[dict[str, Any]]
) -> None:
    async with store.transaction() as tx:
        assert len(await tx.by_keys(THINGS, ["k001", "k002"])) == 2
        assert len(await tx.by_field(THINGS, "label", ["l1", "l2"], 1_000)) == 60
        assert len(await tx.by_field(THINGS, "tags", ["t1"], 1_000)) == 30
        assert len(await tx.keys_by_field(THINGS, "label", "l1", "k100", 5)) == 5
        assert len(await tx.keys_by_field(THINGS, "tags", "all", "k200", 5)) == 5
    assert len(finds.sent) == 5
    for command, most in zip(finds.sent, (2, 60, 30, 6, 6), strict=True):
        explained = database.command("explain", command, verbosity="executionStats")
        stages = str(explained["queryPlanner"]["winningPlan"])
        assert "COLLSCAN" not in stages, command
        assert "'SORT'" not in stages, command
        assert explained["executionStats"]["totalDocsExamined"] <= most, command

"""The single writer of a partition on a real store: retries, doubt after a commit, fencing, crash-only."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pymongo.database import Database

from services.chassis.batch import GapError
from services.chassis.claim import TopicChangedError, TopicFacts, claim, read_position
from services.chassis.deadletter import PoisonLimitError, PoisonLimits
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import ROW_VERSION, MongoTx
from services.chassis.parts import all_indexes
from services.chassis.retry import BudgetSpentError
from services.chassis.store import CommitUnknownError, StoreError, TransientStoreError
from tests.faults.probe import SEEN
from tests.integration.chassis.partition_lab import (
    LIMIT_S,
    POSITION,
    PROBE,
    QUICK,
    ListBroker,
    Worker,
    drained,
    once,
    running,
    versions,
)
from tests.integration.chassis.probe_load import applied_versions


@pytest.fixture
async def broker(mongo: Mongo) -> ListBroker:
    await mongo.bootstrap(all_indexes(PROBE.parts()))
    return ListBroker()


# -- the ordinary way -------------------------------------------------------------------------------------------


async def test_messages_are_applied_in_batches_and_a_restart_goes_on(
    mongo: Mongo, broker: ListBroker, database: Database[dict[str, Any]]
) -> None:
    broker.publish(*versions(100))
    async with running(Worker(mongo, broker)):
        await drained(mongo, broker)
    assert broker.batches == [40, 40, 20]
    broker.publish(*versions(130)[90:])
    async with running(Worker(mongo, broker)):
        await drained(mongo, broker)
    assert applied_versions(database) == {"r1": list(range(1, 131))}
    position = await read_position(mongo, POSITION)
    assert position is not None
    assert (position.epoch, position.offset) == (2, 140)


# -- doubt ------------------------------------------------------------------------------------------------------


async def test_a_commit_whose_answer_was_lost_is_not_done_twice(
    mongo: Mongo, broker: ListBroker, database: Database[dict[str, Any]]
) -> None:
    broker.publish(*versions(60))
    worker = Worker(mongo, broker)
    worker.after = once(CommitUnknownError("answer lost"), 1, 2)
    async with running(worker):
        await drained(mongo, broker)
    assert worker.transactions == 2, "the position told that both had taken effect"
    assert applied_versions(database) == {"r1": list(range(1, 61))}
    assert database["outbox"].count_documents({}) == 60, "a work row for each effect"


async def test_a_commit_that_did_not_take_effect_is_done_again(
    mongo: Mongo, broker: ListBroker, database: Database[dict[str, Any]]
) -> None:
    broker.publish(*versions(30))
    worker = Worker(mongo, broker)
    worker.before = once(CommitUnknownError("lost on the way"), 1)
    async with running(worker):
        await drained(mongo, broker)
    assert worker.transactions == 2
    assert database["outbox"].count_documents({}) == 30


async def test_in_doubt_a_new_owner_settles_it(
    mongo: Mongo, broker: ListBroker, database: Database[dict[str, Any]]
) -> None:
    """The commit is lost and somebody else has claimed meanwhile: what we know counts no more."""
    broker.publish(*versions(30))
    rival = await mongo.start_session()
    worker = Worker(mongo, broker)

    async def lose(_: int) -> None:
        await claim(mongo, POSITION, rival, broker.facts_now)
        raise CommitUnknownError("lost on the way")

    worker.before = lose
    async with running(worker) as task:
        await asyncio.wait_for(task, LIMIT_S)
    await rival.end_session()
    assert applied_versions(database) == {}


# -- retries ----------------------------------------------------------------------------------------------------


async def test_a_conflict_halves_the_batch_and_success_grows_it_back(
    mongo: Mongo, broker: ListBroker, database: Database[dict[str, Any]]
) -> None:
    broker.publish(*versions(150))
    worker = Worker(mongo, broker)
    worker.before = once(TransientStoreError("conflict"), 1, 2)
    async with running(worker):
        await drained(mongo, broker)
    assert broker.batches[:3] == [10, 20, 10], "40 conflicts, 20 conflicts, 10 passes; then 20, and what is left of 40"
    assert 40 in broker.batches
    assert len(broker.retries) == 2
    assert applied_versions(database) == {"r1": list(range(1, 151))}


async def test_a_real_write_conflict_is_mended(
    mongo: Mongo, broker: ListBroker, database: Database[dict[str, Any]]
) -> None:
    """Somebody writes the worker's document between its read and its write: nobody should, but nothing breaks."""
    broker.publish(*versions(10))
    async with running(Worker(mongo, broker)):
        await drained(mongo, broker)
    worker = Worker(mongo, broker)

    async def interfere(number: int, tx: MongoTx) -> None:
        if number == 1:
            await tx.by_keys(SEEN, ["r1"])  # the snapshot is taken
            database[SEEN.name].update_one({"_id": "r1"}, {"$inc": {ROW_VERSION: 1}})

    worker.opened = interfere
    broker.publish(*versions(20)[10:])
    async with running(worker):
        await drained(mongo, broker)
    assert len(broker.retries) == 1
    assert applied_versions(database) == {"r1": list(range(1, 21))}


async def test_a_store_that_stays_away_ends_the_process(mongo: Mongo, broker: ListBroker) -> None:
    broker.publish(*versions(5))
    worker = Worker(mongo, broker)
    worker.before = once(TransientStoreError("away"), *range(1, 50))
    with pytest.raises(BudgetSpentError):
        await asyncio.wait_for(worker.task.run(), LIMIT_S)
    assert worker.transactions == QUICK.attempts


# -- what ends a task -------------------------------------------------------------------------------------------


async def test_a_task_that_is_fenced_stops_and_writes_nothing_more(
    mongo: Mongo, broker: ListBroker, database: Database[dict[str, Any]]
) -> None:
    broker.publish(*versions(40))
    worker = Worker(mongo, broker)
    async with running(worker) as task:
        await drained(mongo, broker)
        rival = await mongo.start_session()
        await claim(mongo, POSITION, rival, broker.facts_now)
        broker.publish(*versions(80)[40:])
        await asyncio.wait_for(task, LIMIT_S)
        await rival.end_session()
    assert applied_versions(database) == {"r1": list(range(1, 41))}


@contextmanager
def ends_with(error: type[Exception]) -> Iterator[None]:
    with pytest.raises(error):
        yield


async def test_a_gap_ends_the_process(mongo: Mongo, broker: ListBroker) -> None:
    broker.publish(*versions(5))
    del broker.records[2]
    with ends_with(GapError):
        await asyncio.wait_for(Worker(mongo, broker).task.run(), LIMIT_S)


async def test_too_much_poison_ends_the_process_again_and_again(mongo: Mongo, broker: ListBroker) -> None:
    broker.publish(versions(1)[0], *[b"garbage"] * 9)
    for _ in range(2):
        with ends_with(PoisonLimitError):
            await asyncio.wait_for(Worker(mongo, broker, PoisonLimits(run=3)).task.run(), LIMIT_S)
        position = await read_position(mongo, POSITION)
        assert position is not None
        assert (position.offset, position.poison_run) == (4, 3)


async def test_a_recreated_topic_ends_the_process(mongo: Mongo, broker: ListBroker) -> None:
    broker.publish(*versions(5))
    async with running(Worker(mongo, broker)):
        await drained(mongo, broker)
    broker.facts_now = TopicFacts("another-id", 0, 10_000)
    with ends_with(TopicChangedError):
        await asyncio.wait_for(Worker(mongo, broker).task.run(), LIMIT_S)


@pytest.mark.parametrize("error", [StoreError("driver"), ZeroDivisionError("defect")])
async def test_any_other_failure_ends_the_process(mongo: Mongo, broker: ListBroker, error: Exception) -> None:
    broker.publish(*versions(5))
    worker = Worker(mongo, broker)
    worker.before = once(error, 1)
    with ends_with(type(error)):
        await asyncio.wait_for(worker.task.run(), LIMIT_S)
    assert worker.transactions == 1


@pytest.mark.parametrize("moment", ["waiting", "applying"])
async def test_a_cancelled_task_ends_and_leaves_a_whole_state(
    mongo: Mongo, broker: ListBroker, database: Database[dict[str, Any]], moment: str
) -> None:
    """A revoked partition: the task ends soon, and its open transaction goes with it."""
    worker = Worker(mongo, broker)
    reached = asyncio.Event()

    async def pause(number: int) -> None:
        if number == 2:
            reached.set()
            await asyncio.Event().wait()

    broker.publish(*versions(40))
    worker.before = pause
    task = asyncio.create_task(worker.task.run())
    await drained(mongo, broker)
    if moment == "applying":
        broker.publish(*versions(60)[40:])
        await asyncio.wait_for(reached.wait(), LIMIT_S)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, LIMIT_S)
    assert applied_versions(database) == {"r1": list(range(1, 41))}

"""The single writer of a partition on a real store: retries, doubt after a commit, fencing, crash-only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import pytest
from pymongo.database import Database

from services.chassis.batch import Applied, Batch, GapError
from services.chassis.claim import TopicChangedError, TopicFacts, claim, read_position
from services.chassis.clock import system_clock
from services.chassis.deadletter import PoisonLimitError, PoisonLimits
from services.chassis.ids import uuid7
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import MongoStore, MongoTx
from services.chassis.partition import BatchLimits, PartitionTask
from services.chassis.parts import all_indexes
from services.chassis.retry import BudgetSpentError, RetryPolicy
from services.chassis.store import CommitUnknownError, StoreError, TransientStoreError
from tests.faults.probe import Probe
from tests.integration.chassis.probe_load import applied_versions, message
from tests.support.wait import wait_until_async
from tests.unit.chassis.core_parts import Record

PROBE = Probe("probe")
TOPIC = PROBE.register_topic
POSITION = f"probe.deciding:{TOPIC}:0"
LIMIT_S = 20.0
QUICK = RetryPolicy(attempts=4, first_delay_s=0.001, max_delay_s=0.01)


class ListBroker:
    """A partition as a list of messages."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.facts_now = TopicFacts("topic-id", 0, 10_000)
        self.next = 0
        self.batches: list[int] = []
        self.retries: list[TransientStoreError] = []

    def publish(self, *values: bytes | None) -> None:
        first = len(self.records)
        self.records.extend([Record(first + number, value, topic=TOPIC) for number, value in enumerate(values)])

    async def fetch(self, max_records: int, timeout_ms: int) -> Sequence[Any]:
        found = self.records[self.next : self.next + max_records]
        self.next += len(found)
        await asyncio.sleep(0 if found else timeout_ms / 1_000)
        return found

    async def facts(self) -> TopicFacts:
        return self.facts_now

    def start_at(self, offset: int) -> None:
        self.next = offset

    def applied(self, result: Applied, seconds: float) -> None:
        self.batches.append(result.taken)

    def retried(self, error: TransientStoreError) -> None:
        self.retries.append(error)


class FaultyStore(MongoStore):
    """Calls `before` inside each transaction, when all is written, and `after` once it is committed."""

    before: Callable[[int], Any] = staticmethod(lambda _: None)
    after: Callable[[int], Any] = staticmethod(lambda _: None)
    transactions = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[MongoTx]:
        self.transactions += 1
        number = self.transactions
        async with super().transaction() as tx:
            yield tx
            if asyncio.iscoroutine(waiting := self.before(number)):
                await waiting
        self.after(number)


class Worker:
    """One partition task with all that surrounds it."""

    def __init__(self, mongo: Mongo, broker: ListBroker, limits: PoisonLimits | None = None) -> None:
        self.broker = broker
        self.stores: list[FaultyStore] = []
        self.before: Callable[[int], Any] = lambda _: None
        self.after: Callable[[int], Any] = lambda _: None
        self.poison = limits or PoisonLimits()
        self._mongo = mongo
        self.task = PartitionTask(
            broker,
            mongo,
            self._make_batch,
            position=POSITION,
            limits=BatchLimits(messages=40, linger_ms=5),
            retries=QUICK,
        )

    def _make_batch(self, session: Any) -> Batch:
        store = FaultyStore(self._mongo, session)
        store.before, store.after = self.before, self.after
        self.stores.append(store)
        (group, _) = PROBE.groups()
        return Batch("probe", group, store, PROBE.translate, new_id=uuid7, clock=system_clock, limits=self.poison)

    @property
    def transactions(self) -> int:
        return sum(store.transactions for store in self.stores)


@pytest.fixture
async def broker(mongo: Mongo) -> ListBroker:
    await mongo.bootstrap(all_indexes(PROBE.parts()))
    return ListBroker()


@asynccontextmanager
async def running(worker: Worker) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(worker.task.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def drained(mongo: Mongo, broker: ListBroker) -> None:
    async def at_the_end() -> bool:
        position = await read_position(mongo, POSITION)
        return position is not None and position.offset == len(broker.records)

    await wait_until_async(at_the_end, LIMIT_S, "the partition to be applied to its end")


def once(error: Exception, *numbers: int) -> Callable[[int], None]:
    """Raise at the transactions of these numbers."""

    def act(number: int) -> None:
        if number in numbers:
            raise error

    return act


def versions(count: int) -> list[bytes]:
    return [message(PROBE, "r1", number + 1) for number in range(count)]


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
    """Somebody writes the worker's document between its read and its write (nobody should, but nothing breaks)."""
    broker.publish(*versions(10))
    worker = Worker(mongo, broker)
    async with running(worker):
        await drained(mongo, broker)
        broker.publish(*versions(20)[10:])
        await drained(mongo, broker)
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

"""A partition's task with a list for a topic, and a real store whose transactions a test may disturb."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from services.chassis.batch import Applied, Batch
from services.chassis.claim import TopicFacts, read_position
from services.chassis.clock import system_clock
from services.chassis.deadletter import PoisonLimits
from services.chassis.ids import uuid7
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import MongoStore, MongoTx
from services.chassis.partition import BatchLimits, PartitionTask
from services.chassis.retry import RetryPolicy
from services.chassis.store import TransientStoreError
from tests.faults.probe import Probe
from tests.integration.chassis.probe_load import message
from tests.support.wait import elapse, wait_until_async
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
        await elapse(0 if found else timeout_ms / 1_000)
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
    """Calls `opened` and, when all is written, `before` inside each transaction, and `after` once it is committed."""

    opened: Callable[[int, MongoTx], Awaitable[None]] | None = None
    before: Callable[[int], Any] = staticmethod(lambda _: None)
    after: Callable[[int], Any] = staticmethod(lambda _: None)
    transactions = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[MongoTx]:
        self.transactions += 1
        number = self.transactions
        async with super().transaction() as tx:
            if self.opened is not None:
                await self.opened(number, tx)
            yield tx
            if asyncio.iscoroutine(waiting := self.before(number)):
                await waiting
        self.after(number)


class Worker:
    """One partition task with all that surrounds it."""

    def __init__(self, mongo: Mongo, broker: ListBroker, limits: PoisonLimits | None = None) -> None:
        self.broker = broker
        self.stores: list[FaultyStore] = []
        self.opened: Callable[[int, MongoTx], Awaitable[None]] | None = None
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
        store.opened, store.before, store.after = self.opened, self.before, self.after
        self.stores.append(store)
        (group, _) = PROBE.groups()
        return Batch("probe", group, store, PROBE.translate, new_id=uuid7, clock=system_clock, limits=self.poison)

    @property
    def transactions(self) -> int:
        return sum(store.transactions for store in self.stores)


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

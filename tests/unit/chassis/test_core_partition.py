"""When a batch closes: full, large enough, or open for long enough."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka.errors import NoOffsetForPartitionError

from services.chassis.batch import Applied
from services.chassis.claim import TopicFacts
from services.chassis.partition import BatchLimits, PartitionTask
from services.chassis.retry import RetryPolicy
from services.chassis.store import TransientStoreError
from tests.support.wait import elapse
from tests.unit.chassis.core_parts import Record

LONG_MS = 60_000
NO_MONGO: Any = None


class FakeBroker:
    """Hands out the given portions, one a fetch; then nothing, after the time it was given."""

    def __init__(self, *portions: Sequence[Any] | Exception) -> None:
        self.portions = list(portions)
        self.asked: list[tuple[int, int]] = []

    async def fetch(self, max_records: int, timeout_ms: int) -> Sequence[Any]:
        self.asked.append((max_records, timeout_ms))
        await asyncio.sleep(0)
        if not self.portions:
            await elapse(timeout_ms / 1_000)
            return []
        portion = self.portions.pop(0)
        if isinstance(portion, Exception):
            raise portion
        if len(portion) > max_records:
            self.portions.insert(0, portion[max_records:])
        return portion[:max_records]

    async def facts(self) -> TopicFacts:
        raise NotImplementedError

    def start_at(self, offset: int) -> None:
        raise NotImplementedError

    def applied(self, result: Applied, seconds: float) -> None:
        raise NotImplementedError

    def retried(self, error: TransientStoreError) -> None:
        raise NotImplementedError


def records(count: int, size: int = 10) -> list[Record]:
    return [Record(number, bytes(size)) for number in range(count)]


async def collect(broker: FakeBroker, **limits: int) -> list[Any]:
    task = PartitionTask(
        broker,
        NO_MONGO,
        lambda _: NO_MONGO,
        position="g:t:0",
        limits=BatchLimits(**({"messages": 100, "size_bytes": 10_000, "linger_ms": LONG_MS} | limits)),
        retries=RetryPolicy(),
    )
    return await asyncio.wait_for(task._collect(), timeout=5)


async def test_a_batch_closes_when_it_is_full() -> None:
    broker = FakeBroker(records(60), records(60))
    assert len(await collect(broker)) == 100
    assert [most for most, _ in broker.asked] == [100, 40]


async def test_a_batch_closes_when_it_is_large_enough() -> None:
    broker = FakeBroker(records(4, 1_000), records(4, 1_000), records(4, 1_000), records(4, 1_000))
    assert len(await collect(broker)) == 12


async def test_a_tombstone_has_no_size() -> None:
    broker = FakeBroker([Record(number, None) for number in range(3)], records(2, 10_000))
    assert len(await collect(broker)) == 5


async def test_a_batch_closes_when_it_was_open_for_long_enough() -> None:
    started = time.monotonic()
    assert len(await collect(FakeBroker(records(1)), linger_ms=60)) == 1
    assert 0.05 <= time.monotonic() - started < 2


async def test_the_wait_for_a_first_record_does_not_open_a_batch() -> None:
    broker = FakeBroker([], [], records(100))
    assert len(await collect(broker, linger_ms=0)) == 100


async def test_a_partition_that_was_just_claimed_may_still_say_that_it_has_no_offset() -> None:
    broker = FakeBroker(NoOffsetForPartitionError(), NoOffsetForPartitionError(), records(100))
    assert len(await collect(broker)) == 100


async def test_a_swallowed_cancellation_ends_the_collecting() -> None:
    """Any library on Python 3.11 may swallow one; a task that went on would keep a partition it has lost."""

    class Swallowing(FakeBroker):
        async def fetch(self, max_records: int, timeout_ms: int) -> Sequence[Any]:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.sleep(0)
            return []

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(collect(Swallowing()))

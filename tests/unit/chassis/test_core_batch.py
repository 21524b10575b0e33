"""One batch of messages in one transaction: ATOMIC-BATCH, FENCED, NEVER-STEPPED-OVER, duplicates, refusals."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

import orjson
import pytest

from services.chassis.batch import REFUSALS, Applied, GapError, RefusedMessage
from services.chassis.envelope import decode
from services.chassis.kernel import Change, Decision, Key, Loaded, Meta, Need
from services.chassis.routes import route
from services.chassis.store import FencedError, StoreError, TransientStoreError
from tests.unit.chassis.core_consumer import DEAD_LETTERS, GARBAGE, START, WORK_TOPIC, Consumer, records
from tests.unit.chassis.core_parts import AT, Record, raises
from tests.unit.chassis.core_register import (
    APPENDED,
    GROUP,
    PROJECTIONS,
    REGISTERS,
    TOPIC,
    AppendedV1,
    Projection,
    Register,
    message,
)


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


# -- ATOMIC-BATCH -----------------------------------------------------------------------------------------------


async def test_a_batch_is_one_transaction(consumer: Consumer) -> None:
    applied = await consumer.apply(*(message(f"k{number % 5}", number // 5 + 1, number) for number in range(50)))
    assert applied == Applied(replace(START, offset=150, window_seen=50), taken=50)
    assert consumer.position == applied.position
    assert consumer.store.transactions == 1
    assert consumer.store.states(PROJECTIONS)["k3"] == Projection("k3", tuple(range(1, 11)), 48)


async def test_a_batch_that_fails_leaves_nothing_and_can_be_applied_again(consumer: Consumer) -> None:
    batch = (message("a", 1), GARBAGE, message("a", 2, -1), message("a", 3))
    for error in (TransientStoreError("conflict"), StoreError("driver"), asyncio.CancelledError()):
        consumer.store.before_commit = raises(error)  # type: ignore[arg-type] # a cancellation is no Exception
        with pytest.raises(type(error)):
            await consumer.apply(*batch)
        assert consumer.position == START
        assert consumer.store.memory.outbox == []
        assert consumer.store.states(PROJECTIONS) == consumer.store.states(REFUSALS) == {}
    await consumer.apply(*batch)
    assert consumer.versions("a") == (1, 3)
    assert (consumer.dead_offsets(), len(consumer.store.states(REFUSALS))) == ([101], 1)


async def test_work_rows_are_written_with_what_they_speak_of(consumer: Consumer) -> None:
    await consumer.apply(message("a", 1), message("a", 1), message("b", 1))
    work = [decode(row.value) for row in consumer.outbox(WORK_TOPIC)]
    assert [(event.type, event.subject, event.causationid) for event in work] == [
        ("probe.total-work.requested.v1", "all", "a:1"),
        ("probe.total-work.requested.v1", "all", "b:1"),
    ]
    assert [(row.version, row.key) for row in consumer.outbox(WORK_TOPIC)] == [(0, b"all")] * 2


# -- FENCED -----------------------------------------------------------------------------------------------------


async def test_a_former_owner_writes_nothing(consumer: Consumer) -> None:
    consumer.store.memory.positions[START.id] = replace(START, epoch=4)
    with pytest.raises(FencedError):
        await consumer.batch.apply(START, records([message("a", 1), GARBAGE], 100))
    assert consumer.versions("a") == ()
    assert consumer.store.memory.outbox == []


# -- order and duplicates ---------------------------------------------------------------------------------------


async def test_duplicates_at_new_offsets_and_old_versions_take_no_effect(consumer: Consumer) -> None:
    sequence = [1, 2, 2, 1, 3, 2, 5, 4, 5, 6]
    await consumer.drain(*(message("a", version, version) for version in sequence))
    await consumer.drain(*(message("a", version, version) for version in sequence))
    assert consumer.store.states(PROJECTIONS)["a"] == Projection("a", (1, 2, 3, 5, 6), 6)
    assert consumer.position.offset == 120
    assert len(consumer.outbox(WORK_TOPIC)) == 5


async def test_an_unknown_type_is_skipped_and_counted(consumer: Consumer) -> None:
    unknown = orjson.dumps(orjson.loads(message("a", 1)) | {"type": "probe.register.renamed.v1"})
    applied = await consumer.apply(message("a", 1), unknown, message("a", 2), unknown)
    assert (applied.taken, applied.skipped, applied.dead_reasons) == (4, 2, ())
    assert consumer.versions("a") == (1, 2)


# -- NEVER-STEPPED-OVER -----------------------------------------------------------------------------------------


async def test_records_below_the_position_are_dropped(consumer: Consumer) -> None:
    applied = await consumer.apply(message("a", 8), message("a", 9), message("a", 1), message("a", 2), at=98)
    assert (applied.taken, applied.position.offset) == (4, 102)
    assert consumer.versions("a") == (1, 2)


async def test_a_batch_wholly_below_the_position_is_taken_without_a_transaction(consumer: Consumer) -> None:
    assert await consumer.apply(message("a", 8), GARBAGE, at=50) == Applied(START, taken=2)
    assert consumer.store.transactions == 0


@pytest.mark.parametrize("offsets", [[101, 102], [100, 102], [100, 101, 105], [99, 101], [100, 100]])
async def test_a_gap_is_an_error_and_nothing_is_written(consumer: Consumer, offsets: list[int]) -> None:
    with pytest.raises(GapError, match="came where"):
        await consumer.batch.apply(START, [Record(offset, message("a", 1)) for offset in offsets])
    assert consumer.position == START
    assert consumer.versions("a") == ()


# -- refusals ---------------------------------------------------------------------------------------------------


async def test_a_refusal_is_recorded_once_per_offset_and_is_no_poison(consumer: Consumer) -> None:
    applied = await consumer.apply(message("a", 1), message("a", 2, -5), message("a", 3), message("a", 2, -5))
    assert (applied.refused, applied.dead_reasons, applied.position.poison_run) == (2, (), 0)
    assert consumer.versions("a") == (1, 3)
    assert consumer.store.states(REFUSALS) == {
        f"probe.deciding:{TOPIC}:0:{offset}": RefusedMessage(TOPIC, 0, offset, "negative_value", "-5 is negative", AT)
        for offset in (101, 103)
    }


# -- what is told -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overreach:
    meta: Meta


class OverreachHandler:
    """Writes a collection of the API."""

    def needs(self, command: Overreach, loaded: Loaded) -> Iterable[Need]:
        return [Key(REGISTERS, "a")]

    def decide(self, loaded: Loaded, command: Overreach) -> Decision:
        return Decision((Change(REGISTERS, "a", Register("a")),))


async def test_the_worker_may_not_write_what_the_api_writes() -> None:
    group = replace(
        GROUP,
        routes={APPENDED: route(AppendedV1, lambda _, meta: Overreach(meta))},
        handlers={Overreach: OverreachHandler()},
    )
    consumer = Consumer(group=group)
    await consumer.apply(message("a", 1))
    (letter,) = consumer.outbox(DEAD_LETTERS)
    assert b"registers is written by the api role alone" in dict(letter.headers)["dlq-error"]


async def test_an_empty_batch_is_nothing(consumer: Consumer) -> None:
    assert await consumer.apply() == Applied(START, taken=0)

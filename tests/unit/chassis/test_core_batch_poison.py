"""POISON-ALONE, and the limits that stop a partition."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from services.chassis.deadletter import PoisonLimitError, PoisonLimits
from services.chassis.kernel import Meta
from services.chassis.routes import route
from tests.unit.chassis.core_consumer import DEAD_LETTERS, GARBAGE, START, Consumer, records
from tests.unit.chassis.core_register import (
    APPENDED,
    DEFECT_VALUE,
    GROUP,
    PROJECTIONS,
    UNSTORABLE_VALUE,
    AppendedV1,
    message,
)


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


BROKEN_CONTRACT = orjson.dumps(orjson.loads(message("a", 1)) | {"data": {"key": "a"}})
POISON = [
    pytest.param(GARBAGE, "decode", id="garbage"),
    pytest.param(None, "decode", id="tombstone"),
    pytest.param(BROKEN_CONTRACT, "contract", id="contract"),
    pytest.param(message("a", 50, DEFECT_VALUE), "handler", id="handler"),
    pytest.param(message("z", 50, UNSTORABLE_VALUE), "handler", id="unstorable"),
]


@pytest.mark.parametrize(("poison", "reason"), POISON)
@pytest.mark.parametrize("place", [0, 5, 9])
async def test_poison_takes_no_neighbour_with_it(
    consumer: Consumer, poison: bytes | None, reason: str, place: int
) -> None:
    values: list[bytes | None] = [message("a", number + 1) for number in range(10)]
    values[place] = poison
    steps = await consumer.drain(*values)
    assert consumer.versions("a") == tuple(number + 1 for number in range(10) if number != place)
    (letter,) = consumer.outbox(DEAD_LETTERS)
    headers = dict(letter.headers)
    assert (letter.value, letter.key) == (poison, b"key")
    assert (headers["dlq-reason"], headers["dlq-offset"]) == (reason.encode(), str(100 + place).encode())
    assert [found for step in steps for found in step.dead_reasons] == [reason]
    assert consumer.position.offset == 110


async def test_two_unstorable_messages_are_found_among_many(consumer: Consumer) -> None:
    values = [message("a", number + 1) for number in range(400)]
    values[33], values[217] = message("y", 1, UNSTORABLE_VALUE), message("z", 1, UNSTORABLE_VALUE)
    await consumer.drain(*values)
    assert consumer.dead_offsets() == [133, 317]
    assert consumer.versions("a") == tuple(number + 1 for number in range(400) if number not in {33, 217})
    assert consumer.store.transactions < 100, "halving, not one by one"


async def test_a_route_that_raises_is_poison(consumer: Consumer) -> None:
    def build(data: AppendedV1, meta: Meta) -> Any:
        raise ZeroDivisionError("a defect of the stream package")

    broken = replace(GROUP, routes={APPENDED: route(AppendedV1, build)})
    consumer = Consumer(group=broken)
    await consumer.drain(message("a", 1), message("a", 2))
    assert consumer.dead_offsets() == [100, 101]


async def test_attempts_are_told_in_the_letter(consumer: Consumer) -> None:
    await consumer.batch.apply(START, records([GARBAGE], 100), attempts=3)
    assert dict(consumer.outbox(DEAD_LETTERS)[0].headers)["dlq-attempts"] == b"3"


# -- limits -----------------------------------------------------------------------------------------------------

LIMITS = PoisonLimits(run=3, share=0.5, window=10)


async def test_the_limit_stores_what_stands_before_it_and_then_stops() -> None:
    consumer = Consumer(LIMITS)
    values = [message("a", 1), GARBAGE, message("a", 2), GARBAGE, GARBAGE, GARBAGE, GARBAGE, message("a", 3)]
    with pytest.raises(PoisonLimitError, match="4 unreadable messages in a row"):
        await consumer.drain(*values)
    assert consumer.versions("a") == (1, 2)
    assert consumer.dead_offsets() == [101, 103, 104, 105]
    assert consumer.position == replace(START, offset=106, poison_run=3, window_seen=6, window_poison=4)


async def test_a_restart_does_not_reset_the_run() -> None:
    consumer = Consumer(LIMITS)
    for _ in range(3):
        await consumer.apply(GARBAGE)
        consumer.restarted()
    for _ in range(3):
        with pytest.raises(PoisonLimitError):
            await consumer.apply(GARBAGE, message("a", 1))
        consumer.restarted()
    assert consumer.position.offset == 103
    assert consumer.dead_offsets() == [100, 101, 102]


async def test_a_readable_message_in_between_ends_the_run_across_batches() -> None:
    consumer = Consumer(LIMITS)
    for value in (GARBAGE, GARBAGE, GARBAGE, message("a", 1), GARBAGE):
        await consumer.apply(value)
    assert consumer.position.poison_run == 1


async def test_the_share_of_the_window_stops_too() -> None:
    consumer = Consumer(LIMITS)
    with pytest.raises(PoisonLimitError, match="8 of the last 10"):
        await consumer.drain(*([GARBAGE, GARBAGE, message("a", 1), GARBAGE] * 3))
    assert consumer.position.offset == 109
    assert consumer.position.window_seen == 9


async def test_an_unstorable_message_before_the_limit_is_isolated_as_well() -> None:
    """The cut and the halving meet in one batch: neither may hide the other."""
    consumer = Consumer(LIMITS)
    values = [message("a", 1), message("z", 2, UNSTORABLE_VALUE), message("a", 3), *[GARBAGE] * 4]
    with pytest.raises(PoisonLimitError):
        await consumer.drain(*values)
    assert consumer.versions("a") == (1, 3)
    assert consumer.dead_offsets() == [101, 103, 104, 105]


async def test_a_full_transaction_takes_a_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.chassis.handler.MAX_DOCUMENTS", 20)  # an effect writes a state and a work row
    consumer = Consumer()
    values = [message(f"k{number}", 1) if number % 5 else GARBAGE for number in range(30)]
    steps = await consumer.drain(*values)
    assert [step.taken for step in steps] == [13, 13, 4]
    assert len(consumer.store.states(PROJECTIONS)) == 24
    assert consumer.dead_offsets() == [100, 105, 110, 115, 120, 125]

"""The command bus: concurrent commands share transactions, each caller gets its own answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from opentelemetry import trace

from services.chassis import unit
from services.chassis.envelope import decode
from services.chassis.idempotency import Reply
from services.chassis.retry import RetryPolicy
from services.chassis.store import CommitUnknownError, FencedError, StoreError, TransientStoreError, UnstorableError
from services.chassis.trace import current_traceparent
from services.chassis.unit import MAX_BATCH, OverloadedError
from tests.unit.chassis.core_desk import Desk, Poke, render
from tests.unit.chassis.core_parts import meta, raises
from tests.unit.chassis.core_register import Append, NegativeValueError


@pytest.fixture
def desk() -> Desk:
    return Desk()


# -- coalescing -------------------------------------------------------------------------------------------------


async def test_concurrent_commands_share_few_transactions(desk: Desk) -> None:
    count = 450
    replies = await asyncio.gather(*(desk.append("a" if number % 2 else "b", number) for number in range(count)))
    assert desk.store.transactions == 3, f"{count} commands, {MAX_BATCH} at most in one transaction"
    assert len(desk.store.memory.outbox) == count
    assert sorted(desk.values("a") + desk.values("b")) == list(range(count))
    assert sorted(reply.body for reply in replies) == sorted(
        f"version {n}".encode() for n in range(1, 226) for _ in "ab"
    )


async def test_each_caller_gets_its_own_answer(desk: Desk) -> None:
    replies = await asyncio.gather(*(desk.append("a", value) for value in (10, 20, 30)))
    assert replies == [render(1), render(2), render(3)]
    assert desk.values() == (10, 20, 30)


async def test_commands_that_come_meanwhile_make_the_next_batch(desk: Desk) -> None:
    later: list[asyncio.Task[Reply]] = []
    desk.store.before_commit = lambda number: later.extend(
        [asyncio.create_task(desk.append("b", value)) for value in range(5)] if number == 1 else []
    )
    await desk.append("a")
    assert [reply.status for reply in await asyncio.gather(*later)] == [201] * 5
    assert desk.store.transactions == 2


async def test_a_refusal_touches_no_neighbour(desk: Desk) -> None:
    good, bad, more = await asyncio.gather(
        desk.append("a", 1), desk.append("a", -1), desk.append("a", 3), return_exceptions=True
    )
    assert isinstance(bad, NegativeValueError)
    assert [good, more] == [render(1), render(2)]
    assert desk.store.transactions == 1


async def test_a_defect_touches_no_neighbour(desk: Desk) -> None:
    results = await asyncio.gather(
        desk.append("a", 1), desk.bus.execute(Poke(meta("poke")), render), desk.append("a", 3), return_exceptions=True
    )
    assert isinstance(results[1], ZeroDivisionError)
    assert list(results[::2]) == [render(1), render(2)]


async def test_what_cannot_be_stored_is_isolated_by_halving(desk: Desk) -> None:
    poke = desk.bus.execute(Poke(meta("poke"), storable=True), render)
    results = await asyncio.gather(
        *(desk.append("a", value) for value in range(5)), poke, desk.append("b"), return_exceptions=True
    )
    assert isinstance(results[5], UnstorableError)
    assert [result for number, result in enumerate(results) if number != 5] == [render(n) for n in (1, 2, 3, 4, 5, 1)]
    assert desk.values() == (0, 1, 2, 3, 4)


async def test_a_full_transaction_leaves_the_rest_to_the_next(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.chassis.handler.MAX_DOCUMENTS", 30)  # an append writes state, record and event
    replies = await asyncio.gather(*(desk.append(f"k{number}") for number in range(25)))
    assert replies == [render(1)] * 25
    assert desk.store.transactions == 3


# -- failing stores ---------------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry without pauses worth the name."""
    monkeypatch.setattr(unit, "API_RETRIES", RetryPolicy(attempts=3, first_delay_s=0.0001, max_delay_s=0.0001))


@pytest.mark.usefixtures("quick")
async def test_a_conflict_is_tried_again(desk: Desk) -> None:
    desk.store.before_commit = raises(TransientStoreError("conflict"), TransientStoreError("conflict"))
    replies = await asyncio.gather(desk.append("a", 1), desk.append("a", 2))
    assert list(replies) == [render(1), render(2)]
    assert desk.values() == (1, 2)
    assert desk.store.transactions == 3


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("own_key", [True, False], ids=["own-record", "client-key"])
async def test_after_an_unknown_commit_the_retry_finds_its_own_record(desk: Desk, own_key: bool) -> None:
    """The commit took effect, its answer was lost: acting again would append twice."""
    desk.store.after_commit = raises(CommitUnknownError("lost"))
    replies = await asyncio.gather(desk.append("a", 1) if own_key else desk.idempotent(1), desk.append("b", 2))
    assert list(replies) == [render(1), render(1)]
    assert (desk.values("a"), desk.values("b")) == ((1,), (2,))
    assert len(desk.store.memory.outbox) == 2


@pytest.mark.usefixtures("quick")
async def test_an_unknown_commit_that_did_not_take_effect_is_done_again(desk: Desk) -> None:
    desk.store.before_commit = raises(CommitUnknownError("lost"))
    assert await desk.append("a", 1) == render(1)
    assert desk.values() == (1,)


@pytest.mark.usefixtures("quick")
async def test_a_store_that_stays_away_is_told_as_overload(desk: Desk) -> None:
    desk.store.before_commit = raises(*[TransientStoreError("away")] * 3)
    results = await asyncio.gather(desk.append(), desk.append(), return_exceptions=True)
    assert [type(result) for result in results] == [OverloadedError, OverloadedError]
    assert await desk.append() == render(1), "the bus goes on"


@pytest.mark.parametrize("error", [StoreError("driver"), FencedError("fenced"), ZeroDivisionError("defect")])
async def test_any_other_failure_is_told_to_every_caller(desk: Desk, error: Exception) -> None:
    desk.store.before_commit = raises(error)
    results = await asyncio.gather(desk.append("a", 1), desk.append("b", 2), return_exceptions=True)
    assert list(results) == [error, error]
    assert desk.values() == ()
    assert await desk.append() == render(1)


async def test_too_many_waiting_commands_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "MAX_WAITING", 3)
    results = await asyncio.gather(*(desk.append("a", value) for value in range(5)), return_exceptions=True)
    assert results[:3] == [render(1), render(2), render(3)]
    assert [type(result) for result in results[3:]] == [OverloadedError, OverloadedError]
    assert desk.values() == (0, 1, 2)


# -- cancellation -----------------------------------------------------------------------------------------------


async def test_a_cancelled_caller_harms_no_other(desk: Desk) -> None:
    tasks = [asyncio.create_task(desk.append("a", value)) for value in range(3)]

    def cancel_one(_: int) -> None:
        tasks[1].cancel()

    desk.store.before_commit = cancel_one
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[1], asyncio.CancelledError)
    assert results[::2] == [render(1), render(3)]
    assert desk.values() == (0, 1, 2), "a request that was taken up is carried out: the client may ask again by its key"


async def test_a_cancelled_flush_leaves_nobody_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "MAX_BATCH", 1)
    tasks = [asyncio.create_task(desk.append("a", value)) for value in range(3)]

    def cancel(_: int) -> None:
        assert desk.bus._flusher is not None
        desk.bus._flusher.cancel()
        desk.store.before_commit = raises(TransientStoreError("so that it waits"))

    desk.store.before_commit = cancel
    results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), timeout=5)
    assert results[0] == render(1)
    assert [type(result) for result in results[1:]] == [asyncio.CancelledError] * 2
    assert await desk.append("a", 9) == render(2), "the bus goes on"


async def test_close_waits_for_what_is_under_way(desk: Desk) -> None:
    task = asyncio.create_task(desk.append())
    await asyncio.sleep(0)
    await desk.bus.close()
    assert desk.values() == (1,)
    assert await task == render(1)
    await desk.another_bus().close()


# -- traces -----------------------------------------------------------------------------------------------------


async def test_a_shared_transaction_takes_no_requests_span_for_another(desk: Desk) -> None:
    """Each row's parent is its own request, not the one that happened to come first."""

    async def request(number: int) -> None:
        span = trace.NonRecordingSpan(trace.SpanContext(number, number, is_remote=False))
        with trace.use_span(span):
            surroundings = replace(meta(f"traced-{number}"), traceparent=current_traceparent())
            await desk.bus.execute(Append(surroundings, "a", number), render)

    await asyncio.gather(*(request(number) for number in (1, 2, 3)))
    assert desk.store.transactions == 1
    parents = [decode(row.value).traceparent for row in desk.store.memory.outbox]
    assert parents == [f"00-{number:032x}-{number:016x}-00" for number in (1, 2, 3)]

"""The retry loop's bounds, and cancellations that a library swallowed."""

from __future__ import annotations

import asyncio

import pytest

from services.chassis.cancellation import heed_cancellation
from services.chassis.retry import BudgetSpentError, RetryPolicy, with_retries
from services.chassis.store import FencedError, TransientStoreError

QUICK = RetryPolicy(attempts=4, first_delay_s=0.0001, max_delay_s=0.0001)


class Body:
    """Fails as often as it is told, and keeps what it was called with."""

    def __init__(self, failures: int, error: Exception | None = None) -> None:
        self.calls: list[int] = []
        self._failures = failures
        self._error = error or TransientStoreError("conflict")

    async def __call__(self, attempt: int) -> str:
        self.calls.append(attempt)
        if len(self.calls) <= self._failures:
            raise self._error
        return "done"


async def test_a_passing_failure_is_tried_again() -> None:
    body, noted = Body(2), list[int]()
    assert await with_retries(body, QUICK, lambda attempt, _: noted.append(attempt)) == "done"
    assert body.calls == [0, 1, 2]
    assert noted == [0, 1]


async def test_attempts_are_bounded_and_the_last_error_is_kept() -> None:
    body, noted = Body(99), list[int]()
    with pytest.raises(BudgetSpentError, match="conflict") as spent:
        await with_retries(body, QUICK, lambda attempt, _: noted.append(attempt))
    assert body.calls == [0, 1, 2, 3]
    assert noted == [0, 1, 2], "after the last attempt there is no further one to announce"
    assert isinstance(spent.value.__cause__, TransientStoreError)


async def test_the_total_time_is_bounded() -> None:
    body = Body(99)
    with pytest.raises(BudgetSpentError):
        await with_retries(body, RetryPolicy(attempts=1_000, first_delay_s=30, max_delay_s=30, budget_s=0.5))
    assert body.calls == [0], "a pause that would overrun the budget is not made"


@pytest.mark.parametrize("error", [FencedError("fenced"), ZeroDivisionError("defect"), asyncio.CancelledError()])
async def test_nothing_else_is_tried_again(error: Exception) -> None:
    body = Body(1, error)
    with pytest.raises(type(error)):
        await with_retries(body, QUICK)
    assert body.calls == [0]


def test_pauses_grow_up_to_their_limit_and_differ() -> None:
    policy = RetryPolicy(first_delay_s=0.01, max_delay_s=1.0)
    for attempt in range(20):
        ceiling = min(1.0, 0.01 * 2**attempt)
        pauses = [policy.delay_s(attempt) for _ in range(50)]
        assert all(ceiling / 10 <= pause <= ceiling for pause in pauses)
        assert len(set(pauses)) > 10, "rivals must part"


async def test_a_swallowed_cancellation_is_heeded_before_the_next_attempt() -> None:
    body = Body(0)

    async def swallow_then_retry() -> str:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.sleep(0)
        return await with_retries(body, QUICK)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(swallow_then_retry())
    assert body.calls == []


async def test_without_a_cancellation_there_is_nothing_to_heed() -> None:
    heed_cancellation()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await asyncio.Event().wait()
    heed_cancellation()  # a time limit that ran out has taken its cancellation back

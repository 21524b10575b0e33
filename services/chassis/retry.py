"""One retry loop for transactions: attempts, jitter and a total budget. The drivers' own loop spins up to 120 s."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from services.chassis.cancellation import heed_cancellation
from services.chassis.store import TransientStoreError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Bounds of the loop. `budget_s` must stay below the consumer's `max_poll_interval` (300 s)."""

    attempts: int = 12
    first_delay_s: float = 0.01
    max_delay_s: float = 2.0
    budget_s: float = 60.0

    def delay_s(self, attempt: int) -> float:
        """Return the pause before the next attempt: exponential, with full jitter so that rivals part."""
        ceiling = min(self.max_delay_s, self.first_delay_s * 2.0**attempt)
        return random.uniform(ceiling / 10, ceiling)  # noqa: S311 - jitter, not a secret


class BudgetSpentError(Exception):
    """Every attempt failed for a passing reason. The worker exits (crash-only), the API answers 503."""


async def with_retries(
    body: Callable[[int], Awaitable[T]],
    policy: RetryPolicy,
    on_retry: Callable[[int, TransientStoreError], None] | None = None,
) -> T:
    """Run `body(attempt)` until it returns. Only `TransientStoreError` is tried again."""
    started = time.monotonic()
    last: TransientStoreError | None = None
    for attempt in range(policy.attempts):
        heed_cancellation()
        try:
            return await body(attempt)
        except TransientStoreError as error:
            last = error
            pause = policy.delay_s(attempt)
            if attempt + 1 == policy.attempts:
                break
            if time.monotonic() - started + pause > policy.budget_s:
                break
            if on_retry is not None:
                on_retry(attempt, error)
            await asyncio.sleep(pause)
    raise BudgetSpentError(f"gave up after {policy.attempts} attempts or {policy.budget_s} s: {last}") from last

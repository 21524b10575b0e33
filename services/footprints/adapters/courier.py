"""The courier: takes deliveries to partners. Its state is in storage alone, so another one goes on where it ended.

Invariants, named as the tests name them:
- ADOPT-BY-ABSENCE: a delivery without state is found by that, in a window far longer than any transaction lives;
  no position is remembered that a late commit could fall behind.
- ATTEMPT-GUARD: a result is written only if nobody wrote another one since; a courier that lost its lease writes none.
- ONE-ID: every attempt sends the same event id, so a repeat is a duplicate for the partner.
- ALONE: a delivery that no code of ours can render or send harms no other.
- FAIR: a partner has a few attempts under way at most, and one that is slow keeps no other waiting.
- ASK-AGAIN: base URL, standing and access are asked for at each attempt; revocation bites before the next one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

import structlog

from services.chassis.clock import Clock
from services.chassis.store import StoreError
from services.footprints.adapters.partner_gate import DeliveryFailedError
from services.footprints.domain.delivery import (
    GIVE_UP_AFTER,
    Delivery,
    DeliveryKind,
    DeliveryState,
    adopt,
    failed,
    succeeded,
    withdrawn,
)

log = structlog.get_logger(__name__)

ADOPTION_WINDOW: Final = timedelta(minutes=15)
"""Transactions live for seconds, a batch's retries for minutes at most; clocks of one installation are closer still."""
WHOLE_WINDOW: Final = GIVE_UP_AFTER + timedelta(hours=1)
"""Looked at when the lease is taken, and now and then: nothing older would be sent any more."""
WHOLE_LOOK_EVERY: Final = timedelta(minutes=10)
ADOPTION_PAGE: Final = 500
STOP_LIMIT_S: Final = 5.0
"""Time that attempts under way get at a stop."""


class CourierStore(Protocol):
    """Where deliveries and their states are."""

    async def adopt(self, since: datetime, begin: Callable[[Delivery], DeliveryState], limit: int) -> int:
        """Give a first state to deliveries created since then that have none; return how many."""

    async def follow_orders(self, since: datetime, skip: Collection[str]) -> int:
        """Apply the orders given since then to their deliveries but those in `skip`; return how many were new."""

    async def due(
        self, now: datetime, *, skip: Collection[str], busy: Collection[str], limit: int
    ) -> Sequence[DeliveryState]:
        """Return what is due, the oldest first, without deliveries in `skip` and recipients in `busy`."""

    async def record(self, before: DeliveryState, after: DeliveryState) -> bool:
        """Write a result if the state is still the one before; tell whether it was."""


class Send(Protocol):
    """One attempt: everything between what is to be told and the partner's answer."""

    async def __call__(self, delivery: Delivery, at: datetime) -> bool:
        """Tell the partner; False where nothing is left to tell. Raises `DeliveryFailedError`."""


@dataclass(frozen=True, slots=True)
class CourierOptions:
    """Bounds."""

    concurrency: int = 32
    partner_concurrency: int = 2
    sweep_s: float = 1.0
    standby_s: float = 1.0
    rejection_spread: timedelta = timedelta(0)
    """Rejections leave at some moment within it, so that no answer's haste tells whether a product is known here."""


class Courier:
    """One active courier per service; `run` needs a lease, `turn` does not ask for it."""

    def __init__(
        self,
        store: CourierStore,
        send: Send,
        clock: Clock,
        options: CourierOptions,
        *,
        jitter_permille: Callable[[], int],
        on_attempt: Callable[[DeliveryState], None] = lambda _: None,
    ) -> None:
        """`on_attempt` is told each new state."""
        self._store = store
        self._send = send
        self._clock = clock
        self._options = options
        self._jitter_permille = jitter_permille
        self._on_attempt = on_attempt
        self._under_way: dict[str, tuple[str, asyncio.Task[None]]] = {}
        self._whole_look_at: datetime | None = None

    async def run(self, stopping: asyncio.Event, hold: Callable[[], Awaitable[bool]]) -> None:
        """Work until `stopping` is set, while `hold` says that the lease is ours. A failure of storage ends it."""
        active = False
        while not stopping.is_set():
            held = await hold()
            if held != active:
                log.info("courier.active" if held else "courier.standby")
            if not held:
                self._whole_look_at = None
            active = held
            if held:
                await self.turn()
            await self._wait(stopping, self._options.sweep_s if held else self._options.standby_s)
        await self.settle(STOP_LIMIT_S)

    async def turn(self) -> int:
        """Adopt, follow orders, start what is due; return how many attempts were started."""
        now = self._clock()
        await self._adopt(now)
        await self._store.follow_orders(now - WHOLE_WINDOW, set(self._under_way))
        free = self._options.concurrency - len(self._under_way)
        if free <= 0:
            return 0
        counts = Counter(recipient for recipient, _ in self._under_way.values())
        busy = {recipient for recipient, count in counts.items() if count >= self._options.partner_concurrency}
        found = await self._store.due(now, skip=set(self._under_way), busy=busy, limit=free)
        started = 0
        for state in found:
            recipient = state.delivery.recipient_organisation_id
            if counts[recipient] < self._options.partner_concurrency:
                counts[recipient] += 1
                started += 1
                self._under_way[state.delivery.delivery_id] = (recipient, asyncio.create_task(self._attempt(state)))
        return started

    async def settle(self, limit_s: float | None = None) -> None:
        """Wait for the attempts under way, and cut off what takes longer than `limit_s`: it will be tried again.

        Raises what one of them raised: a failure of storage.
        """
        tasks = [task for _, task in self._under_way.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=limit_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self._reap()

    async def _adopt(self, now: datetime) -> None:
        whole = self._whole_look_at is None or now - self._whole_look_at >= WHOLE_LOOK_EVERY
        window = WHOLE_WINDOW if whole else ADOPTION_WINDOW
        adopted = await self._store.adopt(now - window, self._begin, ADOPTION_PAGE)
        if whole and adopted < ADOPTION_PAGE:
            self._whole_look_at = now

    def _begin(self, delivery: Delivery) -> DeliveryState:
        spread_ms = int(self._options.rejection_spread / timedelta(milliseconds=1))
        share = int.from_bytes(sha256(delivery.delivery_id.encode()).digest()[:8])
        delay_ms = share % (spread_ms + 1) if delivery.kind is DeliveryKind.REJECTED else 0
        return adopt(delivery, delivery.created_at + timedelta(milliseconds=delay_ms))

    async def _attempt(self, state: DeliveryState) -> None:
        try:
            told = await self._send(state.delivery, self._clock())
            after = succeeded(state, self._clock()) if told else withdrawn(state, self._clock())
        except DeliveryFailedError as error:
            after = failed(state, str(error), self._clock(), self._jitter_permille())
        except StoreError:
            raise
        except Exception as error:
            log.exception("courier.defect", delivery_id=state.delivery.delivery_id)
            after = failed(state, f"defect: {type(error).__name__}", self._clock(), self._jitter_permille())
        if await self._store.record(state, after):
            self._on_attempt(after)
            log.info(
                "courier.attempt",
                delivery_id=state.delivery.delivery_id,
                kind=state.delivery.kind.value,
                recipient=state.delivery.recipient_organisation_id,
                attempts=after.attempts,
                progress=after.progress.value,
                error=after.last_error,
            )

    async def _wait(self, stopping: asyncio.Event, seconds: float) -> None:
        """Wait for a stop, or for a place that becomes free; not longer than the sweep."""
        stop = asyncio.ensure_future(stopping.wait())
        tasks = [task for _, task in self._under_way.values()]
        try:
            await asyncio.wait([stop, *tasks], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
        self._reap()

    def _reap(self) -> None:
        done = [key for key, (_, task) in self._under_way.items() if task.done()]
        ended = [self._under_way.pop(key)[1] for key in done]
        failures = [task.exception() for task in ended if not task.cancelled()]
        for failure in failures:
            if failure is not None:
                raise failure

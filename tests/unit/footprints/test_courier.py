"""The courier's invariants, by a clock that is moved and partners that are played."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.chassis.store import StoreError
from services.chassis.testing.clock import FixedClock
from services.footprints.adapters.courier import ADOPTION_WINDOW, WHOLE_LOOK_EVERY, Courier, Send
from services.footprints.adapters.partner_gate import DeliveryFailedError
from services.footprints.domain.delivery import Delivery, DeliveryKind, DeliveryProgress, DeliveryState, RetryOrder
from tests.unit.footprints.errands import MemoryCourierStore, courier, delivery
from tests.unit.footprints.given import NOW

MAX_TURNS = 200


class Played(Send):
    """Takes what is sent from `up_at` on."""

    def __init__(self, clock: FixedClock, up_at: datetime = NOW) -> None:
        self.clock = clock
        self.up_at = up_at
        self.sent: list[str] = []

    async def __call__(self, delivery: Delivery, at: datetime) -> bool:
        self.sent.append(delivery.delivery_id)
        if self.clock() < self.up_at:
            raise DeliveryFailedError("events: the partner answered 503")
        return True


async def play(store: MemoryCourierStore, make: Callable[[], Courier], clock: FixedClock) -> DeliveryState:
    """Move the clock from attempt to attempt; a new courier each time, so that nothing is kept in memory."""
    for _ in range(MAX_TURNS):
        at_work = make()
        await at_work.turn()
        await at_work.settle()
        (state,) = store.states.values()
        if state.progress is not DeliveryProgress.PENDING:
            return state
        clock.set(max(state.next_attempt_at, clock() + timedelta(milliseconds=1)))
    raise AssertionError("no end")


@pytest.mark.parametrize(
    ("hours", "progress"), [(71, DeliveryProgress.DELIVERED), (73, DeliveryProgress.GAVE_UP)], ids=["71 h", "73 h"]
)
async def test_a_partner_that_is_down_for_long(hours: int, progress: DeliveryProgress) -> None:
    clock, store = FixedClock(NOW), MemoryCourierStore()
    store.add(delivery())
    send = Played(clock, NOW + timedelta(hours=hours))
    state = await play(store, lambda: courier(store, send, clock), clock)
    assert state.progress is progress
    assert len(send.sent) == state.attempts
    assert clock() - NOW <= timedelta(hours=72)


async def test_what_another_courier_left_is_taken_up() -> None:
    clock, store = FixedClock(NOW), MemoryCourierStore()
    store.add(delivery())
    first, second = Played(clock, NOW + timedelta(days=9)), Played(clock)
    before = courier(store, first, clock)
    await before.turn()
    await before.settle()
    clock.advance(seconds=6)
    after = courier(store, second, clock)
    await after.turn()
    await after.settle()
    assert (first.sent, second.sent) == (["delivery-1"], ["delivery-1"])
    assert store.states["delivery-1"].progress is DeliveryProgress.DELIVERED
    assert store.states["delivery-1"].attempts == 2


class Held(Send):
    """Keeps attempts until they are let go."""

    def __init__(self) -> None:
        self.under_way: Counter[str] = Counter()
        self.begun = 0
        self.go = asyncio.Event()

    async def __call__(self, delivery: Delivery, at: datetime) -> bool:
        self.begun += 1
        self.under_way[delivery.recipient_organisation_id] += 1
        await self.go.wait()
        self.under_way[delivery.recipient_organisation_id] -= 1
        return True


async def begun(send: Held, count: int) -> None:
    """Let the attempts that were started begin."""
    for _ in range(100):
        if send.begun >= count:
            return
        await asyncio.sleep(0)
    raise AssertionError(f"{send.begun} attempts, {count} wanted")


async def test_one_slow_partner_keeps_no_other_waiting() -> None:
    clock, store, send = FixedClock(NOW), MemoryCourierStore(), Held()
    store.add(*(delivery(number, to="slow") for number in range(20)))
    store.add(*(delivery(number, to="other", at=NOW + timedelta(seconds=1)) for number in range(100, 103)))
    clock.advance(seconds=2)
    at_work = courier(store, send, clock, concurrency=6, partner_concurrency=2)
    started = [await at_work.turn() for _ in range(3)]
    await begun(send, sum(started))
    assert dict(send.under_way) == {"slow": 2, "other": 2}
    send.go.set()
    await at_work.settle()
    assert sum(state.progress is DeliveryProgress.DELIVERED for state in store.states.values()) == 4


async def test_no_more_than_the_limit_are_under_way() -> None:
    clock, store, send = FixedClock(NOW), MemoryCourierStore(), Held()
    store.add(*(delivery(number, to=f"partner-{number}") for number in range(20)))
    at_work = courier(store, send, clock, concurrency=5)
    started = [await at_work.turn() for _ in range(3)]
    assert started == [5, 0, 0]
    send.go.set()
    await at_work.settle()


async def test_a_courier_that_comes_late_writes_nothing() -> None:
    clock, store, send = FixedClock(NOW), MemoryCourierStore(), Held()
    store.add(delivery())
    zombie = courier(store, send, clock)
    await zombie.turn()
    await begun(send, 1)
    heir = courier(store, Played(clock, NOW + timedelta(days=1)), clock)
    await heir.turn()
    await heir.settle()
    send.go.set()
    await zombie.settle()
    state = store.states["delivery-1"]
    assert (state.progress, state.attempts) == (DeliveryProgress.PENDING, 1)


async def test_an_order_is_followed() -> None:
    clock, store = FixedClock(NOW), MemoryCourierStore()
    store.add(delivery())
    send = Played(clock, NOW + timedelta(hours=80))
    await play(store, lambda: courier(store, send, clock), clock)
    clock.set(NOW + timedelta(hours=81))
    store.orders["delivery-1"] = RetryOrder("delivery-1", 1, clock(), "the-operator")
    at_work = courier(store, send, clock)
    await at_work.turn()
    await at_work.settle()
    assert store.states["delivery-1"].progress is DeliveryProgress.DELIVERED


async def test_rejections_leave_within_their_spread_and_answers_at_once() -> None:
    clock, store = FixedClock(NOW), MemoryCourierStore()
    store.add(delivery(1), *(delivery(number, DeliveryKind.REJECTED) for number in range(2, 40)))
    at_work = courier(store, Played(clock), clock, spread=timedelta(minutes=5))
    await at_work.turn()
    due = {key: state.next_attempt_at - NOW for key, state in store.states.items()}
    assert due.pop("delivery-1") == timedelta(0)
    assert max(due.values()) <= timedelta(minutes=5)
    assert len(set(due.values())) > 20
    await at_work.settle()


async def test_a_delivery_that_was_committed_late_is_found() -> None:
    clock, store = FixedClock(NOW), MemoryCourierStore()
    at_work = courier(store, Played(clock), clock)
    await at_work.turn()
    clock.advance(seconds=600)
    store.add(delivery(at=NOW))
    await at_work.turn()
    await at_work.settle()
    assert store.states["delivery-1"].progress is DeliveryProgress.DELIVERED
    clock.advance(seconds=ADOPTION_WINDOW.total_seconds())
    store.add(delivery(2, at=NOW))
    clock.advance(seconds=WHOLE_LOOK_EVERY.total_seconds())
    await at_work.turn()
    await at_work.settle()
    assert store.states["delivery-2"].progress is DeliveryProgress.DELIVERED


async def test_it_works_while_the_lease_is_its_own() -> None:
    clock, store, stopping = FixedClock(NOW), MemoryCourierStore(), asyncio.Event()
    store.add(delivery())
    held = iter([False, False, True])

    async def hold() -> bool:
        mine = next(held, None)
        if mine is None:
            stopping.set()
        return mine is True

    send = Played(clock)
    await courier(store, send, clock).run(stopping, hold)
    assert send.sent == ["delivery-1"]
    assert store.states["delivery-1"].progress is DeliveryProgress.DELIVERED


async def test_a_delivery_that_we_fail_to_send_harms_no_other() -> None:
    class Defective(Played):
        async def __call__(self, delivery: Delivery, at: datetime) -> bool:
            if delivery.delivery_id == "delivery-1":
                raise KeyError("no such thing")
            return await super().__call__(delivery, at)

    clock, store = FixedClock(NOW), MemoryCourierStore()
    store.add(delivery(1), delivery(2))
    at_work = courier(store, Defective(clock), clock)
    await at_work.turn()
    await at_work.settle()
    assert store.states["delivery-1"].last_error == "defect: KeyError"
    assert store.states["delivery-2"].progress is DeliveryProgress.DELIVERED


async def test_a_storage_that_fails_ends_it() -> None:
    class Broken(MemoryCourierStore):
        async def record(self, before: DeliveryState, after: DeliveryState) -> bool:
            raise StoreError("gone")

    clock, store = FixedClock(NOW), Broken()
    store.add(delivery())

    async def hold() -> bool:
        return True

    with pytest.raises(StoreError):
        await courier(store, Played(clock), clock).run(asyncio.Event(), hold)

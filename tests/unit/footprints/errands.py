"""Words for the tests of the courier: its store in memory, and a connection to a partner on this machine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.chassis.testing.clock import FixedClock
from services.footprints.adapters.courier import Courier, CourierOptions, CourierStore, Send
from services.footprints.domain.delivery import (
    Delivery,
    DeliveryKind,
    DeliveryProgress,
    DeliveryState,
    RetryOrder,
    ordered,
)
from tests.unit.footprints.given import BUYER, NOW, SUPPLIER


@dataclass
class MemoryCourierStore(CourierStore):
    """What survives a courier."""

    deliveries: dict[str, Delivery] = field(default_factory=dict)
    states: dict[str, DeliveryState] = field(default_factory=dict)
    orders: dict[str, RetryOrder] = field(default_factory=dict)

    def add(self, *deliveries: Delivery) -> None:
        self.deliveries |= {each.delivery_id: each for each in deliveries}

    async def adopt(self, since: datetime, begin: Callable[[Delivery], DeliveryState], limit: int) -> int:
        found = [each for each in self.deliveries.values() if each.created_at >= since]
        fresh = [each for each in found if each.delivery_id not in self.states][:limit]
        self.states |= {each.delivery_id: begin(each) for each in fresh}
        return len(fresh)

    async def follow_orders(self, since: datetime, skip: Collection[str]) -> int:
        followed = 0
        for key, order in self.orders.items():
            after = ordered(self.states[key], order)
            if key not in skip and order.ordered_at >= since and after is not None:
                self.states[key] = after
                followed += 1
        return followed

    async def due(
        self, now: datetime, *, skip: Collection[str], busy: Collection[str], limit: int
    ) -> Sequence[DeliveryState]:
        found = [
            each
            for key, each in self.states.items()
            if each.progress is DeliveryProgress.PENDING
            and each.next_attempt_at <= now
            and key not in skip
            and each.delivery.recipient_organisation_id not in busy
        ]
        return sorted(found, key=lambda each: each.next_attempt_at)[:limit]

    async def record(self, before: DeliveryState, after: DeliveryState) -> bool:
        present = self.states[before.delivery.delivery_id]
        if (present.attempts, present.order_version) != (before.attempts, before.order_version):
            return False
        self.states[before.delivery.delivery_id] = after
        return True


def delivery(
    number: int = 1,
    kind: DeliveryKind = DeliveryKind.FULFILLED,
    *,
    to: str = BUYER,
    at: datetime = NOW,
    footprints: tuple[str, ...] = (),
) -> Delivery:
    return Delivery(f"delivery-{number}", kind, to, (SUPPLIER,), at, footprints, "requests/2026/0417 ü")


def courier(
    store: CourierStore,
    send: Send,
    clock: FixedClock,
    *,
    concurrency: int = 8,
    partner_concurrency: int = 2,
    spread: timedelta = timedelta(0),
) -> Courier:
    options = CourierOptions(
        concurrency=concurrency, partner_concurrency=partner_concurrency, sweep_s=0.01, rejection_spread=spread
    )
    return Courier(store, send, clock, options, jitter_permille=lambda: 500)

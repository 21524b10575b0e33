"""A delivery: one event that a partner is to get, tried until it is taken or three days have passed.

What to send is written once and never changes; how far it came is another document with another writer. The event's id
is the delivery's own and fixed at its creation, so that a further attempt is a duplicate for the partner.
Source: PACT Technical Specifications 3.0.3, "Events": exponential backoff, give up after 72 hours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(hours=1)
GIVE_UP_AFTER: Final = timedelta(hours=72)
MAX_DOUBLINGS: Final = 10
"""5 s doubled ten times is longer than an hour."""
MAX_ERROR_LENGTH: Final = 300
PERMILLE: Final = 1_000
_NAMESPACE: Final = UUID("a1a3d7a6-0a5b-5b6e-9a64-5d0f7c1f2b11")
"""Of this service's deliveries (RFC 9562, section 5.5); fixed for ever, or old events would be sent under new ids."""


class DeliveryKind(StrEnum):
    """What the partner is told."""

    FULFILLED = "fulfilled"
    REJECTED = "rejected"
    PUBLISHED = "published"


class DeliveryProgress(StrEnum):
    """How far a delivery came. All but pending are final, until somebody orders a further try."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GAVE_UP = "gave_up"
    WITHDRAWN = "withdrawn"
    """There is nothing left to tell: the partner may not read what the notice was about any more."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to be told to whom. Never changes."""

    delivery_id: str
    kind: DeliveryKind
    recipient_organisation_id: str
    owner_organisation_ids: tuple[str, ...]
    """Whose footprints it is about; they see it."""
    created_at: datetime
    footprint_ids: tuple[str, ...] = ()
    request_event_id: str | None = None
    """Id of the event that is answered, byte for byte; None for a notice."""


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """How far a delivery came, with what a list of deliveries shows of it."""

    delivery: Delivery
    progress: DeliveryProgress
    attempts: int
    next_attempt_at: datetime
    give_up_at: datetime
    series: int = 0
    """Attempts since the creation or since the last order to try again: the pause grows with it."""
    order_version: int = 0
    """The last order that was followed."""
    last_attempt_at: datetime | None = None
    last_error: str | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RetryOrder:
    """An operator's order to try a delivery again."""

    delivery_id: str
    version: int
    ordered_at: datetime
    ordered_by: str


def delivery_id_of(*parts: str) -> str:
    """Name a delivery by what it is about, so that the same reason never makes two."""
    return str(uuid5(_NAMESPACE, "\x1f".join(parts)))


def adopt(delivery: Delivery, not_before: datetime) -> DeliveryState:
    """Begin: the first attempt is due at `not_before`."""
    due = max(delivery.created_at, not_before)
    return DeliveryState(delivery, DeliveryProgress.PENDING, 0, due, delivery.created_at + GIVE_UP_AFTER)


def pause(failures: int, jitter_permille: int) -> timedelta:
    """Return the pause after the n-th failure in a row: doubled each time, and half of it is left to chance.

    `jitter_permille` is the chance, 0 to 1000; it comes from outside.
    """
    ceiling = min(FIRST_PAUSE * (1 << min(failures - 1, MAX_DOUBLINGS)), LONGEST_PAUSE)
    return ceiling / 2 + ceiling / 2 * jitter_permille / PERMILLE


def succeeded(state: DeliveryState, at: datetime) -> DeliveryState:
    """Return the state after the partner took the event."""
    return replace(_attempted(state, at), progress=DeliveryProgress.DELIVERED, last_error=None, finished_at=at)


def withdrawn(state: DeliveryState, at: datetime) -> DeliveryState:
    """Return the state of a notice that has nothing left to tell."""
    return replace(state, progress=DeliveryProgress.WITHDRAWN, attempts=state.attempts + 1, finished_at=at)


def failed(state: DeliveryState, error: str, at: datetime, jitter_permille: int) -> DeliveryState:
    """Return the state after a failure: due again later, the last time at the end of its term, then given up."""
    tried = replace(_attempted(state, at), last_error=error[:MAX_ERROR_LENGTH])
    if at >= state.give_up_at:
        return replace(tried, progress=DeliveryProgress.GAVE_UP, finished_at=at)
    return replace(tried, next_attempt_at=min(at + pause(tried.series, jitter_permille), state.give_up_at))


def ordered(state: DeliveryState, order: RetryOrder) -> DeliveryState | None:
    """Follow an order: due at once, with a new term of 72 hours; None where it was followed already.

    What was delivered is not sent again: the partner would have to drop it.
    """
    if order.version <= state.order_version:
        return None
    if state.progress is DeliveryProgress.DELIVERED:
        return replace(state, order_version=order.version)
    return replace(
        state,
        progress=DeliveryProgress.PENDING,
        series=0,
        next_attempt_at=order.ordered_at,
        give_up_at=order.ordered_at + GIVE_UP_AFTER,
        order_version=order.version,
        finished_at=None,
    )


def order_again(known: RetryOrder | None, delivery_id: str, by: str, at: datetime) -> RetryOrder:
    """Order a further try."""
    return RetryOrder(delivery_id, 1 if known is None else known.version + 1, at, by)


def _attempted(state: DeliveryState, at: datetime) -> DeliveryState:
    return replace(state, attempts=state.attempts + 1, series=state.series + 1, last_attempt_at=at)

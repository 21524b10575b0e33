"""How a delivery goes on: pauses, the end of its term, and orders to try again."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.footprints.domain.delivery import (
    FIRST_PAUSE,
    GIVE_UP_AFTER,
    LONGEST_PAUSE,
    Delivery,
    DeliveryKind,
    DeliveryProgress,
    DeliveryState,
    RetryOrder,
    adopt,
    delivery_id_of,
    failed,
    order_again,
    ordered,
    pause,
    succeeded,
)
from tests.unit.footprints.given import BUYER, NOW, SUPPLIER

DELIVERY = Delivery("d", DeliveryKind.FULFILLED, BUYER, (SUPPLIER,), NOW, ("f",), "an/event id")
JITTER = st.integers(0, 1_000)
MAX_ATTEMPTS = 200


def play(down_for: timedelta, jitter: list[int]) -> DeliveryState:
    """Try whenever it is due, against a partner that is down for a while."""
    state = adopt(DELIVERY, NOW)
    for number in range(MAX_ATTEMPTS):
        at = state.next_attempt_at
        if at >= NOW + down_for:
            return succeeded(state, at)
        state = failed(state, "down", at, jitter[number % len(jitter)])
        if state.progress is not DeliveryProgress.PENDING:
            return state
    raise AssertionError("no end")


@given(st.integers(1, 10_000), JITTER)
def test_pauses_grow_up_to_an_hour(failures: int, jitter: int) -> None:
    found = pause(failures, jitter)
    assert FIRST_PAUSE / 2 <= found <= LONGEST_PAUSE
    assert pause(failures + 1, jitter) >= found
    assert pause(failures, 1_000) == min(FIRST_PAUSE * 2 ** min(failures - 1, 12), LONGEST_PAUSE)


@given(st.lists(JITTER, min_size=1, max_size=50))
def test_down_for_71_hours_is_delivered(jitter: list[int]) -> None:
    state = play(timedelta(hours=71), jitter)
    assert state.progress is DeliveryProgress.DELIVERED
    assert state.finished_at is not None
    assert state.finished_at - NOW <= GIVE_UP_AFTER
    assert 72 <= state.attempts < MAX_ATTEMPTS


@given(st.lists(JITTER, min_size=1, max_size=50))
def test_down_for_73_hours_is_given_up_after_72(jitter: list[int]) -> None:
    state = play(timedelta(hours=73), jitter)
    assert (state.progress, state.finished_at) == (DeliveryProgress.GAVE_UP, NOW + GIVE_UP_AFTER)
    assert state.last_error == "down"


@given(st.lists(JITTER, min_size=1, max_size=50), st.integers(0, 72 * 60))
def test_whatever_comes_back_in_time_is_delivered_within_an_hour(jitter: list[int], minutes: int) -> None:
    state = play(timedelta(minutes=minutes), jitter)
    assert state.progress is DeliveryProgress.DELIVERED
    assert state.finished_at is not None
    assert timedelta(0) <= state.finished_at - NOW - timedelta(minutes=minutes) <= LONGEST_PAUSE


def test_an_order_begins_a_new_term_once() -> None:
    given_up = play(timedelta(hours=73), [500])
    order = order_again(None, "d", "the-operator", NOW + timedelta(days=4))
    again = ordered(given_up, order)
    assert again is not None
    assert (again.progress, again.next_attempt_at) == (DeliveryProgress.PENDING, order.ordered_at)
    assert again.give_up_at == order.ordered_at + GIVE_UP_AFTER
    assert again.attempts == given_up.attempts
    assert failed(again, "down", order.ordered_at, 1_000).next_attempt_at == order.ordered_at + FIRST_PAUSE
    assert ordered(again, order) is None
    assert ordered(again, order_again(order, "d", "the-operator", order.ordered_at)) is not None


def test_what_was_delivered_is_not_sent_again() -> None:
    delivered = succeeded(adopt(DELIVERY, NOW), NOW)
    after = ordered(delivered, RetryOrder("d", 1, NOW, "the-operator"))
    assert after is not None
    assert (after.progress, after.order_version) == (DeliveryProgress.DELIVERED, 1)


def test_the_same_reason_names_the_same_delivery() -> None:
    assert delivery_id_of("answer", "r1") == delivery_id_of("answer", "r1")
    reasons = (("answer", "r1"), ("answer", "r2"), ("late", "r1"), ("ans", "wer", "r1"))
    assert len({delivery_id_of(*parts) for parts in reasons}) == len(reasons)

"""Idempotency: a repeated request answers as before and does nothing."""

from __future__ import annotations

import asyncio

import pytest

from services.chassis.idempotency import IDEMPOTENCY, IdempotencyMismatch, fingerprint, record_key
from tests.unit.chassis.core_desk import Desk, render
from tests.unit.chassis.core_register import API_HANDLERS, Append, NegativeValueError


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_repeat_answers_as_before_and_does_nothing(desk: Desk) -> None:
    first = await desk.idempotent(7)
    await desk.append("a", 8)
    assert await desk.idempotent(7) == first == render(1)
    assert desk.values() == (7, 8)
    assert len(desk.store.memory.outbox) == 2


async def test_another_process_knows_the_record(desk: Desk) -> None:
    first = await desk.idempotent(7)
    desk.bus = desk.another_bus()
    assert await desk.idempotent(7) == first
    assert desk.values() == (7,)


async def test_the_same_key_for_another_request_is_refused(desk: Desk) -> None:
    await desk.idempotent(7)
    with pytest.raises(IdempotencyMismatch) as refused:
        await desk.idempotent(8, body=b"other")
    assert refused.value.code == "idempotency_key_reused"
    assert refused.value.field == "/headers/Idempotency-Key"
    assert desk.values() == (7,)


async def test_the_same_key_twice_in_one_batch_acts_once(desk: Desk) -> None:
    first, second, other = await asyncio.gather(
        desk.idempotent(7), desk.idempotent(7), desk.idempotent(9, body=b"other"), return_exceptions=True
    )
    assert first == second == render(1)
    assert isinstance(other, IdempotencyMismatch)
    assert desk.store.transactions == 1
    assert desk.values() == (7,)


async def test_a_refused_request_keeps_no_record(desk: Desk) -> None:
    with pytest.raises(NegativeValueError):
        await desk.idempotent(-1)
    assert await desk.idempotent(5, body=b"mended") == render(1)
    assert len(desk.store.states(IDEMPOTENCY)) == 1


async def test_a_repeat_needs_no_more_than_its_record(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await desk.idempotent(7)
    asked: list[object] = []
    handler = API_HANDLERS[Append]
    monkeypatch.setattr(type(handler), "decide", lambda *_: asked.append("decide"))
    assert await desk.idempotent(7) == first
    assert asked == []


def test_record_keys_do_not_collide() -> None:
    keys = {record_key(*parts) for parts in [("a", "b", "c"), ("ab", "", "c"), ("a", "bc", ""), ("", "", "abc")]}
    assert len(keys) == 4
    assert fingerprint(b"a", b"bc") != fingerprint(b"ab", b"c")

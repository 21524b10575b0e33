"""Requests: one terminal state, decided by what is readable and by the owners' answers, in whatever order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import Refusal
from services.footprints.domain.criteria import Criteria
from services.footprints.domain.request import (
    MAX_ANSWER_FOOTPRINTS,
    MAX_OWNERS,
    Found,
    InboxState,
    Question,
    Request,
    RequestState,
    accept,
    late_answers,
    receive,
    reject,
)
from tests.unit.footprints.given import BUYER, NOW

OWNERS = ("owner-1", "owner-2", "owner-3")
QUESTION = Question(BUYER, "requests/1", Criteria(product_ids=("urn:gtin:1",)))


def received(*owners: str, readable: tuple[str, ...] = ()) -> Request:
    return receive("r", QUESTION, Found(readable, owners), NOW)


def test_what_is_readable_is_the_answer_at_once() -> None:
    request = received(*OWNERS, readable=("f1", "f2"))
    assert (request.state, request.footprint_ids, request.entries) == (RequestState.FULFILLED, ("f1", "f2"), ())
    many = received(readable=tuple(map(str, range(300))))
    assert len(many.footprint_ids) == MAX_ANSWER_FOOTPRINTS


def test_nothing_found_is_rejected_at_once() -> None:
    assert received().state is RequestState.REJECTED


def test_what_meets_too_many_owners_asks_nobody() -> None:
    some = received(*(f"owner-{number:02}" for number in range(MAX_OWNERS)))
    more = received(*(f"owner-{number:02}" for number in range(MAX_OWNERS + 1)))
    assert (some.state, len(some.entries)) == (RequestState.WAITING, MAX_OWNERS)
    assert (more.state, more.entries) == (RequestState.REJECTED, ())


def test_the_first_who_accepts_answers() -> None:
    request = accept(received(*OWNERS), "owner-2", 1, ["f"], NOW)
    assert (request.state, request.footprint_ids, request.version) == (RequestState.FULFILLED, ("f",), 2)
    later = accept(request, "owner-1", 1, ["g"], NOW)
    assert (later.state, later.footprint_ids) == (RequestState.FULFILLED, ("f",))
    assert [entry.owner_organisation_id for entry in late_answers(later)] == ["owner-1"]
    assert late_answers(request) == []


def test_the_last_no_rejects() -> None:
    request = received(*OWNERS)
    for owner in OWNERS[:2]:
        request = reject(request, owner, 1, "no contract", NOW)
        assert request.state is RequestState.WAITING
    assert reject(request, "owner-3", 1, None, NOW).state is RequestState.REJECTED


@pytest.mark.parametrize(
    ("owner", "version", "footprints", "code"),
    [
        ("stranger", 1, ["f"], "request_not_found"),
        ("owner-1", 2, ["f"], "request_version_changed"),
        ("owner-1", 1, [], "nothing_to_answer_with"),
    ],
)
def test_refusals(owner: str, version: int, footprints: list[str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        accept(received(*OWNERS), owner, version, footprints, NOW)
    assert refused.value.code == code


def test_an_answer_is_final() -> None:
    request = reject(received(*OWNERS), "owner-1", 1, None, NOW)
    with pytest.raises(Refusal) as refused:
        accept(request, "owner-1", 2, ["f"], NOW)
    assert refused.value.code == "request_answered"
    with pytest.raises(Refusal) as refused:
        reject(request, "owner-1", 2, None, NOW)
    assert refused.value.code == "request_answered"


@given(st.permutations(OWNERS), st.lists(st.booleans(), min_size=3, max_size=3), st.integers(0, 3))
def test_one_terminal_state_whatever_the_order(order: list[str], yes: list[bool], answered: int) -> None:
    request, terminal = received(*OWNERS), []
    for owner, accepts in list(zip(order, yes, strict=True))[:answered]:
        before = request.state
        request = accept(request, owner, 1, [f"f-{owner}"], NOW) if accepts else reject(request, owner, 1, None, NOW)
        if request.state is not before:
            terminal.append((owner, request.state))
    said = yes[:answered]
    if True in said:
        first = order[said.index(True)]
        assert terminal == [(first, RequestState.FULFILLED)]
        assert request.footprint_ids == (f"f-{first}",)
        assert len(late_answers(request)) == said.count(True) - 1
    elif answered == len(OWNERS):
        assert terminal == [(order[-1], RequestState.REJECTED)]
    else:
        assert (terminal, request.state) == ([], RequestState.WAITING)
    assert request.version == 1 + answered
    states: list[Any] = [entry.state for entry in request.entries]
    assert states.count(InboxState.WAITING) == len(OWNERS) - answered

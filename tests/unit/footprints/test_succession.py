"""Successions in any order: the same end, no circle of any length, and a refusal that names all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.handler import Accepted, Fold, Refused
from services.chassis.kernel import MATCH_LIMIT
from services.chassis.store import TransientStoreError
from services.chassis.testing.memory_store import MemoryTx
from services.footprints.adapters.translate import translate
from services.footprints.application.handlers import API_HANDLERS
from services.footprints.application.ports import FOOTPRINTS, SUCCESSIONS
from services.footprints.domain.errors import SuccessionCycle, SuccessionTooOpen
from services.footprints.domain.succession import (
    MAX_DESCENDANTS,
    MAX_OPEN_ENDS,
    Succession,
    arrive,
    lead_back,
    open_ends,
)
from tests.support.footprints import JsonObject, footprint_id, minimal
from tests.unit.footprints.given import RIVAL, SUPPLIER, World, organisation, refusal, result

NODES = 7
EDGES = st.dictionaries(st.integers(1, NODES), st.frozensets(st.integers(1, NODES), max_size=3), min_size=1)


def document(number: int, *preceding: int) -> JsonObject:
    return minimal(number, precedingPfIds=[footprint_id(each) for each in preceding] or None)


def statuses(world: World) -> dict[str, tuple[str, int]]:
    stored = world.store.states(FOOTPRINTS)
    return {key: (footprint.status.value, footprint.version) for key, footprint in stored.items()}


def reaches(graph: Mapping[int, frozenset[int]], start: int, goal: int) -> bool:
    """Walk the whole graph, the way no handler can."""
    seen, waiting = {start}, [start]
    while waiting:
        for each in graph.get(waiting.pop(), frozenset()) - seen:
            seen.add(each)
            waiting.append(each)
    return goal in seen


def awaited_by(world: World) -> dict[str, set[str]]:
    """Return what leads back to each id that never arrived."""
    guards: dict[str, Succession] = world.store.states(SUCCESSIONS)
    return {guard.footprint_id: set(guard.descendant_ids) for guard in guards.values() if guard.descendant_ids}


@pytest.mark.parametrize("length", [2, 3, 4, 5, 9, 30])
@pytest.mark.parametrize("turned", [False, True])
async def test_a_circle_of_any_length_is_refused_and_named(length: int, turned: bool) -> None:
    """1 names 2, 2 names 3, ..., and the last to arrive would close the circle."""
    world = World()
    last = length // 2 + 1
    rest = [number for number in range(1, length + 1) if number != last]
    for number in reversed(rest) if turned else rest:
        (outcome,) = await world.run(world.submit(document(number, number % length + 1)))
        assert result(outcome).created
    before = world.store.states(SUCCESSIONS), statuses(world), world.events()
    (outcome,) = await world.run(world.submit(document(last, last % length + 1)))
    refused = refusal(outcome)
    circle = [footprint_id((last + step - 1) % length + 1) for step in range(length + 1)]
    assert (refused.code, refused.field) == ("succession_cycle", "/precedingPfIds")
    assert refused.detail.endswith(": " + " -> ".join(circle))
    assert (world.store.states(SUCCESSIONS), statuses(world), world.events()) == before
    assert footprint_id(last) not in world.store.states(FOOTPRINTS)


async def test_the_refused_one_may_come_without_the_circle() -> None:
    world = World()
    await world.run(world.submit(document(1, 2)), world.submit(document(2, 3)), world.submit(document(3, 1)))
    (outcome,) = await world.run(world.submit(document(3, 4)))
    assert result(outcome).footprint.status.value == "Deprecated"


async def test_a_circle_within_one_batch_is_seen() -> None:
    world = World()
    commands = [world.submit(document(number, number % 6 + 1)) for number in (2, 4, 6, 1, 3, 5)]
    outcomes = await world.run(*commands)
    assert [isinstance(each, Refused) for each in outcomes] == [False] * 5 + [True]


async def test_two_that_would_close_a_circle_together_can_not_both_commit() -> None:
    """1 names 2 and 3 names 4 are stored; 2 names 3 and 4 names 1 arrive in two processes at the same moment."""
    world = World()
    await world.run(world.submit(document(1, 2)), world.submit(document(3, 4)))
    commands = [world.submit(document(2, 3)), world.submit(document(4, 1))]
    rivals = [MemoryTx(world.store.memory) for _ in commands]
    for tx, command in zip(rivals, commands, strict=True):
        folded = await Fold(tx, API_HANDLERS, translate, world.ids, writer="api").run([command])
        assert isinstance(folded.outcomes[0], Accepted)
        await tx.write(folded.writes)
        await tx.append_outbox(folded.outbox)
    rivals[0].commit()
    with pytest.raises(TransientStoreError, match="successions"):
        rivals[1].commit()
    (again,) = await world.run(commands[1])
    assert refusal(again).code == "succession_cycle"


async def test_n_to_m_succession_in_every_order() -> None:
    """5 and 6 both replace 3 and 4, which both replace 1 and 2."""
    documents = [document(1), document(2), document(3, 1, 2), document(4, 1, 2), document(5, 3, 4), document(6, 3, 4)]
    ends = []
    for turn in range(len(documents)):
        for order in (documents[turn:] + documents[:turn], (documents[turn:] + documents[:turn])[::-1]):
            world = World()
            outcomes = [outcome for each in order for outcome in await world.run(world.submit(each))]
            assert all(isinstance(outcome, Accepted) for outcome in outcomes)
            assert awaited_by(world) == {}
            ends.append(statuses(world))
    assert ends == [ends[0]] * len(ends)
    assert [ends[0][footprint_id(number)] for number in range(1, 7)] == [("Deprecated", 2)] * 4 + [("Active", 1)] * 2


@settings(max_examples=60)
@given(edges=EDGES, data=st.data())
def test_any_arrival_order_of_anything(edges: dict[int, frozenset[int]], data: st.DataObject) -> None:
    """What is stored never has a circle, only what would close one is refused, and the order leaves no trace."""
    order = data.draw(st.permutations(sorted(edges)))
    split = data.draw(st.integers(1, 3))
    world, stored = World(), dict[int, frozenset[int]]()

    async def play() -> None:
        for start in range(0, len(order), split):
            batch = order[start : start + split]
            outcomes = await world.run(*(world.submit(document(each, *sorted(edges[each]))) for each in batch))
            for number, outcome in zip(batch, outcomes, strict=True):
                closes = any(reaches(stored, each, number) for each in edges[number])
                assert isinstance(outcome, Refused) is closes
                if not closes:
                    stored[number] = edges[number]

    asyncio.run(play())
    assert statuses(world).keys() == {footprint_id(each) for each in stored}
    named = frozenset[int]().union(*stored.values())
    for number in stored:
        assert statuses(world)[footprint_id(number)] == (("Deprecated", 2) if number in named else ("Active", 1))
    assert awaited_by(world) == {
        footprint_id(absent): {footprint_id(each) for each in stored if reaches(stored, each, absent)}
        for absent in named - stored.keys()
    }


async def test_naming_a_foreign_id_early_is_no_part_of_its_owners_succession() -> None:
    world = World()
    await world.record(organisation(RIVAL), organisation(SUPPLIER))
    await world.run(world.submit(document(2, 1), by=RIVAL))
    (foreign,) = await world.run(world.submit(document(1, 2)))
    assert refusal(foreign).code == "predecessor_not_own"
    (own,) = await world.run(world.submit(document(1, 3)))
    assert result(own).footprint.status.value == "Active"


def absent(number: int, **known: Any) -> Succession:
    return replace(Succession(SUPPLIER, footprint_id(number), arrived=False), **known)


def test_an_id_that_too_many_lead_back_to_forgets_them_and_may_only_begin_a_line() -> None:
    guard = absent(0)
    for number in range(1, MAX_DESCENDANTS + 1):
        guard = lead_back(guard, footprint_id(number), footprint_id(0), None)
    assert (len(guard.descendant_ids), guard.overgrown) == (MAX_DESCENDANTS, False)
    with pytest.raises(SuccessionCycle):
        arrive(guard, SUPPLIER, footprint_id(0), [footprint_id(MAX_DESCENDANTS)])
    guard = lead_back(guard, footprint_id(MAX_DESCENDANTS + 1), footprint_id(0), None)
    assert (guard.descendant_ids, guard.next_ids, guard.overgrown) == ((), (), True)
    assert guard.superseded_by_id == footprint_id(1)
    with pytest.raises(SuccessionTooOpen) as refused:
        arrive(guard, SUPPLIER, footprint_id(0), [footprint_id(9)])
    assert refused.value.remedy
    arrived = arrive(guard, SUPPLIER, footprint_id(0), [])
    assert (arrived.arrived, arrived.overgrown, arrived.superseded_by_id) == (True, False, footprint_id(1))


def test_a_footprint_may_lead_back_to_so_many_absent_ids_and_no_more() -> None:
    ends = [absent(number) for number in range(MAX_OPEN_ENDS + 1)]
    assert len(open_ends(ends[:100], {footprint_id(999): ends[50:MAX_OPEN_ENDS]})) == MAX_OPEN_ENDS
    with pytest.raises(SuccessionTooOpen):
        open_ends(ends[:100], {footprint_id(999): ends[50:]})
    with pytest.raises(SuccessionTooOpen):
        open_ends([], {footprint_id(999): None})
    assert MAX_OPEN_ENDS < MATCH_LIMIT


async def test_an_ordinary_line_keeps_nothing() -> None:
    world = World()
    for number in range(1, 41):
        await world.run(world.submit(document(number, *([number - 1] if number > 1 else []))))
    assert all(guard.arrived and not guard.descendant_ids for guard in world.store.states(SUCCESSIONS).values())
    assert [key for key, (status, _) in statuses(world).items() if status == "Active"] == [footprint_id(40)]

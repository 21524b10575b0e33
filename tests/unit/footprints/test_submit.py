"""Submitting: accepted once, never changed, succeeded in any order, and nothing told about others."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from services.chassis.handler import Fold
from services.chassis.store import TransientStoreError
from services.chassis.testing.clock import FixedClock
from services.chassis.testing.memory_store import MemoryTx
from services.footprints.adapters.translate import translate
from services.footprints.application.handlers import API_HANDLERS, Submitted
from services.footprints.application.ports import FOOTPRINTS, ORGANISATIONS, SUCCESSIONS
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.terms import FootprintStatus, Period
from tests.support.footprints import footprint_id, housing
from tests.unit.footprints.given import NOW, RIVAL, SUPPLIER, World, organisation, refusal, result

TOPIC = "footprints.footprint.v1"
ACTIVE, DEPRECATED = FootprintStatus.ACTIVE, FootprintStatus.DEPRECATED


def stored(world: World, number: int) -> Footprint:
    footprint: Footprint = world.store.states(FOOTPRINTS)[footprint_id(number)]
    return footprint


async def test_a_footprint_is_accepted_and_published() -> None:
    world = World()
    (outcome,) = await world.run(world.submit(housing(1)))
    footprint = stored(world, 1)
    assert result(outcome) == Submitted(footprint, created=True)
    assert (footprint.owner_organisation_id, footprint.version, footprint.status) == (SUPPLIER, 1, ACTIVE)
    assert footprint.accepted_at == NOW == footprint.changed_at
    assert footprint.validity == Period(datetime(2025, 12, 31, 16, tzinfo=UTC), datetime(2028, 12, 31, 16, tzinfo=UTC))
    assert footprint.document.content == housing(1)
    assert world.events() == [(TOPIC, footprint_id(1), 1)]


async def test_the_same_content_again_changes_nothing() -> None:
    world = World()
    await world.run(world.submit(housing(1)))
    turned = dict(reversed(housing(1).items())) | {"comment": housing()["comment"], "extensions": None}
    outcomes = await world.run(world.submit(turned), world.submit(housing(1)))
    assert [result(outcome) for outcome in outcomes] == [Submitted(stored(world, 1), created=False)] * 2
    assert len(world.events()) == 1


async def test_other_content_under_the_same_id_is_refused_by_field() -> None:
    world = World()
    await world.run(world.submit(housing(1)))
    (outcome,) = await world.run(world.submit(housing(1, comment="x", pcf={"fossilGhgEmissions": "71.31"})))
    refused = refusal(outcome)
    assert (refused.code, refused.field) == ("footprint_immutable", "/comment")
    assert "/comment, /pcf/fossilGhgEmissions" in refused.detail
    assert refused.remedy is not None
    assert "precedingPfIds" in refused.remedy
    assert stored(world, 1).document.content == housing(1)


async def test_a_foreign_id_is_taken_and_nothing_is_told_of_its_content() -> None:
    world = World()
    await world.run(world.submit(housing(1)))
    same, other = await world.run(world.submit(housing(1), by=RIVAL), world.submit(housing(1, comment="x"), by=RIVAL))
    assert refusal(same).code == refusal(other).code == "footprint_id_taken"
    assert refusal(same).args == refusal(other).args
    assert SUPPLIER not in refusal(same).detail
    assert stored(world, 1).owner_organisation_id == SUPPLIER


async def test_a_footprint_is_submitted_as_active() -> None:
    world = World()
    (outcome,) = await world.run(world.submit(housing(1, status="Deprecated")))
    assert (refusal(outcome).code, refusal(outcome).field) == ("status_not_active", "/status")
    assert world.events() == []


async def test_a_successor_deprecates_its_predecessors_in_the_same_transaction() -> None:
    world = World()
    await world.run(world.submit(housing(1)), world.submit(housing(2)))
    (outcome,) = await world.run(world.submit(housing(3, precedingPfIds=[footprint_id(1), footprint_id(2)])))
    assert result(outcome).footprint.status is ACTIVE
    for number in (1, 2):
        old = stored(world, number)
        assert (old.status, old.version, old.deprecated_by_id) == (DEPRECATED, 2, footprint_id(3))
        assert old.deprecated_at == old.changed_at == NOW
        assert old.document.content["status"] == "Active"
    assert sorted(world.events()[2:]) == [
        (TOPIC, footprint_id(1), 2), (TOPIC, footprint_id(2), 2), (TOPIC, footprint_id(3), 1),
    ]  # fmt: skip


async def test_a_predecessor_that_comes_late_is_deprecated_at_once() -> None:
    world = World()
    await world.run(world.submit(housing(2, precedingPfIds=[footprint_id(1)])))
    assert stored(world, 2).preceding_ids == (footprint_id(1),)
    (outcome,) = await world.run(world.submit(housing(1)))
    late = stored(world, 1)
    assert result(outcome) == Submitted(late, created=True)
    assert (late.status, late.version, late.deprecated_by_id) == (DEPRECATED, 2, footprint_id(2))
    assert world.events()[1:] == [(TOPIC, footprint_id(1), 1), (TOPIC, footprint_id(1), 2)]


async def test_order_does_not_matter_in_one_batch() -> None:
    first, second = World(), World()
    old, new = housing(1), housing(2, precedingPfIds=[footprint_id(1)])
    await first.run(first.submit(old), first.submit(new))
    await second.run(second.submit(new), second.submit(old))
    for world in (first, second):
        assert [stored(world, number).status for number in (1, 2)] == [DEPRECATED, ACTIVE]
        assert sorted(world.events()) == [
            (TOPIC, footprint_id(1), 1),
            (TOPIC, footprint_id(1), 2),
            (TOPIC, footprint_id(2), 1),
        ]


async def test_two_that_miss_each_other_can_not_both_commit() -> None:
    """Successor and predecessor arrive in two processes at the same moment: both write the guard of the old id."""
    world = World()
    commands = [world.submit(housing(2, precedingPfIds=[footprint_id(1)])), world.submit(housing(1))]
    rivals = [MemoryTx(world.store.memory) for _ in commands]
    for tx, command in zip(rivals, commands, strict=True):
        folded = await Fold(tx, API_HANDLERS, translate, world.ids, writer="api").run([command])
        await tx.write(folded.writes)
        await tx.append_outbox(folded.outbox)
    rivals[0].commit()
    with pytest.raises(TransientStoreError, match="successions"):
        rivals[1].commit()
    (again,) = await world.run(commands[1])
    assert result(again).footprint.status is DEPRECATED


async def test_a_deprecated_footprint_never_changes_again() -> None:
    world = World(FixedClock(NOW))
    await world.run(world.submit(housing(1)), world.submit(housing(2, precedingPfIds=[footprint_id(1)])))
    before = stored(world, 1)
    await world.run(world.submit(housing(3, precedingPfIds=[footprint_id(1)])))
    assert stored(world, 1) == before
    (repeat,) = await world.run(world.submit(housing(1)))
    assert result(repeat) == Submitted(before, created=False)


async def test_a_foreign_predecessor_is_refused_and_left_alone() -> None:
    world = World()
    await world.run(world.submit(housing(1)))
    (outcome,) = await world.run(world.submit(housing(2, precedingPfIds=[footprint_id(1)]), by=RIVAL))
    assert (refusal(outcome).code, refusal(outcome).field) == ("predecessor_not_own", "/precedingPfIds")
    assert stored(world, 1).status is ACTIVE


async def test_naming_a_foreign_id_before_it_arrives_marks_nothing() -> None:
    world = World()
    await world.run(world.submit(housing(2, precedingPfIds=[footprint_id(1)]), by=RIVAL))
    (outcome,) = await world.run(world.submit(housing(1)))
    assert result(outcome).footprint.status is ACTIVE
    assert f"{RIVAL}:{footprint_id(1)}" in world.store.states(SUCCESSIONS)


async def test_a_footprint_can_not_precede_itself() -> None:
    world = World()
    (outcome,) = await world.run(world.submit(housing(1, precedingPfIds=[footprint_id(1).upper()])))
    assert refusal(outcome).code == "footprint_precedes_itself"


@pytest.mark.parametrize("length", [2, 3, 4])
async def test_a_circle_of_successors_is_refused(length: int) -> None:
    """1 succeeds 2, 2 succeeds 3, ..., and the last would succeed 1."""
    world = World()
    for number in range(1, length):
        (outcome,) = await world.run(world.submit(housing(number, precedingPfIds=[footprint_id(number + 1)])))
        assert result(outcome).created
    (outcome,) = await world.run(world.submit(housing(length, precedingPfIds=[footprint_id(1)])))
    assert (refusal(outcome).code, refusal(outcome).field) == ("succession_cycle", "/precedingPfIds")
    assert footprint_id(length) not in world.store.states(FOOTPRINTS)


async def test_a_line_of_successors_may_arrive_backwards() -> None:
    world = World()
    for number in (4, 3, 2):
        await world.run(world.submit(housing(number, precedingPfIds=[footprint_id(number - 1)])))
    await world.run(world.submit(housing(1)))
    assert [stored(world, number).status for number in (1, 2, 3, 4)] == [DEPRECATED] * 3 + [ACTIVE]


async def test_a_suspended_organisation_submits_nothing() -> None:
    world = World()
    await world.record(organisation(SUPPLIER, suspended=True))
    (outcome,) = await world.run(world.submit(housing(1)))
    assert refusal(outcome).code == "organisation_suspended"
    await world.record(organisation(SUPPLIER, version=2))
    (outcome,) = await world.run(world.submit(housing(1)))
    assert result(outcome).created


async def test_organisations_follow_versions_not_arrival() -> None:
    world = World()
    await world.record(organisation(SUPPLIER, version=3, suspended=True), organisation(SUPPLIER, version=2))
    await world.record(organisation(SUPPLIER, version=3), organisation(SUPPLIER, version=1))
    assert world.store.states(ORGANISATIONS) == {SUPPLIER: organisation(SUPPLIER, version=3, suspended=True)}
    assert world.events() == []


async def test_the_event_carries_the_document_and_the_effective_period() -> None:
    world = World()
    await world.run(world.submit(housing(1, x={"$ref": "kept"})))
    event = json.loads(world.store.memory.outbox[0].value or b"")
    assert event["type"] == "footprints.footprint.published.v1"
    data = event["data"]
    assert data["document"] == housing(1, x={"$ref": "kept"})
    assert data["document_sha256"] == stored(world, 1).document.sha256
    assert (data["valid_from"], data["valid_until"]) == ("2025-12-31T16:00:00.000Z", "2028-12-31T16:00:00.000Z")
    assert data["geography"] == {"region_or_subregion": None, "country": None, "country_subdivision": "CN-LN"}
    assert data["product_mass_kg_per_declared_unit"] == "8.460"
    assert (data["status"], data["version"], data["changed_at"]) == ("Active", 1, "2026-06-01T08:00:00.000Z")


async def test_a_document_over_the_limit_is_referenced_by_its_event() -> None:
    world = World()
    (outcome,) = await world.run(world.submit(housing(1, x=["é" * 1_000] * 240)))
    assert result(outcome).footprint.document.size_bytes > 400_000
    event = json.loads(world.store.memory.outbox[0].value or b"")
    assert event["data"]["document"] is None
    assert event["data"]["document_sha256"] == stored(world, 1).document.sha256


async def test_the_largest_footprint_still_fits_its_event() -> None:
    """Arrays at their limits, four bytes a character, twice in the event: under 900 kB, or the row would be refused."""
    world = World()
    urns = [f"urn:{'𐍈' * 490}:{number:02}" for number in range(100)]
    parts = {"productIds": urns, "companyIds": urns[:50], "companyName": "𐍈" * 500, "productNameCompany": "𐍈" * 500}
    (outcome,) = await world.run(world.submit(housing(1, **parts)))
    assert result(outcome).created
    assert len(world.store.memory.outbox[0].value or b"") < 900_000


async def test_all_arrays_at_their_limits_fit_too() -> None:
    world = World()
    urns = [f"urn:{'𐍈' * 490}:{number:02}" for number in range(100)]
    whole = housing(1, productIds=urns, companyIds=urns, productClassifications=urns)
    (outcome,) = await world.run(world.submit(whole))
    assert result(outcome).created

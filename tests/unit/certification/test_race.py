"""Facts that arrive at the same moment never miss each other, in whatever order their transactions run.

The verdict at rest is held against a fresh decision from the state at rest. A positive control shows that the race
finds the fault this service's first invariant (WORK-COVERS-THE-FACT) is there to prevent.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.certification.application.commands import (
    CreateProfile,
    DecidePart,
    ListPart,
    RecordCertificate,
    StoreGrant,
)
from services.certification.application.handlers import DECIDING_HANDLERS, WORK_HANDLERS
from services.certification.application.handlers.facts import StoreGrantHandler
from services.certification.application.ports import FOOTPRINTS, GRANTS
from services.certification.domain.profile import Requirements
from services.certification.stream import routes
from services.chassis.kernel import Change, Decision, Loaded
from tests.unit.certification import builders, wire
from tests.unit.certification.builders import BUYER, ISO, PART, PRODUCT, SITE, SUPPLIER
from tests.unit.certification.race import Race, chance
from tests.unit.certification.world import World

SEEDS = 60
RIGHTS: dict[str, dict[str, Any]] = {
    "everything": {},
    "product": {"scope": "product", "scope_value": PRODUCT},
    "footprint": {"scope": "footprint", "scope_value": "footprint-1"},
}


def list_part(race: Race) -> None:
    meta = race.world.meta()
    race.command(ListPart(meta, PART, SUPPLIER, SITE, "HSG-1", "Inverter housing", PRODUCT))


def create_profile(race: Race) -> None:
    asked = Requirements((ISO,), builders.ceiling(), Decimal(25))
    race.command(CreateProfile(race.world.meta(BUYER), "profile-1", BUYER, "Castings", asked))


def record(race: Race) -> None:
    known = builders.certificate()
    race.command(
        RecordCertificate(
            race.world.meta(),
            known.certificate_id,
            SUPPLIER,
            ISO,
            known.number,
            known.issuer,
            known.site_ids,
            known.valid_from,
            known.valid_until,
        )
    )


def facts(race: Race, right: str) -> None:
    race.fact(wire.message(wire.PUBLISHED, wire.footprint()), "footprints.footprint.v1")
    race.fact(wire.message(wire.GRANTED, wire.grant(**RIGHTS[right])), "footprints.grant.v1")
    race.fact(wire.message(wire.ISSUED, wire.claim()), "recycling.claim.v1")


async def at_rest(world: World) -> None:
    """Decide once more from the state at rest: nothing changes."""
    events = len(world.part_events())
    before = world.part()
    async with world.store.transaction() as tx:
        await world.run_in(tx, DecidePart(world.meta(), PART, "control"), WORK_HANDLERS, "worker")
    assert (world.part(), len(world.part_events())) == (before, events)


@pytest.mark.parametrize("right", sorted(RIGHTS))
async def test_everything_at_once_ends_certified(right: str) -> None:
    for seed in range(SEEDS):
        world = World()
        await world.register()
        race = Race(world, chance(seed))
        for start in (list_part, create_profile, record):
            start(race)
        facts(race, right)
        await race.run()
        assert world.verdict().verdict == "certified", f"seed {seed}: {world.results()}"
        await at_rest(world)
        versions = [event["version"] for event in world.part_events()]
        assert versions == list(range(1, len(versions) + 1)), f"seed {seed}"


@pytest.mark.parametrize("right", sorted(RIGHTS))
async def test_two_facts_by_two_topics_at_the_same_moment(right: str) -> None:
    for seed in range(SEEDS):
        world = await listed()
        race = Race(world, chance(seed))
        race.fact(wire.message(wire.PUBLISHED, wire.footprint()), "footprints.footprint.v1")
        race.fact(wire.message(wire.GRANTED, wire.grant(**RIGHTS[right])), "footprints.grant.v1")
        await race.run()
        assert world.results()["pcf_ceiling"] == "met", f"seed {seed}"
        await at_rest(world)


async def test_a_revocation_and_a_newer_footprint_at_the_same_moment() -> None:
    for seed in range(SEEDS):
        world = await listed()
        race = Race(world, chance(seed))
        facts(race, "everything")
        race.fact(wire.message(wire.REVOKED, wire.grant(version=2, status="revoked")), "footprints.grant.v1")
        newer = wire.footprint("9.9", footprint_id="footprint-2", reference_period_end="2026-05-01T00:00:00Z")
        race.fact(wire.message(wire.PUBLISHED, newer), "footprints.footprint.v1")
        await race.run()
        assert world.results()["pcf_ceiling"] == "no_access", f"seed {seed}"
        await at_rest(world)


async def listed() -> World:
    world = World()
    await world.register()
    await world.create_profile()
    await world.list_part()
    await world.drain()
    return world


class WaitsForTheFootprint(StoreGrantHandler):
    """Broken on purpose: leaves work only where the footprint is known already."""

    def decide(self, loaded: Loaded, command: StoreGrant) -> Decision:
        decision = super().decide(loaded, command)
        known = loaded.get(FOOTPRINTS, command.grant.scope_value or "")
        keep = (Change(GRANTS, command.grant.grant_id, command.grant),)
        return decision if known is not None else Decision(keep)


async def test_positive_control_the_race_catches_work_that_depends_on_other_facts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = replace(routes.DECIDING, handlers=dict(DECIDING_HANDLERS) | {StoreGrant: WaitsForTheFootprint()})
    groups = tuple(broken if group is routes.DECIDING else group for group in routes.GROUPS)
    monkeypatch.setattr("tests.unit.certification.race.GROUPS", groups)
    missed = 0
    for seed in range(SEEDS):
        world = await listed()
        race = Race(world, chance(seed))
        race.fact(wire.message(wire.PUBLISHED, wire.footprint()), "footprints.footprint.v1")
        race.fact(wire.message(wire.GRANTED, wire.grant(**RIGHTS["footprint"])), "footprints.grant.v1")
        await race.run()
        missed += world.results()["pcf_ceiling"] != "met"
    assert missed

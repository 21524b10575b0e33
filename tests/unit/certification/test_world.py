"""The story end to end in memory: a part fails for want of evidence, and turns to certified by events alone."""

from __future__ import annotations

from services.certification.domain.verdict import Verdict
from tests.unit.certification import wire
from tests.unit.certification.world import World


async def test_a_part_turns_to_certified_by_events_alone() -> None:
    world = World()
    await world.register()
    await world.create_profile()
    await world.list_part()
    await world.record()
    await world.drain()
    assert world.results() == {"certificate:iso14001": "met", "pcf_ceiling": "missing", "recycled_share": "missing"}

    await world.fact(wire.message(wire.PUBLISHED, wire.footprint()), "footprints.footprint.v1")
    await world.drain()
    assert world.results()["pcf_ceiling"] == "no_access"

    await world.fact(wire.message(wire.GRANTED, wire.grant()), "footprints.grant.v1")
    await world.drain()
    assert world.results()["pcf_ceiling"] == "met"
    assert world.verdict().verdict is Verdict.NOT_CERTIFIED

    await world.fact(wire.message(wire.ISSUED, wire.claim()), "recycling.claim.v1")
    await world.drain()
    assert world.verdict().verdict is Verdict.CERTIFIED
    assert [event["version"] for event in world.part_events()] == list(range(1, world.part().version + 1))


async def test_facts_before_the_listing_come_to_the_same_verdict() -> None:
    world = World()
    await world.fact(wire.message(wire.ISSUED, wire.claim()), "recycling.claim.v1")
    await world.fact(wire.message(wire.GRANTED, wire.grant()), "footprints.grant.v1")
    await world.fact(wire.message(wire.PUBLISHED, wire.footprint()), "footprints.footprint.v1")
    await world.drain()
    await world.register()
    await world.record()
    await world.create_profile()
    await world.drain()
    await world.list_part()
    await world.drain()
    assert world.verdict().verdict is Verdict.CERTIFIED
    assert len(world.part_events()) == 1

"""Any order of messages, some of them twice, comes to the same projections and the same verdict."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.certification.application.ports import CLAIMS, FOOTPRINTS, GRANTS, ORGANISATIONS, PART_VERDICTS, TRAIL
from services.certification.domain.verdict import PartVerdicts
from tests.unit.certification import wire
from tests.unit.certification.race import chance
from tests.unit.certification.world import World

PROJECTIONS = (FOOTPRINTS, GRANTS, CLAIMS, ORGANISATIONS, TRAIL)
MESSAGES = [
    (wire.message(wire.REGISTERED, wire.organisation()), "identity.organisation.v1"),
    (wire.message(wire.SUSPENDED, wire.organisation(version=2, status="suspended")), "identity.organisation.v1"),
    (wire.message(wire.PUBLISHED, wire.footprint("7")), "footprints.footprint.v1"),
    (wire.message(wire.DEPRECATED, wire.footprint("7", version=2, status="Deprecated")), "footprints.footprint.v1"),
    (wire.message(wire.PUBLISHED, wire.footprint(footprint_id="footprint-2")), "footprints.footprint.v1"),
    (wire.message(wire.GRANTED, wire.grant()), "footprints.grant.v1"),
    (wire.message(wire.REVOKED, wire.grant(version=2, status="revoked")), "footprints.grant.v1"),
    (
        wire.message(wire.GRANTED, wire.grant(grant_id="grant-2", scope="footprint", scope_value="footprint-2")),
        "footprints.grant.v1",
    ),
    (wire.message(wire.ISSUED, wire.claim()), "recycling.claim.v1"),
    (wire.message(wire.ISSUED, wire.claim("200", claim_id="claim-2")), "recycling.claim.v1"),
    (
        wire.message(wire.CLAIM_REVOKED, wire.claim("200", claim_id="claim-2", version=2, status="revoked")),
        "recycling.claim.v1",
    ),
]
NUMBERS = st.permutations(range(len(MESSAGES))).flatmap(
    lambda order: st.lists(st.sampled_from(range(len(MESSAGES))), max_size=6).map(lambda twice: [*order, *twice])
)


async def final(order: list[int], draining: Random | None) -> tuple[Any, ...]:
    world = World()
    await world.register()
    await world.create_profile()
    await world.list_part()
    await world.record()
    for number in order:
        await world.fact(*MESSAGES[number])
        if draining is not None and draining.random() < 0.5:
            await world.drain(draining)
    await world.drain(draining)
    states = {kind.name: without_own_parts(world.states(kind)) for kind in PROJECTIONS}
    return states, said(world.states(PART_VERDICTS))


def without_own_parts(states: dict[str, Any]) -> dict[str, Any]:
    """Leave out trail rows of the part: how many verdicts were passed on the way depends on the order."""
    return {key: state for key, state in states.items() if not key.startswith("part ")}


def said(verdicts: dict[str, PartVerdicts]) -> dict[str, Any]:
    return {key: [(verdict, verdict.holds_until) for verdict in part.verdicts] for key, part in verdicts.items()}


@settings(max_examples=40)
@given(NUMBERS, st.integers(0, 2**16))
def test_every_order_comes_to_the_same(order: list[int], seed: int) -> None:
    straight = asyncio.run(final(list(range(len(MESSAGES))), None))
    assert asyncio.run(final(order, chance(seed))) == straight
    [(verdict, _)] = straight[1]["part-1"]
    assert verdict.verdict == "certified"

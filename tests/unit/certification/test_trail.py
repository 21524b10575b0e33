"""The trail behind a verdict, and what each reader sees of it."""

from __future__ import annotations

import pytest

from services.certification.adapters.memory_queries import MemoryQueries
from services.certification.application.commands import ListPart
from services.certification.application.ports import TRAIL
from services.certification.application.queries import part_view
from services.certification.application.trail import Role, TrailStep, trail_view
from services.certification.domain.errors import PartNotFound, VerdictNotFound
from services.certification.domain.profile import Requirements
from services.certification.domain.trail import TrailKind
from tests.unit.certification import builders, wire
from tests.unit.certification.builders import BUYER, OTHER_BUYER, PART, PRODUCT, SITE, SUPPLIER
from tests.unit.certification.world import World

CLAIM_REQUEST = "request-that-claimed"


async def story() -> World:
    """Two buyers; the second has no grant. The claim is what turns the first one's verdict."""
    world = World()
    await world.register()
    await world.create_profile()
    await world.create_profile(profile_id="profile-2", buyer=OTHER_BUYER)
    await world.list_part()
    await world.record()
    await world.fact(wire.message(wire.REGISTERED, wire.organisation()), "identity.organisation.v1")
    await world.fact(wire.message(wire.PUBLISHED, wire.footprint()), "footprints.footprint.v1")
    await world.fact(wire.message(wire.GRANTED, wire.grant()), "footprints.grant.v1")
    await world.drain()
    claimed = wire.message(wire.ISSUED, wire.claim(), request=CLAIM_REQUEST)
    await world.fact(claimed, "recycling.claim.v1")
    await world.drain()
    return world


async def steps(world: World, reader: str, profile_id: str | None = None) -> tuple[TrailStep, ...]:
    return await trail_view(MemoryQueries(world.store), PART, profile_id, reader)


def named(found: tuple[TrailStep, ...], role: Role) -> list[tuple[str, str, int]]:
    return sorted((step.event.kind.value, step.event.aggregate_id, step.version) for step in found if step.role is role)


async def test_a_row_holds_what_the_event_said_of_itself() -> None:
    world = await story()
    row = world.states(TRAIL)["footprint footprint-1 1"]
    assert (row.kind, row.event_id, row.event_type) == (TrailKind.FOOTPRINT, "event-footprint-1-1", wire.PUBLISHED)
    assert (row.occurred_at, row.correlation_id) == (builders.AT, "request-of-others")
    assert (row.causation_id, row.supplier_id) == ("cause-of-footprint-1-1", SUPPLIER)


async def test_the_buyer_sees_evidence_party_and_each_change_of_its_verdict() -> None:
    world = await story()
    found = await steps(world, BUYER, "profile-1")
    assert named(found, Role.EVIDENCE) == [
        ("certificate", "cert-1", 1),
        ("claim", "claim-1", 1),
        ("footprint", "footprint-1", 1),
        ("grant", "grant-1", 1),
    ]
    assert named(found, Role.PARTY) == [("organisation", SUPPLIER, 1)]
    changes = [step for step in found if step.role is Role.VERDICT]
    assert [step.version for step in changes] == list(range(1, world.verdict().verdict_version + 1))
    assert [step.verdict for step in changes][-2:] == ["not_certified", "certified"]
    assert {step.profile_id for step in changes} == {"profile-1"}


async def test_the_chain_hangs_together_by_the_request() -> None:
    world = await story()
    found = await steps(world, BUYER, "profile-1")
    turned = next(step for step in found if step.verdict == "certified")
    claimed = next(step for step in found if step.event.kind is TrailKind.CLAIM)
    assert turned.event.correlation_id == claimed.event.correlation_id == CLAIM_REQUEST
    assert [step.event.occurred_at for step in found] == sorted(step.event.occurred_at for step in found)


async def test_a_buyer_without_the_grant_reads_nothing_of_footprint_and_grant() -> None:
    world = await story()
    found = await steps(world, OTHER_BUYER)
    kinds = {step.event.kind for step in found}
    assert TrailKind.FOOTPRINT not in kinds
    assert TrailKind.GRANT not in kinds
    assert {step.profile_id for step in found if step.role is Role.VERDICT} == {"profile-2"}


async def test_a_buyers_trail_does_not_move_with_another_buyers_verdict() -> None:
    world = await story()
    before = await steps(world, OTHER_BUYER)
    version = world.part().version
    await world.fact(wire.message(wire.REVOKED, wire.grant(version=2, status="revoked")), "footprints.grant.v1")
    await world.drain()
    assert world.part().version == version + 1
    assert await steps(world, OTHER_BUYER) == before


async def test_a_cause_is_shown_to_who_may_read_of_it() -> None:
    """Revoking the grant leaves no evidence of it: the supplier and the grantee see it as the cause."""
    world = await story()
    revoked = wire.message(wire.REVOKED, wire.grant(version=2, status="revoked"), request="request-that-revoked")
    await world.fact(revoked, "footprints.grant.v1")
    await world.drain()
    for reader in (SUPPLIER, BUYER):
        assert ("grant", "grant-1", 2) in named(await steps(world, reader, "profile-1"), Role.CAUSE)
    assert ("footprint", "footprint-1", 1) not in named(await steps(world, BUYER), Role.CAUSE)


async def test_the_supplier_sees_the_trail_of_every_profile() -> None:
    found = await steps(await story(), SUPPLIER)
    assert {step.profile_id for step in found if step.role is Role.VERDICT} == {"profile-1", "profile-2"}


async def test_others_find_no_part_and_no_foreign_verdict() -> None:
    world = await story()
    with pytest.raises(PartNotFound):
        await steps(world, "org-stranger")
    with pytest.raises(VerdictNotFound):
        await steps(world, BUYER, "profile-2")


async def test_a_part_that_is_not_decided_yet_is_seen_by_its_supplier_alone() -> None:
    world = World()
    await world.register()
    await world.command(ListPart(world.meta(), PART, SUPPLIER, SITE, "HSG-1", "Housing", PRODUCT))
    queries = MemoryQueries(world.store)
    assert (await part_view(queries, PART, SUPPLIER)).verdicts == ()
    assert await steps(world, SUPPLIER) == ()
    with pytest.raises(PartNotFound):
        await part_view(queries, PART, BUYER)


async def test_the_trail_can_be_rebuilt_from_the_topics() -> None:
    world = await story()
    before = dict(world.states(TRAIL))
    world.store.memory.documents.pop(TRAIL.name)
    world.published = 0
    await world.fact(wire.message(wire.REGISTERED, wire.organisation()), "identity.organisation.v1")
    await world.fact(wire.message(wire.PUBLISHED, wire.footprint()), "footprints.footprint.v1")
    await world.fact(wire.message(wire.GRANTED, wire.grant()), "footprints.grant.v1")
    await world.fact(wire.message(wire.ISSUED, wire.claim(), request=CLAIM_REQUEST), "recycling.claim.v1")
    await world.drain()
    assert world.states(TRAIL) == before


async def test_requirements_without_evidence_have_a_trail_too() -> None:
    world = World()
    await world.register()
    await world.create_profile(Requirements(("iatf16949",)))
    await world.list_part()
    await world.drain()
    found = await steps(world, BUYER)
    assert [step.role for step in found] == [Role.VERDICT]

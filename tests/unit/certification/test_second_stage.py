"""Fan-out by pages, decisions of one part, and what happens beyond the limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.certification.application.commands import (
    CertificateStep,
    ChangeProfile,
    DecidePart,
    FanOutParts,
    MoveCertificate,
)
from services.certification.application.handlers import WORK_HANDLERS
from services.certification.application.ports import CLAIMS, FOOTPRINTS, GRANTS, PART_LISTINGS, PART_VERDICTS
from services.certification.domain.facts import GrantScope
from services.certification.domain.part import selections_of
from services.certification.domain.profile import Requirements
from services.certification.domain.selection import PAGE_PARTS, Selection
from services.certification.stream.routes import PARTS
from services.chassis.envelope import decode
from services.chassis.kernel import MATCH_LIMIT, Kind
from services.chassis.routes import ContractError, read_command
from services.chassis.store import RowWrite
from tests.unit.certification import builders, wire
from tests.unit.certification.builders import PART, PRODUCT, SUPPLIER
from tests.unit.certification.world import World


async def store(world: World, kind: Kind[Any], states: dict[str, Any]) -> None:
    async with world.store.transaction() as tx:
        await tx.write([RowWrite(kind, key, state, 0) for key, state in states.items()])


async def many_parts(world: World, count: int, supplier_id: str = SUPPLIER) -> list[str]:
    ids = [f"{supplier_id}-part-{number:05}" for number in range(count)]
    selections = selections_of(supplier_id, PRODUCT)
    states = {key: builders.listing(part_id=key, supplier_id=supplier_id, selections=selections) for key in ids}
    await store(world, PART_LISTINGS, states)
    return ids


async def walk(world: World, selection: Selection) -> tuple[list[str], int]:
    """Run a fan-out to its end; return the parts it reached and how many pages it took."""
    reached: list[str] = []
    pages = 0
    after: str | None = ""
    while after is not None:
        pages += 1
        command = FanOutParts(world.meta(), selection, after, "test")
        async with world.store.transaction() as tx:
            await world.run_in(tx, command, WORK_HANDLERS, "worker")
        after = None
        for message in world.take_messages():
            data: Any = decode(message.raw).data
            if data["fan_out"] is None:
                reached.append(data["part_id"])
            else:
                after = data["fan_out"]["after"]
    return reached, pages


@pytest.mark.parametrize(
    ("count", "pages"), [(0, 1), (1, 1), (PAGE_PARTS - 1, 1), (PAGE_PARTS, 2), (PAGE_PARTS + 1, 2)]
)
async def test_a_fan_out_reaches_each_part_once_by_pages(count: int, pages: int) -> None:
    world = World()
    ids = await many_parts(world, count)
    await many_parts(world, 3, "org-other")
    assert await walk(world, Selection.of_supplier(SUPPLIER)) == (ids, pages)


async def test_selections_reach_all_of_a_supplier_or_of_a_product() -> None:
    world = World()
    mine = await many_parts(world, 2)
    others = await many_parts(world, 2, "org-other")
    assert (await walk(world, Selection.all_parts()))[0] == sorted(mine + others)
    assert (await walk(world, Selection.of_product(SUPPLIER, PRODUCT.replace("urn:", "URN:"))))[0] == mine
    assert (await walk(world, Selection.of_product(SUPPLIER, "urn:x:none")))[0] == []


async def test_a_work_item_names_a_part_or_a_page() -> None:
    world = World()
    await world.register()
    await world.list_part()
    raws = [message.raw for message in world.take_messages() if message.group is PARTS]
    commands = [read_command(raw, PARTS, world.clock()) for raw in raws]
    assert [type(command) for command in commands] == [FanOutParts, DecidePart]
    neither = raws[1].replace(b'"part_id":"part-1"', b'"part_id":null')
    with pytest.raises(ContractError, match="part_id"):
        read_command(neither, PARTS, world.clock())


async def test_work_for_a_part_that_is_not_listed_is_no_error() -> None:
    world = World()
    async with world.store.transaction() as tx:
        await world.run_in(tx, DecidePart(world.meta(), "nobody", "test"), WORK_HANDLERS, "worker")
    assert world.states(PART_VERDICTS) == {}


async def decided(world: World) -> dict[str, str]:
    async with world.store.transaction() as tx:
        await world.run_in(tx, DecidePart(world.meta(), PART, "test"), WORK_HANDLERS, "worker")
    return world.results()


async def ready_world() -> World:
    world = World()
    await world.register()
    await world.create_profile()
    await world.list_part()
    return world


async def test_more_footprints_than_a_decision_loads_end_in_a_reason_not_in_a_dead_letter() -> None:
    world = await ready_world()
    ids = [f"footprint-{number:05}" for number in range(MATCH_LIMIT + 1)]
    await store(world, FOOTPRINTS, {key: builders.footprint(footprint_id=key) for key in ids})
    assert (await decided(world))["pcf_ceiling"] == "no_access"
    await store(world, GRANTS, {"grant-1": builders.grant()})
    assert (await decided(world))["pcf_ceiling"] == "failed"


async def test_more_claims_than_a_decision_loads_end_in_a_reason() -> None:
    world = await ready_world()
    ids = [f"claim-{number:05}" for number in range(MATCH_LIMIT + 1)]
    await store(world, CLAIMS, {key: builders.claim(claim_id=key) for key in ids})
    assert (await decided(world))["recycled_share"] == "failed"


async def test_too_many_grants_on_one_target_open_nothing_and_leave_the_others() -> None:
    world = await ready_world()
    await store(world, FOOTPRINTS, {"footprint-1": builders.footprint()})
    ids = [f"grant-{number:05}" for number in range(MATCH_LIMIT + 1)]
    await store(world, GRANTS, {key: builders.grant(grant_id=key) for key in ids})
    assert (await decided(world))["pcf_ceiling"] == "no_access"
    by_product = builders.grant(grant_id="one", scope=GrantScope.PRODUCT, scope_value=PRODUCT)
    await store(world, GRANTS, {"one": by_product})
    assert (await decided(world))["pcf_ceiling"] == "met"


async def test_a_footprints_own_grant_is_found_in_the_third_round() -> None:
    world = await ready_world()
    await store(world, FOOTPRINTS, {"footprint-1": builders.footprint()})
    own = builders.grant(scope=GrantScope.FOOTPRINT, scope_value="footprint-1")
    await store(world, GRANTS, {"grant-1": own, "other": replace(own, grant_id="other", scope_value="footprint-2")})
    assert (await decided(world))["pcf_ceiling"] == "met"


async def test_a_changed_profile_is_decided_in_its_new_version() -> None:
    world = await ready_world()
    await world.record()
    await world.drain()
    assert world.verdict().verdict == "not_certified"
    asked = Requirements((builders.ISO,))
    await world.command(ChangeProfile(world.meta(builders.BUYER), "profile-1", builders.BUYER, 1, "Easier", asked))
    await world.drain()
    assert (world.verdict().verdict, world.verdict().profile_version) == ("certified", 2)


async def test_a_suspended_certificate_takes_the_certification_of_its_parts() -> None:
    world = await ready_world()
    await world.record()
    await world.fact(wire.message(wire.PUBLISHED, wire.footprint()), "footprints.footprint.v1")
    await world.fact(wire.message(wire.GRANTED, wire.grant()), "footprints.grant.v1")
    await world.fact(wire.message(wire.ISSUED, wire.claim()), "recycling.claim.v1")
    await world.drain()
    assert world.verdict().verdict == "certified"

    def move(step: CertificateStep, version: int) -> MoveCertificate:
        day = world.clock().date()
        return MoveCertificate(world.meta("org-operator"), "cert-1", step, version, day, "issuer's word")

    await world.command(move(CertificateStep.SUSPEND, 1))
    await world.drain()
    assert world.results()["certificate:iso14001"] == "failed"
    await world.command(move(CertificateStep.REINSTATE, 2))
    await world.drain()
    assert world.verdict().verdict == "certified"
    assert world.verdict().outcomes[0].evidence[0].version == 3

"""First stage: what is kept, what is dropped, and which work is left."""

from __future__ import annotations

from typing import Any

import pytest

from services.certification.application.commands import StoreFootprint
from services.certification.application.handlers import DECIDING_HANDLERS
from services.certification.application.ports import CLAIMS, FOOTPRINTS, GRANTS, ORGANISATIONS
from services.certification.domain.selection import MAX_PRODUCTS, Selection
from services.chassis.envelope import decode
from services.chassis.kernel import Kind
from tests.unit.certification import builders, wire
from tests.unit.certification.builders import BUYER, OTHER_PRODUCT, PRODUCT, SUPPLIER
from tests.unit.certification.world import World

FOOTPRINT_TOPIC, GRANT_TOPIC, CLAIM_TOPIC = "footprints.footprint.v1", "footprints.grant.v1", "recycling.claim.v1"
OF_PRODUCT = {"kind": "product", "supplier_id": SUPPLIER, "product_id": PRODUCT, "after": ""}
OF_SUPPLIER = {"kind": "supplier", "supplier_id": SUPPLIER, "product_id": None, "after": ""}


@pytest.fixture
def world() -> World:
    return World()


def pages(world: World) -> list[dict[str, Any]]:
    """Return the fan-outs left since the last call."""
    rows = [message.raw for message in world.take_messages()]
    work = [dict(decode(raw).data) for raw in rows]
    return [item["fan_out"] for item in work]


async def test_a_footprint_is_kept_by_its_key_figures_and_selects_its_products(world: World) -> None:
    both = wire.footprint(product_ids=[PRODUCT, OTHER_PRODUCT])
    await world.fact(wire.message(wire.PUBLISHED, both), FOOTPRINT_TOPIC)
    kept = world.states(FOOTPRINTS)["footprint-1"]
    assert (kept.version, kept.active, kept.product_ids) == (1, True, (PRODUCT, OTHER_PRODUCT))
    assert kept.product_keys == (f"{SUPPLIER} {PRODUCT}", f"{SUPPLIER} {OTHER_PRODUCT}")
    assert pages(world) == [OF_PRODUCT, OF_PRODUCT | {"product_id": OTHER_PRODUCT}]


async def test_a_deprecated_footprint_is_remembered_but_matches_nothing(world: World) -> None:
    await world.fact(wire.message(wire.DEPRECATED, wire.footprint(version=2, status="Deprecated")), FOOTPRINT_TOPIC)
    kept = world.states(FOOTPRINTS)["footprint-1"]
    assert (kept.version, kept.active, kept.product_keys) == (2, False, ())
    assert pages(world) == [OF_PRODUCT]


async def test_a_footprint_of_very_many_products_selects_all_the_owners_parts(world: World) -> None:
    urns = [f"urn:x:{number}" for number in range(MAX_PRODUCTS + 1)]
    await world.fact(wire.message(wire.PUBLISHED, wire.footprint(product_ids=urns)), FOOTPRINT_TOPIC)
    assert pages(world) == [OF_SUPPLIER]


@pytest.mark.parametrize(
    ("right", "page"),
    [
        (wire.grant(), OF_SUPPLIER),
        (wire.grant(scope="product", scope_value=PRODUCT), OF_PRODUCT),
        (wire.grant(scope="footprint", scope_value="unknown-footprint"), OF_SUPPLIER),
    ],
    ids=["everything", "product", "a footprint not known yet"],
)
async def test_a_grant_selects_what_it_could_touch(world: World, right: Any, page: dict[str, Any]) -> None:
    await world.fact(wire.message(wire.GRANTED, right), GRANT_TOPIC)
    assert pages(world) == [page]


async def test_a_grant_on_a_known_footprint_selects_its_products(world: World) -> None:
    await world.fact(wire.message(wire.PUBLISHED, wire.footprint()), FOOTPRINT_TOPIC)
    pages(world)
    right = wire.grant(scope="footprint", scope_value="footprint-1")
    await world.fact(wire.message(wire.GRANTED, right), GRANT_TOPIC)
    assert pages(world) == [OF_PRODUCT]


async def test_a_revoked_grant_and_a_revoked_claim_match_nothing(world: World) -> None:
    await world.fact(wire.message(wire.REVOKED, wire.grant(version=2, status="revoked")), GRANT_TOPIC)
    await world.fact(wire.message(wire.CLAIM_REVOKED, wire.claim(version=2, status="revoked")), CLAIM_TOPIC)
    assert world.states(GRANTS)["grant-1"].target is None
    assert world.states(CLAIMS)["claim-1"].product_key is None
    assert pages(world) == [OF_SUPPLIER, OF_PRODUCT]


async def test_a_claim_selects_the_beneficiarys_product(world: World) -> None:
    await world.fact(wire.message(wire.ISSUED, wire.claim()), CLAIM_TOPIC)
    assert world.states(CLAIMS)["claim-1"].product_key == f"{SUPPLIER} {PRODUCT}"
    assert pages(world) == [OF_PRODUCT]


async def test_a_standing_is_kept_and_leaves_no_work(world: World) -> None:
    suspended = wire.organisation(version=2, organisation_id=BUYER, roles=["buyer"], status="suspended")
    await world.fact(wire.message(wire.SUSPENDED, suspended), "identity.organisation.v1")
    assert world.states(ORGANISATIONS)[BUYER].active is False
    assert pages(world) == []


@pytest.mark.parametrize(
    ("kind", "topic", "newer", "older"),
    [
        (
            FOOTPRINTS,
            FOOTPRINT_TOPIC,
            wire.message(wire.DEPRECATED, wire.footprint(version=2, status="Deprecated")),
            wire.message(wire.PUBLISHED, wire.footprint()),
        ),
        (
            GRANTS,
            GRANT_TOPIC,
            wire.message(wire.REVOKED, wire.grant(version=2, status="revoked")),
            wire.message(wire.GRANTED, wire.grant()),
        ),
        (
            CLAIMS,
            CLAIM_TOPIC,
            wire.message(wire.CLAIM_REVOKED, wire.claim(version=2, status="revoked")),
            wire.message(wire.ISSUED, wire.claim()),
        ),
        (
            ORGANISATIONS,
            "identity.organisation.v1",
            wire.message(wire.SUSPENDED, wire.organisation(version=2, status="suspended")),
            wire.message(wire.REGISTERED, wire.organisation()),
        ),
    ],
    ids=["footprint", "grant", "claim", "organisation"],
)
async def test_what_is_not_newer_changes_nothing_and_leaves_no_work(
    world: World, kind: Kind[Any], topic: str, newer: bytes, older: bytes
) -> None:
    await world.fact(newer, topic)
    before = world.states(kind)
    world.take_messages()
    await world.fact(older, topic)
    await world.fact(newer, topic)
    assert world.states(kind) == before
    assert pages(world) == []


def test_the_key_of_a_fan_out_is_short_and_its_own() -> None:
    long = Selection.of_product("s" * 128, "urn:x:" + "p" * 490)
    assert len(long.work_key) <= 64
    keys = {Selection.all_parts().work_key, Selection.of_supplier("a").work_key, long.work_key}
    assert len(keys) == 3


def test_a_newer_version_may_be_a_footprint_never_seen_before() -> None:
    """Version 6 alone has the effect of 5 then 6: the handler asks for nothing but the newest state."""
    handler = DECIDING_HANDLERS[StoreFootprint]
    command = StoreFootprint(World().meta(), builders.footprint(version=6))
    assert [need.kind for need in handler.needs(command, None)] == [FOOTPRINTS]  # type: ignore[arg-type]  # not read

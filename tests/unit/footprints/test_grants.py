"""Grants: to whom, for what, for how long, and taken back for good."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.testing.clock import FixedClock
from services.footprints.application.ports import GRANTS
from services.footprints.domain.access import GrantScope, access_keys, granted_key
from services.footprints.domain.grant import Grant, GrantStatus
from tests.support.footprints import HOUSING_PRODUCT, footprint_id, housing
from tests.unit.footprints.given import BUYER, NOW, RIVAL, SUPPLIER, World, organisation, refusal, result

FOOTPRINT, PRODUCT, EVERYTHING = GrantScope.FOOTPRINT, GrantScope.PRODUCT, GrantScope.EVERYTHING
SECOND = timedelta(seconds=1)


async def settled() -> World:
    """Return a world in which both organisations are known and one footprint is stored."""
    world = World(FixedClock(NOW))
    await world.record(organisation(SUPPLIER), organisation(BUYER), organisation(RIVAL))
    await world.run(world.submit(housing(1)))
    world.store.memory.outbox.clear()
    return world


@pytest.mark.parametrize(
    ("scope", "value"), [(FOOTPRINT, footprint_id(1)), (PRODUCT, HOUSING_PRODUCT), (EVERYTHING, None)]
)
async def test_a_grant_is_given_and_published(scope: GrantScope, value: str | None) -> None:
    world = await settled()
    (outcome,) = await world.run(world.give(scope, value))
    grant: Grant = result(outcome)
    assert (grant.owner_organisation_id, grant.grantee_organisation_id) == (SUPPLIER, BUYER)
    assert (grant.version, grant.status, grant.scope, grant.scope_value) == (1, GrantStatus.ACTIVE, scope, value)
    assert world.store.states(GRANTS) == {grant.grant_id: grant}
    assert world.events() == [("footprints.grant.v1", grant.grant_id, 1)]
    event = json.loads(world.store.memory.outbox[0].value or b"")
    assert (event["type"], event["data"]["scope"]) == ("footprints.grant.granted.v1", scope.value)


@pytest.mark.parametrize(
    ("scope", "value", "code"),
    [
        (EVERYTHING, HOUSING_PRODUCT, "grant_scope_malformed"),
        (PRODUCT, None, "grant_scope_malformed"),
        (PRODUCT, "EM-HSG-4711", "grant_scope_malformed"),
        (PRODUCT, "urn:a b", "grant_scope_malformed"),
        (FOOTPRINT, None, "grant_scope_malformed"),
        (FOOTPRINT, footprint_id(9), "granted_footprint_unknown"),
    ],
)
async def test_scope_and_value_fit(scope: GrantScope, value: str | None, code: str) -> None:
    world = await settled()
    (outcome,) = await world.run(world.give(scope, value))
    assert (refusal(outcome).code, refusal(outcome).field) == (code, "/scope_value")


async def test_a_foreign_footprint_and_an_absent_one_are_refused_alike() -> None:
    world = await settled()
    foreign, absent = await world.run(
        world.give(FOOTPRINT, footprint_id(1), by=RIVAL), world.give(FOOTPRINT, footprint_id(9), by=RIVAL)
    )
    assert (refusal(foreign).code, refusal(foreign).args) == (refusal(absent).code, refusal(absent).args)


@pytest.mark.parametrize("known", [False, True])
async def test_the_grantee_is_known_and_active(known: bool) -> None:
    world = World()
    await world.run(world.submit(housing(1)))
    if known:
        await world.record(organisation(BUYER, suspended=True))
    (outcome,) = await world.run(world.give())
    assert (refusal(outcome).code, refusal(outcome).field) == ("grantee_unknown", "/grantee_organisation_id")
    assert "register" in (refusal(outcome).remedy or "")
    await world.record(organisation(BUYER, version=2))
    (outcome,) = await world.run(world.give())
    assert result(outcome).version == 1


async def test_nobody_grants_to_itself() -> None:
    world = await settled()
    (outcome,) = await world.run(world.give(to=SUPPLIER))
    assert refusal(outcome).code == "grant_to_self"


@pytest.mark.parametrize(("start", "end"), [(NOW, NOW), (NOW + SECOND, NOW + SECOND), (NOW - 2 * SECOND, NOW - SECOND)])
async def test_a_grant_opens_something(start: object, end: object) -> None:
    world = await settled()
    (outcome,) = await world.run(world.give(start=start, end=end))  # type: ignore[arg-type]  # parametrize is untyped
    assert (refusal(outcome).code, refusal(outcome).field) == ("grant_period_empty", "/valid_until")


async def test_a_suspended_owner_neither_gives_nor_revokes() -> None:
    world = await settled()
    (given_outcome,) = await world.run(world.give())
    await world.record(organisation(SUPPLIER, version=2, suspended=True))
    outcomes = await world.run(world.give(), world.revoke(result(given_outcome).grant_id))
    assert [refusal(outcome).code for outcome in outcomes] == ["organisation_suspended"] * 2


async def test_revocation_is_final() -> None:
    world = await settled()
    (outcome,) = await world.run(world.give())
    grant_id = result(outcome).grant_id
    (outcome,) = await world.run(world.revoke(grant_id, reason="contract ended"))
    revoked: Grant = result(outcome)
    assert (revoked.version, revoked.status, revoked.reason) == (2, GrantStatus.REVOKED, "contract ended")
    assert [version for _, _, version in world.events()] == [1, 2]
    stale, final = await world.run(world.revoke(grant_id), world.revoke(grant_id, version=2))
    assert (refusal(stale).code, refusal(final).code) == ("grant_version_changed", "grant_revoked")
    assert world.store.states(GRANTS)[grant_id] == revoked


async def test_only_the_owner_revokes() -> None:
    world = await settled()
    (outcome,) = await world.run(world.give())
    grant_id = result(outcome).grant_id
    grantee, stranger, absent = await world.run(
        world.revoke(grant_id, by=BUYER), world.revoke(grant_id, by=RIVAL), world.revoke("nothing", by=RIVAL)
    )
    assert refusal(grantee).code == "grant_not_own"
    assert (refusal(stranger).code, refusal(stranger).args) == (refusal(absent).code, refusal(absent).args)
    assert refusal(absent).code == "grant_not_found"


async def test_a_grant_holds_from_its_begin_to_before_its_end() -> None:
    world = await settled()
    (outcome,) = await world.run(world.give(start=NOW + SECOND, end=NOW + 3 * SECOND))
    grant: Grant = result(outcome)
    holding = [grant.holds(NOW + step * SECOND) for step in range(5)]
    assert holding == [False, True, True, False, False]


names = st.text("abc:", min_size=1, max_size=4)
products = st.lists(names.map("urn:".__add__), min_size=1, max_size=3)


@given(names, st.uuids().map(str), products, names, st.uuids().map(str), products)
def test_a_key_opens_exactly_what_it_names(
    owner: str, identity: str, product_ids: list[str], other: str, other_id: str, other_products: list[str]
) -> None:
    doors = access_keys(owner, identity, product_ids)
    assert granted_key(owner, EVERYTHING, None) in doors
    assert granted_key(owner, FOOTPRINT, identity) in doors
    assert all(granted_key(owner, PRODUCT, product_id) in doors for product_id in product_ids)
    assert (granted_key(other, EVERYTHING, None) in doors) is (other == owner)
    assert (granted_key(owner, FOOTPRINT, other_id) in doors) is (other_id == identity)
    opened = {granted_key(other, PRODUCT, product_id) in doors for product_id in other_products}
    assert opened <= {other == owner, False}


def test_owner_and_product_never_run_into_each_other() -> None:
    assert access_keys("a:urn", "1", ["urn:b"])[2] != granted_key("a", PRODUCT, "urn:urn:b")
    assert access_keys("a urn:x", "1", ["urn:b"])[2] != granted_key("a", PRODUCT, "urn:x:urn:b")

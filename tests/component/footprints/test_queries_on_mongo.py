"""The reads in memory and the reads on MongoDB answer alike, and MongoDB answers from its indexes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.chassis.codec import to_document
from services.chassis.mongo import Mongo
from services.chassis.parts import all_indexes
from services.footprints.adapters.memory_queries import MemoryQueries
from services.footprints.adapters.mongo_queries import MongoQueries
from services.footprints.application import queries
from services.footprints.application.ports import (
    FOOTPRINTS,
    FootprintFilter,
    FootprintPosition,
    GrantFilter,
)
from services.footprints.bootstrap import KINDS, PARTS
from services.footprints.domain.access import GrantScope
from services.footprints.domain.errors import TooManyGrants
from services.footprints.domain.grant import GrantStatus
from services.footprints.domain.terms import FootprintStatus
from tests.support.footprints import HOUSING_PRODUCT, footprint_id, housing
from tests.unit.footprints.given import BUYER, NOW, RIVAL, SUPPLIER, World, organisation, result

SOON = NOW + timedelta(minutes=1)
"""After all of the world was made."""
READERS = (SUPPLIER, RIVAL, BUYER, "stranger")
ALL = FootprintFilter()


@pytest.fixture
async def world() -> World:
    """Two owners with twelve footprints, one succession, and grants of every scope, ended and revoked ones too."""
    world = World()
    clock: Any = world.clock
    await world.record(*(organisation(each) for each in (SUPPLIER, RIVAL, BUYER)))
    for number in range(1, 13):
        owner = SUPPLIER if number % 3 else RIVAL
        product = HOUSING_PRODUCT if number % 2 else "urn:gtin:2"
        preceding = [footprint_id(2)] if number == 4 else None
        await world.run(
            world.submit(
                housing(number, productIds=[product, "urn:x:all"], precedingPfIds=preceding, x={"$ref": number}),
                by=owner,
            )
        )
        if number % 2:
            clock.advance(seconds=1)
    hour = timedelta(hours=1)
    outcomes = await world.run(
        world.give(GrantScope.FOOTPRINT, footprint_id(1)),
        world.give(GrantScope.FOOTPRINT, footprint_id(3), by=RIVAL),
        world.give(GrantScope.PRODUCT, "urn:gtin:2"),
        world.give(GrantScope.EVERYTHING, to=RIVAL, end=NOW + hour),
        world.give(GrantScope.EVERYTHING, by=RIVAL, start=NOW + hour),
        world.give(GrantScope.EVERYTHING, by=RIVAL, to=SUPPLIER),
        world.give(GrantScope.PRODUCT, HOUSING_PRODUCT),
    )
    for outcome in outcomes[5:]:
        grant = result(outcome)
        await world.run(world.revoke(grant.grant_id, by=grant.owner_organisation_id, reason="over"))
    return world


@pytest.fixture
async def mongo(mongo_uri: str, world: World) -> AsyncIterator[Mongo]:
    """Copy what the world holds into a database with all indexes of the service."""
    database = Mongo(mongo_uri, f"footprints_queries_{uuid4().hex[:8]}", "pymongo")
    await database.bootstrap(all_indexes(PARTS))
    for kind in KINDS:
        states = world.store.states(kind)
        if states:
            documents = [{"_id": key, "_v": 1} | to_document(state) for key, state in states.items()]
            await database.collection(kind.name).insert_many(documents)
    yield database
    await database.drop_database()
    await database.close()


async def both(world: World, mongo: Mongo, query: str, *what: Any, **who: Any) -> Any:
    """Ask both; return the answer they share."""
    ours = await getattr(MemoryQueries(world.store), query)(*what, **who)
    theirs = await getattr(MongoQueries(mongo), query)(*what, **who)
    assert ours == theirs
    return ours


@pytest.mark.parametrize("reader", READERS)
async def test_footprints_by_id(world: World, mongo: Mongo, reader: str) -> None:
    seen = 0
    for step in (0, 1, 2):
        for number in range(1, 14):
            at = SOON + timedelta(hours=step)
            found = await both(world, mongo, "footprint", footprint_id(number), reader=reader, at=at)
            seen += found is not None
    assert seen == {SUPPLIER: 24, RIVAL: 12 + 8, BUYER: 3 * 6 + 2 * 3, "stranger": 0}[reader]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "found",
    [
        ALL,
        FootprintFilter(product_id=HOUSING_PRODUCT),
        FootprintFilter(status=FootprintStatus.DEPRECATED),
        FootprintFilter(status=FootprintStatus.ACTIVE, owner_organisation_id=SUPPLIER),
        FootprintFilter(owner_organisation_id=RIVAL, product_id="urn:x:all"),
        FootprintFilter(product_id="urn:gtin:9"),
    ],
)
async def test_listings(world: World, mongo: Mongo, reader: str, found: FootprintFilter) -> None:
    for hours in (0, 1):
        at = SOON + timedelta(hours=hours)
        await both(world, mongo, "footprints", found, None, 100, reader=reader, at=at)


async def test_pages(world: World, mongo: Mongo) -> None:
    after, collected = None, []
    while True:
        page = await both(world, mongo, "footprints", ALL, after, 3, reader=BUYER, at=SOON)
        if not page:
            break
        collected += [each.footprint_id for each in page]
        after = FootprintPosition(page[-1].accepted_at, page[-1].footprint_id)
    assert collected == [footprint_id(number) for number in (1, 2, 3, 4, 8, 10)]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "found",
    [
        GrantFilter(),
        GrantFilter(owner_organisation_id=RIVAL),
        GrantFilter(grantee_organisation_id=BUYER, status=GrantStatus.ACTIVE),
        GrantFilter(status=GrantStatus.REVOKED),
    ],
)
async def test_grants(world: World, mongo: Mongo, reader: str, found: GrantFilter) -> None:
    whole = await both(world, mongo, "grants", found, None, 100, reader=reader)
    for grant in whole:
        await both(world, mongo, "grant", grant.grant_id, reader=reader)
        await both(world, mongo, "grants", found, grant.grant_id, 1, reader=reader)
    assert await both(world, mongo, "grant", "none", reader=reader) is None


async def test_organisations(world: World, mongo: Mongo) -> None:
    assert (await both(world, mongo, "organisation", BUYER)).name == BUYER
    assert await both(world, mongo, "organisation", "stranger") is None


async def test_too_many_grants(world: World, mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MAX_GRANTS_READ", 2)
    for asked in (MemoryQueries(world.store), MongoQueries(mongo)):
        with pytest.raises(TooManyGrants):
            await asked.footprints(ALL, None, 10, reader=BUYER, at=SOON)
        assert (
            len(await asked.footprints(FootprintFilter(owner_organisation_id=RIVAL), None, 10, reader=BUYER, at=SOON))
            == 1
        )


async def test_listings_walk_the_index_in_order(mongo: Mongo) -> None:
    """Neither a collection scan nor a sort in memory, also with several keys."""
    keys = [f"everything {SUPPLIER}", f"footprint {footprint_id(3)}"]
    plan = await mongo.command(
        {
            "explain": {
                "find": FOOTPRINTS.name,
                "filter": {"access_keys": {"$in": keys}, "status": "Active"},
                "sort": {"accepted_at": 1, "_id": 1},
                "limit": 10,
            },
            "verbosity": "queryPlanner",
        }
    )
    winning = str(plan["queryPlanner"]["winningPlan"])
    assert "readable_in_order" in winning
    assert "SORT_MERGE" in winning
    assert "COLLSCAN" not in winning
    assert "'SORT'" not in winning

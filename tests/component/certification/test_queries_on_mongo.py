"""The reads in memory and the reads on MongoDB answer alike, filter by filter and page by page, each from an index."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.certification.adapters.memory_queries import MemoryQueries
from services.certification.adapters.mongo_queries import MongoQueries
from services.certification.application.ports import PART_LISTINGS, PART_VERDICTS, TRAIL, Queries, Slice, VerdictFilter
from services.certification.bootstrap import KINDS, PARTS
from services.certification.domain.profile import Requirements
from services.chassis.codec import to_document
from services.chassis.mongo import Driver, Mongo
from services.chassis.parts import all_indexes
from tests.unit.certification import wire
from tests.unit.certification.builders import AT, BUYER, ISO, OTHER_BUYER, PART, SUPPLIER
from tests.unit.certification.world import World

Ask = Callable[[Queries], Awaitable[Any]]
ALL = Slice(100)
AFTER_EXPIRY = datetime(2029, 1, 1, tzinfo=UTC)


@pytest.fixture
async def world() -> World:
    """Two suppliers, two buyers, parts that are certified for one profile, another or none."""
    world = World()
    await world.register()
    await world.register("org-foundry-2")
    await world.create_profile(Requirements((ISO,)))
    await world.create_profile(profile_id="profile-2", buyer=OTHER_BUYER)
    await world.create_profile(Requirements(("iatf16949",)), profile_id="profile-3")
    for number in (1, 2, 3):
        await world.list_part(f"part-{number}")
    await world.list_part("part-9", "org-foundry-2")
    await world.record()
    await world.record("cert-2", "EMS-2")
    suspended = wire.organisation(organisation_id="org-suspended", status="suspended")
    for event_type, data, topic in (
        (wire.SUSPENDED, suspended, "identity.organisation.v1"),
        (wire.REGISTERED, wire.organisation(), "identity.organisation.v1"),
        (wire.PUBLISHED, wire.footprint(), "footprints.footprint.v1"),
        (wire.GRANTED, wire.grant(grantee_organisation_id=OTHER_BUYER), "footprints.grant.v1"),
        (wire.ISSUED, wire.claim(), "recycling.claim.v1"),
    ):
        await world.fact(wire.message(event_type, data), topic)
        await world.drain()
    return world


@pytest.fixture(params=["motor", "pymongo"])
async def mongo(mongo_uri: str, world: World, request: pytest.FixtureRequest) -> AsyncIterator[Mongo]:
    """Copy what the world holds into a database with all indexes of the service."""
    driver: Driver = request.param
    database = Mongo(mongo_uri, f"certification_queries_{uuid4().hex[:8]}", driver)
    await database.bootstrap(all_indexes(PARTS))
    for kind in KINDS:
        states = world.states(kind)
        if states:
            documents = [{"_id": key, "_v": 1} | to_document(state) for key, state in states.items()]
            await database.collection(kind.name).insert_many(documents)
    yield database
    await database.drop_database()
    await database.close()


def verdicts(profile_id: str, buyer: str, certified: bool | None, at: datetime = AT, page: Slice = ALL) -> Ask:
    wanted = VerdictFilter(profile_id, buyer, certified, at)
    return lambda queries: queries.parts_of_profile(wanted, page)


QUESTIONS: dict[str, Ask] = {
    "standing, active": lambda q: q.is_in_good_standing(SUPPLIER),
    "standing, suspended": lambda q: q.is_in_good_standing("org-suspended"),
    "standing, never heard of": lambda q: q.is_in_good_standing("org-nobody"),
    "supplier": lambda q: q.supplier(SUPPLIER),
    "supplier, absent": lambda q: q.supplier("org-nobody"),
    "certificate, own": lambda q: q.certificate("cert-1", SUPPLIER),
    "certificate, foreign": lambda q: q.certificate("cert-1", "org-foundry-2"),
    "certificate, any": lambda q: q.certificate("cert-1", None),
    "certificates, own": lambda q: q.certificates(SUPPLIER, ALL),
    "certificates, all, by page": lambda q: q.certificates(None, Slice(1, "cert-1")),
    "certificates, foreign": lambda q: q.certificates("org-foundry-2", ALL),
    "profile, own": lambda q: q.profile("profile-1", BUYER),
    "profile, foreign": lambda q: q.profile("profile-1", OTHER_BUYER),
    "profiles": lambda q: q.profiles(BUYER, ALL),
    "profiles, second page": lambda q: q.profiles(BUYER, Slice(5, "profile-1")),
    "listing, own": lambda q: q.listing(PART, SUPPLIER),
    "listing, foreign": lambda q: q.listing(PART, BUYER),
    "listings, first page": lambda q: q.listings(SUPPLIER, Slice(2)),
    "listings, second page": lambda q: q.listings(SUPPLIER, Slice(2, "part-2")),
    "verdicts, for the supplier": lambda q: q.part_verdicts(PART, SUPPLIER),
    "verdicts, for a buyer": lambda q: q.part_verdicts(PART, OTHER_BUYER),
    "verdicts, for a stranger": lambda q: q.part_verdicts(PART, "org-stranger"),
    "parts, all": verdicts("profile-1", BUYER, None),
    "parts, certified": verdicts("profile-1", BUYER, certified=True),
    "parts, certified, second page": verdicts("profile-1", BUYER, certified=True, page=Slice(1, "part-1")),
    "parts, not certified": verdicts("profile-1", BUYER, certified=False),
    "parts, certified for another": verdicts("profile-2", OTHER_BUYER, certified=True),
    "parts, none certified": verdicts("profile-3", BUYER, certified=True),
    "parts, of a foreign profile": verdicts("profile-1", OTHER_BUYER, None),
    "parts, overtaken by a date, certified": verdicts("profile-1", BUYER, certified=True, at=AFTER_EXPIRY),
    "parts, overtaken by a date, not certified": verdicts("profile-1", BUYER, certified=False, at=AFTER_EXPIRY),
    "trail, by keys": lambda q: q.trail_by_keys(["certificate cert-1 1", "footprint footprint-1 1", "none"]),
    "trail, no keys": lambda q: q.trail_by_keys([]),
    "trail, newest of the part": lambda q: q.trail_of_aggregate("part", PART, 2),
    "trail, of a request": lambda q: q.trail_of_correlation("request-of-others", SUPPLIER, 3),
    "trail, of another's request": lambda q: q.trail_of_correlation("request-of-others", "org-foundry-2", 100),
}
EMPTY = {
    "supplier, absent",
    "certificate, foreign",
    "certificates, foreign",
    "profile, foreign",
    "listing, foreign",
    "verdicts, for a stranger",
    "parts, none certified",
    "parts, of a foreign profile",
    "parts, overtaken by a date, certified",
    "trail, no keys",
    "trail, of another's request",
    "standing, suspended",
}


async def test_both_answer_alike(world: World, mongo: Mongo) -> None:
    memory, real = MemoryQueries(world.store), MongoQueries(mongo)
    for name, ask in QUESTIONS.items():
        expected = await ask(memory)
        assert await ask(real) == expected, name
        assert bool(expected) is (name not in EMPTY), name


@pytest.mark.parametrize(
    ("collection", "condition", "order", "index"),
    [
        (
            PART_LISTINGS.name,
            {"selections": f"supplier {SUPPLIER}", "_id": {"$gt": "part-1"}},
            [("_id", 1)],
            "match_selections",
        ),
        (PART_LISTINGS.name, {"supplier_id": SUPPLIER}, [("_id", 1)], "by_supplier"),
        (
            PART_VERDICTS.name,
            {"verdicts": {"$elemMatch": {"profile_id": "profile-1", "verdict": "certified"}}},
            [("_id", 1)],
            "by_verdict",
        ),
        (TRAIL.name, {"kind": "part", "aggregate_id": PART}, [("version", -1)], "newest_of_aggregate"),
        (TRAIL.name, {"correlation_id": "x", "supplier_id": SUPPLIER}, [("_id", 1)], "by_request"),
    ],
)
async def test_pages_come_from_an_index_without_a_sort(
    mongo: Mongo, collection: str, condition: dict[str, Any], order: list[tuple[str, int]], index: str
) -> None:
    await mongo.collection(collection).insert_many([{"_id": f"{number:04}-of-another"} for number in range(500)])
    await mongo.collection(collection).insert_many([{"_id": f"z{number:04}-of-another"} for number in range(500)])
    find = {"find": collection, "filter": condition, "sort": dict(order), "limit": 10}
    explained = str(await mongo.command({"explain": find, "verbosity": "queryPlanner"}))
    plan = explained[explained.index("winningPlan") : explained.index("rejectedPlans")]
    assert f"'indexName': '{index}'" in plan
    assert "'stage': 'SORT'" not in plan

"""Partners' listings in memory and on MongoDB answer alike, and MongoDB walks an index for every one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from services.chassis.codec import to_document
from services.chassis.mongo import Mongo
from services.chassis.parts import all_indexes
from services.footprints.adapters import pact_listing
from services.footprints.adapters.memory_queries import MemoryQueries
from services.footprints.adapters.mongo_grants import doors_held
from services.footprints.adapters.pact_listing import MongoPactListing, Walk, chunked_walks
from services.footprints.application import pact, queries
from services.footprints.application.pact import PactListing, PactPage, order_of
from services.footprints.application.ports import FOOTPRINTS, GRANTS
from services.footprints.bootstrap import PARTS
from services.footprints.domain.access import GrantScope
from services.footprints.domain.criteria import Criteria
from services.footprints.domain.errors import TooManyGrants
from tests.support.footprints import HOUSING_PRODUCT, footprint_id, housing
from tests.unit.footprints.given import BUYER, NOW, RIVAL, SUPPLIER, World, organisation

NARROW = "shenyang-presses"
READERS = (SUPPLIER, RIVAL, BUYER, NARROW, "stranger")
MIDDLE = datetime(2027, 1, 1, tzinfo=UTC)
CRITERIA = {
    "all": Criteria(),
    "product": Criteria(product_ids=(HOUSING_PRODUCT.upper(), "urn:gtin:2")),
    "company": Criteria(company_ids=("URN:x:plant:1",)),
    "classification": Criteria(classifications=("urn:cpc:1", "urn:cpc:9")),
    "geography": Criteria(geographies=("de", "eastern asia")),
    "status": Criteria(statuses=("deprecated",)),
    "both statuses": Criteria(statuses=("active", "DEPRECATED", "draft")),
    "no such status": Criteria(statuses=("draft",)),
    "valid on": Criteria(valid_on=MIDDLE),
    "valid after": Criteria(valid_after=MIDDLE),
    "valid before": Criteria(valid_before=MIDDLE),
    "valid between": Criteria(valid_after=MIDDLE - timedelta(days=300), valid_before=MIDDLE + timedelta(days=900)),
    "valid and active": Criteria(valid_on=MIDDLE, statuses=("Active",)),
    "keys and dates": Criteria(geographies=("CN", "DE"), valid_on=MIDDLE, statuses=("Active",)),
    "several keys": Criteria(product_ids=(HOUSING_PRODUCT,), geographies=("DE", "CN"), company_ids=("urn:x:plant:1",)),
    "unknown": Criteria(product_ids=("urn:x:nobody",)),
}
DATES = [
    ("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"),
    ("2026-06-01T00:00:00Z", "2028-01-01T00:00:00Z"),
    ("2027-06-01T00:00:00Z", "2029-01-01T00:00:00Z"),
    (None, None),
]
PLACES: list[dict[str, Any]] = [
    {"geographyCountrySubdivision": ..., "geographyCountry": "DE"},
    {"geographyCountrySubdivision": ..., "geographyCountry": "CN"},
    {"geographyCountrySubdivision": ..., "geographyRegionOrSubregion": "Eastern Asia"},
    {"geographyCountrySubdivision": ...},
    {},
]


def document(number: int) -> Any:
    start, end = DATES[number % len(DATES)]
    return housing(
        number,
        pcf=PLACES[number % len(PLACES)],
        productIds=[HOUSING_PRODUCT if number % 2 else "urn:gtin:2", f"urn:x:own:{number}"],
        companyIds=[f"urn:x:plant:{number % 3}"],
        productClassifications=[f"urn:cpc:{number % 4}"] if number % 5 else None,
        validityPeriodStart=start,
        validityPeriodEnd=end,
        precedingPfIds=[footprint_id(number - 6)] if number % 7 == 0 else None,
    )


@pytest.fixture
async def world() -> World:
    """Two owners with forty footprints of the same few instants, and readers with rights of every scope."""
    world = World()
    clock: Any = world.clock
    await world.record(*(organisation(each) for each in (SUPPLIER, RIVAL, BUYER, NARROW)))
    for number in range(1, 41):
        await world.run(world.submit(document(number), by=SUPPLIER if number % 3 else RIVAL))
        if number % 9 == 0:
            clock.advance(seconds=1)
    await world.run(
        world.give(GrantScope.EVERYTHING),
        world.give(GrantScope.PRODUCT, "urn:gtin:2", by=RIVAL),
        world.give(GrantScope.FOOTPRINT, footprint_id(1)),
        world.give(GrantScope.EVERYTHING, by=RIVAL, start=NOW + timedelta(hours=1)),
        world.give(GrantScope.PRODUCT, HOUSING_PRODUCT, to=NARROW),
        world.give(GrantScope.FOOTPRINT, footprint_id(3), to=NARROW, by=RIVAL),
        world.give(GrantScope.FOOTPRINT, footprint_id(2), to=NARROW),
    )
    return world


@pytest.fixture
async def mongo(mongo_uri: str, world: World) -> AsyncIterator[Mongo]:
    database = Mongo(mongo_uri, f"footprints_pact_{uuid4().hex[:8]}", "pymongo")
    await database.bootstrap(all_indexes(PARTS))
    for kind in (FOOTPRINTS, GRANTS):
        documents = [{"_id": key, "_v": 1} | to_document(state) for key, state in world.store.states(kind).items()]
        await database.collection(kind.name).insert_many(documents)
    yield database
    await database.drop_database()
    await database.close()


def both(world: World, mongo: Mongo) -> tuple[PactListing, PactListing]:
    return MemoryQueries(world.store).pact, MongoPactListing(mongo)


async def walked(listing: PactListing, criteria: Criteria, limit: int, reader: str, at: datetime) -> list[PactPage]:
    """Follow a listing to its end."""
    pages, after = [], None
    while True:
        page = await listing.page(criteria, after, limit, reader=reader, at=at)
        pages.append(page)
        assert len(page.footprints) <= limit
        if not page.more:
            return pages
        after = page.footprints[-1].place(order_of(criteria))


def shown(pages: list[PactPage]) -> list[str]:
    return [each.footprint_id for page in pages for each in page.footprints]


@pytest.mark.parametrize("scans", [1, 200])
async def test_both_answer_alike(world: World, mongo: Mongo, monkeypatch: pytest.MonkeyPatch, scans: int) -> None:
    """For every reader, whatever is asked for, however long the pages and however the keys are cut into chunks."""
    monkeypatch.setattr(pact_listing, "MAX_SCANS", scans)
    states = world.store.states(FOOTPRINTS)
    memory, real = both(world, mongo)
    for name, criteria in CRITERIA.items():
        sizes = []
        for reader, minutes in product(READERS, (1, 120)):
            at = NOW + timedelta(minutes=minutes)
            (whole,) = await walked(memory, criteria, 500, reader, at)
            assert await walked(real, criteria, 500, reader, at) == [whole]
            assert shown(await walked(memory, criteria, 1, reader, at)) == shown([whole])
            assert shown(await walked(real, criteria, 5, reader, at)) == shown([whole])
            assert all(criteria.matches(states[each]) for each in shown([whole]))
            sizes.append(len(whole.footprints))
        assert any(sizes) is (name not in {"unknown", "no such status"}), name
        assert sizes[-2:] == [0, 0]


async def test_a_page_ends_with_its_bytes(world: World, mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> None:
    at = NOW + timedelta(minutes=1)
    whole = shown(await walked(MemoryQueries(world.store).pact, Criteria(), 500, BUYER, at))
    monkeypatch.setattr(pact, "MAX_PAGE_BYTES", 10_000)
    monkeypatch.setattr(pact_listing, "MAX_PAGE_BYTES", 10_000)
    for listing in both(world, mongo):
        pages = await walked(listing, Criteria(), 500, BUYER, at)
        assert shown(pages) == whole
        assert len(pages) > 3
        assert all(sum(len(each.document.text) for each in page.footprints) <= 10_000 for page in pages)


async def test_too_many_grants(world: World, mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MAX_GRANTS_READ", 2)
    for listing in both(world, mongo):
        with pytest.raises(TooManyGrants):
            await listing.page(Criteria(), None, 10, reader=BUYER, at=NOW + timedelta(minutes=1))


@pytest.mark.parametrize("reader", [SUPPLIER, BUYER, NARROW])
async def test_every_listing_walks_an_index_in_order(mongo: Mongo, reader: str) -> None:
    """No collection scan, no sort in memory, on the first page and on later ones; the tenant's keys in the filter."""
    at = NOW + timedelta(minutes=1)
    doors = await doors_held(mongo, None, reader, at)
    for criteria in CRITERIA.values():
        page = await MongoPactListing(mongo).page(criteria, None, 1, reader=reader, at=at)
        places = [None, *(each.place(order_of(criteria)) for each in page.footprints)]
        walks = [walk for after in places for walks in chunked_walks(doors, criteria, after) for walk in walks]
        assert walks
        for walk in walks:
            assert set(walk.condition["access_keys"]["$in"]) <= doors.keys
            stages = set(_stages((await explained(mongo, walk))["queryPlanner"]["winningPlan"]))
            assert "IXSCAN" in stages
            assert not stages & {"COLLSCAN", "SORT"}, (criteria, stages)


async def test_keys_find_nothing_but_what_is_asked_for(mongo: Mongo) -> None:
    """An owner's search reads no document that its narrowest criterion does not name."""
    doors = await doors_held(mongo, None, SUPPLIER, NOW + timedelta(minutes=1))
    for name in ("product", "company", "classification", "geography", "status", "several keys"):
        ((walk,),) = chunked_walks(doors, CRITERIA[name], None)
        stats = (await explained(mongo, walk))["executionStats"]
        leading = {key: walk.condition[key] for key in ("search_keys", "status")}
        named = await mongo.collection(FOOTPRINTS.name).count_documents(leading)
        assert 0 < stats["nReturned"] <= stats["totalDocsExamined"] <= named


async def explained(mongo: Mongo, walk: Walk) -> dict[str, Any]:
    """Return how MongoDB goes about a walk."""
    find = {"find": FOOTPRINTS.name, "filter": walk.condition, "sort": dict(walk.sort), "hint": walk.index, "limit": 99}
    return await mongo.command({"explain": find, "verbosity": "executionStats"})


def _stages(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["stage"]
    for each in [*plan.get("inputStages", []), *([plan["inputStage"]] if "inputStage" in plan else [])]:
        yield from _stages(each)

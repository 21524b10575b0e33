"""`GET /v1/access-log`: every answer to somebody else is told of, and no entry means no answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from services.chassis.store import TransientStoreError
from services.footprints.adapters.memory_access_log import MemoryAccessLog
from services.footprints.adapters.memory_queries import MemoryQueries
from services.footprints.api.access_log import AccessLogPage
from services.footprints.application.access_log import ACCESS_LOG
from services.footprints.domain.access_log import AccessEntry
from tests.component.footprints.house import Caller, House, done, open_house, problem
from tests.support.footprints import HOUSING_PRODUCT, footprint_id, housing
from tests.unit.footprints.given import BUYER, RIVAL, SUPPLIER

ONE = footprint_id(1)
READS = [
    ("read_footprint", f"/v1/footprints/{ONE}", {}),
    ("list_footprints", "/v1/footprints", {}),
    ("read_footprint_history", "/v1/footprint-history", {"product_id": HOUSING_PRODUCT}),
    ("compare_footprints", f"/v1/footprints/{ONE}/diff", {"against": ONE}),
]


async def entries(caller: Caller, **query: Any) -> list[dict[str, Any]]:
    response = await caller.get("/v1/access-log", **query)
    AccessLogPage.model_validate_json(response.content)
    items: list[dict[str, Any]] = done(response)["items"]
    return items


@pytest.mark.parametrize(("operation", "path", "query"), READS)
async def test_every_read_is_told_of(house: House, operation: str, path: str, query: dict[str, str]) -> None:
    await house.supplier.submit(housing(1))
    grant_id = done(await house.supplier.give(scope="product", scope_value=HOUSING_PRODUCT.upper()), 201)["grant_id"]
    house.clock.advance(seconds=90)
    done(await house.buyer.get(path, **query))
    (entry,) = await entries(house.supplier)
    assert entry.pop("entry_id")
    assert entry == {
        "reader_organisation_id": BUYER,
        "operation": operation,
        "footprint_ids": [ONE],
        "opened_by": [{"grant_id": grant_id, "access_key": f"product {SUPPLIER} {HOUSING_PRODUCT.lower()}"}],
        "read_at": "2026-06-01T08:01:30.000Z",
    }
    assert await entries(house.buyer) == await entries(house.rival) == []


@pytest.mark.parametrize(("operation", "path", "query"), READS)
async def test_ones_own_reads_and_what_was_not_found_are_not(
    house: House, operation: str, path: str, query: dict[str, str]
) -> None:
    await house.supplier.submit(housing(1))
    done(await house.supplier.get(path, **query))
    await house.buyer.get(path, **query)
    assert house.world.store.states(ACCESS_LOG) == {}, operation


@pytest.mark.parametrize(("operation", "path", "query"), READS)
async def test_without_an_entry_there_is_no_answer(
    house: House, monkeypatch: pytest.MonkeyPatch, operation: str, path: str, query: dict[str, str]
) -> None:
    await house.supplier.submit(housing(1))
    done(await house.supplier.give(), 201)

    async def fails(_: MemoryAccessLog, entries: Sequence[AccessEntry]) -> None:
        raise TransientStoreError(f"{len(entries)} entries can't be kept")

    monkeypatch.setattr(MemoryAccessLog, "record", fails)
    response = await house.buyer.get(path, **query)
    problem(response, 503, "service-unavailable")
    assert response.headers["Retry-After"], operation
    assert ONE.encode() not in response.content.replace(path.encode(), b"")
    assert done(await house.supplier.get(path, **query)), "the owner needs no entry"


async def test_a_grant_revoked_while_it_was_read_shows_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.supplier.submit(housing(1))
    grant_id = done(await house.supplier.give(), 201)["grant_id"]
    read = MemoryQueries.footprint

    async def revoked_meanwhile(queries: MemoryQueries, *what: Any, **who: Any) -> Any:
        found = await read(queries, *what, **who)
        await house.world.run(house.world.revoke(grant_id))
        return found

    monkeypatch.setattr(MemoryQueries, "footprint", revoked_meanwhile)
    problem(await house.buyer.get(f"/v1/footprints/{ONE}"), 409, "access-changed")
    problem(await house.buyer.get(f"/v1/footprints/{ONE}"), 404, "footprint-not-found")
    assert house.world.store.states(ACCESS_LOG) == {}


async def test_a_page_has_an_entry_an_owner(house: House) -> None:
    await house.supplier.submit(housing(1))
    await house.rival.submit(housing(2))
    await house.supplier.submit(housing(3))
    await house.supplier.give()
    await house.rival.give()
    await house.buyer.get("/v1/footprints")
    assert [each["footprint_ids"] for each in await entries(house.supplier)] == [[ONE, footprint_id(3)]]
    assert [each["footprint_ids"] for each in await entries(house.rival)] == [[footprint_id(2)]]
    await house.buyer.get("/v1/footprints", limit=1, owner=SUPPLIER)
    newest, _ = await entries(house.supplier)
    assert newest["footprint_ids"] == [ONE], "what was not shown is not told"


async def test_filters_and_pages(house: House) -> None:
    for number in (1, 2):
        await house.supplier.submit(housing(number))
    await house.supplier.give()
    await house.supplier.give(grantee_organisation_id=RIVAL)
    for step, caller in enumerate((house.buyer, house.rival, house.buyer, house.buyer)):
        await caller.get(f"/v1/footprints/{footprint_id(1 + step % 2)}")
        house.clock.advance(seconds=60)

    async def times(**query: Any) -> list[str]:
        return [each["read_at"][11:16] for each in await entries(house.supplier, **query)]

    assert await times() == ["08:03", "08:02", "08:01", "08:00"]
    assert await times(reader=RIVAL) == ["08:01"]
    assert await times(footprint_id=ONE.upper()) == ["08:02", "08:00"]
    assert await times(footprint_id=ONE, reader=RIVAL) == []
    assert await times(**{"from": "2026-06-01T08:01:00Z", "until": "2026-06-01T16:03:00+08:00"}) == ["08:02", "08:01"]
    seen, link = [], "/v1/access-log?limit=3&reader=" + BUYER
    while link:
        page = await house.supplier.get(link)
        seen += [each["read_at"][11:16] for each in done(page)["items"]]
        link = page.headers.get("Link", "")[1:].partition(">")[0]
    assert seen == ["08:03", "08:02", "08:00"]
    problem(await house.supplier.get("/v1/access-log", cursor="eyJhdCI6MX0"), 400, "invalid-cursor")
    assert (await house.supplier.get("/v1/access-log", **{"from": "yesterday"})).status_code == 422
    assert (await house.client.get("/v1/access-log")).status_code == 401


async def test_retention_is_a_setting() -> None:
    async with open_house(access_log_retention_days=30) as house:
        await house.supplier.submit(housing(1))
        await house.supplier.give()
        done(await house.buyer.get(f"/v1/footprints/{ONE}"))
        (entry,) = house.world.store.states(ACCESS_LOG).values()
        assert (entry.expires_at - entry.read_at).days == 30

"""`GET /v1/footprints`: one's own, what grants open now, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from services.footprints.api.resources import FootprintPage
from services.footprints.application import queries
from tests.component.footprints.house import Caller, House, done, problem
from tests.support.footprints import HOUSING_PRODUCT, footprint_id, housing
from tests.unit.footprints.given import BUYER, SUPPLIER, organisation

PATH = f"/v1/footprints/{footprint_id(1)}"


async def listed(caller: Caller, **query: Any) -> list[str]:
    response = await caller.get("/v1/footprints", **query)
    FootprintPage.model_validate_json(response.content)
    return [item["footprint_id"] for item in done(response)["items"]]


async def test_a_foreign_footprint_and_an_absent_one_answer_alike(house: House) -> None:
    await house.supplier.submit(housing(1))
    for caller in (house.rival, house.buyer):
        foreign, absent = await caller.get(PATH), await caller.get(PATH[:-1] + "9")
        problem(foreign, 404, "footprint-not-found")
        assert foreign.content.replace(b"000001", b"000009") == absent.content
        assert foreign.headers.keys() == absent.headers.keys()
        assert await listed(caller) == []
    problem(await house.client.get(PATH), 401, "unauthenticated")


@pytest.mark.parametrize(
    "terms",
    [
        {"scope": "footprint", "scope_value": footprint_id(1).upper()},
        {"scope": "product", "scope_value": HOUSING_PRODUCT},
        {"scope": "everything"},
    ],
)
async def test_a_grant_opens_what_it_names_until_it_is_revoked(house: House, terms: dict[str, str]) -> None:
    await house.supplier.submit(housing(1))
    await house.supplier.submit(housing(2, productIds=["urn:gtin:2"]))
    await house.rival.submit(housing(3))
    grant = done(await house.supplier.give(**terms), 201)
    opened = [footprint_id(1)] + ([footprint_id(2)] if terms["scope"] == "everything" else [])
    assert await listed(house.buyer) == opened
    body = done(await house.buyer.get(PATH.upper().replace("/V1/FOOTPRINTS", "/v1/footprints")))
    assert body["document"] == housing(1)
    assert (await house.buyer.get(f"/v1/footprints/{footprint_id(2)}")).status_code == (
        200 if len(opened) == 2 else 404
    )
    assert (await house.buyer.get(f"/v1/footprints/{footprint_id(3)}")).status_code == 404
    assert (await house.rival.get(PATH)).status_code == 404
    done(await house.supplier.revoke(grant["grant_id"]))
    problem(await house.buyer.get(PATH), 404, "footprint-not-found")
    assert await listed(house.buyer) == []


async def test_a_grant_opens_from_its_begin_to_its_end(house: House) -> None:
    await house.supplier.submit(housing(1))
    await house.supplier.give(valid_from="2026-06-01T09:00:00Z", valid_until="2026-06-01T10:00:00Z")
    seen = []
    for _ in range(3):
        seen.append(((await house.buyer.get(PATH)).status_code, await listed(house.buyer)))
        house.clock.advance(seconds=3_600)
        house.mint.clock = house.clock
    assert seen == [(404, []), (200, [footprint_id(1)]), (404, [])]


async def test_a_product_grant_opens_later_footprints_of_that_owner_alone(house: House) -> None:
    await house.supplier.give(scope="product", scope_value=HOUSING_PRODUCT)
    await house.supplier.submit(housing(1))
    await house.rival.submit(housing(2))
    assert await listed(house.buyer) == [footprint_id(1)]


async def test_a_footprint_is_listed_once_however_many_grants_open_it(house: House) -> None:
    await house.supplier.submit(housing(1))
    await house.supplier.give()
    await house.supplier.give(scope="product", scope_value=HOUSING_PRODUCT)
    await house.supplier.give(scope="footprint", scope_value=footprint_id(1))
    assert await listed(house.buyer) == [footprint_id(1)]


async def test_filters(house: House) -> None:
    await house.supplier.submit(housing(1))
    await house.supplier.submit(housing(2, productIds=["urn:gtin:2"], precedingPfIds=[footprint_id(1)]))
    await house.rival.submit(housing(3))
    for owner in (house.supplier, house.rival):
        await owner.give()
    buyer = house.buyer
    assert await listed(buyer) == [footprint_id(1), footprint_id(2), footprint_id(3)]
    assert await listed(buyer, status="Active") == [footprint_id(2), footprint_id(3)]
    assert await listed(buyer, status="Deprecated") == [footprint_id(1)]
    assert await listed(buyer, owner=SUPPLIER) == [footprint_id(1), footprint_id(2)]
    assert await listed(buyer, product_id=HOUSING_PRODUCT, owner=SUPPLIER) == [footprint_id(1)]
    assert await listed(buyer, product_id="urn:gtin:9") == []
    assert await listed(house.rival) == [footprint_id(3)]
    assert (
        problem(await buyer.get("/v1/footprints", status="Gone"), 422, "invalid-parameter").errors[0].field
        == "/query/status"
    )


async def test_pages_lead_on_with_their_filters(house: House) -> None:
    for number in range(1, 8):
        await house.supplier.submit(housing(number))
        if number % 3 == 0:
            house.clock.advance(seconds=1)
    found: list[str] = []
    link: str | None = "/v1/footprints?limit=3&status=Active"
    while link:
        response = await house.supplier.get(link)
        found += [item["footprint_id"] for item in done(response)["items"]]
        link = response.headers["Link"][1:].partition(">")[0] if "Link" in response.headers else None
        assert link is None or (link.startswith("https://api.test/v1/footprints?") and "status=Active" in link)
    assert found == [footprint_id(number) for number in range(1, 8)]


@pytest.mark.parametrize(
    "cursor",
    ["x", "eyJhdCI6MX0", "eyJhdCI6IngiLCJpZCI6IngifQ", "eyJhdCI6IjAwMDEtMDEtMDFUMDA6MDArMTQ6MDAiLCJpZCI6IngifQ"],
)
async def test_a_foreign_cursor_is_refused(house: House, cursor: str) -> None:
    problem(await house.supplier.get("/v1/footprints", cursor=cursor), 400, "invalid-cursor")


async def test_a_listing_says_when_it_would_follow_too_many_grants(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MAX_GRANTS_READ", 2)
    for number in range(1, 4):
        await house.supplier.submit(housing(number))
        await house.supplier.give(scope="footprint", scope_value=footprint_id(number))
    found = problem(await house.buyer.get("/v1/footprints"), 422, "too-many-grants")
    assert found.errors[0].field == "/query/owner"
    assert await listed(house.buyer, owner="hunhe-castings") == []
    assert (await house.buyer.get(PATH)).status_code == 200


async def test_an_organisation_that_is_not_known_yet_may_read(house: House) -> None:
    newcomer = Caller(house, "newcomer", "buyer")
    assert await listed(newcomer) == []
    await house.world.record(organisation("newcomer", suspended=True))
    problem(await newcomer.get("/v1/footprints"), 403, "organisation-suspended")


async def test_suspending_the_owner_takes_nothing_from_its_buyers(house: House) -> None:
    await house.supplier.submit(housing(1))
    await house.supplier.give()
    await house.world.record(organisation(SUPPLIER, version=2, suspended=True))
    assert await listed(house.buyer) == [footprint_id(1)]
    await house.world.record(organisation(BUYER, version=2, suspended=True))
    problem(await house.buyer.get(PATH), 403, "organisation-suspended")

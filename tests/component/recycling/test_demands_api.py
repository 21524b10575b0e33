from __future__ import annotations

from typing import Any

import pytest

from services.recycling.api import examples
from tests.component.recycling.shop import Shop, done, refused


async def test_a_demand_is_its_buyers_alone(shop: Shop) -> None:
    response = await shop.buyer.create("/v1/demands", examples.NEW_DEMAND)
    demand = done(response, 201)
    path = response.headers["Location"]
    await shop.market.work()
    assert done(await shop.buyer.get(path)) == demand | {"open_mass_kg": "4000.000"}
    foreign = refused(await shop.seller.get(path), 404, "demand-not-found")
    absent = refused(await shop.seller.get("/v1/demands/absent"), 404, "demand-not-found")
    assert {**foreign, "instance": ""} == {**absent, "instance": ""}
    assert done(await shop.seller.get("/v1/demands")) == {"items": []}
    assert [item["demand_id"] for item in done(await shop.buyer.get("/v1/demands"))["items"]] == [demand["demand_id"]]


async def test_demands_come_in_pages(shop: Shop) -> None:
    wanted = [(await shop.demand())["demand_id"] for _ in range(3)]
    first = await shop.buyer.get("/v1/demands", limit=2)
    assert [item["demand_id"] for item in done(first)["items"]] == wanted[:2]
    second = await shop.buyer.get(first.headers["Link"].split(">")[0].removeprefix("<https://market.test"))
    assert [item["demand_id"] for item in done(second)["items"]] == wanted[2:]
    assert "Link" not in second.headers


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"mass_kg": "0"}, "invalid-body", "/mass_kg"),
        ({"accepted_custody_models": []}, "invalid-body", "/accepted_custody_models"),
        ({"accepted_custody_models": ["segregated"] * 6}, "invalid-body", "/accepted_custody_models"),
        ({"needed_by": "2026-05-31"}, "rule-broken", "/needed_by"),
        ({"currency": "cny"}, "invalid-body", "/currency"),
        ({"min_post_consumer_share_percent": "50 %"}, "invalid-body", "/min_post_consumer_share_percent"),
    ],
)
async def test_a_body_that_breaks_a_rule_names_the_field(
    shop: Shop, changes: dict[str, Any], slug: str, field: str
) -> None:
    refused(await shop.buyer.create("/v1/demands", examples.NEW_DEMAND | changes), 422, slug, field)


async def test_a_recycler_places_no_demand(shop: Shop) -> None:
    refused(await shop.seller.create("/v1/demands", examples.NEW_DEMAND), 403, "missing-role")


async def test_a_repeat_places_one_demand(shop: Shop) -> None:
    first = await shop.buyer.create("/v1/demands", examples.NEW_DEMAND, "key-1")
    again = await shop.buyer.create("/v1/demands", examples.NEW_DEMAND, "key-1")
    assert again.content == first.content
    assert len(shop.market.work_rows()) == 1


async def test_a_cancelled_demand_meets_no_lot(shop: Shop) -> None:
    demand = await shop.demand()
    path = f"/v1/demands/{demand['demand_id']}:cancel"
    refused(await shop.seller.change(path, 1, examples.WHY), 404, "demand-not-found")
    assert done(await shop.buyer.change(path, 1, examples.WHY))["status"] == "cancelled"
    refused(await shop.buyer.change(path, 1, examples.WHY), 412, "precondition-failed", "/headers/If-Match")
    await shop.market.certify()
    await shop.lot()
    await shop.market.work()
    assert done(await shop.buyer.get("/v1/trades")) == {"items": []}

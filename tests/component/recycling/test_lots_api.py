from __future__ import annotations

from typing import Any

import pytest

from services.recycling.api import examples
from tests.component.recycling.shop import Shop, done, open_shop, refused
from tests.unit.recycling.market import BUYER, SELLER

UNCHANGED = [
    "grade_scheme",
    "grade_code",
    "description",
    "mass_kg",
    "custody_model",
    "country",
    "price_per_tonne",
    "currency",
    "available_from",
    "available_until",
    "waste_code",
]


async def test_a_certified_recycler_lists_a_lot_that_everybody_can_read(shop: Shop) -> None:
    await shop.market.certify(version=2)
    response = await shop.seller.create("/v1/lots", examples.NEW_LOT)
    lot = done(response, 201)
    assert response.headers["Location"] == f"/v1/lots/{lot['lot_id']}"
    assert {name: lot[name] for name in UNCHANGED} == {name: examples.NEW_LOT[name] for name in UNCHANGED}
    assert lot["relied_on"] == {"certificate_id": "cert-org-seller", "version": 2}
    assert (lot["status"], lot["free_mass_kg"]) == ("listed", None)
    await shop.market.work()
    read = done(await shop.stranger.get(response.headers["Location"]))
    assert read == lot | {"free_mass_kg": "12500.000"}


async def test_a_repeat_with_the_same_key_answers_as_before_and_lists_once(shop: Shop) -> None:
    await shop.market.certify()
    first = await shop.seller.create("/v1/lots", examples.NEW_LOT, "key-1")
    again = await shop.seller.create("/v1/lots", examples.NEW_LOT, "key-1")
    assert (again.status_code, again.content, again.headers["ETag"]) == (201, first.content, '"1"')
    assert again.headers["Location"] == first.headers["Location"]
    assert len(shop.market.lots()) == 1
    other = examples.NEW_LOT | {"mass_kg": "1.000"}
    refused(await shop.seller.create("/v1/lots", other, "key-1"), 422, "idempotency-key-reused")
    await shop.market.certify(BUYER)
    done(await shop.buyer.create("/v1/lots", examples.NEW_LOT, "key-1"), 201)  # a key belongs to its tenant


async def test_no_certificate_no_lot(shop: Shop) -> None:
    problem = refused(await shop.seller.create("/v1/lots", examples.NEW_LOT), 409, "certificate-required")
    assert "iso14001" in problem["detail"]
    assert "none known" in problem["detail"]
    assert "register as a supplier" in problem["errors"][0]["remedy"]
    await shop.market.certify(status="suspended", effective_on=shop.market.clock().date())
    problem = refused(await shop.seller.create("/v1/lots", examples.NEW_LOT), 409, "certificate-required")
    assert "suspended since 2026-06-01" in problem["detail"]


async def test_the_required_certificate_is_a_term_of_the_market() -> None:
    async with open_shop(TIERLOOP_RECYCLING_REQUIRED_CERTIFICATE_TYPE="iso45001") as shop:
        await shop.market.certify()
        problem = refused(await shop.seller.create("/v1/lots", examples.NEW_LOT), 409, "certificate-required")
        assert "iso45001" in problem["detail"]


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"mass_kg": "1.0001"}, "invalid-body", "/mass_kg"),
        ({"mass_kg": 12500}, "invalid-body", "/mass_kg"),
        ({"mass_kg": "0.000"}, "invalid-body", "/mass_kg"),
        ({"mass_kg": "1e3"}, "invalid-body", "/mass_kg"),
        ({"price_per_tonne": "-1"}, "invalid-body", "/price_per_tonne"),
        ({"post_consumer_share_percent": "100.1"}, "invalid-body", "/post_consumer_share_percent"),
        ({"pre_consumer_share_percent": "31"}, "rule-broken", "/pre_consumer_share_percent"),
        ({"custody_model": "honest"}, "invalid-body", "/custody_model"),
        ({"country": "cn"}, "invalid-body", "/country"),
        ({"available_until": "2026-05-31"}, "rule-broken", "/available_until"),
        ({"available_until": "1999-01-01"}, "invalid-body", "/available_until"),
        ({"available_from": 20260601}, "invalid-body", "/available_from"),
        ({"grade_code": "2/3"}, "invalid-body", "/grade_code"),
        ({"waste_code": "12 01 09*"}, "hazardous-waste-code", "/waste_code"),
        ({"waste_code": "321-026-48"}, "hazardous-waste-code", "/waste_code"),
        ({"waste_code": "ashes-1"}, "rule-broken", "/waste_code"),
        ({"description": ""}, "invalid-body", "/description"),
        ({"description": "x" * 2_001}, "invalid-body", "/description"),
        ({"hazardous": False}, "invalid-body", "/hazardous"),
    ],
)
async def test_a_body_that_breaks_a_rule_names_field_and_rule(
    shop: Shop, changes: dict[str, Any], slug: str, field: str
) -> None:
    await shop.market.certify()
    refused(await shop.seller.create("/v1/lots", examples.NEW_LOT | changes), 422, slug, field)
    assert not shop.market.lots()


async def test_only_sellers_with_a_key_and_a_token_list(shop: Shop) -> None:
    await shop.market.certify()
    refused(await shop.stranger.create("/v1/lots", examples.NEW_LOT), 403, "missing-role")
    refused(await shop.seller.post("/v1/lots", examples.NEW_LOT), 400, "idempotency-key-required")
    refused(await shop.client.post("/v1/lots", json=examples.NEW_LOT), 401, "unauthenticated")
    await shop.market.suspend(SELLER)
    refused(await shop.seller.create("/v1/lots", examples.NEW_LOT), 403, "organisation-suspended")


async def test_the_owner_withdraws_and_everybody_else_finds_nothing(shop: Shop) -> None:
    await shop.market.certify()
    lot = await shop.lot()
    path = f"/v1/lots/{lot['lot_id']}:withdraw"
    foreign = refused(await shop.buyer.change(path, 1, examples.WHY), 404, "lot-not-found")
    absent = refused(await shop.buyer.change("/v1/lots/absent:withdraw", 1, examples.WHY), 404, "lot-not-found")
    assert {**foreign, "instance": ""} == {**absent, "instance": ""}
    refused(await shop.seller.change(path, 2, examples.WHY), 412, "precondition-failed")
    refused(await shop.seller.post(path, examples.WHY), 428, "if-match-required")
    refused(await shop.seller.change(path, 1, {"reason": ""}), 422, "invalid-body", "/reason")
    withdrawn = done(await shop.seller.change(path, 1, examples.WHY))
    assert (withdrawn["status"], withdrawn["version"], withdrawn["reason"]) == ("withdrawn", 2, examples.WHY["reason"])
    refused(await shop.seller.change(path, 2, examples.WHY), 409, "already-closed")
    await shop.market.work()
    read = done(await shop.buyer.get(f"/v1/lots/{lot['lot_id']}"))
    assert read["closed_because"] == "withdrawn"


async def test_lots_are_listed_by_grade_in_pages(shop: Shop) -> None:
    await shop.market.certify()
    twitch = [(await shop.lot(grade_scheme="rema", grade_code="Twitch"))["lot_id"] for _ in range(5)]
    await shop.lot()
    path: str | None = "/v1/lots?grade_scheme=rema&grade_code=twitch&status=listed&limit=2"
    pages = []
    while path:
        response = await shop.stranger.get(path)
        pages.append([lot["lot_id"] for lot in done(response)["items"]])
        link = response.headers.get("Link")
        path = link.split(">")[0].removeprefix("<https://market.test") if link else None
    assert pages == [twitch[:2], twitch[2:4], twitch[4:]]
    mine = done(await shop.buyer.get("/v1/lots", mine="true"))
    assert mine == {"items": []}
    refused(await shop.stranger.get("/v1/lots", cursor="bm9wZQ"), 400, "invalid-cursor", "/query/cursor")
    refused(await shop.stranger.get("/v1/lots", limit=0), 422, "invalid-parameter")


async def test_an_unknown_lot_is_not_found(shop: Shop) -> None:
    refused(await shop.stranger.get("/v1/lots/absent"), 404, "lot-not-found")

from __future__ import annotations

from typing import Any

import pytest

from services.recycling.api import examples
from services.recycling.api.cursor import read_instant, write_instant
from tests.component.recycling.shop import Shop, done, refused
from tests.unit.recycling.market import BUYER, SELLER


async def test_a_trade_goes_from_match_to_settlement(shop: Shop) -> None:
    trade = await shop.settled()
    assert (trade["status"], trade["version"]) == ("settled", 6)
    assert trade["weighed_mass_kg"] == trade["settled_mass_kg"] == "3986.650"
    assert trade["settled_amount"] == "56610.43"
    assert trade["ticket"]["ticket_number"] == examples.TICKET["ticket_number"]
    path = f"/v1/trades/{trade['trade_id']}"
    assert done(await shop.seller.get(path)) == done(await shop.buyer.get(path)) == trade
    lot = done(await shop.seller.get(f"/v1/lots/{trade['lot_id']}"))
    demand = done(await shop.buyer.get(f"/v1/demands/{trade['demand_id']}"))
    assert (lot["free_mass_kg"], demand["open_mass_kg"], demand["closed_because"]) == ("8500.000", "0.000", "used_up")


async def test_a_match_is_seen_by_its_parties_alone(shop: Shop) -> None:
    trade = await shop.matched()
    assert (trade["status"], trade["version"], trade["seller_organisation_id"]) == ("matched", 1, SELLER)
    path = f"/v1/trades/{trade['trade_id']}"
    foreign = refused(await shop.stranger.get(path), 404, "trade-not-found")
    absent = refused(await shop.stranger.get("/v1/trades/absent"), 404, "trade-not-found")
    assert {**foreign, "instance": ""} == {**absent, "instance": ""}
    assert done(await shop.stranger.get("/v1/trades")) == {"items": []}
    for name, body in (("confirm", None), ("ship", None), ("settle", None), ("cancel", examples.WHY)):
        refused(await shop.stranger.change(f"{path}:{name}", 1, body), 404, "trade-not-found")
    ticket = examples.TICKET | {"weighed_at": "2026-06-01T07:00:00Z"}
    refused(await shop.stranger.change(f"{path}:weigh", 1, ticket), 404, "trade-not-found")


async def test_trades_come_in_pages_oldest_match_first(shop: Shop) -> None:
    await shop.market.certify()
    await shop.lot()
    for _ in range(3):
        await shop.demand(mass_kg="10.000")
        await shop.market.work()
        shop.market.clock.advance(seconds=1)
    first = await shop.seller.get("/v1/trades", limit=2)
    second = await shop.seller.get(first.headers["Link"].split(">")[0].removeprefix("<https://market.test"))
    items = [*done(first)["items"], *done(second)["items"]]
    assert len({item["trade_id"] for item in items}) == 3
    assert [item["matched_at"] for item in items] == sorted(item["matched_at"] for item in items)
    refused(await shop.seller.get("/v1/trades", cursor="eyJhdCI6IngiLCJpZCI6InkifQ"), 400, "invalid-cursor")
    assert read_instant(write_instant(shop.market.clock())) == shop.market.clock()


async def test_each_step_has_its_party_and_its_time(shop: Shop) -> None:
    trade = await shop.contracted()
    path = f"/v1/trades/{trade['trade_id']}"
    version = trade["version"]
    problem = refused(await shop.buyer.change(f"{path}:ship", version), 403, "wrong-party")
    assert "seller" in problem["errors"][0]["remedy"]
    problem = refused(await shop.seller.change(f"{path}:settle", version), 409, "wrong-step")
    assert "contracted" in problem["detail"]
    refused(await shop.seller.change(f"{path}:confirm", version), 409, "wrong-step")
    refused(await shop.seller.change(f"{path}:ship", version - 1), 412, "precondition-failed", "/headers/If-Match")
    refused(await shop.seller.post(f"{path}:ship"), 428, "if-match-required")
    shipped = await shop.step(shop.seller, trade, "ship")
    refused(await shop.seller.change(f"{path}:cancel", shipped["version"], examples.WHY), 409, "wrong-step")


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"tare_kg": "20000"}, "rule-broken", "/tare_kg"),
        ({"gross_kg": "18460.0001"}, "invalid-body", "/gross_kg"),
        ({"moisture_percent": "101"}, "invalid-body", "/moisture_percent"),
        ({"weighed_at": "2026-06-01T09:00:00Z"}, "rule-broken", "/weighed_at"),
        ({"weighed_at": "2026-06-01T07:00:00"}, "invalid-body", "/weighed_at"),
        ({"weighed_at": "0001-01-01T00:00:00+14:00"}, "invalid-body", "/weighed_at"),
        ({"ticket_number": ""}, "invalid-body", "/ticket_number"),
    ],
)
async def test_a_ticket_that_breaks_a_rule_names_the_field(
    shop: Shop, changes: dict[str, Any], slug: str, field: str
) -> None:
    shipped = await shop.step(shop.seller, await shop.contracted(), "ship")
    ticket = examples.TICKET | {"weighed_at": "2026-06-01T07:00:00Z"} | changes
    response = await shop.buyer.change(f"/v1/trades/{shipped['trade_id']}:weigh", shipped["version"], ticket)
    refused(response, 422, slug, field)


async def test_short_weight_beyond_the_tolerance_is_weighed_again_before_it_settles(shop: Shop) -> None:
    short = await shop.weighed(gross_kg="18000.000")
    path = f"/v1/trades/{short['trade_id']}"
    problem = refused(await shop.seller.change(f"{path}:settle", short["version"]), 409, "outside-tolerance")
    assert "4000.000 kg contracted" in problem["detail"]
    assert "weighs again" in problem["errors"][0]["remedy"]
    ticket = examples.TICKET | {"weighed_at": "2026-06-01T07:30:00Z", "ticket_number": "WB-2026-000482"}
    again = await shop.step(shop.buyer, short, "weigh", ticket)
    assert (await shop.step(shop.seller, again, "settle"))["status"] == "settled"


async def test_cancelling_gives_the_mass_back(shop: Shop) -> None:
    trade = await shop.contracted()
    cancelled = await shop.step(shop.buyer, trade, "cancel", examples.WHY)
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", examples.WHY["reason"])
    await shop.market.work()
    lot = done(await shop.seller.get(f"/v1/lots/{trade['lot_id']}"))
    demand = done(await shop.buyer.get(f"/v1/demands/{trade['demand_id']}"))
    assert (lot["free_mass_kg"], demand["open_mass_kg"]) == ("12500.000", "4000.000")


@pytest.mark.parametrize("who", [SELLER, BUYER])
async def test_a_certificate_suspended_since_the_match_stops_the_contract(shop: Shop, who: str) -> None:
    trade = await shop.matched()
    await shop.market.certify(version=2, status="suspended", effective_on=shop.market.clock().date())
    response = await shop.caller(who).change(f"/v1/trades/{trade['trade_id']}:confirm", 1)
    problem = refused(response, 409, "certificate-required")
    assert "suspended since 2026-06-01" in problem["detail"]


async def test_a_suspended_party_stops_the_trade_for_the_other(shop: Shop) -> None:
    trade = await shop.matched()
    await shop.market.suspend(BUYER)
    path = f"/v1/trades/{trade['trade_id']}"
    refused(await shop.buyer.change(f"{path}:confirm", 1), 403, "organisation-suspended")
    refused(await shop.seller.change(f"{path}:confirm", 1), 409, "party-suspended")
    done(await shop.seller.change(f"{path}:cancel", 1, examples.WHY))

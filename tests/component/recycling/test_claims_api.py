from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.recycling.api import examples
from tests.component.recycling.shop import Json, Shop, done, refused


def body_for(trade: Json, **changes: Any) -> Json:
    return examples.NEW_CLAIM | {"trade_id": trade["trade_id"]} | changes


async def test_the_buyer_claims_and_everybody_can_check(shop: Shop) -> None:
    trade = await shop.settled()
    response = await shop.buyer.create("/v1/claims", body_for(trade))
    claim = done(response, 201)
    assert (claim["recycled_mass_kg"], claim["recycled_share_percent"]) == ("3000.000", "37.5000")
    assert (claim["post_consumer_mass_kg"], claim["pre_consumer_mass_kg"]) == ("2210.526", "789.474")
    assert claim["custody_model"] == trade["custody_model"]
    path = response.headers["Location"]
    assert done(await shop.seller.get(path)) == done(await shop.buyer.get(path)) == claim
    public = done(await shop.stranger.get(path))
    assert set(claim) - set(public) == {
        "trade_id", "lot_id", "seller_organisation_id", "beneficiary_organisation_id", "issued_at",
    }  # fmt: skip
    assert public == {name: claim[name] for name in public}
    claimed = done(await shop.buyer.get(f"/v1/trades/{trade['trade_id']}"))
    assert (claimed["claimed_mass_kg"], claimed["version"]) == ("3000.000", 7)
    assert done(await shop.stranger.get("/v1/claims")) == {"items": []}
    assert done(await shop.buyer.get("/v1/claims")) == {"items": [claim]}


async def test_never_more_than_was_settled_even_at_the_same_moment(shop: Shop) -> None:
    trade = await shop.settled()  # 3,986.650 kg, of which 95 %
    body = body_for(trade, recycled_mass_kg="1000.000")
    answers = await asyncio.gather(*(shop.buyer.create("/v1/claims", body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 409, 409, 409]
    problem = refused(
        await shop.buyer.create("/v1/claims", body), 409, "claim-exceeds-settled-mass", "/recycled_mass_kg"
    )
    assert "3986.650 kg were settled" in problem["detail"]
    assert "left to claim" in problem["detail"]


async def test_a_repeat_claims_once(shop: Shop) -> None:
    trade = await shop.settled()
    first = await shop.buyer.create("/v1/claims", body_for(trade), "key-1")
    again = await shop.buyer.create("/v1/claims", body_for(trade), "key-1")
    assert again.content == first.content
    assert len(shop.market.claims()) == 1


async def test_only_the_buyer_of_a_settled_trade_claims(shop: Shop) -> None:
    open_trade = await shop.weighed()
    refused(await shop.buyer.create("/v1/claims", body_for(open_trade)), 409, "wrong-step", "/trade_id")
    trade = await shop.step(shop.seller, open_trade, "settle")
    refused(await shop.seller.create("/v1/claims", body_for(trade)), 403, "wrong-party", "/trade_id")
    foreign = refused(await shop.stranger.create("/v1/claims", body_for(trade)), 404, "trade-not-found")
    absent = refused(await shop.stranger.create("/v1/claims", body_for({"trade_id": "absent"})), 404, "trade-not-found")
    assert foreign == absent


@pytest.mark.parametrize(
    ("changes", "status", "slug", "field"),
    [
        ({"product_id": "gtin:1"}, 422, "invalid-body", "/product_id"),
        ({"recycled_mass_kg": "0"}, 422, "invalid-body", "/recycled_mass_kg"),
        ({"product_mass_kg": "2999.999"}, 422, "rule-broken", "/product_mass_kg"),
        ({"period_end": "2027-06-01"}, 422, "rule-broken", "/period_end"),
        ({"period_start": "2026-01-01", "period_end": "2026-05-31"}, 422, "rule-broken", "/period_end"),
        ({"post_consumer_mass_kg": "3000.001"}, 422, "rule-broken", "/post_consumer_mass_kg"),
        ({"post_consumer_mass_kg": "2790.656"}, 409, "claim-exceeds-settled-mass", "/post_consumer_mass_kg"),
        ({"name": ""}, 422, "invalid-body", "/name"),
    ],
)
async def test_a_claim_that_breaks_a_rule_names_the_field(
    shop: Shop, changes: dict[str, Any], status: int, slug: str, field: str
) -> None:
    trade = await shop.settled()
    refused(await shop.buyer.create("/v1/claims", body_for(trade, **changes)), status, slug, field)
    assert not shop.market.claims()


async def test_book_and_claim_supports_no_product(shop: Shop) -> None:
    trade = await shop.settled_with("book_and_claim")
    refused(await shop.buyer.create("/v1/claims", body_for(trade)), 409, "book-and-claim-refused", "/trade_id")


async def test_revoking_gives_the_mass_back_and_is_the_beneficiarys_alone(shop: Shop) -> None:
    trade = await shop.settled()
    claim = done(await shop.buyer.create("/v1/claims", body_for(trade)), 201)
    path = f"/v1/claims/{claim['claim_id']}:revoke"
    for who in (shop.seller, shop.stranger):
        refused(await who.change(path, 1, examples.WHY), 404, "claim-not-found")
    refused(await shop.buyer.change(path, 2, examples.WHY), 412, "precondition-failed")
    revoked = done(await shop.buyer.change(path, 1, examples.WHY))
    assert (revoked["status"], revoked["version"]) == ("revoked", 2)
    refused(await shop.buyer.change(path, 2, examples.WHY), 409, "already-closed")
    assert done(await shop.stranger.get(f"/v1/claims/{claim['claim_id']}"))["status"] == "revoked"
    assert done(await shop.buyer.get(f"/v1/trades/{trade['trade_id']}"))["claimed_mass_kg"] == "0.000"
    done(await shop.buyer.create("/v1/claims", body_for(trade)), 201)
    assert shop.market.versions_are_whole()


async def test_an_unknown_claim_is_not_found(shop: Shop) -> None:
    refused(await shop.stranger.get("/v1/claims/absent"), 404, "claim-not-found")

"""`POST /3/events` and the connections: what is taken, what is refused, and in whose words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.footprints.application.exchange import PARTNER_CONNECTIONS, RECEIVED_EVENTS, REQUESTS
from tests.component.footprints.exchange import Exchange, event, open_exchange
from tests.component.footprints.house import done, open_house, problem
from tests.support.footprints import HOUSING_PRODUCT, footprint_id, housing
from tests.unit.footprints.given import BUYER, organisation

ASKED: dict[str, Any] = {"productId": [HOUSING_PRODUCT]}
FULFILLED = {"requestEventId": "ours/1", "pfs": [housing(7)]}


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with open_exchange() as opened:
        yield opened


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"no json", "JSON"),
        (b"[]", "object"),
        (b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}", "nest"),
        (event("RequestCreatedEvent", ASKED, id=...), "/id"),
        (event("RequestCreatedEvent", ASKED, id=""), "/id"),
        (event("RequestCreatedEvent", ASKED, source=...), "/source"),
        (event("RequestCreatedEvent", ASKED, source="with space"), "/source"),
        (event("RequestCreatedEvent", ASKED, time="yesterday"), "/time"),
        (event("RequestCreatedEvent", ASKED, time=...), "/time"),
        (event("RequestCreatedEvent", ASKED, specversion="0.3"), "/specversion"),
        (event("RequestCreatedEvent", ASKED, type=...), "/type"),
        (event("RequestCreatedEvent", ASKED, type="org.wbcsd.pathfinder.ProductFootprint.Published.v1"), "/type"),
        (event("RequestCreatedEvent", ASKED, data=...), "/data"),
        (event("RequestCreatedEvent", {"productId": [1]}), "/data/productId/0"),
        (event("RequestCreatedEvent", {"productId": ["urn:x:1"] * 101}), "/data/productId"),
        (event("RequestCreatedEvent", {"productId": ["x" * 501]}), "/data/productId/0"),
        (event("RequestCreatedEvent", ASKED | {"validOn": "2026-01-01"}), "/data/validOn"),
        (event("RequestCreatedEvent", {}), "productId, companyId or classification"),
        (event("RequestCreatedEvent", {"productId": [""], "status": "Active"}), "productId, companyId"),
        (event("RequestFulfilledEvent", FULFILLED | {"pfs": []}), "/data/pfs"),
        (event("RequestFulfilledEvent", FULFILLED | {"requestEventId": ""}), "/data/requestEventId"),
        (event("RequestFulfilledEvent", FULFILLED | {"pfs": [housing(7, productIds=[])]}), "/data/pfs/0/productIds"),
        (event("RequestRejectedEvent", {"requestEventId": "ours/1"}), "/data/error"),
        (event("PublishedEvent", {"pfIds": []}), "/data/pfIds"),
        (event("PublishedEvent", {"pfIds": ["4711"]}), "/data/pfIds/0"),
    ],
)
async def test_what_is_refused_at_once(exchange: Exchange, body: Any, named: str) -> None:
    response = await exchange.tell(body)
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.json().keys() == {"code", "message"}
    assert response.json()["code"] == "BadRequest"
    assert named in response.json()["message"]
    assert exchange.house.world.store.states(RECEIVED_EVENTS) == {}


@pytest.mark.parametrize(
    "media_type",
    ["application/cloudevents+json", "application/cloudevents+json; charset=UTF-8", "Application/CloudEvents+JSON"],
)
async def test_media_types_that_are_taken(exchange: Exchange, media_type: str) -> None:
    response = await exchange.tell(event("RequestCreatedEvent", ASKED), media_type=media_type)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("media_type", ["application/json", "application/cloudevents+json; charset=latin-1", ""])
async def test_media_types_that_are_not(exchange: Exchange, media_type: str) -> None:
    response = await exchange.tell(event("RequestCreatedEvent", ASKED), media_type=media_type)
    assert (response.status_code, response.json()["code"]) == (415, "BadRequest")


async def test_who_has_no_token_or_is_suspended_is_refused_in_the_standards_words(exchange: Exchange) -> None:
    body = json.dumps(event("RequestCreatedEvent", ASKED)).encode()
    response = await exchange.house.client.post("/3/events", content=body)
    assert (response.status_code, response.json()["code"]) == (401, "BadRequest")
    await exchange.house.world.record(organisation(BUYER, version=9, suspended=True))
    response = await exchange.tell(body)
    assert (response.status_code, response.json()["code"]) == (403, "AccessDenied")


@pytest.mark.parametrize("status", ["Active", ["Active"], ["active", "Deprecated"], None, ""])
async def test_status_is_a_value_or_an_array(exchange: Exchange, status: Any) -> None:
    await exchange.house.supplier.submit(housing(1))
    await exchange.ask(**ASKED, status=status)
    (request,) = exchange.house.world.store.states(REQUESTS).values()
    assert request.state.value == "waiting"


async def test_an_event_is_kept_to_the_character(exchange: Exchange) -> None:
    raw = json.dumps(event("RequestCreatedEvent", ASKED | {"x-vendor": 1.10}), ensure_ascii=False, indent=1).encode()
    assert (await exchange.tell(raw)).status_code == 200
    (kept,) = exchange.house.world.store.states(RECEIVED_EVENTS).values()
    assert kept.text.encode() == raw
    assert (kept.source, kept.event_id) == ("//pact.partner.example/3/events", "requests/2026/0417 ü")
    assert exchange.partner.received == [], "its source is never called"


async def test_a_connection_is_made_read_replaced_and_removed(exchange: Exchange) -> None:
    made = await exchange.connect(scope="events", auth_base_url=f"{exchange.partner.url}/auth")
    body = done(made, 201)
    assert "s3cr3t" not in made.text
    assert (made.headers["Location"], made.headers["ETag"]) == (f"/v1/partner-connections/{BUYER}", '"1"')
    assert done(await exchange.house.buyer.get(made.headers["Location"])) == body
    assert done(await exchange.operator.get(made.headers["Location"])) == body
    again = {"base_url": exchange.partner.url, "client_id": "new", "client_secret": "other"}
    assert (await exchange.put(again)).status_code == 428
    assert (await exchange.put(again, version=2)).status_code == 412
    assert done(await exchange.put(again, exchange.operator, version=1))["version"] == 2
    (kept,) = exchange.house.world.store.states(PARTNER_CONNECTIONS).values()
    assert b"other" not in kept.terms.sealed_secret
    headers = exchange.house.buyer.token()
    url = f"/v1/partner-connections/{BUYER}"
    assert (await exchange.house.client.delete(url, headers=headers)).status_code == 428
    removed = await exchange.house.client.delete(url, headers=headers | {"If-Match": '"2"'})
    assert (removed.status_code, removed.content) == (204, b"")
    assert (await exchange.house.buyer.get(url)).status_code == 404


async def test_somebody_elses_connection_is_as_good_as_absent(exchange: Exchange) -> None:
    done(await exchange.connect(), 201)
    url = f"/v1/partner-connections/{BUYER}"
    foreign = problem(await exchange.house.rival.get(url), 404, "connection-not-found")
    absent = problem(await exchange.house.rival.get("/v1/partner-connections/nobody"), 404, "connection-not-found")
    assert foreign.detail == absent.detail
    problem(await exchange.connect(exchange.house.rival), 404, "connection-not-found")


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"base_url": "https://pact.partner.example"}, "base-url-not-registered", "/base_url"),
        ({"base_url": "ftp://127.0.0.1"}, "url-not-callable", "/base_url"),
        ({"base_url": "https://user:secret@127.0.0.1"}, "url-not-callable", "/base_url"),
        ({"base_url": "https://127.0.0.1?a=b"}, "url-not-callable", "/base_url"),
        ({"auth_base_url": "//issuer.example"}, "url-not-callable", "/auth_base_url"),
        ({"client_secret": ...}, "invalid-body", "/client_secret"),
        ({"client_id": ...}, "invalid-body", "/client_id"),
        ({"colour": "red"}, "invalid-body", "/colour"),
    ],
)
async def test_connections_that_are_refused(exchange: Exchange, changes: dict[str, Any], slug: str, field: str) -> None:
    found = problem(await exchange.connect(**changes), 422, slug)
    assert found.errors[0].field == field


async def test_without_a_key_no_secret_is_taken() -> None:
    async with open_house() as house:
        exchange = Exchange(house, None, None)  # type: ignore[arg-type]  # neither is asked
        await house.world.record(organisation(BUYER, version=2))
        body = {"base_url": "https://pact.partner.example", "client_id": "t", "client_secret": "s"}
        problem(await exchange.put(body), 503, "secrets-not-configured")


async def test_the_inbox_is_paged_and_filtered(exchange: Exchange) -> None:
    await exchange.house.supplier.submit(housing(1))
    for number in range(3):
        await exchange.ask(event_id=str(number), **ASKED)
    first = await exchange.house.supplier.get("/v1/requests", limit=2)
    assert len(done(first)["items"]) == 2
    link = first.links["next"]["url"].removeprefix("https://api.test")
    rest = done(await exchange.house.client.get(link, headers=exchange.house.supplier.token()))["items"]
    seen = {each["request_id"] for each in (*first.json()["items"], *rest)}
    assert len(seen) == 3
    done(await exchange.answer(min(seen), "reject"))
    for state, count in (("waiting", 2), ("rejected", 1), ("accepted", 0)):
        assert len(done(await exchange.house.supplier.get("/v1/requests", state=state))["items"]) == count


async def test_what_was_deprecated_meanwhile_is_no_answer(exchange: Exchange) -> None:
    await exchange.house.supplier.submit(housing(1))
    await exchange.ask(**ASKED, status="Active")
    (asked,) = done(await exchange.house.supplier.get("/v1/requests"))["items"]
    await exchange.house.supplier.submit(housing(2, precedingPfIds=[footprint_id(1)], productIds=["urn:x:other"]))
    problem(await exchange.answer(asked["request_id"], "accept"), 409, "nothing-to-answer-with")

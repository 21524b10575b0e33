"""From a partner's question to its answer, over real HTTP: one terminal event, whatever happens on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.chassis import identity_map
from services.footprints.application.exchange import DELIVERIES, RECEIVED_EVENTS, REQUESTS
from services.footprints.application.handlers import notices as handlers_of_notices
from tests.component.footprints.exchange import PREFIX, Exchange, event, open_exchange
from tests.component.footprints.house import done
from tests.support.footprints import HOUSING_PRODUCT, footprint_id, housing
from tests.support.partner import EVENTS, Answer
from tests.unit.footprints.given import BUYER, SUPPLIER, organisation

ASKED: dict[str, Any] = {"productId": [HOUSING_PRODUCT]}


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with open_exchange() as opened:
        done(await opened.connect(), 201)
        yield opened


async def inbox(exchange: Exchange, **query: Any) -> list[Any]:
    items: list[Any] = done(await exchange.house.supplier.get("/v1/requests", **query))["items"]
    return items


async def test_a_match_with_access_is_fulfilled(exchange: Exchange) -> None:
    await exchange.house.supplier.submit(housing(1))
    exchange.house.clock.advance(seconds=1)
    await exchange.house.supplier.give()
    await exchange.ask(productId=[HOUSING_PRODUCT.upper()], status="active")
    await exchange.deliver()
    (told,) = exchange.partner.events
    assert (told["type"], told["specversion"]) == (f"{PREFIX}RequestFulfilledEvent.3", "1.0")
    assert told["source"] == "https://api.test"
    assert told["data"]["requestEventId"] == "requests/2026/0417 ü"
    assert told["data"]["pfs"] == [housing(1)]
    assert await inbox(exchange) == []
    (entry,) = done(await exchange.house.supplier.get("/v1/access-log"))["items"]
    assert (entry["reader_organisation_id"], entry["operation"]) == (BUYER, f"{PREFIX}RequestFulfilledEvent.3")


async def test_no_match_is_rejected_once(exchange: Exchange) -> None:
    await exchange.ask(**ASKED)
    await exchange.deliver(turns=3)
    (told,) = exchange.partner.events
    assert told["type"] == f"{PREFIX}RequestRejectedEvent.3"
    assert told["data"]["requestEventId"] == "requests/2026/0417 ü"
    assert told["data"]["error"]["code"] == "NotFound"


async def test_a_match_without_access_waits_in_the_inbox_and_is_accepted(exchange: Exchange) -> None:
    await exchange.house.supplier.submit(housing(1))
    await exchange.ask(**ASKED, comment="For 2027.")
    await exchange.deliver()
    assert exchange.partner.events == []
    (asked,) = await inbox(exchange, state="waiting")
    assert (asked["requester_organisation_id"], asked["comment"], asked["version"]) == (BUYER, "For 2027.", 1)
    accepted = done(await exchange.answer(asked["request_id"], "accept", scope="product"))
    assert (accepted["state"], accepted["footprint_ids"], accepted["version"]) == ("accepted", [footprint_id(1)], 2)
    await exchange.deliver(turns=2)
    (told,) = exchange.partner.events
    assert [each["id"] for each in told["data"]["pfs"]] == [footprint_id(1)]
    (grant,) = done(await exchange.house.buyer.get("/v1/grants"))["items"]
    assert (grant["scope"], grant["scope_value"]) == ("product", HOUSING_PRODUCT)
    done(await exchange.house.buyer.get(f"/v1/footprints/{footprint_id(1)}"))
    assert await inbox(exchange, state="waiting") == []


async def test_an_owners_no_reads_like_no_match(exchange: Exchange) -> None:
    await exchange.house.supplier.submit(housing(1))
    await exchange.ask(event_id="known", **ASKED)
    (asked,) = await inbox(exchange)
    done(await exchange.answer(asked["request_id"], "reject", reason="No contract."))
    await exchange.ask(event_id="unknown", productId=["urn:gtin:0"])
    await exchange.deliver()
    known, unknown = sorted(exchange.partner.events, key=lambda each: each["data"]["requestEventId"])
    assert known["data"] == unknown["data"] | {"requestEventId": "known"}
    assert {name: known[name] for name in ("type", "source", "specversion")} == {
        name: unknown[name] for name in ("type", "source", "specversion")
    }


async def test_two_owners_answer_once_and_the_later_one_by_notice(exchange: Exchange) -> None:
    for caller, number in ((exchange.house.supplier, 1), (exchange.house.rival, 2)):
        await caller.submit(housing(number))
    await exchange.ask(**ASKED)
    (asked,) = await inbox(exchange)
    done(await exchange.answer(asked["request_id"], "accept"))
    done(await exchange.answer(asked["request_id"], "accept", exchange.house.rival))
    await exchange.deliver(turns=2)
    told = {each["type"].removeprefix(PREFIX): each["data"] for each in exchange.partner.events}
    assert [each["id"] for each in told["RequestFulfilledEvent.3"]["pfs"]] == [footprint_id(1)]
    assert told["PublishedEvent.3"] == {"pfIds": [footprint_id(2)]}
    assert len(exchange.partner.events) == 2


async def test_the_same_event_has_one_effect(exchange: Exchange) -> None:
    await exchange.house.supplier.submit(housing(1))
    for _ in range(3):
        await exchange.ask(**ASKED)
    await exchange.ask(exchange.house.rival, **ASKED)
    states = exchange.house.world.store.states
    assert len(states(RECEIVED_EVENTS)) == len(states(REQUESTS)) == 2, "ids of two senders are two events"
    assert len(await inbox(exchange)) == 2


async def test_facts_seen_twice_make_one_delivery(exchange: Exchange) -> None:
    await exchange.ask(**ASKED)
    await exchange.deliver()
    await exchange.replay()
    await exchange.deliver()
    assert len(exchange.house.world.store.states(DELIVERIES)) == len(exchange.partner.events) == 1


async def test_a_failure_is_tried_again_under_the_same_id(exchange: Exchange) -> None:
    exchange.partner.answer(EVENTS, Answer(503), Answer(200))
    await exchange.ask(**ASKED)
    await exchange.deliver()
    (state,) = done(await exchange.operator.get("/v1/deliveries"))["items"]
    assert (state["progress"], state["attempts"]) == ("pending", 1)
    assert state["last_error"] == "events: the partner answered 503"
    exchange.house.clock.advance(seconds=6)
    await exchange.deliver()
    first, second = exchange.partner.events
    assert first == second
    done_state = done(await exchange.operator.get(f"/v1/deliveries/{state['delivery_id']}"))
    assert (done_state["progress"], done_state["next_attempt_at"]) == ("delivered", None)


async def test_what_is_closed_before_the_answer_leaves_is_not_told(exchange: Exchange) -> None:
    await exchange.house.supplier.submit(housing(1))
    grant_id = done(await exchange.house.supplier.give(), 201)["grant_id"]
    await exchange.ask(**ASKED)
    await exchange.house.supplier.revoke(grant_id)
    await exchange.deliver()
    (told,) = exchange.partner.events
    assert told["type"] == f"{PREFIX}RequestRejectedEvent.3"


async def test_nothing_goes_to_a_url_that_is_no_longer_registered(exchange: Exchange) -> None:
    await exchange.ask(**ASKED)
    await exchange.house.world.record(organisation(BUYER, version=3))
    await exchange.deliver()
    assert exchange.partner.received == []
    (state,) = done(await exchange.operator.get("/v1/deliveries"))["items"]
    assert "registered" in state["last_error"]


async def test_without_a_connection_the_answer_waits_for_one() -> None:
    async with open_exchange() as exchange:
        await exchange.ask(**ASKED)
        await exchange.deliver()
        assert exchange.partner.received == []
        done(await exchange.connect(), 201)
        exchange.house.clock.advance(seconds=6)
        await exchange.deliver()
        assert len(exchange.partner.events) == 1


async def test_a_retry_by_hand(exchange: Exchange) -> None:
    exchange.partner.answer(EVENTS, Answer(500))
    await exchange.ask(**ASKED)
    await exchange.deliver()
    exchange.house.clock.advance(days=3.1)
    await exchange.deliver()
    (state,) = done(await exchange.operator.get("/v1/deliveries", progress="gave_up"))["items"]
    exchange.partner.answer(EVENTS, Answer(200))
    path = f"/v1/deliveries/{state['delivery_id']}:retry"
    assert (await exchange.house.supplier.send(path, b"")).status_code == 403
    done(await exchange.operator.send(path, b""), 202)
    await exchange.deliver()
    after = done(await exchange.operator.get(f"/v1/deliveries/{state['delivery_id']}"))
    assert (after["progress"], after["attempts"]) == ("delivered", 3)
    again = await exchange.operator.send(path, b"")
    assert (again.status_code, again.json()["type"]) == (409, "urn:tierloop:problem:delivery-done")


async def test_deliveries_are_seen_by_the_operator_and_their_owner(exchange: Exchange) -> None:
    await exchange.house.supplier.submit(housing(1))
    await exchange.ask(**ASKED)
    (asked,) = await inbox(exchange)
    done(await exchange.answer(asked["request_id"], "accept"))
    await exchange.deliver()
    (own,) = done(await exchange.house.supplier.get("/v1/deliveries"))["items"]
    assert done(await exchange.house.supplier.get(f"/v1/deliveries/{own['delivery_id']}")) == own
    assert done(await exchange.house.rival.get("/v1/deliveries"))["items"] == []
    absent = await exchange.house.rival.get("/v1/deliveries/no-such-delivery")
    foreign = await exchange.house.rival.get(f"/v1/deliveries/{own['delivery_id']}")
    assert absent.status_code == foreign.status_code == 404
    assert absent.json()["detail"] == foreign.json()["detail"]


async def test_events_of_the_recipients_side_are_kept(exchange: Exchange) -> None:
    for kind, data in (
        ("RequestFulfilledEvent", {"requestEventId": "ours/1", "pfs": [housing(7)]}),
        ("RequestRejectedEvent", {"requestEventId": "ours/1", "error": {"code": "NotFound", "message": "-"}}),
        ("PublishedEvent", {"pfIds": [footprint_id(7)]}),
    ):
        response = await exchange.tell(event(kind, data, id=kind))
        assert (response.status_code, response.content) == (200, b""), response.text
    kept = exchange.house.world.store.states(RECEIVED_EVENTS).values()
    assert {each.sender_organisation_id for each in kept} == {BUYER}
    assert len(kept) == 3
    assert exchange.house.world.store.states(REQUESTS) == {}


async def test_foreign_requests_and_absent_ones_answer_alike(exchange: Exchange) -> None:
    await exchange.house.supplier.submit(housing(1))
    await exchange.ask(**ASKED)
    (asked,) = await inbox(exchange)
    for path in (f"/v1/requests/{asked['request_id']}", "/v1/requests/absent"):
        response = await exchange.house.rival.get(path)
        assert (response.status_code, response.json()["type"]) == (404, "urn:tierloop:problem:request-not-found")
    foreign = await exchange.answer(asked["request_id"], "accept", exchange.house.rival)
    assert foreign.status_code == 404
    assert (await exchange.house.buyer.get("/v1/requests")).status_code == 403


async def test_answers_are_guarded_and_repeatable(exchange: Exchange) -> None:
    await exchange.house.supplier.submit(housing(1))
    await exchange.ask(**ASKED)
    (asked,) = await inbox(exchange)
    request_id = asked["request_id"]
    assert (await exchange.answer(request_id, "accept", version=2)).status_code == 412
    first = await exchange.answer(request_id, "accept", key="once")
    again = await exchange.answer(request_id, "accept", key="once")
    assert (first.content, first.headers["ETag"]) == (again.content, again.headers["ETag"])
    assert len(done(await exchange.house.buyer.get("/v1/grants"))["items"]) == 1
    other = await exchange.answer(request_id, "reject", version=2)
    assert (other.status_code, other.json()["type"]) == (409, "urn:tierloop:problem:request-answered")


async def notices(exchange: Exchange) -> list[list[str]]:
    """Deliver, and return what the partner was told of."""
    await exchange.deliver()
    return [each["data"]["pfIds"] for each in exchange.partner.events if each["type"].endswith("PublishedEvent.3")]


async def test_partners_with_access_are_told_of_each_version(exchange: Exchange) -> None:
    await exchange.house.supplier.give(scope="product", scope_value=HOUSING_PRODUCT)
    await exchange.house.supplier.give()
    await exchange.house.supplier.submit(housing(1))
    assert await notices(exchange) == [[footprint_id(1)]], "two grants, one notice"
    await exchange.house.supplier.submit(housing(2, precedingPfIds=[footprint_id(1)]))
    assert sorted(await notices(exchange)) == [[footprint_id(1)], [footprint_id(1)], [footprint_id(2)]]
    await exchange.replay()
    assert len(await notices(exchange)) == 3


async def test_nobody_else_is_told(exchange: Exchange) -> None:
    await exchange.house.supplier.submit(housing(1))
    await exchange.house.rival.give(grantee_organisation_id=SUPPLIER)
    await exchange.house.rival.submit(housing(2))
    assert await notices(exchange) == []
    grant_id = done(await exchange.house.supplier.give(), 201)["grant_id"]
    await exchange.house.supplier.revoke(grant_id)
    await exchange.house.supplier.submit(housing(3))
    assert await notices(exchange) == []


async def test_a_notice_of_what_was_closed_meanwhile_is_withdrawn(exchange: Exchange) -> None:
    grant_id = done(await exchange.house.supplier.give(), 201)["grant_id"]
    await exchange.house.supplier.submit(housing(1))
    await exchange.work()
    await exchange.house.supplier.revoke(grant_id)
    assert await notices(exchange) == []
    (state,) = done(await exchange.house.supplier.get("/v1/deliveries"))["items"]
    assert state["progress"] == "withdrawn"


async def test_old_news_is_not_told(exchange: Exchange) -> None:
    await exchange.house.supplier.give()
    await exchange.house.supplier.submit(housing(1))
    exchange.house.clock.advance(days=3.1)
    assert await notices(exchange) == []


async def test_a_door_that_many_grants_open_is_walked_by_pages(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_map, "MATCH_LIMIT", 2)
    monkeypatch.setattr(handlers_of_notices, "PAGE_GRANTS", 2)
    await exchange.house.supplier.submit(housing(1))
    for number in range(4):
        await exchange.house.supplier.give(scope="footprint", scope_value=footprint_id(1), key=f"rival-{number}")
    assert await notices(exchange) == [[footprint_id(1)]]
    topics = [row.topic for row in exchange.house.world.store.memory.outbox]
    assert topics.count("footprints.notice-work.v1") == 3, "two full pages, and the empty one behind them"

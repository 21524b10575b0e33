from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.certification.api import examples
from tests.component.certification.desk import Desk, done, refused
from tests.unit.certification import wire
from tests.unit.certification.builders import SUPPLIER

PATH = "/v1/parts"


async def test_a_supplier_lists_a_part(desk: Desk) -> None:
    await desk.registered()
    answer = await desk.supplier.create(PATH, examples.NEW_PART)
    body = done(answer, 201)
    assert (answer.headers["Location"], answer.headers["ETag"]) == (f"{PATH}/{body['part_id']}", '"1"')
    assert {name: body[name] for name in examples.NEW_PART} == examples.NEW_PART
    assert (body["supplier_id"], body["verdicts"]) == (SUPPLIER, [])
    assert done(await desk.supplier.get(f"{PATH}/{body['part_id']}")) == body
    assert done(await desk.supplier.get(PATH))["items"] == [body]


async def test_a_repeat_lists_once(desk: Desk) -> None:
    await desk.registered()
    answers = [await desk.supplier.create(PATH, examples.NEW_PART, key="once") for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert len(done(await desk.supplier.get(PATH))["items"]) == 1


async def test_a_part_number_of_a_site_is_listed_once(desk: Desk) -> None:
    await desk.registered()
    await desk.part()
    again = await desk.supplier.create(PATH, examples.NEW_PART | {"part_number": "hsg-4711-a"})
    refused(again, 409, "part-number-taken", "/part_number")
    await desk.registered(desk.other_supplier)
    await desk.part(desk.other_supplier)


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"site_id": "mars"}, "site-unknown", "/site_id"),
        ({"product_id": "HSG-4711"}, "invalid-body", "/product_id"),
        ({"product_id": "urn:x:"}, "invalid-body", "/product_id"),
        ({"name": ""}, "invalid-body", "/name"),
    ],
)
async def test_what_breaks_a_rule(desk: Desk, changes: dict[str, str], slug: str, field: str) -> None:
    await desk.registered()
    refused(await desk.supplier.create(PATH, examples.NEW_PART | changes), 422, slug, field)


async def test_before_registering_nothing_is_listed(desk: Desk) -> None:
    refused(await desk.supplier.create(PATH, examples.NEW_PART), 409, "supplier-not-registered")


async def test_a_verdict_names_every_requirement(desk: Desk) -> None:
    await desk.registered()
    certificate = await desk.certificate()
    profile = await desk.profile()
    part = await desk.part()
    await desk.footprint()
    await desk.grant()
    answer = await desk.buyer.get(f"{PATH}/{part['part_id']}/verdict", profile=profile["profile_id"])
    body = done(answer)
    assert answer.headers["ETag"] == f'"{body["verdict_version"]}"'
    results = {item["requirement"]: (item["result"], item["evidence"]) for item in body["requirements"]}
    assert results == {
        "certificate:iatf16949": ("missing", []),
        "certificate:iso14001": (
            "met",
            [{"kind": "certificate", "id": certificate["certificate_id"], "version": 1}],
        ),
        "pcf_ceiling": (
            "met",
            [
                {"kind": "footprint", "id": "footprint-1", "version": 1},
                {"kind": "grant", "id": "grant-1", "version": 1},
            ],
        ),
        "recycled_share": ("missing", []),
    }
    assert (body["verdict"], body["profile_version"], body["current"]) == ("not_certified", 1, True)
    assert (body["decided_at"], body["holds_until"]) == ("2026-06-01T08:00:00Z", "2028-03-01T00:00:00Z")


async def test_supplier_and_buyer_see_the_same_verdict_and_others_none(desk: Desk) -> None:
    profile, part = await desk.certified()
    path = f"{PATH}/{part['part_id']}/verdict"
    verdict = done(await desk.buyer.get(path, profile=profile["profile_id"]))
    assert done(await desk.supplier.get(path, profile=profile["profile_id"])) == verdict
    for who in (desk.other_supplier, desk.other_buyer, desk.verifier, desk.stranger):
        foreign = await who.get(path, profile=profile["profile_id"])
        absent = await who.get(f"{PATH}/none/verdict", profile=profile["profile_id"])
        refused(foreign, 404, "part-not-found")
        assert {**foreign.json(), "instance": ""} == {**absent.json(), "instance": ""}


async def test_a_buyer_sees_its_own_verdicts_alone(desk: Desk) -> None:
    profile, part = await desk.certified()
    other = await desk.profile(desk.other_buyer, certificate_types=["iatf16949"])
    await desk.world.drain()
    path = f"{PATH}/{part['part_id']}"
    own = done(await desk.buyer.get(path))["verdicts"]
    assert own == [{"profile_id": profile["profile_id"], "verdict": "certified", "current": True}]
    both = done(await desk.supplier.get(path))["verdicts"]
    assert [item["profile_id"] for item in both] == sorted([profile["profile_id"], other["profile_id"]])
    refused(await desk.buyer.get(f"{path}/verdict", profile=other["profile_id"]), 404, "verdict-not-found")
    foreign = await desk.buyer.get(f"{path}/trail", profile=other["profile_id"])
    refused(foreign, 404, "verdict-not-found")


async def test_the_buyer_lists_parts_by_their_verdict(desk: Desk) -> None:
    profile, part = await desk.certified()
    await desk.registered(desk.other_supplier)
    plain = await desk.part(desk.other_supplier)
    await desk.world.drain()
    profile_id = profile["profile_id"]

    async def ids(**query: str) -> list[str]:
        return [item["part_id"] for item in done(await desk.buyer.get(PATH, profile=profile_id, **query))["items"]]

    assert await ids(certified="true") == [part["part_id"]]
    assert await ids(certified="false") == [plain["part_id"]]
    assert await ids() == [part["part_id"], plain["part_id"]]
    refused(await desk.supplier.get(PATH, profile=profile_id, certified="true"), 404, "profile-not-found")
    refused(await desk.other_buyer.get(PATH, profile=profile_id), 404, "profile-not-found")


async def test_certified_speaks_of_a_profile(desk: Desk) -> None:
    refused(await desk.buyer.get(PATH, certified="true"), 422, "invalid-parameter", "/query/profile")


async def test_a_buyers_own_list_without_a_profile_is_empty(desk: Desk) -> None:
    await desk.certified()
    assert done(await desk.buyer.get(PATH))["items"] == []


async def test_parts_of_a_profile_come_by_pages(desk: Desk) -> None:
    profile, part = await desk.certified()
    more = [await desk.part(part_number=f"HSG-{number}") for number in range(2)]
    await desk.world.drain()
    first = await desk.buyer.get(PATH, profile=profile["profile_id"], certified="true", limit=2)
    link = first.headers["Link"]
    second = await desk.buyer.get(link[1 : link.index(">")].removeprefix("https://certification.test"))
    found = [item["part_id"] for page in (first, second) for item in done(page)["items"]]
    assert found == [part["part_id"], *(item["part_id"] for item in more)]
    assert "Link" not in second.headers


async def test_a_verdict_that_a_date_has_overtaken_certifies_nothing(desk: Desk) -> None:
    profile, part = await desk.certified()
    desk.world.clock.set(datetime(2028, 3, 1, tzinfo=UTC))
    query = {"profile": profile["profile_id"]}
    assert done(await desk.buyer.get(PATH, **query, certified="true"))["items"] == []
    [listed] = done(await desk.buyer.get(PATH, **query, certified="false"))["items"]
    assert listed["verdicts"] == [{"profile_id": query["profile"], "verdict": "certified", "current": False}]
    assert done(await desk.buyer.get(f"{PATH}/{part['part_id']}/verdict", **query))["current"] is False


async def test_a_buyer_without_a_grant_cannot_tell_two_footprints_apart(desk: Desk) -> None:
    """Every answer, count, order and version stays as it was, while the hidden footprint changes."""
    await desk.registered()
    profile = await desk.profile()
    other = await desk.profile(desk.other_buyer)
    part = await desk.part()
    await desk.footprint("5.0")
    await desk.grant(grantee_organisation_id=desk.other_buyer.organisation_id)
    paths = [f"{PATH}/{part['part_id']}", f"{PATH}/{part['part_id']}/verdict", f"{PATH}/{part['part_id']}/trail", PATH]

    async def seen() -> list[tuple[int, bytes, str | None]]:
        answers = [await desk.buyer.get(path, profile=profile["profile_id"]) for path in paths]
        return [(answer.status_code, answer.content, answer.headers.get("ETag")) for answer in answers]

    before = await seen()
    assert b'"no_access"' in before[1][1]
    await desk.footprint("9.0", footprint_id="footprint-2", reference_period_end="2026-05-01T00:00:00Z")
    gone = wire.footprint("5.0", version=2, status="Deprecated", product_ids=[examples.PRODUCT_ID])
    await desk.world.fact(wire.message(wire.DEPRECATED, gone), "footprints.footprint.v1")
    await desk.world.drain()
    assert await seen() == before
    path = f"{PATH}/{part['part_id']}/verdict"
    verdict = done(await desk.other_buyer.get(path, profile=other["profile_id"]))
    assert {item["requirement"]: item["result"] for item in verdict["requirements"]}["pcf_ceiling"] == "failed"


async def test_the_trail_shows_the_events_behind_a_verdict(desk: Desk) -> None:
    profile, part = await desk.certified()
    body = done(await desk.buyer.get(f"{PATH}/{part['part_id']}/trail", profile=profile["profile_id"]))
    kinds = [(event["role"], event["kind"], event["verdict"]) for event in body["events"]]
    assert ("evidence", "certificate", None) in kinds
    assert ("verdict", "part", "certified") in kinds
    refused(await desk.stranger.get(f"{PATH}/{part['part_id']}/trail"), 404, "part-not-found")


async def test_the_whole_chain_carries_the_clients_correlation_id(desk: Desk) -> None:
    await desk.registered()
    profile = await desk.profile(certificate_types=["iso14001"])
    part = await desk.part()
    await desk.world.drain()
    sent = {"X-Correlation-Id": "order-4711"}
    done(await desk.supplier.create("/v1/certificates", examples.NEW_CERTIFICATE, **sent), 201)
    await desk.world.drain()
    body = done(await desk.buyer.get(f"{PATH}/{part['part_id']}/trail", profile=profile["profile_id"]))
    chain = [event for event in body["events"] if event["correlation_id"] == "order-4711"]
    assert [(event["role"], event["verdict"]) for event in chain] == [("evidence", None), ("verdict", "certified")]


async def test_without_a_token_nothing_is_told(desk: Desk) -> None:
    for path in (PATH, "/v1/profiles", "/v1/certificates", f"/v1/suppliers/{SUPPLIER}", f"{PATH}/x/trail"):
        assert (await desk.client.get(path)).status_code == 401

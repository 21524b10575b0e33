"""The PACT host over HTTP: what a partner reads, and every error in the standard's body."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from services.chassis.problems import Problem
from services.footprints.api.pact_host import errors, query
from services.footprints.domain.access import GrantScope
from tests.component.footprints.house import Caller, House, done
from tests.support.footprints import HOUSING_PRODUCT, footprint_id, housing
from tests.unit.footprints.given import BUYER, NOW, RIVAL, SUPPLIER, organisation

ABSENT = footprint_id(999)
LINK = re.compile(r'<(https://api\.test/[^>]+)>; rel="next"')


def said(response: httpx.Response, status: int, code: str) -> str:
    """Return the message of an error in the standard's body, which has these two members alone."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert (set(body), body["code"]) == ({"code", "message"}, code), response.text
    assert body["message"]
    return str(body["message"])


async def ids(caller: Caller, path: str = "/3/footprints", **criteria: Any) -> list[int]:
    return [int(each["id"][-12:], 16) for each in done(await caller.get(path, **criteria))["data"]]


@pytest.fixture
async def stocked(house: House) -> House:
    """Six footprints of the supplier; the buyer reads 1, 3 and 5 (one product), the third succeeds the second."""
    places = [{"geographyCountrySubdivision": ..., "geographyCountry": "DE"}, {}]
    for number in range(1, 7):
        document = housing(
            number,
            pcf=places[number % 2],
            productIds=[HOUSING_PRODUCT if number % 2 else f"urn:gtin:{number}"],
            precedingPfIds=[footprint_id(2)] if number == 3 else None,
            x={"kept": [1, None, "1.50"]},
        )
        done(await house.supplier.submit(document), 201)
    done(await house.supplier.give(scope="product", scope_value=HOUSING_PRODUCT.lower()), 201)
    return house


async def test_a_footprint_comes_as_it_was_sent(stocked: House) -> None:
    document = housing(1, productIds=[HOUSING_PRODUCT], x={"kept": [1, None, "1.50"]})
    document["precedingPfIds"] = None
    answer = done(await stocked.buyer.get(f"/3/footprints/{footprint_id(1).upper()}"))
    assert answer == {"data": document}
    assert list(answer["data"]) == list(housing(1) | {"precedingPfIds": None, "x": 0})


async def test_a_deprecated_one_is_served_with_its_status(stocked: House) -> None:
    assert done(await stocked.supplier.get(f"/3/footprints/{footprint_id(2)}"))["data"]["status"] == "Deprecated"
    listed = done(await stocked.supplier.get("/3/footprints"))["data"]
    assert [each["status"] for each in listed] == ["Active", "Deprecated", *["Active"] * 4]
    assert all(each["pcf"]["fossilGhgEmissions"] == "71.310" for each in listed)


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"productId": HOUSING_PRODUCT.upper()}, [1, 3, 5]),
        ({"productId": [HOUSING_PRODUCT, "URN:gtin:4"]}, [1, 3, 4, 5]),
        ({"productId": "urn:gtin:4", "geography": "cn-ln"}, []),
        ({"productId": "urn:gtin:4,urn:gtin:6"}, []),
        ({"geography": "de"}, [2, 4, 6]),
        ({"geography": ["DE", "CN-LN"], "status": "deprecated"}, [2]),
        ({"companyId": "urn:pact:liaodong-casting.example:COMPANY-ID:plant-tiexi"}, [1, 2, 3, 4, 5, 6]),
        ({"classification": "urn:eclass:23-09-03-01", "status": "ACTIVE"}, [1, 3, 4, 5, 6]),
        ({"status": ["Active", "Deprecated"]}, [1, 2, 3, 4, 5, 6]),
        ({"validOn": "2028-12-31T16:00:00Z"}, [1, 2, 3, 4, 5, 6]),
        ({"validOn": "2028-12-31T16:00:00.001Z"}, []),
        ({"validOn": "2026-01-01T00:00:00 08:00"}, [1, 2, 3, 4, 5, 6]),
        ({"validAfter": "2025-12-31T16:00:00Z"}, []),
        ({"validAfter": "2025-12-31T15:59:59.999Z", "status": "Deprecated"}, [2]),
        ({"validBefore": "2028-12-31T16:00:00Z"}, []),
        ({"validBefore": "2029-01-01T00:00:00+08:00"}, []),
        ({"validBefore": "2029-01-01T00:00:00.001+08:00"}, [1, 2, 3, 4, 5, 6]),
        ({"productId": "", "geography": ["", " "], "validOn": "", "status": ""}, [1, 2, 3, 4, 5, 6]),
        ({"status": "Draft"}, []),
        ({"geography": "Atlantis"}, []),
        ({"x-other-filter": "1", "unknown": "2"}, [1, 2, 3, 4, 5, 6]),
    ],
)
async def test_filters(stocked: House, criteria: dict[str, Any], found: list[int]) -> None:
    assert sorted(await ids(stocked.supplier, **criteria)) == found


async def test_a_reader_sees_its_own_and_what_grants_open(stocked: House) -> None:
    assert await ids(stocked.buyer) == [1, 3, 5]
    assert await ids(stocked.buyer, geography="DE") == []
    assert await ids(stocked.rival) == []
    grant = done(await stocked.supplier.get("/v1/grants"))["items"][0]
    done(await stocked.supplier.revoke(grant["grant_id"]))
    assert await ids(stocked.buyer) == []
    assert done(await stocked.buyer.get("/3/footprints")) == {"data": []}


async def test_the_owner_learns_who_read(stocked: House) -> None:
    await ids(stocked.buyer)
    await stocked.buyer.get(f"/3/footprints/{footprint_id(5)}")
    done(await stocked.buyer.get(f"/2/footprints/{footprint_id(5)}"))
    entries = done(await stocked.supplier.get("/v1/access-log"))["items"]
    told = {each["operation"]: each["footprint_ids"] for each in entries}
    five = [footprint_id(5)]
    assert told == {
        "pact_list_footprints": [footprint_id(number) for number in (1, 3, 5)],
        "pact_get_footprint": five,
        "pact_v2_get_footprint": five,
    }


@pytest.mark.parametrize("criteria", [{}, {"status": "active"}, {"validOn": "2027-01-01T00:00:00+08:00"}])
@pytest.mark.parametrize("path", ["/3/footprints", "/2/footprints"])
async def test_pages_follow_their_links(stocked: House, criteria: dict[str, str], path: str) -> None:
    whole = done(await stocked.supplier.get(path, **criteria))["data"]
    collected: list[Any] = []
    answer = await stocked.supplier.get(path, limit=2, **criteria)
    while True:
        page = done(answer)["data"]
        assert len(page) <= 2
        collected += page
        if "link" not in answer.headers:
            break
        found = LINK.fullmatch(answer.headers["link"])
        assert found is not None
        url = httpx.URL(found[1])
        assert {name: url.params[name] for name in (*criteria, "limit")} == criteria | {"limit": "2"}
        stocked.clock.advance(seconds=200)
        answer = await stocked.client.get(url, headers=stocked.supplier.token())
        assert done(await stocked.client.get(url, headers=stocked.supplier.token())) == answer.json()
    assert collected == whole
    assert len(whole) > 2


async def test_a_link_carries_a_limit_that_nobody_gave(stocked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "DEFAULT_LIMIT", 5)
    assert "limit=5&" in (await stocked.supplier.get("/3/footprints")).headers["link"]
    monkeypatch.setattr(query, "MAX_LIMIT", 4)
    assert len(done(await stocked.supplier.get("/3/footprints", limit="1" + "0" * 40))["data"]) == 4


UNREADABLE: list[tuple[str, Any]] = [
    *(("limit", value) for value in ("0", "-1", "1.5", "ten", "", "1_0", " 1", "+1", ["1", "2"])),
    *(("cursor", value) for value in ("", "x", "eyJpZCI6IjEifQ", ["eyJpZCI6IjEifQ", "x"])),
]
UNREADABLE_FILTERS: list[tuple[str, Any]] = [
    *(("validOn", value) for value in ("yesterday", "2026-06-01", "2026-06-01T00:00:00", "2026-13-01T00:00:00Z")),
    ("validAfter", ["2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"]),
    ("validBefore", "1"),
    ("productId", ["urn:x:y"] * 21),
    ("geography", "x" * 501),
]


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [("/2/footprints", *each) for each in UNREADABLE]
    + [("/3/footprints", *each) for each in UNREADABLE + UNREADABLE_FILTERS],
)
async def test_what_cannot_be_read_is_named(house: House, path: str, name: str, value: Any) -> None:
    assert f"/query/{name}: " in said(await house.supplier.get(path, **{name: value}), 400, "BadRequest")


async def test_a_cursor_belongs_to_its_order(stocked: House) -> None:
    link = (await stocked.supplier.get("/3/footprints", limit=1)).headers["link"]
    cursor = httpx.URL(link[1:].partition(">")[0]).params["cursor"]
    answer = await stocked.supplier.get("/3/footprints", cursor=cursor, validOn="2027-01-01T00:00:00Z")
    said(answer, 400, "BadRequest")


@pytest.mark.parametrize(("prefix", "code"), [("/3", "NotFound"), ("/2", "NoSuchFootprint")])
async def test_a_foreign_and_an_absent_one_answer_alike(stocked: House, prefix: str, code: str) -> None:
    foreign = await stocked.rival.get(f"{prefix}/footprints/{footprint_id(1)}")
    absent = await stocked.rival.get(f"{prefix}/footprints/{ABSENT}")
    assert said(foreign, 404, code) == said(absent, 404, code)
    assert foreign.content == absent.content
    said(await stocked.rival.get(f"{prefix}/footprints/not-a-uuid"), 404, code)
    said(await stocked.rival.get(f"{prefix}/nothing"), 404, code)
    said(await stocked.rival.get(prefix), 404, code)


@pytest.mark.parametrize(
    "path", ["/3/footprints", f"/3/footprints/{ABSENT}", "/2/footprints", f"/2/footprints/{ABSENT}"]
)
async def test_who_may_not(stocked: House, path: str) -> None:
    client, token = stocked.client, stocked.buyer.token()
    missing = await client.get(path)
    said(missing, 401, "BadRequest")
    assert missing.headers["www-authenticate"].startswith("Bearer")
    said(await client.get(path, headers={"Authorization": "Bearer nonsense"}), 401, "BadRequest")
    said(await client.get(path, headers={"Authorization": "Basic eDp5"}), 401, "BadRequest")
    await client.get(path, headers=token)
    stocked.clock.advance(seconds=331)
    said(await client.get(path, headers=token), 401, "TokenExpired")
    fresh = stocked.mint.bearer(BUYER, exp=int(stocked.clock().timestamp()) - 31)
    said(await client.get(path, headers=fresh), 401, "TokenExpired")
    await stocked.world.record(organisation(BUYER, version=2, suspended=True))
    said(await stocked.buyer.get(path), 403, "AccessDenied")


async def test_nothing_of_the_framework_leaks(stocked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = stocked.supplier.token()
    for path in ("/3/footprints", f"/3/footprints/{ABSENT}", "/2/footprints"):
        wrong = await stocked.client.delete(path, headers=headers)
        said(wrong, 405, "BadRequest")
        assert wrong.headers["allow"] == "GET"
    big = headers | {"Content-Length": str(2**31)}
    said(await stocked.client.request("GET", "/3/footprints", headers=big), 413, "BadRequest")
    many = headers | {f"X-{number}": "1" for number in range(120)}
    said(await stocked.client.get("/3/footprints", headers=many), 431, "BadRequest")

    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("services.footprints.adapters.memory_pact_listing.MemoryPactListing.page", broken)
    message = said(await stocked.client.get("/3/footprints", headers=headers), 500, "InternalError")
    assert "secret" not in message
    assert (await stocked.client.get("/v1/nothing", headers=headers)).headers["content-type"].endswith("problem+json")
    assert (await stocked.client.get("/30/nothing", headers=headers)).headers["content-type"].endswith("problem+json")


@pytest.mark.parametrize(
    ("status", "slug", "code"),
    [
        (400, "not-implemented", "NotImplemented"),
        (501, "anything", "NotImplemented"),
        (409, "taken", "BadRequest"),
        (503, "away", "InternalError"),
    ],
)
def test_codes(status: int, slug: str, code: str) -> None:
    problem = Problem(type=f"urn:tierloop:problem:{slug}", title="t", status=status, detail="d", instance="/3/x")
    answered, body = errors.render(problem)
    assert (answered, body.model_dump()) == (status, {"code": code, "message": "d"})


async def test_footprints_in_the_words_of_2_3(house: House) -> None:
    twelve_litres = {
        "declaredUnitOfMeasurement": "liter",
        "declaredUnitAmount": "12",
        "productMassPerDeclaredUnit": "9.6",
        "pcfExcludingBiogenicUptake": "18",
    }
    done(await house.supplier.submit(housing(1, pcf=twelve_litres)), 201)
    hours = {"declaredUnitOfMeasurement": "hour", "productMassPerDeclaredUnit": "0"}
    done(await house.supplier.submit(housing(2, pcf=hours)), 201)
    done(await house.supplier.submit(housing(3, precedingPfIds=[footprint_id(1)])), 201)
    answer = await house.supplier.get("/2/footprints", **{"$filter": "created ge nonsense"})
    first, third = done(answer)["data"]
    assert (first["specVersion"], first["version"], first["status"]) == ("2.3.3", 2, "Deprecated")
    assert first["updated"] == NOW.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert (third["version"], third["status"], "updated" in third) == (1, "Active", False)
    assert first["pcf"]["declaredUnit"] == "liter"
    assert first["pcf"]["unitaryProductAmount"] == "12"
    assert first["pcf"]["pCfExcludingBiogenic"] == "1.5"
    assert first["pcf"]["productMassPerDeclaredUnit"] == "0.8"
    assert '"primaryDataShare":46.5' in answer.text
    message = said(await house.supplier.get(f"/2/footprints/{footprint_id(2)}"), 400, "NotImplemented")
    assert "/3/footprints" in message


async def test_grants_of_every_scope(house: House) -> None:
    for number in (1, 2, 3):
        done(await house.supplier.submit(housing(number, productIds=[f"urn:gtin:{number}"])), 201)
    done(await house.rival.submit(housing(4)), 201)
    await house.world.run(
        house.world.give(GrantScope.FOOTPRINT, footprint_id(2)),
        house.world.give(GrantScope.EVERYTHING, by=RIVAL),
        house.world.give(GrantScope.PRODUCT, "urn:gtin:3", to=SUPPLIER, by=RIVAL),
    )
    assert await ids(house.buyer) == [2, 4]
    assert await ids(house.buyer, status="Active", validOn="2027-01-01T00:00:00Z") == [2, 4]
    assert await ids(house.supplier) == [1, 2, 3]

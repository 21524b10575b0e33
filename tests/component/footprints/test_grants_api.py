"""`/v1/grants`: given, read, listed, revoked."""

from __future__ import annotations

from typing import Any

import pytest

from services.footprints.api.resources import GrantPage, GrantResource
from services.footprints.application.ports import GRANTS
from tests.component.footprints.house import House, done, problem
from tests.support.footprints import HOUSING_PRODUCT, footprint_id, housing
from tests.unit.footprints.given import BUYER, RIVAL, SUPPLIER, organisation


async def test_a_grant_is_given(house: House) -> None:
    response = await house.supplier.give(
        scope="product", scope_value=HOUSING_PRODUCT, valid_until="2027-01-01T00:00:00Z"
    )
    body = done(response, 201)
    GrantResource.model_validate_json(response.content)
    assert response.headers["ETag"] == '"1"'
    assert (body["owner_organisation_id"], body["grantee_organisation_id"]) == (SUPPLIER, BUYER)
    assert (body["valid_from"], body["valid_until"]) == ("2026-06-01T08:00:00.000Z", "2027-01-01T00:00:00.000Z")
    for caller in (house.supplier, house.buyer):
        assert done(await caller.get(response.headers["Location"])) == body


async def test_the_same_key_gives_one_grant(house: House) -> None:
    first, again = await house.supplier.give(key="once"), await house.supplier.give(key="once")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert len(house.world.store.states(GRANTS)) == 1
    problem(await house.supplier.give(key="once", grantee_organisation_id=RIVAL), 422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("body", "slug", "field"),
    [
        ({"grantee_organisation_id": "nobody"}, "grantee-unknown", "/grantee_organisation_id"),
        ({"grantee_organisation_id": SUPPLIER}, "grant-to-self", "/grantee_organisation_id"),
        ({"scope": "product"}, "grant-scope-malformed", "/scope_value"),
        ({"scope": "product", "scope_value": "4711"}, "grant-scope-malformed", "/scope_value"),
        ({"scope_value": "urn:gtin:1"}, "grant-scope-malformed", "/scope_value"),
        ({"scope": "footprint", "scope_value": footprint_id(1)}, "granted-footprint-unknown", "/scope_value"),
        ({"scope": "footprint", "scope_value": footprint_id(9)}, "granted-footprint-unknown", "/scope_value"),
        ({"valid_until": "2026-06-01T08:00:00Z"}, "grant-period-empty", "/valid_until"),
        ({"scope": "all"}, "invalid-body", "/scope"),
        ({"valid_from": "2026-06-01"}, "invalid-body", "/valid_from"),
        ({"grantee_organisation_id": ""}, "invalid-body", "/grantee_organisation_id"),
    ],
)
async def test_refusals(house: House, body: dict[str, Any], slug: str, field: str) -> None:
    await house.rival.submit(housing(1))
    response = await house.supplier.give(**body)
    assert response.status_code == 422
    assert response.json()["type"] == f"urn:tierloop:problem:{slug}"
    assert response.json()["errors"][0]["field"] == field


async def test_unknown_members_are_refused(house: House) -> None:
    response = await house.supplier.give(scopes="everything")
    assert problem(response, 422, "invalid-body").errors[0].rule == "extra_forbidden"


async def test_a_suspended_grantee_is_not_granted_to(house: House) -> None:
    await house.world.record(organisation(BUYER, version=2, suspended=True))
    problem(await house.supplier.give(), 422, "grantee-unknown")


async def test_only_suppliers_give(house: House) -> None:
    problem(await house.buyer.give(grantee_organisation_id=SUPPLIER), 403, "missing-role")


async def test_revoking_needs_the_version(house: House) -> None:
    grant_id = done(await house.supplier.give(), 201)["grant_id"]
    problem(await house.supplier.revoke(grant_id, None), 428, "if-match-required")
    problem(await house.supplier.revoke(grant_id, 2), 412, "precondition-failed")
    response = await house.supplier.revoke(grant_id, 1, b'{"reason": "contract ended"}')
    assert (done(response)["status"], response.json()["reason"], response.headers["ETag"]) == (
        "revoked",
        "contract ended",
        '"2"',
    )
    problem(await house.supplier.revoke(grant_id, 1), 412, "precondition-failed")
    problem(await house.supplier.revoke(grant_id, 2), 409, "grant-revoked")
    assert done(await house.buyer.get(f"/v1/grants/{grant_id}"))["status"] == "revoked"
    assert house.world.events()[-1] == ("footprints.grant.v1", grant_id, 2)


async def test_a_foreign_grant_and_an_absent_one_answer_alike(house: House) -> None:
    grant_id = done(await house.supplier.give(), 201)["grant_id"]
    absent = grant_id.replace("01900000", "01900001")
    for foreign, missing in (
        (await house.rival.get(f"/v1/grants/{grant_id}"), await house.rival.get(f"/v1/grants/{absent}")),
        (await house.rival.revoke(grant_id), await house.rival.revoke(absent)),
    ):
        problem(foreign, 404, "grant-not-found")
        assert foreign.content.replace(grant_id.encode(), absent.encode()) == missing.content
    problem(await house.buyer.revoke(grant_id), 403, "grant-not-own")
    assert done(await house.supplier.get(f"/v1/grants/{grant_id}"))["status"] == "active"


@pytest.mark.parametrize("body", [b"[]", b'{"reason": 1}', b'{"why": "x"}', b'{"reason": "' + b"x" * 501 + b'"}'])
async def test_a_reason_keeps_its_rules(house: House, body: bytes) -> None:
    grant_id = done(await house.supplier.give(), 201)["grant_id"]
    assert (await house.supplier.revoke(grant_id, 1, body)).status_code == 422
    assert done(await house.supplier.get(f"/v1/grants/{grant_id}"))["version"] == 1


async def test_lists_show_what_was_given_and_got(house: House) -> None:
    mine = [done(await house.supplier.give(), 201)["grant_id"] for _ in range(3)]
    theirs = done(await house.rival.give(grantee_organisation_id=SUPPLIER), 201)["grant_id"]
    done(await house.rival.give(), 201)
    await house.supplier.revoke(mine[1])

    async def listed(**query: Any) -> list[str]:
        response = await house.supplier.get("/v1/grants", **query)
        GrantPage.model_validate_json(response.content)
        return [item["grant_id"] for item in done(response)["items"]]

    assert await listed() == [*mine, theirs]
    assert await listed(owner=SUPPLIER) == mine
    assert await listed(grantee=SUPPLIER) == [theirs]
    assert await listed(status="revoked") == [mine[1]]
    assert await listed(owner=RIVAL, grantee=BUYER) == []
    first = await house.supplier.get("/v1/grants", limit=3)
    second = await house.supplier.get(first.headers["Link"][1:].partition(">")[0])
    assert [item["grant_id"] for item in second.json()["items"]] == [theirs]
    assert "Link" not in second.headers
    problem(await house.supplier.get("/v1/grants", cursor="eyJhdCI6MX0"), 400, "invalid-cursor")

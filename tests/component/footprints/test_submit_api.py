"""`POST /v1/footprints`: accepted, repeated, refused."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.unit import OverloadedError
from services.footprints.api.resources import FootprintResource
from services.footprints.application.ports import FOOTPRINTS
from tests.component.footprints.house import House, done, open_house, problem
from tests.support.footprints import footprint_id, housing, maximal, minimal, raw
from tests.unit.footprints.given import SUPPLIER, organisation


async def test_a_footprint_is_accepted(house: House) -> None:
    response = await house.supplier.submit(housing(1))
    body = done(response, 201)
    FootprintResource.model_validate_json(response.content)
    assert response.headers["Location"] == f"/v1/footprints/{footprint_id(1)}"
    assert response.headers["ETag"] == '"1"'
    assert body["document"] == housing(1)
    assert (body["status"], body["version"], body["findings"]) == ("Active", 1, [])
    assert (body["valid_from"], body["valid_until"]) == ("2025-12-31T16:00:00.000Z", "2028-12-31T16:00:00.000Z")
    read = done(await house.supplier.get(response.headers["Location"]))
    assert read == body | {"pcf_trust_level": 1}, "what is computed when it is read, and nothing else"


@pytest.mark.parametrize("document", [minimal(1), maximal(1), housing(1, x={"$ref": "a", "b.c": [1.5, None]})])
async def test_what_was_sent_comes_back(house: House, document: dict[str, Any]) -> None:
    assert done(await house.supplier.submit(document), 201)["document"] == document


async def test_findings_come_with_the_answer_and_refuse_nothing(house: House) -> None:
    body = done(await house.supplier.submit(housing(1, pcf={"primaryDataShare": "0.72"})), 201)
    (finding,) = body["findings"]
    assert (finding["code"], finding["severity"]) == ("primary_data_share_looks_like_fraction", "warning")
    assert (finding["field"], finding["found"]) == ("/pcf/primaryDataShare", "0.72")
    assert finding["remedy"]


async def test_the_same_key_replays_the_first_answer(house: House) -> None:
    first = await house.supplier.submit(housing(1), key="once")
    await house.supplier.submit(housing(2, precedingPfIds=[footprint_id(1)]))
    again = await house.supplier.submit(housing(1), key="once")
    assert (again.status_code, again.content, again.headers["ETag"]) == (201, first.content, '"1"')
    problem(await house.supplier.submit(housing(3), key="once"), 422, "idempotency-key-reused")


async def test_the_same_content_with_another_key_answers_200_with_the_record_as_it_is(house: House) -> None:
    first = done(await house.supplier.submit(housing(1)), 201)
    again = await house.supplier.submit(housing(1))
    assert done(again) == first
    assert again.headers["Location"] == f"/v1/footprints/{footprint_id(1)}"
    await house.supplier.submit(housing(2, precedingPfIds=[footprint_id(1)]))
    later = await house.supplier.submit(housing(1))
    assert done(later)["status"] == "Deprecated"
    assert done(later)["deprecated_by_footprint_id"] == footprint_id(2)
    assert later.headers["ETag"] == '"2"'


async def test_other_content_is_a_conflict_that_names_the_fields(house: House) -> None:
    await house.supplier.submit(housing(1))
    found = problem(await house.supplier.submit(housing(1, comment="x", companyName="y")), 409, "footprint-immutable")
    assert "/comment, /companyName" in found.detail
    assert (found.errors[0].field, found.errors[0].rule) == ("/comment", "footprint_immutable")


async def test_a_foreign_id_is_a_conflict_that_tells_nothing(house: House) -> None:
    await house.supplier.submit(housing(1))
    same = await house.rival.submit(housing(1))
    other = await house.rival.submit(minimal(1))
    problem(same, 409, "footprint-id-taken")
    assert same.content == other.content
    assert SUPPLIER.encode() not in same.content


@pytest.mark.parametrize(
    ("document", "slug", "field"),
    [
        (housing(1, status="Deprecated"), "status-not-active", "/status"),
        (housing(1, precedingPfIds=[footprint_id(1)]), "footprint-precedes-itself", "/precedingPfIds"),
        (housing(1, precedingPfIds=[footprint_id(7)]), "predecessor-not-own", "/precedingPfIds"),
    ],
)
async def test_refusals(house: House, document: dict[str, Any], slug: str, field: str) -> None:
    await house.rival.submit(housing(7))
    found = problem(await house.supplier.submit(document), 422, slug)
    assert found.errors[0].field == field


async def test_a_circle_is_refused(house: House) -> None:
    await house.supplier.submit(housing(1, precedingPfIds=[footprint_id(2)]))
    problem(await house.supplier.submit(housing(2, precedingPfIds=[footprint_id(1)])), 422, "succession-cycle")


async def test_broken_rules_are_all_named(house: House) -> None:
    response = await house.supplier.submit(housing(1, specVersion="2.3.0", pcf={"fossilGhgEmissions": 71.3}))
    found = problem(response, 422, "invalid-body")
    assert [(item.field, item.rule) for item in found.errors] == [
        ("/specVersion", "spec_version"),
        ("/pcf/fossilGhgEmissions", "decimal_string"),
    ]
    assert house.world.store.states(FOOTPRINTS) == {}


async def test_a_body_is_json_of_a_megabyte_at_most(house: House) -> None:
    problem(await house.supplier.send("/v1/footprints", b"{"), 400, "invalid-json")
    problem(await house.supplier.send("/v1/footprints", b"{}", media_type="text/plain"), 415, "unsupported-media-type")
    over = raw(housing(1, x="x" * 1024 * 1024))
    problem(await house.supplier.send("/v1/footprints", over), 413, "content-too-large")
    fits = raw(housing(1, x="x" * 1_000_000))
    assert done(await house.supplier.send("/v1/footprints", fits), 201)["document"]["x"] == "x" * 1_000_000


async def test_who_may_submit(house: House) -> None:
    problem(await house.client.post("/v1/footprints", content=raw(housing(1))), 401, "unauthenticated")
    problem(await house.buyer.submit(housing(1)), 403, "missing-role")
    headers = house.supplier.token() | {"Content-Type": "application/json"}
    response = await house.client.post("/v1/footprints", content=raw(housing(1)), headers=headers)
    problem(response, 400, "idempotency-key-required")


async def test_a_suspended_organisation_is_refused_at_once(house: House) -> None:
    await house.supplier.submit(housing(1))
    await house.world.record(organisation(SUPPLIER, version=2, suspended=True))
    problem(await house.supplier.submit(housing(2)), 403, "organisation-suspended")
    problem(await house.supplier.get(f"/v1/footprints/{footprint_id(1)}"), 403, "organisation-suspended")


async def test_too_much_work_is_said_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: Any, **__: Any) -> None:
        raise OverloadedError("2000 commands wait already")

    monkeypatch.setattr("services.chassis.unit.CommandBus.execute", full)
    response = await house.supplier.submit(housing(1))
    problem(response, 503, "service-unavailable")
    assert response.headers["Retry-After"]


async def test_depth_is_limited_by_the_settings() -> None:
    async with open_house(json_depth_limit=5) as house:
        done(await house.supplier.submit(housing(1)), 201)
        deep = housing(2, x={"a": {"b": {"c": {"d": {}}}}})
        problem(await house.supplier.submit(deep), 400, "json-too-deep")

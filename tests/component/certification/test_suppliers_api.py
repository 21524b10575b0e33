from __future__ import annotations

from services.certification.api import examples
from tests.component.certification.desk import Desk, done, refused
from tests.unit.certification import wire
from tests.unit.certification.builders import SUPPLIER

SITE = examples.NEW_SUPPLIER["sites"][0]


async def test_an_organisation_registers_itself(desk: Desk) -> None:
    answer = await desk.supplier.create("/v1/suppliers", examples.NEW_SUPPLIER)
    body = done(answer, 201)
    assert answer.headers["Location"] == f"/v1/suppliers/{SUPPLIER}"
    assert (body["supplier_id"], body["version"], body["sites"]) == (SUPPLIER, 1, examples.NEW_SUPPLIER["sites"])
    assert done(await desk.supplier.get(f"/v1/suppliers/{SUPPLIER}")) == body
    [row] = desk.world.outbox("certification.supplier.v1")
    assert row.key == SUPPLIER.encode()


async def test_a_repeat_of_the_key_answers_as_before_and_another_body_is_refused(desk: Desk) -> None:
    first = await desk.supplier.create("/v1/suppliers", examples.NEW_SUPPLIER, key="once")
    again = await desk.supplier.create("/v1/suppliers", examples.NEW_SUPPLIER, key="once")
    assert (again.status_code, again.content, again.headers["ETag"]) == (201, first.content, '"1"')
    other = await desk.supplier.create("/v1/suppliers", examples.NEW_SUPPLIER | {"name": "Other"}, key="once")
    refused(other, 422, "idempotency-key-reused", "/headers/Idempotency-Key")
    assert len(desk.world.outbox("certification.supplier.v1")) == 1


async def test_registering_twice_is_refused(desk: Desk) -> None:
    await desk.registered()
    problem = refused(await desk.supplier.create("/v1/suppliers", examples.NEW_SUPPLIER), 409, "supplier-exists")
    assert "PUT" in problem["errors"][0]["remedy"]


async def test_a_change_needs_the_present_version(desk: Desk) -> None:
    await desk.registered()
    path = f"/v1/suppliers/{SUPPLIER}"
    changed = done(await desk.supplier.change(path, 1, examples.NEW_SUPPLIER | {"name": "Renamed"}))
    assert (changed["name"], changed["version"]) == ("Renamed", 2)
    stale = await desk.supplier.change(path, 1, examples.NEW_SUPPLIER)
    refused(stale, 412, "precondition-failed", "/headers/If-Match")
    missing = await desk.client.put(path, json=examples.NEW_SUPPLIER, headers=desk.supplier.token())
    assert missing.status_code == 428


async def test_a_registered_site_stays(desk: Desk) -> None:
    await desk.registered()
    body = examples.NEW_SUPPLIER | {"sites": [SITE | {"site_id": "elsewhere"}]}
    refused(await desk.supplier.change(f"/v1/suppliers/{SUPPLIER}", 1, body), 409, "site-removed", "/sites")


async def test_a_site_stands_once(desk: Desk) -> None:
    body = examples.NEW_SUPPLIER | {"sites": [SITE, SITE]}
    refused(await desk.supplier.create("/v1/suppliers", body), 422, "site-listed-twice", "/sites/1/site_id")


async def test_bad_bodies_name_their_fields(desk: Desk) -> None:
    bad = {"name": "  ", "sites": [SITE | {"country": "China", "site_id": "a b"}], "surprise": 1}
    problem = refused(await desk.supplier.create("/v1/suppliers", bad), 422, "invalid-body")
    fields = {item["field"] for item in problem["errors"]}
    assert fields == {"/name", "/sites/0/country", "/sites/0/site_id", "/surprise"}


async def test_a_foreign_record_and_an_absent_one_answer_alike(desk: Desk) -> None:
    await desk.registered()
    for who in (desk.other_supplier, desk.buyer, desk.stranger):
        foreign = await who.get(f"/v1/suppliers/{SUPPLIER}")
        absent = await who.get("/v1/suppliers/org-nobody")
        refused(foreign, 404, "supplier-not-found")
        assert {**foreign.json(), "instance": ""} == {**absent.json(), "instance": ""}
    change = await desk.other_supplier.change(f"/v1/suppliers/{SUPPLIER}", 1, examples.NEW_SUPPLIER)
    refused(change, 404, "supplier-not-found")


async def test_a_verifier_reads_any_record(desk: Desk) -> None:
    await desk.registered()
    done(await desk.verifier.get(f"/v1/suppliers/{SUPPLIER}"))


async def test_only_suppliers_register(desk: Desk) -> None:
    refused(await desk.buyer.create("/v1/suppliers", examples.NEW_SUPPLIER), 403, "missing-role")


async def test_a_suspended_organisation_is_refused_by_event(desk: Desk) -> None:
    await desk.registered()
    suspended = wire.organisation(version=2, status="suspended")
    await desk.world.fact(wire.message(wire.SUSPENDED, suspended), "identity.organisation.v1")
    refused(await desk.supplier.get(f"/v1/suppliers/{SUPPLIER}"), 403, "organisation-suspended")
    reinstated = wire.organisation(version=3)
    await desk.world.fact(wire.message("identity.organisation.reinstated.v1", reinstated), "identity.organisation.v1")
    done(await desk.supplier.get(f"/v1/suppliers/{SUPPLIER}"))

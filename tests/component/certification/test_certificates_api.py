from __future__ import annotations

import pytest

from services.certification.api import examples
from services.certification.application.ports import CERTIFICATE_REGISTERS
from services.certification.domain.certificate import MAX_CERTIFICATES, CertificateRegister
from services.chassis.store import RowWrite
from tests.component.certification.desk import Desk, done, refused
from tests.unit.certification.builders import SUPPLIER

MOVE = examples.MOVE


@pytest.fixture
async def registered(desk: Desk) -> Desk:
    await desk.registered()
    return desk


async def test_a_supplier_records_a_certificate(registered: Desk) -> None:
    answer = await registered.supplier.create("/v1/certificates", examples.NEW_CERTIFICATE)
    body = done(answer, 201)
    assert answer.headers["Location"] == f"/v1/certificates/{body['certificate_id']}"
    assert (body["supplier_id"], body["status"], body["effective_on"]) == (SUPPLIER, "active", "2025-03-01")
    assert {name: body[name] for name in examples.NEW_CERTIFICATE} == examples.NEW_CERTIFICATE
    assert done(await registered.supplier.get(answer.headers["Location"])) == body
    assert done(await registered.supplier.get("/v1/certificates"))["items"] == [body]
    assert len(registered.world.outbox("certification.certificate.v1")) == 1


async def test_before_registering_nothing_is_recorded(desk: Desk) -> None:
    refused(await desk.supplier.create("/v1/certificates", examples.NEW_CERTIFICATE), 409, "supplier-not-registered")


async def test_an_issuer_gives_a_number_once_whoever_records_it(registered: Desk) -> None:
    await registered.certificate()
    await registered.registered(registered.other_supplier)
    same = examples.NEW_CERTIFICATE | {"issuer": "EXAMPLE  certification body"}
    for who in (registered.supplier, registered.other_supplier):
        refused(await who.create("/v1/certificates", same), 409, "certificate-number-taken", "/number")
    await registered.certificate(number="EMS-2025-10418")


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"site_ids": ["tiexi-1", "mars"]}, "site-unknown", "/site_ids/1"),
        ({"valid_until": "2025-02-28"}, "certificate-dates-reversed", "/valid_until"),
        ({"type": "ISO 14001"}, "invalid-body", "/type"),
        ({"site_ids": []}, "invalid-body", "/site_ids"),
        ({"valid_from": "2025-02-30"}, "invalid-body", "/valid_from"),
        ({"number": "n" * 129}, "invalid-body", "/number"),
    ],
)
async def test_what_breaks_a_rule(registered: Desk, changes: dict[str, object], slug: str, field: str) -> None:
    answer = await registered.supplier.create("/v1/certificates", examples.NEW_CERTIFICATE | changes)
    refused(answer, 422, slug, field)


async def test_the_limit_of_certificates_is_named(registered: Desk) -> None:
    async with registered.world.store.transaction() as tx:
        full = CertificateRegister(SUPPLIER, MAX_CERTIFICATES)
        await tx.write([RowWrite(CERTIFICATE_REGISTERS, SUPPLIER, full, 0)])
    answer = await registered.supplier.create("/v1/certificates", examples.NEW_CERTIFICATE)
    assert str(MAX_CERTIFICATES) in refused(answer, 409, "certificate-limit-reached")["detail"]


async def test_a_verifier_passes_on_what_the_issuer_decides(registered: Desk) -> None:
    path = f"/v1/certificates/{(await registered.certificate())['certificate_id']}"
    suspended = done(await registered.verifier.step(f"{path}:suspend", 1, MOVE))
    assert (suspended["status"], suspended["reason"], suspended["version"]) == ("suspended", MOVE["reason"], 2)
    assert suspended["effective_on"] == MOVE["effective_on"]
    active = done(await registered.verifier.step(f"{path}:reinstate", 2, MOVE))
    assert (active["status"], active["version"]) == ("active", 3)
    withdrawn = done(await registered.verifier.step(f"{path}:withdraw", 3, MOVE))
    assert withdrawn["status"] == "withdrawn"
    for step in ("suspend", "reinstate", "withdraw"):
        refused(await registered.verifier.step(f"{path}:{step}", 4, MOVE), 409, "certificate-transition-refused")


async def test_a_step_needs_the_present_version_and_a_day_that_has_come(registered: Desk) -> None:
    path = f"/v1/certificates/{(await registered.certificate())['certificate_id']}:suspend"
    refused(await registered.verifier.step(path, 2, MOVE), 412, "precondition-failed", "/headers/If-Match")
    future = MOVE | {"effective_on": "2026-06-03"}
    refused(await registered.verifier.step(path, 1, future), 422, "effective-date-refused", "/effective_on")
    refused(await registered.verifier.step(path, 1, MOVE | {"reason": ""}), 422, "invalid-body", "/reason")


async def test_the_holder_takes_no_step_itself(registered: Desk) -> None:
    path = f"/v1/certificates/{(await registered.certificate())['certificate_id']}:suspend"
    refused(await registered.supplier.step(path, 1, MOVE), 403, "missing-role")


async def test_a_foreign_certificate_and_an_absent_one_answer_alike(registered: Desk) -> None:
    certificate_id = (await registered.certificate())["certificate_id"]
    for who in (registered.other_supplier, registered.buyer):
        foreign = await who.get(f"/v1/certificates/{certificate_id}")
        absent = await who.get("/v1/certificates/none")
        refused(foreign, 404, "certificate-not-found")
        assert {**foreign.json(), "instance": ""} == {**absent.json(), "instance": ""}
        assert done(await who.get("/v1/certificates"))["items"] == []
    assert len(done(await registered.verifier.get("/v1/certificates"))["items"]) == 1
    refused(await registered.verifier.step("/v1/certificates/none:suspend", 1, MOVE), 404, "certificate-not-found")


async def test_certificates_come_by_pages(registered: Desk) -> None:
    ids = [(await registered.certificate(number=f"number-{number}"))["certificate_id"] for number in range(3)]
    first = await registered.supplier.get("/v1/certificates", limit=2)
    assert [item["certificate_id"] for item in done(first)["items"]] == ids[:2]
    link = first.headers["Link"]
    assert link.startswith("<https://certification.test/v1/certificates?limit=2&cursor=")
    second = await registered.supplier.get(link[1 : link.index(">")].removeprefix("https://certification.test"))
    assert [item["certificate_id"] for item in done(second)["items"]] == ids[2:]
    assert "Link" not in second.headers

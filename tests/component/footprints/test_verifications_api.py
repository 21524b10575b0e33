"""`/v1/verifications`: opened, found, answered, attested; three organisations and what each of them sees."""

from __future__ import annotations

from typing import Any

import pytest

from services.footprints.api.resources import FootprintResource
from services.footprints.api.verification_resources import VerificationPage, VerificationResource
from tests.component.footprints.house import Caller, House, done, problem
from tests.component.footprints.verifier_desk import Desk
from tests.support.footprints import footprint_id, housing
from tests.unit.footprints.given import RIVAL, SUPPLIER
from tests.unit.footprints.verifying import OTHER_VERIFIER, VERIFIER, sited, verifier


@pytest.fixture
async def desk(house: House) -> Desk:
    desk = Desk(house)
    await desk.prepare()
    return desk


async def test_the_verifiers_day(desk: Desk) -> None:
    response = await desk.open()
    VerificationResource.model_validate_json(response.content)
    body, path = done(response, 201), response.headers["Location"]
    assert (body["state"], body["rounds_left"], response.headers["ETag"]) == ("opened", 2, '"1"')
    for number in (1, 2):
        raised = await desk.find(path, 2 * number - 1)
        assert (done(raised)["state"], raised.json()["rounds_left"]) == ("findings_raised", 2 - number)
        assert done(await desk.answer(path, 2 * number, f"{number}.1"))["state"] == "answered"
    found = problem(await desk.find(path, 5), 409, "correction-rounds-spent")
    assert "two rounds" in found.detail.replace("2 rounds", "two rounds")
    assert found.errors[0].remedy
    attested = await desk.attest(path, 5)
    VerificationResource.model_validate_json(attested.content)
    assert (done(attested)["state"], attested.json()["is_open"], attested.headers["ETag"]) == ("attested", False, '"6"')
    successor = await desk.supplier.get(f"/v1/footprints/{attested.json()['successor_footprint_id']}")
    FootprintResource.model_validate_json(successor.content)
    document = done(successor)["document"]
    assert document["precedingPfIds"] == [footprint_id(1)]
    assert document["pcf"]["verification"]["providerName"] == VERIFIER.title()
    assert successor.json()["pcf_trust_level"] == 3
    assert done(await desk.supplier.get(f"/v1/footprints/{footprint_id(1)}"))["status"] == "Deprecated"


async def test_both_parties_read_it_and_nobody_else(desk: Desk) -> None:
    path = await desk.opened()
    bodies = [done(await each.get(path)) for each in (desk.supplier, desk.verifier)]
    assert bodies[0] == bodies[1]
    absent = path[:-4] + "ffff"
    for stranger in (desk.rival, desk.buyer, desk.other):
        foreign, missing = await stranger.get(path), await stranger.get(absent)
        problem(foreign, 404, "verification-not-found")
        assert foreign.content.replace(path.encode(), absent.encode()) == missing.content


async def test_steps_of_strangers_and_of_the_other_party(desk: Desk) -> None:
    path = await desk.opened()
    absent = path[:-4] + "ffff"
    foreign, missing = await desk.find(path, 1, by=desk.other), await desk.find(absent, 1, by=desk.other)
    problem(foreign, 404, "verification-not-found")
    assert foreign.json()["detail"] == missing.json()["detail"]
    problem(await desk.answer(path, 1, "1.1", by=desk.rival), 404, "verification-not-found")
    problem(await desk.find(path, 1, by=desk.supplier), 403, "missing-role")
    both = Caller(desk.house, SUPPLIER, "supplier", "verifier")
    problem(await desk.find(path, 1, by=both), 403, "verification-not-your-step")
    problem(await desk.attest(path, 1, by=both), 403, "verification-not-your-step")
    assert done(await desk.supplier.get(path))["version"] == 1


async def test_the_verifier_sees_the_record_while_it_is_open_and_nothing_else(desk: Desk) -> None:
    done(await desk.supplier.submit(sited(2)), 201)
    record = f"/v1/footprints/{footprint_id(1)}"
    problem(await desk.verifier.get(record), 404, "footprint-not-found")
    path = await desk.opened()
    seen = await desk.verifier.get(f"{path}/footprint")
    FootprintResource.model_validate_json(seen.content)
    assert done(seen)["document"]["id"] == footprint_id(1)
    for other in (record, f"/v1/footprints/{footprint_id(2)}", f"{record}/trust"):
        problem(await desk.verifier.get(other), 404, "footprint-not-found")
    assert done(await desk.verifier.get("/v1/footprints"))["items"] == []
    problem(await desk.other.get(f"{path}/footprint"), 404, "verification-not-found")
    problem(await desk.supplier.get(f"{path}/footprint"), 404, "verification-not-found")
    closed = await desk.post(desk.supplier, f"{path}:withdraw", {"reason": "Another one."}, version=1)
    assert done(closed)["state"] == "withdrawn"
    problem(await desk.verifier.get(f"{path}/footprint"), 404, "verification-not-found")
    assert done(await desk.verifier.get(path))["state"] == "withdrawn"


async def test_the_owners_log_tells_of_the_verifier(desk: Desk) -> None:
    path = await desk.opened()
    done(await desk.verifier.get(f"{path}/footprint"))
    (entry,) = done(await desk.supplier.get("/v1/access-log"))["items"]
    assert (entry["reader_organisation_id"], entry["operation"]) == (VERIFIER, "read_verified_footprint")
    identity = path.rpartition("/")[2]
    assert entry["opened_by"] == [{"grant_id": identity, "access_key": f"verification {identity}"}]


@pytest.mark.parametrize(
    ("changes", "status", "slug", "field"),
    [
        ({"footprint_id": footprint_id(9)}, 404, "footprint-not-found", None),
        ({"verifier_organisation_id": RIVAL}, 422, "verifier-unknown", "/verifier_organisation_id"),
        ({"verifier_organisation_id": SUPPLIER}, 422, "self-verification", "/verifier_organisation_id"),
        ({"scope": {"kind": "everything"}}, 422, "invalid-body", "/scope/kind"),
        ({"scope": {"kind": "product_pcf", "note": "x" * 1001}}, 422, "invalid-body", "/scope/note"),
        ({"draft": True}, 422, "invalid-body", "/draft"),
    ],
)
async def test_openings_that_are_refused(
    desk: Desk, changes: dict[str, Any], status: int, slug: str, field: str | None
) -> None:
    found = problem(await desk.open(**changes), status, slug)
    assert [item.field for item in found.errors] == ([] if field is None else [field])


async def test_a_foreign_record_is_opened_like_an_absent_one(desk: Desk) -> None:
    foreign, missing = await desk.open(by=desk.rival), await desk.open(9, by=desk.rival)
    problem(foreign, 404, "footprint-not-found")
    assert foreign.content == missing.content
    problem(await desk.open(by=desk.verifier), 403, "missing-role")


async def test_steps_need_version_and_key(desk: Desk) -> None:
    path = await desk.opened()
    first = await desk.find(path, 1, key="same")
    again = await desk.find(path, 1, key="same")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    problem(await desk.find(path, 2, key="same"), 422, "idempotency-key-reused")
    problem(await desk.find(path, 1), 412, "precondition-failed")
    problem(await desk.post(desk.verifier, f"{path}:decline", {"reason": "x"}), 428, "if-match-required")
    headers = desk.verifier.token() | {"If-Match": '"2"', "Content-Type": "application/json"}
    missing = await desk.house.client.post(f"{path}:decline", content=b'{"reason": "x"}', headers=headers)
    assert missing.status_code == 400
    assert done(await desk.supplier.get(path))["version"] == 2


async def test_an_attestation_repeated_by_its_key_makes_one_successor(desk: Desk) -> None:
    path = await desk.opened()
    first = await desk.attest(path, 1)
    desk.verifier.keys -= 1
    again = await desk.attest(path, 1)
    assert done(first) == done(again)
    assert len(done(await desk.supplier.get("/v1/footprints"))["items"]) == 2


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"coverage_percent": "79.9"}, "coverage-below-assurance", "/coverage_percent"),
        ({"coverage_percent": "100.01"}, "coverage-out-of-range", "/coverage_percent"),
        ({"coverage_percent": 90}, "invalid-body", "/coverage_percent"),
        ({"coverage_percent": "0"}, "invalid-body", "/coverage_percent"),
        ({"assurance": "reasonable"}, "coverage-below-assurance", "/coverage_percent"),
        ({"party": "second"}, "programme-certificate-required", "/party"),
        ({"party": "first"}, "invalid-body", "/party"),
        ({"kind": "pcf_programme"}, "attestation-outside-scope", "/kind"),
        ({"completed_at": "2026-06-02T00:00:00Z"}, "attestation-period-refused", "/completed_at"),
        ({"valid_until": "2026-05-31T00:00:00Z"}, "attestation-period-refused", "/valid_until"),
    ],
)
async def test_attestations_that_are_refused(desk: Desk, changes: dict[str, Any], slug: str, field: str) -> None:
    path = await desk.opened()
    found = problem(await desk.attest(path, 1, **changes), 422, slug)
    assert field in [item.field for item in found.errors]
    assert done(await desk.supplier.get(path))["state"] == "opened"


async def test_a_programme_is_attested_for_three_years_by_a_third_party(desk: Desk) -> None:
    path = (await desk.open(scope={"kind": "pcf_programme"})).headers["Location"]
    end = "2029-05-30T08:00:00Z"
    programme: dict[str, Any] = {"kind": "pcf_programme", "coverage_percent": "60.5", "valid_until": end}
    problem(await desk.attest(path, 1, **programme | {"party": "second"}), 422, "programme-needs-third-party")
    problem(await desk.attest(path, 1, **programme | {"valid_until": None}), 422, "attestation-period-refused")
    successor_id = done(await desk.attest(path, 1, **programme))["successor_footprint_id"]
    trust = done(await desk.supplier.get(f"/v1/footprints/{successor_id}/trust"))
    assert (trust["pcf_trust_level"], trust["shares"]["programme_percent"]) == (2, 61)


async def test_a_turn_and_an_answer_are_kept(desk: Desk) -> None:
    path = await desk.opened()
    problem(await desk.answer(path, 1, "1.1"), 409, "verification-out-of-turn")
    await desk.find(path, 1)
    problem(await desk.find(path, 2), 409, "verification-out-of-turn")
    problem(await desk.attest(path, 2), 409, "verification-out-of-turn")
    problem(await desk.answer(path, 2, "1.2"), 422, "findings-unanswered")
    twice = {"answers": [{"finding_id": "1.1", "text": "a"}, {"finding_id": "1.1", "text": "b"}]}
    problem(await desk.post(desk.supplier, f"{path}:answer", twice, version=2), 422, "findings-unanswered")
    stranger = {"answers": [{"finding_id": "1.1", "text": "a"}], "corrected_footprint_id": footprint_id(1)}
    problem(await desk.post(desk.supplier, f"{path}:answer", stranger, version=2), 422, "correction-not-successor")
    await desk.post(desk.verifier, f"{path}:decline", {"reason": "Not shown."}, version=2)
    problem(await desk.answer(path, 3, "1.1"), 409, "verification-closed")


async def test_a_corrected_record_is_what_the_verifier_reads(desk: Desk) -> None:
    path = await desk.opened()
    await desk.find(path, 1)
    done(await desk.supplier.submit(sited(2, precedingPfIds=[footprint_id(1)])), 201)
    body = {"answers": [{"finding_id": "1.1", "text": "Corrected."}], "corrected_footprint_id": footprint_id(2).upper()}
    answered = done(await desk.post(desk.supplier, f"{path}:answer", body, version=2))
    assert answered["footprint_ids"] == [footprint_id(1), footprint_id(2)]
    assert done(await desk.verifier.get(f"{path}/footprint"))["footprint_id"] == footprint_id(2)


async def test_a_suppliers_successor_does_not_carry_the_attestation(desk: Desk) -> None:
    successor_id = done(await desk.attest(await desk.opened(), 1))["successor_footprint_id"]
    stated = housing(7, precedingPfIds=[successor_id])
    found = problem(await desk.supplier.submit(stated), 422, "attestation-not-inherited")
    assert found.errors[0].field == "/pcf/verification"
    own = done(await desk.supplier.submit(sited(7, precedingPfIds=[successor_id])), 201)
    read = done(await desk.supplier.get(f"/v1/footprints/{own['footprint_id']}"))
    assert read["pcf_trust_level"] == 1


async def test_lists_show_ones_own_side(desk: Desk) -> None:
    done(await desk.supplier.submit(sited(2)), 201)
    first, second = await desk.opened(), (await desk.open(2)).headers["Location"]
    third = (await desk.open(2, verifier_organisation_id=OTHER_VERIFIER)).headers["Location"]
    await desk.post(desk.verifier, f"{first}:decline", {"reason": "x"}, version=1)

    async def listed(caller: Caller, **query: Any) -> list[str]:
        response = await caller.get("/v1/verifications", **query)
        VerificationPage.model_validate_json(response.content)
        return [f"/v1/verifications/{item['verification_id']}" for item in done(response)["items"]]

    assert await listed(desk.supplier) == [first, second, third]
    assert await listed(desk.verifier) == [first, second]
    assert await listed(desk.other) == [third]
    assert await listed(desk.rival) == []
    assert await listed(desk.supplier, state="opened") == [second, third]
    assert await listed(desk.supplier, footprint_id=footprint_id(1)) == [first]
    page = await desk.supplier.get("/v1/verifications", limit=2)
    rest = await desk.supplier.get(page.headers["Link"][1:].partition(">")[0])
    assert [item["verification_id"] for item in rest.json()["items"]] == [third.rpartition("/")[2]]


async def test_a_suspended_counterpart_stops_the_steps(desk: Desk) -> None:
    path = await desk.opened()
    await desk.find(path, 1)
    await desk.house.world.record(verifier(version=2, suspended=True))
    problem(await desk.answer(path, 2, "1.1"), 409, "counterpart-suspended")
    problem(await desk.verifier.get(f"{path}/footprint"), 403, "organisation-suspended")

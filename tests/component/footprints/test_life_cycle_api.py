"""Withdrawal, a product's history, and the difference between two revisions."""

from __future__ import annotations

import json
from typing import Any

import httpx
import orjson
import pytest

from services.footprints.api.history_resources import ComparisonResource, HistoryPage
from services.footprints.api.resources import FootprintResource
from tests.component.footprints.house import Caller, House, done, problem
from tests.support.footprints import HOUSING_PRODUCT, footprint_id, housing
from tests.unit.footprints.given import RIVAL, SUPPLIER, organisation

REASON = b'{"reason": "The electricity of March was counted twice."}'
HISTORY = "/v1/footprint-history"
ODD_PRODUCT = "urn:inchi:1S/C2H6O/c1-2-3/h3H,2H2,1H3#4711+A"


def path(number: int) -> str:
    return f"/v1/footprints/{footprint_id(number)}"


async def withdraw(
    caller: Caller, number: int, version: int | None = 1, body: bytes = REASON, key: str | None = "key"
) -> httpx.Response:
    headers = caller.token() | {"Content-Type": "application/json"}
    headers |= {} if version is None else {"If-Match": f'"{version}"'}
    headers |= {} if key is None else {"Idempotency-Key": key}
    return await caller.house.client.post(f"{path(number)}:withdraw", content=body, headers=headers)


async def history(caller: Caller, **query: Any) -> list[dict[str, Any]]:
    response = await caller.get(HISTORY, **{"product_id": HOUSING_PRODUCT} | query)
    HistoryPage.model_validate_json(response.content)
    items: list[dict[str, Any]] = done(response)["items"]
    return items


async def test_a_footprint_is_withdrawn_for_good(house: House) -> None:
    await house.supplier.submit(housing(1))
    response = await withdraw(house.supplier, 1)
    FootprintResource.model_validate_json(response.content)
    body = done(response)
    assert (body["status"], body["version"], response.headers["ETag"]) == ("Deprecated", 2, '"2"')
    assert (body["deprecated_at"], body["deprecated_by_footprint_id"]) == ("2026-06-01T08:00:00.000Z", None)
    assert body["deprecation_reason"] == "The electricity of March was counted twice."
    assert done(await house.supplier.get(path(1))).items() >= body.items()
    assert house.world.events()[-1] == ("footprints.footprint.v1", footprint_id(1), 2)
    event = json.loads(house.world.store.memory.outbox[-1].value or b"")
    assert event["type"] == "footprints.footprint.deprecated.v1"
    assert event["data"]["deprecation_reason"] == body["deprecation_reason"]
    assert event["data"]["deprecated_by_footprint_id"] is None


async def test_a_repeat_answers_as_before_and_changes_nothing(house: House) -> None:
    await house.supplier.submit(housing(1))
    first, again = await withdraw(house.supplier, 1), await withdraw(house.supplier, 1)
    assert (first.status_code, first.content, first.headers["ETag"]) == (200, again.content, again.headers["ETag"])
    assert len(house.world.events()) == 2
    problem(await withdraw(house.supplier, 1, body=b'{"reason": "x"}'), 422, "idempotency-key-reused")
    problem(await withdraw(house.supplier, 1, version=2), 422, "idempotency-key-reused")
    problem(await withdraw(house.supplier, 1, version=1, key="new"), 412, "precondition-failed")
    problem(await withdraw(house.supplier, 1, version=2, key="new"), 409, "footprint-deprecated")
    assert len(house.world.events()) == 2


async def test_what_a_successor_replaced_is_not_withdrawn_too(house: House) -> None:
    await house.supplier.submit(housing(1))
    await house.supplier.submit(housing(2, precedingPfIds=[footprint_id(1)]))
    problem(await withdraw(house.supplier, 1, version=2), 409, "footprint-deprecated")


async def test_a_withdrawn_footprint_may_still_be_succeeded_and_stays_as_it_is(house: House) -> None:
    await house.supplier.submit(housing(1))
    withdrawn = done(await withdraw(house.supplier, 1))
    done(await house.supplier.submit(housing(2, precedingPfIds=[footprint_id(1)])), 201)
    assert done(await house.supplier.get(path(1))).items() >= withdrawn.items()
    assert done(await house.supplier.submit(housing(1)))["status"] == "Deprecated"


async def test_only_its_owner_withdraws_and_all_others_are_answered_alike(house: House) -> None:
    await house.supplier.submit(housing(1))
    done(await house.supplier.give(), 201)
    absent = (await withdraw(house.rival, 9)).content
    for caller in (house.rival, house.buyer):
        foreign = await withdraw(caller, 1)
        problem(foreign, 404, "footprint-not-found")
        assert foreign.content == absent.replace(footprint_id(9).encode(), footprint_id(1).encode())
    assert done(await house.supplier.get(path(1)))["status"] == "Active"


async def test_what_a_withdrawal_needs(house: House) -> None:
    await house.supplier.submit(housing(1))
    problem(await withdraw(house.supplier, 1, version=None), 428, "if-match-required")
    problem(await withdraw(house.supplier, 1, key=None), 400, "idempotency-key-required")
    problem(await withdraw(house.supplier, 1, version=3), 412, "precondition-failed")
    for body in (b"{}", b'{"reason": ""}', b'{"reason": null}', orjson.dumps({"reason": "x" * 501})):
        assert (await withdraw(house.supplier, 1, body=body)).json()["errors"][0]["field"] == "/reason"
    await house.world.record(organisation(SUPPLIER, version=2, suspended=True))
    problem(await withdraw(house.supplier, 1), 403, "organisation-suspended")


async def test_a_history_tells_what_replaced_what_and_why(house: House) -> None:
    await house.supplier.submit(housing(1))
    house.clock.advance(seconds=60)
    better = {"pcfExcludingBiogenicUptake": "70.000", "pcfIncludingBiogenicUptake": "69.968"}
    done(
        await house.supplier.submit(
            housing(2, precedingPfIds=[footprint_id(1)], comment="Green power since May.", pcf=better)
        ),
        201,
    )
    house.clock.advance(seconds=60)
    done(await house.supplier.submit(housing(3, precedingPfIds=[footprint_id(1)])), 201)
    done(await withdraw(house.supplier, 3))
    one, two, three = await history(house.supplier)
    assert [each["footprint_id"] for each in (one, two, three)] == [footprint_id(number) for number in (1, 2, 3)]
    assert (one["status"], one["succeeding_footprint_ids"]) == ("Deprecated", [footprint_id(2), footprint_id(3)])
    assert (one["deprecated_by_footprint_id"], one["deprecation_reason"]) == (footprint_id(2), None)
    assert (two["preceding_footprint_ids"], two["succeeding_footprint_ids"]) == ([footprint_id(1)], [])
    assert (two["comment"], two["pcf_including_biogenic_uptake_kgco2e"]) == ("Green power since May.", "69.968")
    assert (two["reference_period_end"], two["valid_until"]) == ("2025-12-31T16:00:00.000Z", "2028-12-31T16:00:00.000Z")
    assert (two["accepted_at"], two["status"], two["version"]) == ("2026-06-01T08:01:00.000Z", "Active", 1)
    assert three["deprecation_reason"] == "The electricity of March was counted twice."


@pytest.mark.parametrize("spelling", [ODD_PRODUCT, ODD_PRODUCT.upper(), ODD_PRODUCT.lower()])
async def test_a_product_may_have_any_name_in_any_case(house: House, spelling: str) -> None:
    await house.supplier.submit(housing(1, productIds=[ODD_PRODUCT]))
    await house.supplier.submit(housing(2))
    assert [each["footprint_id"] for each in await history(house.supplier, product_id=spelling)] == [footprint_id(1)]
    listed = done(await house.supplier.get("/v1/footprints", product_id=spelling))["items"]
    assert [(each["footprint_id"], each["product_ids"]) for each in listed] == [(footprint_id(1), [ODD_PRODUCT])]


async def test_a_history_holds_only_what_the_reader_may_read(house: House) -> None:
    await house.supplier.submit(housing(1))
    await house.supplier.submit(housing(2, precedingPfIds=[footprint_id(1)]))
    await house.rival.submit(housing(3))
    assert await history(house.buyer) == []
    done(await house.supplier.give(scope="footprint", scope_value=footprint_id(1)), 201)
    (one,) = await history(house.buyer)
    assert (one["footprint_id"], one["succeeding_footprint_ids"]) == (footprint_id(1), [])
    done(await house.supplier.give(scope="product", scope_value=HOUSING_PRODUCT.upper()), 201)
    assert [each["footprint_id"] for each in await history(house.buyer)] == [footprint_id(1), footprint_id(2)]
    done(await house.rival.give(), 201)
    assert len(await history(house.buyer)) == 3
    assert [each["owner_organisation_id"] for each in await history(house.buyer, owner=RIVAL)] == [RIVAL]
    assert await history(house.buyer, product_id="urn:gtin:0") == []


async def test_a_foreign_footprint_that_names_an_own_one_is_no_successor(house: House) -> None:
    await house.rival.submit(housing(2, precedingPfIds=[footprint_id(1)]))
    await house.supplier.submit(housing(1))
    done(await house.rival.give(grantee_organisation_id=SUPPLIER), 201)
    found = {each["footprint_id"]: each for each in await history(house.supplier)}
    assert found[footprint_id(1)]["succeeding_footprint_ids"] == []
    assert found[footprint_id(1)]["status"] == "Active"


async def test_a_history_comes_in_pages(house: House) -> None:
    for number in range(1, 6):
        await house.supplier.submit(housing(number))
    first = await house.supplier.get(HISTORY, product_id=ODD_PRODUCT, limit=2)
    assert "Link" not in first.headers
    seen, link = [], f"{HISTORY}?product_id={HOUSING_PRODUCT}&limit=2"
    while link:
        page = await house.supplier.get(link)
        seen += [each["footprint_id"] for each in done(page)["items"]]
        link = page.headers.get("Link", "")[1:].partition(">")[0]
    assert seen == [footprint_id(number) for number in range(1, 6)]
    problem(await house.supplier.get(HISTORY, product_id=HOUSING_PRODUCT, cursor="eyJhdCI6MX0"), 400, "invalid-cursor")
    assert (await house.supplier.get(HISTORY)).status_code == 422


async def test_a_difference_is_told_field_by_field(house: House) -> None:
    await house.supplier.submit(housing(1, x={"share": 1.10}))
    after = housing(2, precedingPfIds=[footprint_id(1)], pcf={"fossilGhgEmissions": "68.4582"}, x={"share": 1.25})
    after["pcf"]["primaryDataShare"] = "46.50"
    await house.supplier.submit(after)
    response = await house.supplier.get(f"{path(2)}/diff", against=footprint_id(1).upper())
    ComparisonResource.model_validate_json(response.content)
    body = done(response)
    assert (body["footprint_id"], body["against_footprint_id"]) == (footprint_id(2), footprint_id(1))
    assert (body["complete"], body["same_declared_unit"]) == (True, True)
    found = {each["path"]: each for each in body["differences"]}
    assert found["/pcf/fossilGhgEmissions"] == {
        "path": "/pcf/fossilGhgEmissions", "kind": "changed", "before": "71.310", "after": "68.4582",
        "absolute_difference": "-2.8518", "relative_difference_percent": "-3.9991586033",
    }  # fmt: skip
    assert found["/pcf/primaryDataShare"]["kind"] == "spelling"
    assert found["/precedingPfIds/0"]["kind"] == "added"
    assert (found["/x/share"]["before"], found["/x/share"]["absolute_difference"]) == (1.1, "0.15")
    assert len(found) == 4
    turned = done(await house.supplier.get(f"{path(1)}/diff", against=footprint_id(2)))["differences"]
    assert {each["path"]: each["absolute_difference"] for each in turned}["/pcf/fossilGhgEmissions"] == "2.8518"


async def test_both_must_be_readable_or_neither_is_told_of(house: House) -> None:
    await house.supplier.submit(housing(1))
    await house.supplier.submit(housing(2, comment="secret"))
    done(await house.supplier.give(scope="footprint", scope_value=footprint_id(1)), 201)
    answers = []
    for number, against in ((1, 2), (1, 9), (2, 1), (9, 1)):
        response = await house.buyer.get(f"{path(number)}/diff", against=footprint_id(against))
        problem(response, 404, "footprint-not-found")
        answers.append(response.json() | {"instance": ""})
    assert answers == [answers[0]] * 4
    assert done(await house.buyer.get(f"{path(1)}/diff", against=footprint_id(1)))["differences"] == []
    assert (await house.buyer.get(f"{path(1)}/diff")).status_code == 422

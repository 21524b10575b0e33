"""Where access begins and ends, read by read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.component.footprints.house import Caller, House, done, problem
from tests.support.footprints import HOUSING_PRODUCT, footprint_id, housing
from tests.unit.footprints.given import BUYER, SUPPLIER, organisation

ONE = f"/v1/footprints/{footprint_id(1)}"
SCOPES: list[dict[str, Any]] = [
    {"scope": "footprint", "scope_value": footprint_id(1)},
    {"scope": "product", "scope_value": HOUSING_PRODUCT},
    {"scope": "everything"},
]
all_scopes = pytest.mark.parametrize("terms", SCOPES, ids=lambda terms: terms["scope"])


async def open_to(caller: Caller) -> bool:
    """Tell whether the first footprint can be read, by id, in a list and in a history alike."""
    by_id = (await caller.get(ONE)).status_code
    listed = done(await caller.get("/v1/footprints"))["items"]
    told = done(await caller.get("/v1/footprint-history", product_id=HOUSING_PRODUCT))["items"]
    answers = {by_id == 200, footprint_id(1) in [each["footprint_id"] for each in listed], bool(told)}
    assert len(answers) == 1
    return answers.pop()


@all_scopes
async def test_a_grant_begins_at_its_start_and_ends_before_its_end(house: House, terms: dict[str, Any]) -> None:
    await house.supplier.submit(housing(1))
    period = {"valid_from": "2026-06-01T09:00:00Z", "valid_until": "2026-06-01T10:00:00Z"}
    done(await house.supplier.give(**terms, **period), 201)
    seen = []
    for seconds in (3_599.999, 0.001, 3_599.999, 0.001):
        house.clock.advance(seconds=seconds)
        seen.append(await open_to(house.buyer))
    assert seen == [False, True, True, False]


@all_scopes
async def test_a_revocation_bites_at_the_next_read(house: House, terms: dict[str, Any]) -> None:
    await house.supplier.submit(housing(1))
    first = done(await house.supplier.give(**terms), 201)["grant_id"]
    second = done(await house.supplier.give(**terms), 201)["grant_id"]
    assert await open_to(house.buyer)
    done(await house.supplier.revoke(first))
    assert await open_to(house.buyer), "another grant holds"
    done(await house.supplier.revoke(second))
    assert not await open_to(house.buyer)
    problem(await house.buyer.get(ONE), 404, "footprint-not-found")


async def test_a_grant_that_has_not_begun_may_be_revoked_and_never_opens(house: House) -> None:
    await house.supplier.submit(housing(1))
    grant_id = done(await house.supplier.give(valid_from="2026-06-01T09:00:00Z"), 201)["grant_id"]
    done(await house.supplier.revoke(grant_id))
    house.clock.advance(seconds=7_200)
    assert not await open_to(house.buyer)


@pytest.mark.parametrize("terms", SCOPES[1:], ids=lambda terms: terms["scope"])
async def test_what_comes_later_is_open_too(house: House, terms: dict[str, Any]) -> None:
    done(await house.supplier.give(**terms), 201)
    assert not await open_to(house.buyer)
    await house.supplier.submit(housing(1))
    await house.supplier.submit(housing(2, productIds=["urn:gtin:2"]))
    assert await open_to(house.buyer)
    assert (await house.buyer.get(f"/v1/footprints/{footprint_id(2)}")).status_code == (
        200 if terms["scope"] == "everything" else 404
    )


async def test_a_correction_is_open_by_product_but_not_by_its_predecessors_id(house: House) -> None:
    await house.supplier.submit(housing(1))
    done(await house.supplier.give(**SCOPES[0]), 201)
    await house.supplier.submit(housing(2, precedingPfIds=[footprint_id(1)]))
    assert done(await house.buyer.get(ONE))["deprecated_by_footprint_id"] == footprint_id(2)
    problem(await house.buyer.get(f"/v1/footprints/{footprint_id(2)}"), 404, "footprint-not-found")
    done(await house.supplier.give(**SCOPES[1]), 201)
    done(await house.buyer.get(f"/v1/footprints/{footprint_id(2)}"))


@pytest.mark.parametrize("spelling", [HOUSING_PRODUCT.upper(), HOUSING_PRODUCT.lower(), HOUSING_PRODUCT.swapcase()])
async def test_the_letter_case_of_a_product_means_nothing_and_is_kept(house: House, spelling: str) -> None:
    await house.supplier.submit(housing(1))
    grant = done(await house.supplier.give(scope="product", scope_value=spelling), 201)
    assert grant["scope_value"] == spelling
    assert await open_to(house.buyer)
    assert done(await house.buyer.get(ONE))["document"]["productIds"][0] == HOUSING_PRODUCT


async def test_a_part_of_a_products_name_opens_nothing(house: House) -> None:
    await house.supplier.submit(housing(1))
    for value in (HOUSING_PRODUCT[:-1], HOUSING_PRODUCT + "1", HOUSING_PRODUCT.replace("-", "%2D")):
        done(await house.supplier.give(scope="product", scope_value=value), 201)
    assert not await open_to(house.buyer)


async def test_the_same_product_of_another_owner_stays_closed(house: House) -> None:
    await house.supplier.submit(housing(1))
    done(await house.rival.give(scope="product", scope_value=HOUSING_PRODUCT), 201)
    done(await house.rival.give(), 201)
    assert not await open_to(house.buyer)


async def test_a_grantee_that_is_suspended_reads_nothing_until_it_is_not(house: House) -> None:
    await house.supplier.submit(housing(1))
    grant_id = done(await house.supplier.give(), 201)["grant_id"]
    await house.world.record(organisation(BUYER, version=2, suspended=True))
    for path in (ONE, "/v1/footprints", f"/v1/grants/{grant_id}"):
        problem(await house.buyer.get(path), 403, "organisation-suspended")
    assert done(await house.supplier.get(f"/v1/grants/{grant_id}"))["status"] == "active", "the owner decides on that"
    await house.world.record(organisation(BUYER, version=3))
    assert await open_to(house.buyer)


async def test_what_a_suspended_owner_gave_stays_given(house: House) -> None:
    await house.supplier.submit(housing(1))
    done(await house.supplier.give(), 201)
    await house.world.record(organisation(SUPPLIER, version=2, suspended=True))
    problem(await house.supplier.get(ONE), 403, "organisation-suspended")
    assert await open_to(house.buyer)

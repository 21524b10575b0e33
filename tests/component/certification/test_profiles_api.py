from __future__ import annotations

from typing import Any

import pytest

from services.certification.api import examples
from services.certification.domain.profile import MAX_PROFILES_PER_BUYER
from tests.component.certification.desk import Desk, done, refused

PATH = "/v1/profiles"


async def test_a_buyer_creates_a_profile(desk: Desk) -> None:
    answer = await desk.buyer.create(PATH, examples.NEW_PROFILE)
    body = done(answer, 201)
    assert answer.headers["Location"] == f"{PATH}/{body['profile_id']}"
    assert {name: body[name] for name in examples.NEW_PROFILE} == examples.NEW_PROFILE
    assert done(await desk.buyer.get(answer.headers["Location"])) == body
    assert done(await desk.buyer.get(PATH))["items"] == [body]


async def test_what_is_left_out_is_not_asked_for(desk: Desk) -> None:
    body = await desk.profile(pcf_ceiling={"value_kgco2e": "6", "unit_of_measurement": "piece", "unit_amount": "1"})
    assert body["requirements"]["certificate_types"] == []
    assert body["requirements"]["minimum_recycled_share_percent"] is None
    assert body["requirements"]["pcf_ceiling"]["pcf_total"] == "excluding"


async def test_a_change_raises_the_version(desk: Desk) -> None:
    path = f"{PATH}/{(await desk.profile())['profile_id']}"
    easier = {"name": "Easier", "requirements": {"certificate_types": ["iso14001"]}}
    changed = done(await desk.buyer.change(path, 1, easier))
    assert (changed["version"], changed["name"]) == (2, "Easier")
    refused(await desk.buyer.change(path, 1, easier), 412, "precondition-failed", "/headers/If-Match")


@pytest.mark.parametrize(
    ("requirements", "slug", "field"),
    [
        ({}, "profile-empty", "/requirements"),
        ({"minimum_recycled_share_percent": "100.1"}, "invalid-body", "/requirements/minimum_recycled_share_percent"),
        ({"minimum_recycled_share_percent": "0"}, "invalid-body", "/requirements/minimum_recycled_share_percent"),
        ({"minimum_recycled_share_percent": 25}, "invalid-body", "/requirements/minimum_recycled_share_percent"),
        ({"certificate_types": ["x"]}, "invalid-body", "/requirements/certificate_types/0"),
        ({"certificate_types": [f"type{n}" for n in range(17)]}, "invalid-body", "/requirements/certificate_types"),
        (
            {"pcf_ceiling": {"value_kgco2e": "-1", "unit_of_measurement": "kilogram", "unit_amount": "1"}},
            "invalid-body",
            "/requirements/pcf_ceiling/value_kgco2e",
        ),
        (
            {"pcf_ceiling": {"value_kgco2e": "1", "unit_of_measurement": "pound", "unit_amount": "1"}},
            "invalid-body",
            "/requirements/pcf_ceiling/unit_of_measurement",
        ),
        (
            {"pcf_ceiling": {"value_kgco2e": "1", "unit_of_measurement": "kilogram", "unit_amount": "0"}},
            "invalid-body",
            "/requirements/pcf_ceiling/unit_amount",
        ),
    ],
)
async def test_what_breaks_a_rule(desk: Desk, requirements: dict[str, Any], slug: str, field: str) -> None:
    answer = await desk.buyer.create(PATH, {"name": "Profile", "requirements": requirements})
    refused(answer, 422, slug, field)


async def test_the_limit_of_profiles_is_named(desk: Desk) -> None:
    for _ in range(MAX_PROFILES_PER_BUYER):
        await desk.profile()
    answer = await desk.buyer.create(PATH, examples.NEW_PROFILE)
    assert str(MAX_PROFILES_PER_BUYER) in refused(answer, 409, "profile-limit-reached")["detail"]
    await desk.profile(desk.other_buyer)


async def test_a_foreign_profile_and_an_absent_one_answer_alike(desk: Desk) -> None:
    profile_id = (await desk.profile())["profile_id"]
    for who in (desk.other_buyer, desk.supplier, desk.verifier):
        foreign = await who.get(f"{PATH}/{profile_id}")
        absent = await who.get(f"{PATH}/none")
        refused(foreign, 404, "profile-not-found")
        assert {**foreign.json(), "instance": ""} == {**absent.json(), "instance": ""}
        assert done(await who.get(PATH))["items"] == []
    change = await desk.other_buyer.change(f"{PATH}/{profile_id}", 1, examples.NEW_PROFILE)
    refused(change, 404, "profile-not-found")


async def test_only_buyers_have_profiles(desk: Desk) -> None:
    refused(await desk.supplier.create(PATH, examples.NEW_PROFILE), 403, "missing-role")

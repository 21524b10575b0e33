from __future__ import annotations

from typing import Any

import pytest

from tests.component.identity.conftest import World

NEW: dict[str, Any] = {
    "name": "Ostwind Smelting Co., Ltd.",
    "country": "CN",
    "identifiers": [{"scheme": "gln", "value": "9520000000066"}],
    "roles": ["supplier"],
    "base_urls": ["https://pcf.ostwind.example/"],
}
PATH = "/v1/organisations"
MERGE = {"Content-Type": "application/merge-patch+json"}


async def register(world: World, body: dict[str, Any] | None = None, key: str | None = None) -> Any:
    headers = await world.bearer() | world.key(key)
    return await world.http.post(PATH, json=body or NEW, headers=headers)


async def test_an_operator_registers_an_organisation_and_it_is_published(world: World) -> None:
    answer = await register(world)

    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["location"] == f"{PATH}/{body['organisation_id']}"
    assert body["base_urls"] == ["https://pcf.ostwind.example"]
    read = await world.http.get(answer.headers["location"], headers=await world.bearer())
    assert read.json() == body
    assert read.headers["etag"] == '"1"'
    event = world.events()[-1]
    assert (event["type"], event["subject"]) == ("identity.organisation.registered.v1", body["organisation_id"])
    assert event["correlationid"] == answer.headers["x-correlation-id"]


async def test_a_repeat_answers_as_before_and_another_body_is_refused(world: World) -> None:
    first = await register(world, key="same")
    published = len(world.events())

    again = await register(world, key="same")
    other = await register(world, NEW | {"name": "Another"}, key="same")

    assert (again.status_code, again.content, again.headers["location"]) == (
        201,
        first.content,
        first.headers["location"],
    )
    assert (other.status_code, other.json()["type"]) == (422, "urn:tierloop:problem:idempotency-key-reused")
    assert len(world.events()) == published


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"name": ""}, "/name", "string_too_short"),
        ({"name": "   "}, "/name", "name_malformed"),
        ({"country": "China"}, "/country", "string_pattern_mismatch"),
        ({"roles": []}, "/roles", "too_short"),
        ({"roles": ["admin"]}, "/roles/0", "enum"),
        ({"roles": ["buyer", "buyer"]}, "/roles", "roles_malformed"),
        (
            {"identifiers": [{"scheme": "gln", "value": "9520000000067"}]},
            "/identifiers/0/value",
            "identifier_malformed",
        ),
        ({"identifiers": [{"scheme": "vat", "value": "A"}] * 2}, "/identifiers/1", "identifier_repeated"),
        ({"identifiers": [{"scheme": "vat", "value": str(n)} for n in range(21)]}, "/identifiers", "too_long"),
        ({"base_urls": ["http://pcf.ostwind.example"]}, "/base_urls/0", "base_url_malformed"),
        ({"base_urls": ["https://u:p@pcf.ostwind.example"]}, "/base_urls/0", "base_url_malformed"),
        ({"status": "suspended"}, "/status", "extra_forbidden"),
    ],
)
async def test_bad_input_names_field_and_rule(world: World, change: dict[str, Any], field: str, rule: str) -> None:
    before = len(world.events())

    answer = await register(world, NEW | change)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (item,) = answer.json()["errors"]
    assert (item["field"], item["rule"]) == (field, rule)
    assert item["message"]
    assert len(world.events()) == before


async def test_an_identifier_of_another_organisation_is_refused(world: World) -> None:
    answer = await register(world, NEW | {"identifiers": [{"scheme": "bpn", "value": "BPNL00TLDEMO03RA"}]})

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:tierloop:problem:identifier-taken")
    (item,) = answer.json()["errors"]
    assert (item["field"], item["rule"]) == ("/identifiers", "identifier_taken")
    assert item["remedy"]
    assert world.organisation_id("buyer") not in answer.text


async def test_a_key_is_required_to_create(world: World) -> None:
    answer = await world.http.post(PATH, json=NEW, headers=await world.bearer())

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:tierloop:problem:idempotency-key-required")


async def test_a_change_needs_the_version_it_changes(world: World) -> None:
    path = f"{PATH}/{world.organisation_id('supplier')}"
    headers = await world.bearer() | MERGE
    patch = {"country": None, "roles": ["supplier", "buyer"]}

    missing = await world.http.patch(path, json=patch, headers=headers)
    stale = await world.http.patch(path, json=patch, headers=headers | {"If-Match": '"7"'})
    changed = await world.http.patch(path, json=patch, headers=headers | {"If-Match": '"1"'})
    again = await world.http.patch(path, json=patch, headers=headers | {"If-Match": '"1"'})

    assert (missing.status_code, missing.json()["type"]) == (428, "urn:tierloop:problem:if-match-required")
    assert (stale.status_code, stale.json()["type"]) == (412, "urn:tierloop:problem:precondition-failed")
    assert stale.json()["errors"][0]["field"] == "/headers/If-Match"
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    assert changed.json()["country"] is None
    assert changed.json()["roles"] == ["buyer", "supplier"]
    assert len(changed.json()["identifiers"]) == 3  # what the patch does not name stays
    assert again.status_code == 412
    assert world.events()[-1]["type"] == "identity.organisation.changed.v1"


async def test_a_patch_that_changes_nothing_is_no_fact(world: World) -> None:
    path = f"{PATH}/{world.organisation_id('supplier')}"
    published = len(world.events())

    answer = await world.http.patch(
        path, json={"roles": ["supplier"]}, headers=await world.bearer() | MERGE | {"If-Match": '"1"'}
    )

    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert len(world.events()) == published


@pytest.mark.parametrize(
    ("patch", "field"), [({"name": None}, "/name"), ({"roles": None}, "/roles"), ({"version": 3}, "/version")]
)
async def test_a_patch_can_remove_only_what_may_be_absent(world: World, patch: dict[str, Any], field: str) -> None:
    answer = await world.http.patch(
        f"{PATH}/{world.organisation_id('supplier')}",
        json=patch,
        headers=await world.bearer() | MERGE | {"If-Match": '"1"'},
    )

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_patch_is_a_merge_patch(world: World) -> None:
    answer = await world.http.patch(
        f"{PATH}/{world.organisation_id('supplier')}",
        json={"name": "x"},
        headers=await world.bearer() | {"If-Match": '"1"'},
    )

    assert (answer.status_code, answer.json()["errors"][0]["remedy"]) == (
        415,
        "Send Content-Type: application/merge-patch+json.",
    )


async def test_a_suspension_bites_at_once_and_is_published_with_its_reason(world: World) -> None:
    supplier = await world.bearer("supplier")
    path = f"{PATH}/{world.organisation_id('supplier')}"
    operator = await world.bearer()
    assert (await world.http.get(path, headers=supplier)).status_code == 200

    suspended = await world.http.post(f"{path}:suspend", json={"reason": "false declarations"}, headers=operator)
    refused = await world.http.get(path, headers=supplier)
    repeated = await world.http.post(f"{path}:suspend", json={"reason": "false declarations"}, headers=operator)
    contradicted = await world.http.post(f"{path}:suspend", json={"reason": "another"}, headers=operator)
    reinstated = await world.http.post(f"{path}:reinstate", headers=operator)
    admitted = await world.http.get(path, headers=supplier)

    assert (suspended.status_code, suspended.json()["status"]) == (200, "suspended")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:tierloop:problem:organisation-suspended")
    assert (repeated.status_code, repeated.headers["etag"]) == (200, suspended.headers["etag"])
    assert (contradicted.status_code, contradicted.json()["type"]) == (409, "urn:tierloop:problem:already-suspended")
    assert (reinstated.json()["status"], reinstated.json()["status_reason"]) == ("active", None)
    assert admitted.status_code == 200
    facts = [(event["type"], event["data"]["status_reason"]) for event in world.events()[-2:]]
    assert facts == [
        ("identity.organisation.suspended.v1", "false declarations"),
        ("identity.organisation.reinstated.v1", None),
    ]


async def test_an_operator_cannot_lock_itself_out(world: World) -> None:
    path = f"{PATH}/{world.organisation_id('park')}"
    operator = await world.bearer()

    suspended = await world.http.post(f"{path}:suspend", json={"reason": "oops"}, headers=operator)
    dropped = await world.http.patch(path, json={"roles": ["buyer"]}, headers=operator | MERGE | {"If-Match": '"1"'})

    for answer in (suspended, dropped):
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:tierloop:problem:own-access-kept")


async def test_the_directory_shows_others_without_their_addresses(world: World) -> None:
    path = f"{PATH}/{world.organisation_id('supplier')}"

    own = (await world.http.get(path, headers=await world.bearer("supplier"))).json()
    operators = (await world.http.get(path, headers=await world.bearer("park"))).json()
    others = (await world.http.get(path, headers=await world.bearer("buyer"))).json()

    assert own == operators
    assert own["base_urls"] == ["https://pcf.liaoyuan-castings.example"]
    assert set(others) == {"organisation_id", "version", "name", "country", "identifiers", "roles", "status"}


@pytest.mark.parametrize("organisation_id", ["absent", "0197a000-0000-7000-8000-00000000ffff"])
async def test_an_absent_organisation_is_not_found(world: World, organisation_id: str) -> None:
    headers = await world.bearer("buyer")
    answer = await world.http.get(f"{PATH}/{organisation_id}", headers=headers)

    assert (answer.status_code, answer.json()["type"]) == (404, "urn:tierloop:problem:organisation-not-found")


async def test_pages_follow_each_other_and_hold_everything_once(world: World) -> None:
    operator = await world.bearer()
    seen: list[str] = []
    path = f"{PATH}?limit=2"
    for _ in range(5):
        answer = await world.http.get(path, headers=operator)
        seen += [item["organisation_id"] for item in answer.json()["items"]]
        link = answer.headers.get("link")
        if link is None:
            break
        path = link.removeprefix("<").split(">")[0]
        assert path.startswith(world.settings.public_base_url)

    assert seen == sorted(client.organisation_id for client in world.clients.values())
    bad = await world.http.get(f"{PATH}?cursor=%21", headers=operator)
    assert (bad.status_code, bad.json()["type"]) == (400, "urn:tierloop:problem:invalid-cursor")


@pytest.mark.parametrize("name", ["supplier", "buyer", "recycler", "verifier"])
async def test_only_an_operator_writes_or_lists(world: World, name: str) -> None:
    headers = await world.bearer(name)
    own = f"{PATH}/{world.organisation_id(name)}"
    answers = [
        await world.http.get(PATH, headers=headers),
        await world.http.post(PATH, json=NEW, headers=headers | world.key()),
        await world.http.patch(own, json={"roles": ["operator"]}, headers=headers | MERGE | {"If-Match": '"1"'}),
        await world.http.post(f"{own}:suspend", json={"reason": "x"}, headers=headers),
        await world.http.post(f"{own}:reinstate", headers=headers),
        await world.http.get(f"{own}/credentials", headers=headers),
        await world.http.post(f"{own}/credentials", json={"label": "x"}, headers=headers | world.key()),
        await world.http.get(f"{own}/credentials/demo-{name}", headers=headers),
        await world.http.delete(f"{own}/credentials/demo-{name}", headers=headers),
        await world.http.post(f"{own}/credentials/demo-{name}:rotate", headers=headers | world.key()),
        await world.http.get("/v1/signing-keys", headers=headers),
        await world.http.post("/v1/signing-keys:rotate", headers=headers | world.key()),
    ]

    assert {(answer.status_code, answer.json()["type"]) for answer in answers} == {
        (403, "urn:tierloop:problem:missing-role")
    }


async def test_without_a_token_nothing_is_told(world: World) -> None:
    path = f"{PATH}/{world.organisation_id('supplier')}"

    answers = [await world.http.get(path), await world.http.get(f"{PATH}/absent"), await world.http.get(PATH)]

    assert {answer.status_code for answer in answers} == {401}
    assert all("www-authenticate" in answer.headers for answer in answers)

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import LogCapture

from services.chassis.idempotency import IDEMPOTENCY
from services.identity.application.ports import CREDENTIALS, HashersBusyError
from tests.component.identity.conftest import World, basic

GRANT = {"grant_type": "client_credentials"}
NEW: dict[str, Any] = {"label": "Plant 2, ERP", "scopes": ["footprint:read"]}


def path_of(world: World, name: str = "supplier") -> str:
    return f"/v1/organisations/{world.organisation_id(name)}/credentials"


async def issue(world: World, key: str | None = None, body: dict[str, Any] | None = None) -> Any:
    headers = await world.bearer() | world.key(key)
    return await world.http.post(path_of(world), json=body or NEW, headers=headers)


async def test_an_issued_secret_gets_a_token_for_the_organisation(world: World) -> None:
    answer = await issue(world)

    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{path_of(world)}/{body['client_id']}"
    assert len(body["client_secret"]) == 43
    assert body["secret_note"] is None
    token = await world.http.post("/auth/token", data=GRANT, headers=basic(body["client_id"], body["client_secret"]))
    assert (token.status_code, token.json()["scope"]) == (200, "footprint:read")
    read = await world.http.get(answer.headers["location"], headers=await world.bearer())
    assert read.json() == {name: value for name, value in body.items() if name not in ("client_secret", "secret_note")}


@pytest.mark.parametrize("operation", ["issue", "rotate"])
async def test_a_repeat_answers_with_the_same_credential_but_without_its_secret(world: World, operation: str) -> None:
    async def ask() -> Any:
        if operation == "issue":
            return await issue(world, key="same")
        headers = await world.bearer() | world.key("same")
        return await world.http.post(f"{path_of(world)}/demo-supplier:rotate", headers=headers)

    first = await ask()
    again = await ask()

    assert again.status_code == first.status_code
    assert again.json()["client_secret"] is None
    assert "rotate" in again.json()["secret_note"]
    shown = {"client_secret": None, "secret_note": again.json()["secret_note"]}
    assert again.json() == first.json() | shown
    token = await world.http.post(
        "/auth/token", data=GRANT, headers=basic(first.json()["client_id"], first.json()["client_secret"])
    )
    assert token.status_code == 200  # the repeat did not replace the secret


async def test_the_secret_is_stored_and_logged_nowhere(world: World, logs: LogCapture) -> None:
    body = (await issue(world)).json()
    secret = body["client_secret"]

    stored = str([raw for rows in world.store.memory.documents.values() for _, raw in rows.values()])
    assert secret not in stored
    assert secret not in str(world.store.states(IDEMPOTENCY))
    assert secret not in str(world.events())
    assert secret not in str(logs.entries)
    shown = next(entry for entry in logs.entries if entry["event"] == "credential.secret_shown")
    assert (shown["client_id"], shown["by"]) == (body["client_id"], "demo-park")
    hashes = {credential.secret_hash for credential in world.store.states(CREDENTIALS).values()}
    assert all(item.startswith("$argon2id$") for item in hashes)


async def test_the_list_shows_revoked_clients_and_no_hash(world: World) -> None:
    operator = await world.bearer()
    new = (await issue(world)).json()["client_id"]
    await world.http.delete(f"{path_of(world)}/{new}", headers=operator)

    first = await world.http.get(f"{path_of(world)}?limit=1", headers=operator)
    link = first.headers["link"].removeprefix("<").split(">")[0]
    second = await world.http.get(link, headers=operator)

    items = first.json()["items"] + second.json()["items"]
    assert {item["client_id"]: item["revoked_at"] is not None for item in items} == {"demo-supplier": False, new: True}
    assert "link" not in second.headers
    assert "hash" not in first.text
    assert "argon2" not in first.text


async def test_revoking_twice_is_revoking_once_and_a_revoked_client_does_not_come_back(world: World) -> None:
    operator = await world.bearer()
    path = f"{path_of(world)}/demo-supplier"

    statuses = [(await world.http.delete(path, headers=operator)).status_code for _ in range(2)]
    read = await world.http.get(path, headers=operator)
    rotated = await world.http.post(f"{path}:rotate", headers=operator | world.key())

    assert statuses == [204, 204]
    assert (read.status_code, read.json()["type"]) == (404, "urn:tierloop:problem:credential-not-found")
    assert (rotated.status_code, rotated.json()["type"]) == (409, "urn:tierloop:problem:credential-revoked")


async def test_a_client_of_another_organisation_and_an_absent_one_are_alike(world: World) -> None:
    operator = await world.bearer()
    answers = []
    for client_id in ("demo-buyer", "demo-nobody"):
        path = f"{path_of(world)}/{client_id}"
        answers += [
            await world.http.get(path, headers=operator),
            await world.http.delete(path, headers=operator),
            await world.http.post(f"{path}:rotate", headers=operator | world.key()),
        ]

    assert {
        (answer.status_code, answer.json()["type"], answer.json()["detail"], str(answer.json()["errors"]))
        for answer in answers
    } == {
        (
            404,
            "urn:tierloop:problem:credential-not-found",
            "No such credential: nothing with this identity is visible to you.",
            "[]",
        )
    }
    assert world.store.states(CREDENTIALS)["demo-buyer"].revoked_at is None


async def test_an_absent_organisation_has_no_credentials(world: World) -> None:
    operator = await world.bearer()
    path = "/v1/organisations/absent/credentials"

    for answer in (
        await world.http.get(path, headers=operator),
        await world.http.post(path, json=NEW, headers=operator | world.key()),
    ):
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:tierloop:problem:organisation-not-found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/label"),
        ({"label": " "}, "/label"),
        ({"label": "x", "scopes": ["Not A Scope"]}, "/scopes/0"),
        ({"label": "x", "secret": "mine"}, "/secret"),
    ],
)
async def test_bad_input_names_its_field(world: World, body: dict[str, Any], field: str) -> None:
    answer = await world.http.post(path_of(world), json=body, headers=await world.bearer() | world.key())

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_one_key_cannot_serve_two_clients(world: World) -> None:
    operator = await world.bearer()

    first = await world.http.post(f"{path_of(world)}/demo-supplier:rotate", headers=operator | world.key("same"))
    other = await world.http.post(f"{path_of(world, 'buyer')}/demo-buyer:rotate", headers=operator | world.key("same"))

    assert first.status_code == 200
    assert (other.status_code, other.json()["type"]) == (422, "urn:tierloop:problem:idempotency-key-reused")


async def test_when_all_hashers_are_busy_the_operator_is_told_to_come_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(self: object, secret: str) -> str:
        raise HashersBusyError("all busy")

    operator = await world.bearer()
    monkeypatch.setattr("services.identity.adapters.argon2_hasher.Argon2Hasher.hash", busy)
    answer = await world.http.post(path_of(world), json=NEW, headers=operator | world.key())

    assert (answer.status_code, answer.json()["type"]) == (503, "urn:tierloop:problem:service-unavailable")
    assert answer.headers["retry-after"]

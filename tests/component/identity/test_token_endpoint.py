from __future__ import annotations

import asyncio

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from structlog.testing import LogCapture

from services.identity.application.ports import HashersBusyError
from tests.component.identity.conftest import World, basic, running, seeded, settings_with

GRANT = {"grant_type": "client_credentials"}


async def test_a_client_gets_a_token_by_header_and_by_form(world: World) -> None:
    supplier = world.clients["supplier"]
    form = GRANT | {"client_id": supplier.client_id, "client_secret": supplier.client_secret or ""}

    answers = [
        await world.http.post("/auth/token", data=GRANT, headers=world.basic("supplier")),
        await world.http.post("/auth/token", data=form),
    ]

    keys = KeySet.import_key_set((await world.http.get("/.well-known/jwks.json")).json())
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        body = answer.json()
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 300)
        claims = jwt.decode(body["access_token"], keys, algorithms=["ES256"]).claims
        now_s = int(world.clock().timestamp())
        assert claims | {"jti": ""} == {
            "iss": world.settings.token_issuer,
            "aud": "tierloop",
            "sub": "demo-supplier",
            "client_id": "demo-supplier",
            "org": supplier.organisation_id,
            "roles": ["supplier"],
            "scope": body["scope"],
            "iat": now_s,
            "nbf": now_s,
            "exp": now_s + 300,
            "jti": "",
        }


async def test_scope_is_narrowed_and_audience_ignored(world: World) -> None:
    form = GRANT | {"scope": "footprint:read unknown", "audience": "https://elsewhere.example"}
    narrowed = await world.http.post("/auth/token", data=form, headers=world.basic("buyer"))
    none_left = await world.http.post("/auth/token", data=GRANT | {"scope": "unknown"}, headers=world.basic("buyer"))

    assert narrowed.json()["scope"] == "footprint:read"
    assert (none_left.status_code, none_left.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("data", "error"),
    [({}, "invalid_request"), ({"grant_type": "authorization_code"}, "unsupported_grant_type")],
)
async def test_a_wrong_request_is_answered_in_the_form_of_rfc_6749(
    world: World, data: dict[str, str], error: str
) -> None:
    answer = await world.http.post("/auth/token", data=data or {"x": "y"}, headers=world.basic("buyer"))

    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.json()["error"] == error
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


async def test_nobody_learns_which_clients_exist(world: World) -> None:
    operator = await world.bearer()
    await world.http.delete(
        f"/v1/organisations/{world.organisation_id('buyer')}/credentials/demo-buyer", headers=operator
    )
    await world.http.post(
        f"/v1/organisations/{world.organisation_id('recycler')}:suspend", json={"reason": "fraud"}, headers=operator
    )
    rejected = {
        "unknown client": basic("nobody", "secret"),
        "wrong secret": basic("demo-supplier", "secret"),
        "revoked": world.basic("buyer"),
        "revoked, wrong secret": basic("demo-buyer", "secret"),
        "suspended": world.basic("recycler"),
    }

    answers = {
        case: await world.http.post("/auth/token", data=GRANT, headers=headers) for case, headers in rejected.items()
    }

    assert {answer.status_code for answer in answers.values()} == {401}
    assert len({answer.text for answer in answers.values()}) == 1
    (text,) = {answer.headers["www-authenticate"] for answer in answers.values()}
    assert text.startswith('Basic realm="tierloop"')
    assert answers["suspended"].json()["error"] == "invalid_client"


async def test_an_unknown_client_is_hashed_for_like_a_known_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str | None] = []

    async def counting(self: object, secret_hash: str | None, secret: str) -> bool:
        hashed.append(secret_hash)
        return False

    monkeypatch.setattr("services.identity.adapters.argon2_hasher.Argon2Hasher.matches", counting)
    await world.http.post("/auth/token", data=GRANT, headers=basic("nobody", "secret"))
    await world.http.post("/auth/token", data=GRANT, headers=basic("demo-supplier", "secret"))

    assert [item is None for item in hashed] == [True, False]


async def test_a_right_secret_is_hashed_once_and_revocation_still_bites_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = await world.bearer()
    await world.token("supplier")

    async def never(self: object, secret_hash: str | None, secret: str) -> bool:
        raise AssertionError("the secret was hashed again")

    monkeypatch.setattr("services.identity.adapters.argon2_hasher.Argon2Hasher.matches", never)
    await world.token("supplier")
    path = f"/v1/organisations/{world.organisation_id('supplier')}"
    revoked = await world.http.delete(f"{path}/credentials/demo-supplier", headers=operator)
    answer = await world.http.post("/auth/token", data=GRANT, headers=world.basic("supplier"))

    assert revoked.status_code == 204
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_an_old_secret_ends_with_the_rotation_although_it_was_right_a_moment_ago(world: World) -> None:
    operator = await world.bearer()
    await world.token("supplier")
    path = f"/v1/organisations/{world.organisation_id('supplier')}/credentials/demo-supplier"

    rotated = await world.http.post(f"{path}:rotate", headers=operator | world.key())

    old = await world.http.post("/auth/token", data=GRANT, headers=world.basic("supplier"))
    new = await world.http.post(
        "/auth/token", data=GRANT, headers=basic("demo-supplier", rotated.json()["client_secret"])
    )
    assert (old.status_code, new.status_code) == (401, 200)


async def test_guessing_is_throttled_per_client_and_does_not_lock_its_owner_out(world: World) -> None:
    await world.token("supplier")  # right a moment ago
    limit = world.settings.secret_checks_per_minute
    guesses = [
        await world.http.post("/auth/token", data=GRANT, headers=basic("demo-supplier", f"guess-{number}"))
        for number in range(limit + 1)
    ]

    statuses = [answer.status_code for answer in guesses]
    assert set(statuses[: limit - 1]) == {401}
    assert statuses[-1] == 429
    assert int(guesses[-1].headers["retry-after"]) >= 1
    assert guesses[-1].json()["error"] == "temporarily_unavailable"
    assert await world.token("supplier")
    assert await world.token("buyer")


async def test_a_client_that_takes_too_many_tokens_is_told_to_wait() -> None:
    async with running(settings_with(tokens_per_minute="2")) as small:
        await seeded(small)
        answers = [await small.http.post("/auth/token", data=GRANT, headers=small.basic("buyer")) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


async def test_when_all_hashers_are_busy_the_client_is_told_to_come_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(self: object, secret_hash: str | None, secret: str) -> bool:
        raise HashersBusyError("all busy")

    monkeypatch.setattr("services.identity.adapters.argon2_hasher.Argon2Hasher.matches", busy)
    answer = await world.http.post("/auth/token", data=GRANT, headers=world.basic("buyer"))

    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"]


async def test_many_clients_at_once_all_get_their_token(world: World) -> None:
    tokens = await asyncio.gather(*(world.token(name) for name in list(world.clients) * 4))

    assert len(set(tokens)) == 4 * len(world.clients)


async def test_no_secret_and_no_token_is_ever_logged_or_published(world: World, logs: LogCapture) -> None:
    token = await world.token("supplier")
    await world.http.post("/auth/token", data=GRANT, headers=basic("demo-supplier", "a-wrong-secret"))

    published = str([row.value for row in world.store.memory.outbox])
    for secret in (world.clients["supplier"].client_secret or "", "a-wrong-secret", token, "$argon2id$"):
        assert secret not in str(logs.entries)
        assert secret not in published
    granted = next(entry for entry in logs.entries if entry["event"] == "token.granted")
    assert granted["client_id"] == "demo-supplier"

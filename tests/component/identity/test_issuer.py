"""Discovery, signing keys, health, the OpenAPI document, and life without the embedded issuer."""

from __future__ import annotations

import pytest

from services.chassis.testing.memory_store import MemoryStore
from services.identity.application.ports import KEY_RINGS, KeySealError
from tests.component.identity.conftest import BASE_URL, World, running, seeded, settings_with


async def test_discovery_says_where_tokens_and_keys_are(world: World) -> None:
    answer = await world.http.get("/.well-known/openid-configuration")

    document = answer.json()
    assert document["issuer"] == BASE_URL
    assert document["token_endpoint"] == f"{BASE_URL}/auth/token"
    assert document["jwks_uri"] == f"{BASE_URL}/.well-known/jwks.json"
    assert document["grant_types_supported"] == ["client_credentials"]
    assert document["id_token_signing_alg_values_supported"] == ["ES256"]
    assert answer.headers["cache-control"] == "public, max-age=60"


async def test_the_key_set_holds_public_keys_alone(world: World) -> None:
    keys = (await world.http.get("/.well-known/jwks.json")).json()["keys"]

    assert len(keys) == 2
    assert all(set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"} for key in keys)


async def test_signing_keys_are_listed_with_where_they_stand(world: World) -> None:
    operator = await world.bearer()

    before = (await world.http.get("/v1/signing-keys", headers=operator)).json()["items"]
    world.clock.advance(seconds=5)
    after = (await world.http.post("/v1/signing-keys:rotate", headers=operator | world.key())).json()["items"]

    assert [key["state"] for key in before] == ["current", "next"]
    assert [key["state"] for key in after] == ["current", "next", "retired"]
    assert [after[0]["kid"], after[2]["kid"]] == [before[1]["kid"], before[0]["kid"]]
    assert after[2]["published_until"] == "2026-06-01T08:06:35Z"  # 5 s, 300 s lifetime, 90 s margin
    listed = await world.http.get("/v1/signing-keys", headers=operator)
    assert listed.json()["items"] == after
    assert "sealed" not in listed.text


async def test_a_repeated_rotation_rotates_once(world: World) -> None:
    operator = await world.bearer()

    first = await world.http.post("/v1/signing-keys:rotate", headers=operator | world.key("same"))
    again = await world.http.post("/v1/signing-keys:rotate", headers=operator | world.key("same"))

    assert again.content == first.content
    (ring,) = world.store.states(KEY_RINGS).values()
    assert ring.version == 2


async def test_rotating_without_end_is_refused(world: World) -> None:
    operator = await world.bearer()
    answers = [await world.http.post("/v1/signing-keys:rotate", headers=operator | world.key()) for _ in range(21)]

    assert {answer.status_code for answer in answers[:20]} == {200}
    assert (answers[20].status_code, answers[20].json()["type"]) == (409, "urn:tierloop:problem:rotation-too-often")


async def test_a_restart_goes_on_with_the_same_keys(world: World) -> None:
    before = (await world.http.get("/.well-known/jwks.json")).json()

    async with running(world.settings, world.store) as restarted:
        assert (await restarted.http.get("/.well-known/jwks.json")).json() == before
        own = await restarted.http.get("/v1/signing-keys", headers=await world.bearer())
        assert own.status_code == 200


async def test_another_encryption_key_stops_the_start(world: World) -> None:
    with pytest.raises(KeySealError, match="TIERLOOP_IDENTITY_KEY_ENCRYPTION_KEY"):
        async with running(settings_with(), world.store):
            pass


async def test_ready_means_that_tokens_can_be_signed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = await world.http.get("/health/ready")

    async def lost() -> None:
        raise ConnectionError("storage is away")

    monkeypatch.setattr(world.queries, "key_ring", lost)
    not_ready = await world.http.get("/health/ready")

    assert (ready.status_code, ready.json()["parts"]["signing keys"]["status"]) == (200, "ok")
    assert (not_ready.status_code, not_ready.json()["parts"]["signing keys"]["status"]) == (503, "error")


async def test_with_another_issuer_the_registry_stays_and_the_token_part_is_gone() -> None:
    store = MemoryStore()
    async with running(settings_with(issue_tokens="false"), store) as world:
        await seeded(world)
        paths = set(world.app.openapi()["paths"])
        answer = await world.http.post("/auth/token", data={"grant_type": "client_credentials"})

    assert {"/v1/organisations", "/v1/organisations/{organisation_id}"} <= paths
    assert not {"/auth/token", "/.well-known/jwks.json", "/v1/signing-keys"} & paths
    assert answer.status_code == 404
    assert store.states(KEY_RINGS) == {}


def test_every_operation_is_documented_with_examples_and_problems() -> None:
    from services.identity.bootstrap import build_api  # noqa: PLC0415 - the real composition, which opens nothing

    document = build_api(settings_with()).openapi()

    assert document["openapi"].startswith("3.1")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            where = f"{method} {path}"
            if path.startswith("/health"):
                continue
            assert operation["operationId"], where
            success = [operation["responses"][status] for status in operation["responses"] if status < "300"]
            assert success, where
            if "204" not in operation["responses"]:
                assert "example" in success[0]["content"]["application/json"], where
            if "requestBody" in operation:
                (media,) = operation["requestBody"]["content"].values()
                assert "example" in media or "examples" in media, where
            if path.startswith("/v1/"):
                assert {"401", "403"} <= set(operation["responses"]), where

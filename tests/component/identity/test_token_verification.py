"""What the token endpoint signs is what the chassis' verifier takes, and nothing else."""

from __future__ import annotations

import base64

import httpx
import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from services.chassis.keys import MIN_INTERVAL
from services.chassis.testing.tokens import TokenMint
from services.chassis.tokens import LEEWAY_SECONDS, InvalidTokenError, TokenVerifier
from tests.component.identity.conftest import World


def verifier_of(world: World) -> TokenVerifier:
    """Return the verifier of another service: it knows the issuer by its settings and reads the keys over HTTP."""
    return TokenVerifier(
        issuer=world.settings.token_issuer,
        audience=world.settings.token_audience,
        jwks_url=world.settings.jwks_url,
        client=httpx.AsyncClient(transport=httpx.ASGITransport(app=world.app)),
        clock=world.clock,
    )


def encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(part)).decode().rstrip("=")


async def test_a_token_names_its_client_and_organisation(world: World) -> None:
    principal = await verifier_of(world).verify(await world.token("buyer"))

    assert principal.organisation_id == world.organisation_id("buyer")
    assert principal.client_id == "demo-buyer"
    assert principal.roles == {"buyer"}
    assert principal.scopes == {"footprint:list", "footprint:read"}
    assert principal.token_id


async def test_an_expired_token_does_not_pass(world: World) -> None:
    verifier, token = verifier_of(world), await world.token("buyer")
    await verifier.verify(token)

    world.clock.advance(seconds=300 + LEEWAY_SECONDS)

    with pytest.raises(InvalidTokenError, match="expired"):
        await verifier.verify(token)
    with pytest.raises(InvalidTokenError, match="expired"):
        await verifier_of(world).verify(token)


async def test_a_token_of_another_issuer_does_not_pass(world: World) -> None:
    foreign = TokenMint(world.clock, issuer=world.settings.token_issuer)

    with pytest.raises(InvalidTokenError, match="key"):
        await verifier_of(world).verify(foreign.token(world.organisation_id("park"), roles=("operator",)))


async def test_a_foreign_key_under_our_key_id_does_not_pass(world: World) -> None:
    own = (await world.http.get("/.well-known/jwks.json")).json()["keys"][0]["kid"]
    claims = TokenMint(world.clock, issuer=world.settings.token_issuer).token("org")
    payload = orjson.loads(base64.urlsafe_b64decode(claims.split(".")[1] + "=="))
    forged = jwt.encode({"alg": "ES256", "kid": own, "typ": "at+jwt"}, payload, ECKey.generate_key("P-256"))

    with pytest.raises(InvalidTokenError, match="signature"):
        await verifier_of(world).verify(forged)


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256"])
async def test_a_token_without_our_algorithm_does_not_pass(world: World, algorithm: str) -> None:
    header, payload, signature = (await world.token("park")).split(".")
    kid = orjson.loads(base64.urlsafe_b64decode(header + "=="))["kid"]
    stripped = encoded({"alg": algorithm, "kid": kid, "typ": "at+jwt"})

    for forged in (f"{stripped}.{payload}.", f"{stripped}.{payload}.{signature}"):
        with pytest.raises(InvalidTokenError):
            await verifier_of(world).verify(forged)


async def test_a_token_whose_claims_were_changed_does_not_pass(world: World) -> None:
    header, payload, signature = (await world.token("supplier")).split(".")
    claims = orjson.loads(base64.urlsafe_b64decode(payload + "=="))
    raised = encoded(claims | {"roles": ["operator"]})

    with pytest.raises(InvalidTokenError, match="signature"):
        await verifier_of(world).verify(f"{header}.{raised}.{signature}")


async def test_a_rotation_keeps_old_tokens_valid_until_they_expire(world: World) -> None:
    verifier = verifier_of(world)
    old = await world.token("buyer")
    world.clock.advance(seconds=10)

    rotated = await world.http.post("/v1/signing-keys:rotate", headers=await world.bearer() | world.key())

    assert rotated.status_code == 200
    new = await world.token("buyer")
    assert new.split(".")[0] != old.split(".")[0]
    for token in (old, new):
        await verifier.verify(token)  # it read the keys before the rotation, or never: both work
        await verifier_of(world).verify(token)
    world.clock.advance(seconds=290 + LEEWAY_SECONDS - 1)
    await verifier_of(world).verify(old)
    world.clock.advance(seconds=1)
    with pytest.raises(InvalidTokenError, match="expired"):
        await verifier_of(world).verify(old)


async def test_a_rotated_key_leaves_the_key_set_after_its_last_token(world: World) -> None:
    before = {key["kid"] for key in (await world.http.get("/.well-known/jwks.json")).json()["keys"]}
    rotated = await world.http.post("/v1/signing-keys:rotate", headers=await world.bearer() | world.key())
    (retired,) = [key for key in rotated.json()["items"] if key["state"] == "retired"]

    during = {key["kid"] for key in (await world.http.get("/.well-known/jwks.json")).json()["keys"]}
    world.clock.advance(seconds=300 + 90)
    after = {key["kid"] for key in (await world.http.get("/.well-known/jwks.json")).json()["keys"]}

    assert before < during
    assert during - after == {retired["kid"]}
    assert len(after) == 2


async def test_a_verifier_that_missed_a_rotation_reads_the_keys_again(world: World) -> None:
    verifier = verifier_of(world)
    await verifier.verify(await world.token("buyer"))
    operator = await world.bearer()
    for _ in range(2):  # the key that signs now was not announced when the verifier last looked
        await world.http.post("/v1/signing-keys:rotate", headers=operator | world.key())
    world.clock.advance(seconds=MIN_INTERVAL.total_seconds())

    assert (await verifier.verify(await world.token("buyer"))).client_id == "demo-buyer"

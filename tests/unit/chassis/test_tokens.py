"""What a token must be to prove anything: its claims, its times, its signature, and what forgers try."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from services.chassis.testing.clock import FixedClock
from services.chassis.testing.tokens import AUDIENCE, ISSUER, TokenMint
from services.chassis.tokens import InvalidTokenError, Principal, TokenVerifier


async def test_a_valid_token_names_the_principal(mint: TokenMint) -> None:
    token = mint.token("org-1", client_id="c", roles=("supplier",), scopes=("a", "b"), jti="t-1")
    assert await mint.verifier().verify(token) == Principal(
        "org-1", "c", frozenset({"supplier"}), frozenset({"a", "b"}), "t-1"
    )


async def test_tokens_of_an_external_issuer_may_be_rs256(mint: TokenMint) -> None:
    mint.rotate(rsa=True)
    assert (await mint.verifier().verify(mint.token("org-1"))).organisation_id == "org-1"


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"iss": "https://other.test"}, "`iss`"),
        ({"iss": None}, "`iss`"),
        ({"aud": "other"}, "`aud`"),
        ({"aud": ["other"]}, "`aud`"),
        ({"aud": None}, "`aud`"),
        ({"exp": None}, "`exp`"),
        ({"exp": "tomorrow"}, "`exp`"),
        ({"iat": None}, "`iat`"),
        ({"sub": None}, "`sub`"),
        ({"sub": ""}, "`sub`"),
        ({"org": None}, "`org`"),
        ({"org": ""}, "`org`"),
        ({"org": ["org-1"]}, "`org`"),
        ({"org": "x" * 257}, "`org`"),
        ({"roles": [1]}, "`roles`"),
        ({"scope": ["a"]}, "`scope`"),
    ],
)
async def test_every_claim_is_checked(mint: TokenMint, claims: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidTokenError, match=told):
        await mint.verifier().verify(mint.token("org-1", **claims))


async def test_an_audience_among_several_is_enough(mint: TokenMint) -> None:
    await mint.verifier().verify(mint.token("org-1", aud=["other", AUDIENCE]))


@pytest.mark.parametrize(
    ("claim", "seconds", "valid"),
    [
        ("exp", -29, True),
        ("exp", -31, False),
        ("nbf", 29, True),
        ("nbf", 31, False),
        ("iat", 29, True),
        ("iat", 31, False),
    ],
)
async def test_times_have_thirty_seconds_of_leeway(
    mint: TokenMint, clock: FixedClock, claim: str, seconds: int, valid: bool
) -> None:
    claims: dict[str, Any] = {claim: int(clock().timestamp()) + seconds}
    token = mint.token("org-1", **claims)
    verifier = mint.verifier()
    for _ in range(2):  # the second time from memory
        if valid:
            await verifier.verify(token)
        else:
            with pytest.raises(InvalidTokenError):
                await verifier.verify(token)


async def test_a_remembered_token_expires_all_the_same(mint: TokenMint, clock: FixedClock) -> None:
    verifier, token = mint.verifier(), mint.token("org-1")
    await verifier.verify(token)
    clock.advance(seconds=300 + 31)
    with pytest.raises(InvalidTokenError, match="expired"):
        await verifier.verify(token)


async def test_a_remembered_token_dies_with_its_key(mint: TokenMint, clock: FixedClock) -> None:
    verifier, token = mint.verifier(), mint.token("org-1", exp=int(clock().timestamp()) + 10_000)
    await verifier.verify(token)
    mint.rotate(keep_old=False)
    clock.advance(seconds=301)
    await verifier.verify(token)  # starts the reading in the background
    await asyncio.sleep(0)
    await verifier.verify(mint.token("org-1"))  # waits for it: its key is unknown
    with pytest.raises(InvalidTokenError, match="does not publish"):
        await verifier.verify(token)


def forge(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    return f"{parts[0]}.{parts[1]}.{signature}"


async def passes(verifier: TokenVerifier, token: str) -> bool:
    try:
        await verifier.verify(token)
    except InvalidTokenError:
        return False
    return True


async def test_forgeries_prove_nothing(mint: TokenMint) -> None:
    verifier = mint.verifier()
    good = mint.token("org-1")
    head, body, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    other = ECKey.generate_key("P-256", parameters={"kid": "key-1"})
    hmac = jwt.encode({"alg": "HS256", "kid": "key-1"}, claims, OctKey.import_key(b"x" * 64), algorithms=["HS256"])
    forged = {
        "nothing": "",
        "no jwt": "abc",
        "none": forge({"alg": "none", "kid": "key-1"}, claims),
        "None": forge({"alg": "None", "kid": "key-1"}, claims),
        "hmac": hmac,
        "no kid": jwt.encode({"alg": "ES256"}, claims, mint.keys[0], algorithms=["ES256"]),
        "unknown kid": forge({"alg": "ES256", "kid": "key-9"}, claims, signature),
        "other key": jwt.encode({"alg": "ES256", "kid": "key-1"}, claims, other, algorithms=["ES256"]),
        "other algorithm": forge({"alg": "RS256", "kid": "key-1"}, claims, signature),
        "other claims": f"{head}.{forge({}, claims | {'org': 'org-2'}).split('.')[1]}.{signature}",
        "no signature": f"{head}.{body}.",
        "id token": jwt.encode({"alg": "ES256", "kid": "key-1", "typ": "logout+jwt"}, claims, mint.keys[0]),
        "crit": f"{forge({'alg': 'ES256', 'kid': 'key-1', 'crit': ['x']}, {}).split('.')[0]}.{body}.{signature}",
        "roles no list": jwt.encode({"alg": "ES256", "kid": "key-1"}, claims | {"roles": "admin"}, mint.keys[0]),
        "long": good + "A" * 9000,
        "not ascii": "é" * 10,
        "kid no text": forge({"alg": "ES256", "kid": 1}, claims, signature),
        "list header": base64.urlsafe_b64encode(b"[]").decode() + ".e30.x",
    }
    for name, token in forged.items():
        assert not await passes(verifier, token), name
    await verifier.verify(good)


def test_the_mint_is_the_default_issuer(mint: TokenMint) -> None:
    assert isinstance(mint.verifier(), TokenVerifier)
    assert mint.issuer == ISSUER

"""The issuer's public keys: read once for many, kept while the issuer is away, and never the wrong ones."""

from __future__ import annotations

import asyncio
import base64

import httpx
import pytest
from joserfc.jwk import ECKey

from services.chassis.keys import JwksCache, KeysUnavailableError, parse_keys
from services.chassis.testing.clock import FixedClock
from services.chassis.testing.tokens import JWKS_URL, TokenMint


def cache(mint: TokenMint, clock: FixedClock) -> JwksCache:
    return JwksCache(JWKS_URL, mint.client(), clock)


async def test_keys_are_read_once_for_many_and_again_when_a_new_one_appears(mint: TokenMint, clock: FixedClock) -> None:
    keys = cache(mint, clock)
    found = await asyncio.gather(*(keys.key("key-1") for _ in range(20)))
    assert all(found)
    assert mint.requests == 1
    mint.rotate()
    assert await keys.key("key-2") is None  # read a moment ago: the limit on invented ids
    clock.advance(seconds=10)
    assert await keys.key("key-2") is not None
    assert mint.requests == 2


async def test_invented_ids_cost_one_request_in_ten_seconds(mint: TokenMint, clock: FixedClock) -> None:
    keys = cache(mint, clock)
    for number in range(50):
        assert await keys.key(f"invented-{number}") is None
    assert mint.requests == 1


async def test_known_keys_outlive_a_broken_issuer_for_a_day(mint: TokenMint, clock: FixedClock) -> None:
    keys = cache(mint, clock)
    await keys.key("key-1")
    mint.broken = True
    clock.advance(days=0.99)
    assert await keys.key("key-1") is not None
    await keys.aclose()
    clock.advance(days=0.02)
    with pytest.raises(KeysUnavailableError):
        await keys.key("key-1")


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{}", b'{"keys": []}', b"no json", b'{"keys": [{"kty": "oct", "kid": "a", "k": "YQ"}]}', b"x" * 300_000],
)
async def test_a_bad_answer_is_no_answer(clock: FixedClock, body: bytes) -> None:
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body)))
    with pytest.raises(KeysUnavailableError):
        await JwksCache(JWKS_URL, client, clock).key("a")


async def test_redirects_are_not_followed(clock: FixedClock) -> None:
    client = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(302, headers={"Location": "http://x.test"})),
        follow_redirects=True,
    )
    with pytest.raises(KeysUnavailableError):
        await JwksCache(JWKS_URL, client, clock).key("a")


def test_only_signing_keys_of_known_strength_are_taken() -> None:
    good = ECKey.generate_key("P-256", parameters={"kid": "good"}).as_dict(private=False)
    wrong = [
        ECKey.generate_key("P-384", parameters={"kid": "curve"}).as_dict(private=False),
        ECKey.generate_key("P-256", parameters={"kid": "use", "use": "enc"}).as_dict(private=False),
        ECKey.generate_key("P-256", parameters={"kid": "alg", "alg": "ES512"}).as_dict(private=False),
        {"kty": "RSA", "kid": "short", "e": "AQAB", "n": base64.urlsafe_b64encode(b"\xff" * 128).decode().rstrip("=")},
        {"kty": "oct", "kid": "secret", "k": "YQ"},
        {"kty": "EC", "crv": "P-256", "kid": "broken"},
        {key: value for key, value in good.items() if key != "kid"},
        "text",
    ]
    assert set(parse_keys({"keys": [*wrong, good]})) == {"good"}

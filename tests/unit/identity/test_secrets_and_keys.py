"""The two adapters that touch secrets: argon2 hashes and sealed signing keys."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from services.identity.adapters.argon2_hasher import Argon2Hasher, mint_secret
from services.identity.adapters.key_smith import JoseKeySmith, make_seal_key, read_seal_key
from services.identity.application.ports import HashersBusyError, KeySealError
from services.identity.domain.access_token import AccessToken
from services.identity.domain.key_ring import found, rotate
from tests.unit.identity.given import AT

TOKEN = AccessToken("t-1", "https://id.example", "tierloop", "erp", "org-1", ("buyer",), (), AT, timedelta(minutes=5))


def light_hasher(**options: int) -> Argon2Hasher:
    return Argon2Hasher(memory_kib=64, passes=1, **options)


async def test_a_hash_is_argon2id_and_fits_its_secret_alone() -> None:
    hasher = light_hasher()
    secret = mint_secret()

    hashed = await hasher.hash(secret)

    assert hashed.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert secret not in hashed
    assert await hasher.matches(hashed, secret)
    assert not await hasher.matches(hashed, mint_secret())
    hasher.close()


async def test_a_secret_is_256_random_bits() -> None:
    secrets = {mint_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {43}


@pytest.mark.parametrize("known", [True, False])
async def test_an_unknown_client_costs_one_verification_like_a_wrong_secret(
    known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = light_hasher()
    verified: list[str] = []
    verify = hasher._verify

    def counting(secret_hash: str, secret: str) -> bool:
        verified.append(secret_hash)
        return verify(secret_hash, secret)

    monkeypatch.setattr(hasher, "_verify", counting)
    secret_hash = await hasher.hash("right") if known else None

    assert not await hasher.matches(secret_hash, "wrong")

    (used,) = verified
    assert used.split("$")[1:4] == ["argon2id", "v=19", "m=64,t=1,p=1"]  # the same cost in both cases
    hasher.close()


async def test_only_so_many_hashes_run_and_only_so_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = light_hasher(threads=2, max_waiting=3)
    gate = threading.Event()
    running: list[int] = []

    def slow(secret_hash: str, secret: str) -> bool:
        running.append(1)
        assert gate.wait(10)
        return True

    monkeypatch.setattr(hasher, "_verify", slow)
    waiting = [asyncio.create_task(hasher.matches("hash", "secret")) for _ in range(5)]
    await asyncio.sleep(0)  # each task takes its place

    with pytest.raises(HashersBusyError):
        await hasher.matches("hash", "secret")
    assert len(running) <= 2
    waiting[4].cancel()  # a caller who leaves keeps its place until its hash is done
    gate.set()
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert done[:4] == [True] * 4
    assert isinstance(done[4], asyncio.CancelledError)
    assert await hasher.matches("hash", "secret")
    hasher.close()


def test_a_key_is_named_by_its_thumbprint_and_signs_what_its_public_half_verifies() -> None:
    smith = JoseKeySmith(read_seal_key(make_seal_key()))
    ring = found(smith.make(), smith.make(), AT)

    text = smith.sign(TOKEN, ring.current)

    public = ECKey.import_key(dict(ring.current.public_jwk()))
    assert public.thumbprint() == ring.current.kid
    decoded = jwt.decode(text, public, algorithms=["ES256"])
    assert decoded.header == {"alg": "ES256", "kid": ring.current.kid, "typ": "at+jwt"}
    assert decoded.claims == TOKEN.claims()


def test_the_private_half_is_sealed_and_its_seal_fits_no_other_key() -> None:
    seal_key = make_seal_key()
    smith = JoseKeySmith(read_seal_key(seal_key))
    ring = found(smith.make(), smith.make(), AT)
    fresh = JoseKeySmith(read_seal_key(seal_key))

    fresh.check(ring.current)
    assert b'"d"' not in (ring.current.sealed_private or b"")
    with pytest.raises(KeySealError):
        fresh.check(replace(ring.next, sealed_private=ring.current.sealed_private))


def test_another_encryption_key_opens_nothing_and_the_error_says_which_setting() -> None:
    ring = found(JoseKeySmith(read_seal_key(make_seal_key())).make(), JoseKeySmith(bytes(32)).make(), AT)

    with pytest.raises(KeySealError, match="TIERLOOP_IDENTITY_KEY_ENCRYPTION_KEY"):
        JoseKeySmith(read_seal_key(make_seal_key())).check(ring.current)


def test_a_retired_key_signs_no_more() -> None:
    smith = JoseKeySmith(bytes(32))
    ring = rotate(found(smith.make(), smith.make(), AT), smith.make(), token_lifetime=timedelta(minutes=5), at=AT)

    with pytest.raises(KeySealError, match="retired"):
        smith.sign(TOKEN, ring.retired[0])


@pytest.mark.parametrize("text", ["", "short", "a" * 44, "not base64!" + "a" * 32, "ü" * 43])
def test_an_encryption_key_has_32_bytes(text: str) -> None:
    with pytest.raises(ValueError, match="32 random bytes") as refused:
        read_seal_key(text)
    assert not text or text not in str(refused.value)

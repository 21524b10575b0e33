"""The issuer's public keys (JWKS), kept in memory: reading them is the one HTTP call between services.

Sources: RFC 7517 (JWK sets), RFC 8725 sections 3.1 and 3.10 (algorithm and key of a token must fit).
"""

from __future__ import annotations

import asyncio
import warnings
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import structlog
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from services.chassis.clock import Clock

PublicKey = ECKey | RSAKey

MAX_AGE: Final = timedelta(minutes=5)
"""Older keys are read again in the background, so that a withdrawn key stops to count."""
STALE_LIMIT: Final = timedelta(hours=24)
"""Keys that could not be read again for so long are not trusted any more."""
MIN_INTERVAL: Final = timedelta(seconds=10)
"""An unknown key id leads to at most one request in this time: anybody can send tokens with invented ids."""
TIMEOUT_SECONDS: Final = 5.0
MAX_RESPONSE_BYTES: Final = 256 * 1024
MAX_KEYS: Final = 64
MIN_RSA_BITS: Final = 2048

_log = structlog.get_logger("services.chassis.auth")


class KeysUnavailableError(Exception):
    """No trusted keys at hand and the issuer can't be read: answer 503, the token may well be right."""


class JwksCache:
    """Keys by their id. Nothing here raises for a bad answer of the issuer: it is logged, old keys stay."""

    def __init__(self, url: str, client: httpx.AsyncClient, clock: Clock) -> None:
        """`client` is shared with the rest of the service and closed by it."""
        self._url = url
        self._client = client
        self._clock = clock
        self._keys: dict[str, PublicKey] = {}
        self._read_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._running: asyncio.Task[None] | None = None
        self.generation = 0
        """Counts the changes of the key set; what was verified under an older one is verified again."""

    async def key(self, kid: str) -> PublicKey | None:
        """Return the key with this id, None where the issuer has none. Raises `KeysUnavailableError`."""
        now = self._clock()
        if self._is_stale(now) or kid not in self._keys:
            refresh = self._refresh(now)
            if refresh is not None:
                await asyncio.shield(refresh)
        elif self._read_at is None or now - self._read_at > MAX_AGE:
            self._refresh(now)
        if self._is_stale(self._clock()):
            raise KeysUnavailableError(f"the keys at {self._url} can't be read")
        return self._keys.get(kid)

    def _is_stale(self, now: datetime) -> bool:
        return self._read_at is None or now - self._read_at > STALE_LIMIT

    def _refresh(self, now: datetime) -> asyncio.Task[None] | None:
        if self._running is not None and not self._running.done():
            return self._running
        if self._tried_at is not None and now - self._tried_at < MIN_INTERVAL:
            return None
        self._tried_at = now
        self._running = asyncio.create_task(self._read())
        return self._running

    async def _read(self) -> None:
        try:
            keys = parse_keys(await self._fetch())
        except (httpx.HTTPError, ValueError) as error:
            _log.warning("jwks.unreadable", url=self._url, error=f"{type(error).__name__}: {error}")
            return
        if {kid: key.as_dict(private=False) for kid, key in keys.items()} != {
            kid: key.as_dict(private=False) for kid, key in self._keys.items()
        }:
            self.generation += 1
        self._keys, self._read_at = keys, self._clock()

    async def _fetch(self) -> Any:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            async with self._client.stream("GET", self._url, follow_redirects=False) as response:
                response.raise_for_status()
                body = b""
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_RESPONSE_BYTES:
                        raise ValueError(f"more than {MAX_RESPONSE_BYTES} bytes")
        return httpx.Response(200, content=body).json()

    async def aclose(self) -> None:
        """End a request that is under way."""
        if self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)


def parse_keys(document: Any) -> dict[str, PublicKey]:
    """Read a JWK set; a key that can't sign ES256 or RS256 is skipped (RFC 7517, section 5).

    Raises `ValueError` when the document is no JWK set or holds no usable key.
    """
    items = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise ValueError("no JWK set: `keys` must be an array")  # noqa: TRY004 - it is input, not a type of ours
    keys = {}
    for item in items[:MAX_KEYS]:
        key = _usable(item)
        if key is not None:
            keys[item["kid"]] = key
    if not keys:
        raise ValueError("the JWK set holds no ES256 or RS256 key with an id")
    return keys


def _usable(item: Any) -> PublicKey | None:
    if not isinstance(item, dict) or item.get("kty") not in ("EC", "RSA") or item.get("use", "sig") != "sig":
        return None
    if not isinstance(item.get("kid"), str):
        return None
    try:
        with warnings.catch_warnings(action="ignore", category=SecurityWarning):  # a weak key is refused below
            key = JWKRegistry.import_key(item)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, ECKey) and key.curve_name == "P-256" and item.get("alg", "ES256") == "ES256":
        return key
    if isinstance(key, RSAKey) and item.get("alg", "RS256") == "RS256":
        return key if key.public_key.key_size >= MIN_RSA_BITS else None
    return None

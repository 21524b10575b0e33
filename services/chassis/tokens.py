"""Verifying access tokens offline. Sources: RFC 7519, RFC 8725 (best current practice), RFC 9068 (access tokens)."""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from services.chassis.clock import Clock
from services.chassis.keys import JwksCache

ALGORITHMS: Final = ("ES256", "RS256")
TOKEN_TYPES: Final = (None, "jwt", "at+jwt", "application/at+jwt")
LEEWAY_SECONDS: Final = 30
MAX_TOKEN_LENGTH: Final = 8192
MAX_CACHED: Final = 4096
MAX_CLAIM_LENGTH: Final = 256
EXPIRED: Final = "the token is expired"


class InvalidTokenError(Exception):
    """The token proves nothing; the message is fit for the client (it names the rule, never the key)."""


class ExpiredTokenError(InvalidTokenError):
    """The token was right once; a new one will be."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: an OAuth2 client that acts for one organisation."""

    organisation_id: str
    client_id: str
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    token_id: str = ""


@dataclass(frozen=True, slots=True)
class _Verified:
    principal: Principal
    not_before: float
    expires: float
    generation: int


class TokenVerifier:
    """Checks signature, issuer, audience and times; a token that passed is remembered until it expires."""

    def __init__(self, *, issuer: str, audience: str, jwks_url: str, client: httpx.AsyncClient, clock: Clock) -> None:
        self.keys = JwksCache(jwks_url, client, clock)
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._seen: OrderedDict[bytes, _Verified] = OrderedDict()

    async def verify(self, token: str) -> Principal:
        """Return who the token stands for. Raises `InvalidTokenError`, `KeysUnavailableError`."""
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            raise InvalidTokenError(f"the token must be ASCII of at most {MAX_TOKEN_LENGTH} characters")
        digest = sha256(token.encode()).digest()
        kid, algorithm = _header(token)
        key = await self.keys.key(kid)
        if key is None:
            raise InvalidTokenError("the token is signed with a key the issuer does not publish")
        known = self._seen.get(digest)
        if known is not None and known.generation == self.keys.generation:
            self._check_times(known)
            return known.principal
        if algorithm != ("ES256" if isinstance(key, ECKey) else "RS256"):
            raise InvalidTokenError("the token's algorithm does not fit its key")
        try:
            claims = jwt.decode(token, key, algorithms=[algorithm]).claims
            self._registry().validate(claims)
        except (JoseError, ValueError) as error:
            raise _invalid(error) from None
        verified = _Verified(
            _principal(claims), float(claims.get("nbf", 0)), float(claims["exp"]), self.keys.generation
        )
        self._seen[digest] = verified
        if len(self._seen) > MAX_CACHED:
            self._seen.popitem(last=False)
        return verified.principal

    async def aclose(self) -> None:
        """Stop reading keys."""
        await self.keys.aclose()

    def _check_times(self, known: _Verified) -> None:
        now = self._clock().timestamp()
        if now >= known.expires + LEEWAY_SECONDS:
            raise ExpiredTokenError(EXPIRED)
        if now < known.not_before - LEEWAY_SECONDS:
            raise InvalidTokenError("the token is not valid yet")

    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )


def _header(token: str) -> tuple[str, str]:
    segment = token.partition(".")[0]
    try:
        header = orjson.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (binascii.Error, ValueError):
        raise InvalidTokenError("the token is not a signed JWT") from None
    if not isinstance(header, dict) or not isinstance(header.get("kid"), str):
        raise InvalidTokenError("the token's header must name its key (`kid`)")
    if header.get("alg") not in ALGORITHMS:
        raise InvalidTokenError(f"the token's algorithm must be {' or '.join(ALGORITHMS)}")
    kind = header.get("typ")
    if (kind.lower() if isinstance(kind, str) else kind) not in TOKEN_TYPES:
        raise InvalidTokenError("the token's type must be JWT or at+jwt")
    return header["kid"], header["alg"]


def _principal(claims: dict[str, Any]) -> Principal:
    roles = claims.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise InvalidTokenError("claim `roles` must be an array of strings")
    return Principal(
        organisation_id=_text(claims, "org"),
        client_id=_text(claims, "sub"),
        roles=frozenset(roles),
        scopes=frozenset(_text(claims, "scope", default="").split()),
        token_id=_text(claims, "jti", default=""),
    )


def _text(claims: dict[str, Any], name: str, *, default: str | None = None) -> str:
    value = claims.get(name, default)
    limit = MAX_CLAIM_LENGTH if default is None else MAX_TOKEN_LENGTH
    if not isinstance(value, str) or len(value) > limit or (default is None and not value):
        raise InvalidTokenError(f"claim `{name}` must be a text of at most {limit} characters")
    return value


def _invalid(error: Exception) -> InvalidTokenError:
    claim = getattr(error, "claim", None)
    if claim == "exp" and getattr(error, "error", "") == "expired_token":
        return ExpiredTokenError(EXPIRED)
    return InvalidTokenError(f"claim `{claim}` is missing or wrong" if claim else "the token's signature is wrong")

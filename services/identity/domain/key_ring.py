"""The keys that sign tokens. One document holds them all, so that there is always exactly one current key.

A key is published before it signs (`next`), signs (`current`), and stays published until the last token it signed has
expired (`retired`). Sources: RFC 7517 (JWK), RFC 7638 (thumbprint as key id), RFC 7518 section 3.4 (ES256).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.identity.domain.errors import RotationTooOften

MAX_RETIRED: Final = 20
"""Retired keys that may still be needed at a time; verifiers read at most 64 keys."""
RETIREMENT_MARGIN: Final = timedelta(seconds=90)
"""Added to the lifetime of a token: a rotation counts from its command and bites at its commit (30 s later at most),
clocks of processes differ, and verifiers grant a leeway (30 s)."""


class KeyState(StrEnum):
    """Where a key stands in its life."""

    NEXT = "next"
    CURRENT = "current"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An ES256 key. Its private half is sealed, and removed when the key retires."""

    kid: str
    """Thumbprint of the public key."""
    x: str
    """Coordinate of the public key on P-256, base64url."""
    y: str
    sealed_private: bytes | None
    created_at: datetime
    activated_at: datetime | None = None
    retired_at: datetime | None = None
    published_until: datetime | None = None
    """Instant from which no token it signed can be valid; known once it retires."""

    @property
    def state(self) -> KeyState:
        """The state that follows from its dates."""
        if self.retired_at is not None:
            return KeyState.RETIRED
        return KeyState.NEXT if self.activated_at is None else KeyState.CURRENT

    def public_jwk(self) -> dict[str, str]:
        """Return the public half as a JWK (RFC 7517, section 4; RFC 7518, section 6.2.1)."""
        return {"kty": "EC", "crv": "P-256", "x": self.x, "y": self.y, "kid": self.kid, "use": "sig", "alg": "ES256"}


@dataclass(frozen=True, slots=True)
class NewKey:
    """A fresh key pair as it comes in with a command: the public half and the sealed private one."""

    kid: str
    x: str
    y: str
    sealed_private: bytes


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys that tokens may be signed with, now or lately. Newest retired key first."""

    version: int
    current: SigningKey
    next: SigningKey
    retired: tuple[SigningKey, ...] = ()

    def published(self, at: datetime) -> tuple[SigningKey, ...]:
        """Return the keys that a verifier needs at an instant: current, next, and what has retired lately."""
        return (self.current, self.next, *_still_needed(self.retired, at))

    def jwk_set(self, at: datetime) -> dict[str, list[dict[str, str]]]:
        """Return the published keys as a JWK set (RFC 7517, section 5)."""
        return {"keys": [key.public_jwk() for key in self.published(at)]}


def found(current: NewKey, following: NewKey, at: datetime) -> KeyRing:
    """Return the first ring."""
    return KeyRing(1, replace(_fresh(current, at), activated_at=at), _fresh(following, at))


def rotate(ring: KeyRing, new: NewKey, *, token_lifetime: timedelta, at: datetime) -> KeyRing:
    """Retire the current key, sign with the next one, take in a new one. Raises `RotationTooOften`."""
    needed = _still_needed(ring.retired, at)
    if len(needed) >= MAX_RETIRED:
        raise RotationTooOften(
            f"{len(needed)} retired keys are still needed by tokens under way",
            remedy="wait until the oldest tokens have expired",
        )
    retired = replace(
        ring.current, sealed_private=None, retired_at=at, published_until=at + token_lifetime + RETIREMENT_MARGIN
    )
    return KeyRing(ring.version + 1, replace(ring.next, activated_at=at), _fresh(new, at), (retired, *needed))


def _fresh(key: NewKey, at: datetime) -> SigningKey:
    return SigningKey(key.kid, key.x, key.y, key.sealed_private, at)


def _still_needed(retired: tuple[SigningKey, ...], at: datetime) -> tuple[SigningKey, ...]:
    return tuple(key for key in retired if key.published_until is not None and key.published_until > at)

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.chassis.tokens import LEEWAY_SECONDS
from services.identity.domain.errors import RotationTooOften
from services.identity.domain.key_ring import MAX_RETIRED, KeyState, found, rotate
from tests.unit.identity.given import AT, key

LIFETIME = timedelta(minutes=5)
SLOWEST_REQUEST = timedelta(seconds=30)


def test_the_first_ring_signs_with_one_key_and_announces_another() -> None:
    ring = found(key(1), key(2), AT)

    assert (ring.current.state, ring.current.kid) == (KeyState.CURRENT, "kid-1")
    assert (ring.next.state, ring.next.kid) == (KeyState.NEXT, "kid-2")
    assert [item["kid"] for item in ring.jwk_set(AT)["keys"]] == ["kid-1", "kid-2"]


def test_a_rotation_signs_with_the_key_that_was_announced() -> None:
    at = AT + timedelta(days=30)

    ring = rotate(found(key(1), key(2), AT), key(3), token_lifetime=LIFETIME, at=at)

    assert (ring.version, ring.current.kid, ring.next.kid) == (2, "kid-2", "kid-3")
    assert ring.current.activated_at == at
    retired = ring.retired[0]
    assert (retired.kid, retired.state, retired.retired_at) == ("kid-1", KeyState.RETIRED, at)
    assert retired.sealed_private is None


def test_a_retired_key_leaves_when_its_last_token_has_expired() -> None:
    at = AT + timedelta(days=30)
    ring = rotate(found(key(1), key(2), AT), key(3), token_lifetime=LIFETIME, at=at)
    until = ring.retired[0].published_until

    assert until is not None
    assert until >= at + LIFETIME + timedelta(seconds=LEEWAY_SECONDS)
    assert "kid-1" in {item.kid for item in ring.published(until - timedelta(milliseconds=1))}
    assert "kid-1" not in {item.kid for item in ring.published(until)}


def test_the_public_half_is_all_that_is_published() -> None:
    (jwk, _) = found(key(1), key(2), AT).jwk_set(AT)["keys"]

    assert jwk == {"kty": "EC", "crv": "P-256", "x": "x-1", "y": "y-1", "kid": "kid-1", "use": "sig", "alg": "ES256"}


def test_rotations_without_end_are_refused() -> None:
    ring = found(key(0), key(1), AT)
    for number in range(MAX_RETIRED):
        ring = rotate(ring, key(number + 2), token_lifetime=LIFETIME, at=AT)

    with pytest.raises(RotationTooOften):
        rotate(ring, key(99), token_lifetime=LIFETIME, at=AT)
    assert (
        rotate(ring, key(99), token_lifetime=LIFETIME, at=AT + timedelta(hours=1)).retired[0].kid
        == f"kid-{MAX_RETIRED}"
    )


@dataclass(frozen=True)
class Token:
    kid: str
    expires_at: datetime


class Verification(RuleBasedStateMachine):
    """Whoever holds a token that has not expired finds its key published, whenever keys are rotated."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = count(3)
        self.now = AT
        self.ring = found(key(1), key(2), AT)
        self.tokens: list[Token] = []
        self.announced = {"kid-1", "kid-2"}

    @rule(seconds=st.integers(1, 400))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def sign(self) -> None:
        self.tokens.append(Token(self.ring.current.kid, self.now + LIFETIME))

    @rule()
    def sign_slowly_across_a_rotation(self) -> None:
        before = self.ring.current.kid
        self.rotate()
        self.now += SLOWEST_REQUEST
        self.tokens.append(Token(before, self.now + LIFETIME))

    @rule()
    def rotate(self) -> None:
        try:
            self.ring = rotate(self.ring, key(next(self.numbers)), token_lifetime=LIFETIME, at=self.now)
        except RotationTooOften:
            return
        assert self.ring.current.kid in self.announced
        self.announced |= {item.kid for item in self.ring.published(self.now)}

    @invariant()
    def every_live_token_can_be_verified(self) -> None:
        published = {item.kid for item in self.ring.published(self.now)}
        live = [token for token in self.tokens if self.now < token.expires_at + timedelta(seconds=LEEWAY_SECONDS)]
        assert {token.kid for token in live} <= published

    @invariant()
    def only_keys_in_use_can_sign(self) -> None:
        assert self.ring.current.sealed_private is not None
        assert all(item.sealed_private is None for item in self.ring.retired)
        assert len(self.ring.retired) <= MAX_RETIRED


TestVerification = Verification.TestCase

"""Decisions about signing keys. The ring is one document, so its write guards every change of it."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.identity.application.commands import FoundKeyRing, RotateSigningKeys
from services.identity.application.ports import KEY_RINGS, TOKEN_RING
from services.identity.domain.errors import KeyRingMissing
from services.identity.domain.key_ring import KeyRing, found, rotate


class FoundKeyRingHandler:
    """Makes the first ring. Of several processes that start at once, one inserts it and the others find it."""

    def needs(self, command: FoundKeyRing, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the ring."""
        yield Key(KEY_RINGS, TOKEN_RING)

    def decide(self, loaded: Loaded, command: FoundKeyRing) -> Decision:
        """Found it, or return the one there is."""
        ring = loaded.get(KEY_RINGS, TOKEN_RING)
        if ring is not None:
            return Decision(result=ring)
        return _decided(found(command.current, command.following, command.meta.at))


class RotateSigningKeysHandler:
    """Lets the next key sign."""

    def needs(self, command: RotateSigningKeys, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the ring."""
        yield Key(KEY_RINGS, TOKEN_RING)

    def decide(self, loaded: Loaded, command: RotateSigningKeys) -> Decision:
        """Rotate it. Raises `KeyRingMissing`, `RotationTooOften`."""
        ring = loaded.get(KEY_RINGS, TOKEN_RING)
        if ring is None:
            raise KeyRingMissing("there is no signing key yet", remedy="ask for a token first; that makes the keys")
        return _decided(rotate(ring, command.new, token_lifetime=command.token_lifetime, at=command.meta.at))


def _decided(ring: KeyRing) -> Decision:
    return Decision(changes=(Change(KEY_RINGS, TOKEN_RING, ring),), result=ring)

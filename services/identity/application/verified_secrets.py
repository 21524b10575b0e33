"""Secrets that were right a moment ago, so that a busy client doesn't cost an argon2 hash per token.

Kept is a digest under a key of this process, over client, stored hash and secret: without that key it helps nobody to
guess, and a rotated secret has another stored hash, so the old one is unknown at once. Whether the credential is
revoked is read from storage for every token.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MAX_ENTRIES: Final = 10_000
KEY_BYTES: Final = 32


class VerifiedSecrets:
    """A bounded memory with a short life; `lifetime_s` 0 switches it off."""

    def __init__(
        self, lifetime_s: float, *, max_entries: int = MAX_ENTRIES, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock_s` counts seconds and never goes back."""
        self._lifetime_s = lifetime_s
        self._max_entries = max_entries
        self._clock_s = clock_s
        self._key = secrets.token_bytes(KEY_BYTES)
        self._expires_at_s: OrderedDict[bytes, float] = OrderedDict()

    def knows(self, client_id: str, secret_hash: str, secret: str) -> bool:
        """Tell whether exactly this secret was right lately."""
        expires_at_s = self._expires_at_s.get(self._digest(client_id, secret_hash, secret))
        return expires_at_s is not None and self._clock_s() < expires_at_s

    def remember(self, client_id: str, secret_hash: str, secret: str) -> None:
        """Keep a secret that was just found right."""
        digest = self._digest(client_id, secret_hash, secret)
        self._expires_at_s.pop(digest, None)
        self._expires_at_s[digest] = self._clock_s() + self._lifetime_s
        if len(self._expires_at_s) > self._max_entries:
            self._expires_at_s.popitem(last=False)

    def _digest(self, client_id: str, secret_hash: str, secret: str) -> bytes:
        text = f"{client_id}\x00{secret_hash}\x00{secret}"
        return hmac.digest(self._key, text.encode(), "sha256")

    def __len__(self) -> int:
        return len(self._expires_at_s)

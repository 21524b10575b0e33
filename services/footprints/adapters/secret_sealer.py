"""Secrets that must be read again, sealed with AES-256-GCM (NIST SP 800-38D)."""

from __future__ import annotations

import base64
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.footprints.application.exchange import SealBrokenError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


def read_secret_key(text: str) -> bytes:
    """Read the key: 32 bytes in base64url. Raises `ValueError`, without the text in its message."""
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"must be {KEY_BYTES} random bytes in base64url, 43 characters")
    return key


class SecretSealer:
    """Implements `application.exchange.Sealer`."""

    def __init__(self, key: bytes) -> None:
        """`key` has 32 bytes and stays the same while secrets sealed with it are in use."""
        self._seal = AESGCM(key)

    def seal(self, secret: str, owner: str) -> bytes:
        """Encrypt; the owner is bound into the seal, so that it opens nothing in the document of another."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, secret.encode(), owner.encode())

    def open(self, sealed: bytes, owner: str) -> str:
        """Decrypt. Raises `SealBrokenError`."""
        try:
            return self._seal.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner.encode()).decode()
        except (InvalidTag, ValueError):
            raise SealBrokenError(
                "the secret was sealed with another key; set TIERLOOP_FOOTPRINTS_PARTNER_SECRET_KEY to the one it was "
                "sealed with, or put the connection again"
            ) from None

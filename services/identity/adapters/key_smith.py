"""ES256 keys: made, sealed with AES-256-GCM, opened to sign.

Sources: RFC 7518 section 3.4 (ES256), RFC 7638 (key id), NIST SP 800-38D (GCM).
"""

from __future__ import annotations

import base64
import secrets
from collections import OrderedDict
from typing import Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwt
from joserfc.jwk import ECKey

from services.identity.application.ports import KeySealError
from services.identity.domain.access_token import AccessToken
from services.identity.domain.key_ring import NewKey, SigningKey

ALGORITHM: Final = "ES256"
CURVE: Final = "P-256"
TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 - the media type of RFC 9068, section 2.1
SEAL_KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
MAX_OPEN_KEYS: Final = 4
"""Opened keys kept in memory: the current one, and what a rotation under way needs."""


def read_seal_key(text: str) -> bytes:
    """Read the key encryption key: 32 bytes in base64url. Raises `ValueError`, without the text in its message."""
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        key = b""
    if len(key) != SEAL_KEY_BYTES:
        raise ValueError(f"must be {SEAL_KEY_BYTES} random bytes in base64url, 43 characters")
    return key


def make_seal_key() -> str:
    """Return a fresh key encryption key, as the setting takes it."""
    return secrets.token_urlsafe(SEAL_KEY_BYTES)


class JoseKeySmith:
    """Implements `ports.KeySmith` and `ports.TokenSigner`."""

    def __init__(self, seal_key: bytes) -> None:
        """`seal_key` has 32 bytes and never changes while keys sealed with it are in use."""
        self._seal = AESGCM(seal_key)
        self._open: OrderedDict[str, ECKey] = OrderedDict()

    def make(self) -> NewKey:
        """Return a fresh pair; the key id is bound into the seal, so that no seal fits another key."""
        key = ECKey.generate_key(CURVE, private=True)
        kid = key.thumbprint()
        public = key.as_dict(private=False)
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._seal.encrypt(nonce, orjson.dumps(key.as_dict(private=True)), kid.encode())
        return NewKey(kid, str(public["x"]), str(public["y"]), sealed)

    def check(self, key: SigningKey) -> None:
        """Open the private half. Raises `KeySealError`."""
        self._private(key)

    def sign(self, token: AccessToken, key: SigningKey) -> str:
        """Return the compact JWS. Raises `KeySealError`."""
        header = {"alg": ALGORITHM, "kid": key.kid, "typ": TOKEN_TYPE}
        return jwt.encode(header, token.claims(), self._private(key), algorithms=[ALGORITHM])

    def _private(self, key: SigningKey) -> ECKey:
        known = self._open.get(key.kid)
        if known is not None:
            return known
        if key.sealed_private is None:
            raise KeySealError(f"key {key.kid} has retired, its private half is gone")
        nonce, sealed = key.sealed_private[:NONCE_BYTES], key.sealed_private[NONCE_BYTES:]
        try:
            opened = self._seal.decrypt(nonce, sealed, key.kid.encode())
        except InvalidTag:
            raise KeySealError(
                f"key {key.kid} was sealed with another key encryption key; "
                "set TIERLOOP_IDENTITY_KEY_ENCRYPTION_KEY to the one it was made with"
            ) from None
        private = ECKey.import_key(orjson.loads(opened))
        self._open[key.kid] = private
        if len(self._open) > MAX_OPEN_KEYS:
            self._open.popitem(last=False)
        return private

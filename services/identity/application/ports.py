"""Documents this service keeps, and what its application asks of the outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from services.chassis.kernel import Kind
from services.identity.domain.access_token import AccessToken
from services.identity.domain.credential import ClientCredential
from services.identity.domain.identifiers import IdentifierClaim
from services.identity.domain.key_ring import KeyRing, NewKey, SigningKey
from services.identity.domain.organisation import Organisation

ORGANISATIONS: Final = Kind("organisations", Organisation, "api")
IDENTIFIER_CLAIMS: Final = Kind("organisation_identifiers", IdentifierClaim, "api")
"""Guarding documents: an identifier has one owner, because only one transaction can write its document."""
CREDENTIALS: Final = Kind("client_credentials", ClientCredential, "api")
KEY_RINGS: Final = Kind("key_rings", KeyRing, "api")
TOKEN_RING: Final = "access-tokens"  # noqa: S105 - the key of the one document of its kind
"""Key of the one ring there is."""


@dataclass(frozen=True, slots=True)
class Client:
    """A credential and its organisation, read together."""

    credential: ClientCredential
    organisation: Organisation


class Queries(Protocol):
    """Reads of committed state, at majority."""

    async def organisation(self, organisation_id: str) -> Organisation | None:
        """Return one organisation."""

    async def organisations(self, after: str | None, limit: int) -> Sequence[Organisation]:
        """Return organisations in order of their ids, beginning behind `after`."""

    async def credentials(self, organisation_id: str, after: str | None, limit: int) -> Sequence[ClientCredential]:
        """Return an organisation's credentials in order of their client ids, beginning behind `after`."""

    async def client(self, client_id: str) -> Client | None:
        """Return a credential with its organisation."""

    async def key_ring(self) -> KeyRing | None:
        """Return the ring, None before its first use."""


class SecretHasher(Protocol):
    """Makes and checks hashes that cost time on purpose; at most so many at once."""

    async def hash(self, secret: str) -> str:
        """Return the hash of a fresh secret. Raises `HashersBusyError`."""

    async def matches(self, secret_hash: str | None, secret: str) -> bool:
        """Check a secret; without a hash (unknown client) spend the same time and say no. Raises `HashersBusyError`."""


class HashersBusyError(Exception):
    """Too many secrets wait to be checked: try again later."""


class KeySmith(Protocol):
    """Makes key pairs and keeps their private halves sealed."""

    def make(self) -> NewKey:
        """Return a fresh pair."""

    def check(self, key: SigningKey) -> None:
        """Raise `KeySealError` where the private half can't be opened."""


class TokenSigner(Protocol):
    """Signs."""

    def sign(self, token: AccessToken, key: SigningKey) -> str:
        """Return the signed token. Raises `KeySealError`."""


class KeySealError(Exception):
    """A private key can't be opened: the encryption key in the settings is not the one that sealed it."""

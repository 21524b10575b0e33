"""Client credentials: who may ask for tokens on behalf of an organisation. The secret itself is never here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.identity.domain.errors import CredentialMalformed, CredentialRevoked, TooMany

MAX_LABEL_LENGTH: Final = 100
"""Characters."""
MAX_SCOPES: Final = 20
MAX_SCOPE_LENGTH: Final = 64
"""Characters of one scope; the set is short because every token carries it."""
CLIENT_ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$"
"""Plain enough that no client, proxy or log has to escape it (RFC 6749, appendix A.1, allows more)."""
SCOPE_PATTERN: Final = r"^[a-z][a-z0-9:._-]{0,63}$"
"""A part of RFC 6749's scope-token (appendix A.4)."""
DEFAULT_SCOPES: Final = ("footprint:list", "footprint:read")
"""Scopes of the PACT v3 OpenAPI document."""


@dataclass(frozen=True, slots=True)
class ClientCredential:
    """A client of one organisation. `secret_hash` is an argon2id string in PHC format."""

    client_id: str
    organisation_id: str
    label: str
    secret_hash: str
    secret_id: str
    """Names this generation of the secret, so that people can speak of it without knowing it."""
    scopes: tuple[str, ...]
    created_at: datetime
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_revoked(self, at: datetime) -> bool:
        """Tell whether it has ended at an instant."""
        return self.revoked_at is not None and self.revoked_at <= at


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What is known of a fresh secret outside the answer that shows it: its name and its hash."""

    secret_id: str
    secret_hash: str


def issue(
    client_id: str, organisation_id: str, label: str, scopes: Sequence[str], secret: NewSecret, at: datetime
) -> ClientCredential:
    """Return a new credential. Raises `CredentialMalformed`, `TooMany`."""
    if re.fullmatch(CLIENT_ID_PATTERN, client_id) is None:
        raise CredentialMalformed(
            "a client id is 3 to 64 letters, digits, dots, underscores or hyphens",
            field="/client_id",
            remedy="leave it out, then one is made for you",
        )
    text = label.strip()
    if not 0 < len(text) <= MAX_LABEL_LENGTH or not text.isprintable():
        raise CredentialMalformed(
            f"a label is 1 to {MAX_LABEL_LENGTH} printable characters", field="/label", remedy="name the client system"
        )
    return ClientCredential(
        client_id, organisation_id, text, secret.secret_hash, secret.secret_id, read_scopes(scopes), at
    )


def read_scopes(scopes: Sequence[str], field: str = "/scopes") -> tuple[str, ...]:
    """Return the scopes in order, each once. Raises `CredentialMalformed`, `TooMany`."""
    if len(scopes) > MAX_SCOPES:
        raise TooMany(f"a credential has at most {MAX_SCOPES} scopes", field=field, remedy="leave out the others")
    for index, scope in enumerate(scopes):
        if re.fullmatch(SCOPE_PATTERN, scope) is None:
            raise CredentialMalformed(
                f"a scope is a small letter and at most {MAX_SCOPE_LENGTH - 1} small letters, digits or :._-",
                field=f"{field}/{index}",
                remedy="write it as in footprint:read",
            )
    return tuple(sorted(set(scopes)))


def rotate(credential: ClientCredential, secret: NewSecret, at: datetime) -> ClientCredential:
    """Return the credential with another secret; the old one ends at once. Raises `CredentialRevoked`."""
    if credential.is_revoked(at):
        raise CredentialRevoked(
            "the credential is revoked", field="/path/client_id", remedy="issue a new credential instead"
        )
    return replace(credential, secret_hash=secret.secret_hash, secret_id=secret.secret_id, rotated_at=at)


def revoke(credential: ClientCredential, at: datetime) -> ClientCredential:
    """Return the credential ended, itself where it was."""
    return credential if credential.revoked_at is not None else replace(credential, revoked_at=at)

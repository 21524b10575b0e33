"""What can be asked of identity. Plain data, secrets excluded: only their hashes come this far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.chassis.kernel import Meta
from services.identity.domain.credential import NewSecret
from services.identity.domain.key_ring import NewKey
from services.identity.domain.profile import ProfileInput, ProfilePatch


@dataclass(frozen=True, slots=True)
class RegisterOrganisation:
    """Take in an organisation."""

    meta: Meta
    organisation_id: str
    profile: ProfileInput


@dataclass(frozen=True, slots=True)
class ChangeOrganisation:
    """Change its profile, if it is at `expected_version`."""

    meta: Meta
    organisation_id: str
    expected_version: int
    patch: ProfilePatch


@dataclass(frozen=True, slots=True)
class SuspendOrganisation:
    """Refuse it everywhere, for a reason."""

    meta: Meta
    organisation_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReinstateOrganisation:
    """Let it act again."""

    meta: Meta
    organisation_id: str


@dataclass(frozen=True, slots=True)
class IssueCredential:
    """Give an organisation a client."""

    meta: Meta
    organisation_id: str
    client_id: str
    label: str
    scopes: tuple[str, ...]
    secret: NewSecret


@dataclass(frozen=True, slots=True)
class RotateCredential:
    """Replace the secret of a client."""

    meta: Meta
    organisation_id: str
    client_id: str
    secret: NewSecret


@dataclass(frozen=True, slots=True)
class RevokeCredential:
    """End a client."""

    meta: Meta
    organisation_id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class FoundKeyRing:
    """Make the first keys, unless there are some."""

    meta: Meta
    current: NewKey
    following: NewKey


@dataclass(frozen=True, slots=True)
class RotateSigningKeys:
    """Sign with the next key from now on."""

    meta: Meta
    new: NewKey
    token_lifetime: timedelta

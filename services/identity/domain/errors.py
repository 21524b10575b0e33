"""What the registry refuses. Each code is stable; `api/problems.py` maps it to a status, a title and a slug."""

from __future__ import annotations

from services.chassis.kernel import Refusal


class OrganisationNotFound(Refusal):
    """No organisation has this id."""

    code = "organisation_not_found"


class OrganisationExists(Refusal):
    """An organisation with this id is registered already."""

    code = "organisation_exists"


class NameMalformed(Refusal):
    """The name is blank, too long or holds control characters."""

    code = "name_malformed"


class CountryMalformed(Refusal):
    """The country is not an ISO 3166-1 alpha-2 code."""

    code = "country_malformed"


class IdentifierMalformed(Refusal):
    """An identifier breaks the rule of its scheme."""

    code = "identifier_malformed"


class IdentifierRepeated(Refusal):
    """The same identifier stands twice in one organisation."""

    code = "identifier_repeated"


class IdentifierTaken(Refusal):
    """The identifier belongs to another organisation."""

    code = "identifier_taken"


class RolesMalformed(Refusal):
    """No role, an unknown role or the same role twice."""

    code = "roles_malformed"


class BaseUrlMalformed(Refusal):
    """A base URL is not one that Tierloop would call."""

    code = "base_url_malformed"


class TooMany(Refusal):
    """A list is longer than its limit."""

    code = "too_many_items"


class ReasonMissing(Refusal):
    """A suspension was asked for without a reason."""

    code = "reason_missing"


class AlreadySuspended(Refusal):
    """The organisation is suspended already, for another reason."""

    code = "already_suspended"


class OwnAccessKept(Refusal):
    """An operator would lock itself out."""

    code = "own_access_kept"


class VersionConflict(Refusal):
    """The change was meant for another version."""

    code = "version_conflict"


class CredentialNotFound(Refusal):
    """The organisation has no credential with this client id."""

    code = "credential_not_found"


class CredentialExists(Refusal):
    """The client id is taken."""

    code = "credential_exists"


class CredentialRevoked(Refusal):
    """A revoked credential never comes back."""

    code = "credential_revoked"


class CredentialMalformed(Refusal):
    """A label, client id or scope breaks its rule."""

    code = "credential_malformed"


class RotationTooOften(Refusal):
    """Too many retired keys are still needed by tokens under way."""

    code = "rotation_too_often"


class KeyRingMissing(Refusal):
    """There is no signing key yet that could be rotated."""

    code = "key_ring_missing"


class ClientRejected(Refusal):
    """The client gets no token: unknown, wrong secret, revoked or suspended. Which of them is never said."""

    code = "invalid_client"

    def __init__(self) -> None:
        super().__init__("the client is unknown, its secret is wrong, or it may not act any more")


class ScopeRefused(Refusal):
    """None of the scopes that were asked for belongs to the client."""

    code = "invalid_scope"

    def __init__(self) -> None:
        super().__init__("none of the scopes belongs to this client; leave scope out to get those it has")

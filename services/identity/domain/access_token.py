"""What an access token says. Sources: RFC 7519 section 4.1, RFC 9068 section 2.2, RFC 6749 section 3.3 (scope)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.identity.domain.credential import ClientCredential
from services.identity.domain.errors import ClientRejected, ScopeRefused
from services.identity.domain.organisation import Organisation


@dataclass(frozen=True, slots=True)
class AccessToken:
    """The content of a token, before it is signed."""

    token_id: str
    issuer: str
    audience: str
    client_id: str
    organisation_id: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    issued_at: datetime
    lifetime: timedelta

    def claims(self) -> dict[str, object]:
        """Return the claims, times as seconds since 1970."""
        issued_s = int(self.issued_at.timestamp())
        return {
            "iss": self.issuer,
            "sub": self.client_id,
            "client_id": self.client_id,
            "aud": self.audience,
            "org": self.organisation_id,
            "roles": list(self.roles),
            "scope": " ".join(self.scopes),
            "iat": issued_s,
            "nbf": issued_s,
            "exp": issued_s + int(self.lifetime.total_seconds()),
            "jti": self.token_id,
        }


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What every token of this issuer has in common."""

    issuer: str
    audience: str
    lifetime: timedelta


def grant(
    credential: ClientCredential,
    organisation: Organisation,
    asked: tuple[str, ...],
    rules: TokenRules,
    *,
    token_id: str,
    at: datetime,
) -> AccessToken:
    """Decide what a client that proved its secret gets.

    Raises `ClientRejected` where the credential is revoked or the organisation suspended, `ScopeRefused` where none
    of the scopes it asked for is its own.
    """
    if credential.is_revoked(at) or not organisation.is_active:
        raise ClientRejected
    return AccessToken(
        token_id,
        rules.issuer,
        rules.audience,
        credential.client_id,
        organisation.organisation_id,
        tuple(role.value for role in organisation.profile.roles),
        narrowed(credential.scopes, asked),
        at,
        rules.lifetime,
    )


def narrowed(own: tuple[str, ...], asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the scopes of the token: all of its own where none is asked for. Raises `ScopeRefused`."""
    if not asked:
        return own
    scopes = tuple(scope for scope in own if scope in asked)
    if not scopes:
        raise ScopeRefused
    return scopes

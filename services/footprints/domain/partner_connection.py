"""A partner connection: how this host speaks to the system of a partner.

A callback goes to a base URL that the partner has registered, never to what an event names as its source; so the
connection may only choose among the registered ones, and is asked again for that at each sending.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.footprints.domain.errors import (
    BaseUrlNotRegistered,
    ConnectionNotFound,
    ConnectionVersionChanged,
    ConnectionVersionMissing,
)
from services.footprints.domain.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Terms:
    """Where to call and with which credentials (OAuth 2.0 client credentials, RFC 6749 section 4.4)."""

    base_url: str
    client_id: str
    sealed_secret: bytes
    """The client secret, sealed for this partner; nothing but the courier opens it."""
    auth_base_url: str | None = None
    """Where the token endpoint is looked for; None means under the base URL (PACT 3.0.3, "Authentication")."""
    scope: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class PartnerConnection:
    """State of the aggregate; one for each partner organisation."""

    organisation_id: str
    version: int
    terms: Terms
    changed_at: datetime


def same_base_url(one: str, other: str) -> bool:
    """Compare base URLs; a slash at the end means nothing."""
    return one.rstrip("/") == other.rstrip("/")


def is_registered(base_url: str, organisation: Organisation | None) -> bool:
    """Tell whether a base URL is one of those that a partner in good standing has registered now."""
    if organisation is None or organisation.suspended:
        return False
    return any(same_base_url(base_url, each) for each in organisation.base_urls)


def connect(
    known: PartnerConnection | None,
    expected_version: int | None,
    organisation_id: str,
    organisation: Organisation | None,
    terms: Terms,
    at: datetime,
) -> PartnerConnection:
    """Make or replace a connection.

    Raises `BaseUrlNotRegistered`, `ConnectionVersionMissing`, `ConnectionVersionChanged`.
    """
    if not is_registered(terms.base_url, organisation):
        raise BaseUrlNotRegistered(
            "this is not a base URL that the organisation has registered",
            field="/base_url",
            remedy="Register it with the organisation registry first; it is known here within seconds.",
        )
    if known is not None and expected_version is None:
        raise ConnectionVersionMissing(
            "the connection exists; a change must say which version it changes",
            field="/headers/If-Match",
            remedy="Read the connection, and send its ETag as If-Match.",
        )
    check_connection_version(known, expected_version)
    return PartnerConnection(organisation_id, 1 if known is None else known.version + 1, terms, at)


def disconnect(known: PartnerConnection | None, expected_version: int) -> None:
    """Agree to remove a connection. Raises `ConnectionNotFound`, `ConnectionVersionChanged`."""
    if known is None:
        raise ConnectionNotFound("this organisation has no connection")
    check_connection_version(known, expected_version)


def check_connection_version(known: PartnerConnection | None, expected_version: int | None) -> None:
    """Compare with the version that If-Match names. Raises `ConnectionVersionChanged`."""
    version = None if known is None else known.version
    if version != expected_version:
        raise ConnectionVersionChanged(
            f"If-Match names version {expected_version}, "
            + ("there is no connection now" if known is None else f"the connection is at version {version} now"),
            field="/headers/If-Match",
            remedy="Read the connection again, and send its ETag as If-Match.",
        )

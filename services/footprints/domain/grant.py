"""A grant: a supplier opens footprints to a buyer, for a time, and may take it back once and for all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.footprints.domain.access import GrantScope, granted_key
from services.footprints.domain.errors import (
    GrantedFootprintUnknown,
    GranteeUnknown,
    GrantNotFound,
    GrantNotOwn,
    GrantPeriodEmpty,
    GrantRevokedAlready,
    GrantScopeMalformed,
    GrantToSelf,
    GrantVersionChanged,
)
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.organisation import Organisation


class GrantStatus(StrEnum):
    """Revocation is final; a new grant is a new id."""

    ACTIVE = "active"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a grant opens to whom and when."""

    grantee_organisation_id: str
    scope: GrantScope
    scope_value: str | None
    """Footprint id (lower case) or product URN; None for `everything`."""
    valid_from: datetime
    valid_until: datetime | None = None
    """Exclusive; None is open-ended."""


@dataclass(frozen=True, slots=True)
class Grant:
    """State of the aggregate."""

    grant_id: str
    owner_organisation_id: str
    grantee_organisation_id: str
    version: int
    status: GrantStatus
    scope: GrantScope
    scope_value: str | None
    access_key: str
    """The door it opens, see `access.py`."""
    valid_from: datetime
    valid_until: datetime | None
    changed_at: datetime
    reason: str | None = None
    """Why it was revoked."""

    def holds(self, at: datetime) -> bool:
        """Tell whether it opens anything at this instant."""
        begun = self.valid_from <= at
        ended = self.valid_until is not None and self.valid_until <= at
        return self.status is GrantStatus.ACTIVE and begun and not ended

    def opens(self, footprint: Footprint, at: datetime) -> bool:
        """Tell whether it opens this footprint at this instant."""
        return self.holds(at) and self.access_key in footprint.access_keys


def give(
    grant_id: str,
    owner_organisation_id: str,
    terms: Terms,
    grantee: Organisation | None,
    footprint: Footprint | None,
    at: datetime,
) -> Grant:
    """Decide a grant; `footprint` is the one its scope names, None where it names none or it doesn't exist.

    Raises `GrantToSelf`, `GranteeUnknown`, `GrantScopeMalformed`, `GrantedFootprintUnknown`, `GrantPeriodEmpty`.
    """
    _check_grantee(owner_organisation_id, terms.grantee_organisation_id, grantee)
    _check_scope(owner_organisation_id, terms, footprint)
    _check_period(terms, at)
    return Grant(
        grant_id=grant_id,
        owner_organisation_id=owner_organisation_id,
        grantee_organisation_id=terms.grantee_organisation_id,
        version=1,
        status=GrantStatus.ACTIVE,
        scope=terms.scope,
        scope_value=terms.scope_value,
        access_key=granted_key(owner_organisation_id, terms.scope, terms.scope_value),
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        changed_at=at,
    )


def revoke(grant: Grant | None, organisation_id: str, expected_version: int, reason: str | None, at: datetime) -> Grant:
    """Take a grant back. Raises `GrantNotFound`, `GrantNotOwn`, `GrantVersionChanged`, `GrantRevokedAlready`."""
    if grant is None or organisation_id not in (grant.owner_organisation_id, grant.grantee_organisation_id):
        raise GrantNotFound("no grant with this id is visible to you")
    if grant.owner_organisation_id != organisation_id:
        raise GrantNotOwn(
            "only the organisation that gave a grant may revoke it",
            field="/path/grant_id",
            remedy="Ask the owner of the footprints.",
        )
    if grant.version != expected_version:
        raise GrantVersionChanged(
            f"If-Match names version {expected_version}, the grant is at version {grant.version} now",
            field="/headers/If-Match",
            remedy="Read the grant again, and send its ETag as If-Match.",
        )
    if grant.status is GrantStatus.REVOKED:
        raise GrantRevokedAlready(
            "the grant is revoked already; revocation is final",
            field="/path/grant_id",
            remedy="Nothing is left to do. To open footprints again, give a new grant.",
        )
    return replace(grant, version=grant.version + 1, status=GrantStatus.REVOKED, reason=reason, changed_at=at)


def _check_grantee(owner_organisation_id: str, grantee_id: str, grantee: Organisation | None) -> None:
    field = "/grantee_organisation_id"
    if grantee_id == owner_organisation_id:
        raise GrantToSelf(
            "an organisation reads its own footprints without a grant", field=field, remedy="Name the buyer."
        )
    if grantee is None or grantee.suspended:
        raise GranteeUnknown(
            "the grantee is not known here as a registered, active organisation",
            field=field,
            remedy="Check the id. The grantee must register first; a new registration is known here within seconds.",
        )


def _check_scope(owner_organisation_id: str, terms: Terms, footprint: Footprint | None) -> None:
    is_everything = terms.scope is GrantScope.EVERYTHING
    if is_everything is not (terms.scope_value is None):
        raise GrantScopeMalformed(
            "scope_value is a footprint id or a product URN, and absent for the scope everything",
            field="/scope_value",
            remedy="Leave scope_value out." if is_everything else f"Name the {terms.scope} to open.",
        )
    if terms.scope is GrantScope.PRODUCT and not _is_urn(terms.scope_value or ""):
        raise GrantScopeMalformed(
            "a product is named by its URN", field="/scope_value", remedy="Copy it from the footprint's productIds."
        )
    if terms.scope is GrantScope.FOOTPRINT and (
        footprint is None or footprint.owner_organisation_id != owner_organisation_id
    ):
        raise GrantedFootprintUnknown(
            "you have no footprint with this id",
            field="/scope_value",
            remedy="Submit the footprint first, or grant its product.",
        )


def _check_period(terms: Terms, at: datetime) -> None:
    if terms.valid_until is not None and terms.valid_until <= max(terms.valid_from, at):
        raise GrantPeriodEmpty(
            "valid_until must lie after valid_from and after now",
            field="/valid_until",
            remedy="Choose a later end, or leave it out for an open-ended grant.",
        )


def _is_urn(text: str) -> bool:
    return text.lower().startswith("urn:") and not any(character.isspace() for character in text)

"""The organisation and its four decisions: register, change, suspend, reinstate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.identity.domain.errors import AlreadySuspended, OwnAccessKept, ReasonMissing, VersionConflict
from services.identity.domain.profile import Profile, Role

MAX_REASON_LENGTH: Final = 2_000
"""Characters."""


class OrganisationStatus(StrEnum):
    """A suspended organisation is refused by every service."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A member of the chain. `version` grows by one with each fact that is published of it."""

    organisation_id: str
    version: int
    profile: Profile
    status: OrganisationStatus
    status_reason: str | None
    """Why it is suspended; None while it is active."""
    registered_at: datetime
    changed_at: datetime

    @property
    def is_active(self) -> bool:
        """Tell whether it may act."""
        return self.status is OrganisationStatus.ACTIVE


def register(organisation_id: str, profile: Profile, at: datetime) -> Organisation:
    """Return a new organisation, active."""
    return Organisation(organisation_id, 1, profile, OrganisationStatus.ACTIVE, None, at, at)


def change(
    organisation: Organisation, profile: Profile, *, expected: int, actor: str | None, at: datetime
) -> Organisation:
    """Return the organisation with another profile, itself where nothing differs.

    Raises `VersionConflict` unless `expected` is its version, `OwnAccessKept` where the acting operator would drop
    its own role.
    """
    if organisation.version != expected:
        raise VersionConflict(
            f"the organisation is at version {organisation.version}, the change was meant for {expected}",
            field="/headers/If-Match",
            remedy="read the organisation again and send its ETag as If-Match",
        )
    if profile == organisation.profile:
        return organisation
    drops_operator = Role.OPERATOR in organisation.profile.roles and Role.OPERATOR not in profile.roles
    if drops_operator and actor == organisation.organisation_id:
        raise OwnAccessKept(
            "an operator can't take the role operator from itself",
            field="/roles",
            remedy="let another operator do it, so that one remains",
        )
    return _next(organisation, at, profile=profile)


def suspend(organisation: Organisation, reason: str, *, actor: str | None, at: datetime) -> Organisation:
    """Return the organisation suspended, itself where it is so for the same reason.

    Raises `ReasonMissing`, `AlreadySuspended` (for another reason), `OwnAccessKept`.
    """
    text = reason.strip()
    if not 0 < len(text) <= MAX_REASON_LENGTH:
        raise ReasonMissing(
            f"a suspension has a reason of 1 to {MAX_REASON_LENGTH} characters",
            field="/reason",
            remedy="say why; the reason is published with the suspension",
        )
    if actor == organisation.organisation_id:
        raise OwnAccessKept(
            "an operator can't suspend itself", field="", remedy="let another operator do it, so that one remains"
        )
    if organisation.is_active:
        return _next(organisation, at, status=OrganisationStatus.SUSPENDED, status_reason=text)
    if organisation.status_reason == text:
        return organisation
    raise AlreadySuspended(
        "the organisation is suspended already, for another reason",
        field="/reason",
        remedy="reinstate it first, or repeat the same reason",
    )


def reinstate(organisation: Organisation, *, at: datetime) -> Organisation:
    """Return the organisation active again, itself where it is."""
    if organisation.is_active:
        return organisation
    return _next(organisation, at, status=OrganisationStatus.ACTIVE, status_reason=None)


def _next(organisation: Organisation, at: datetime, **changes: object) -> Organisation:
    return replace(organisation, version=organisation.version + 1, changed_at=at, **changes)  # type: ignore[arg-type]  # names are our own

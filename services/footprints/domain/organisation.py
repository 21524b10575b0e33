"""What footprints knows about an organisation, from the registry's events."""

from __future__ import annotations

from dataclasses import dataclass

from services.footprints.domain.errors import OrganisationSuspended


@dataclass(frozen=True, slots=True)
class Organisation:
    """Projection of `identity.organisation.v1`; `version` is the last one applied."""

    organisation_id: str
    version: int
    name: str
    roles: tuple[str, ...]
    suspended: bool
    base_urls: tuple[str, ...] = ()
    """Where its own systems are; nothing else of it is ever called."""


def check_standing(organisation: Organisation | None) -> None:
    """Refuse a suspended organisation. Raises `OrganisationSuspended`.

    One that is not known yet may act: its token is the registry's own word, and the event is on its way.
    """
    if organisation is not None and organisation.suspended:
        raise OrganisationSuspended(
            "a suspended organisation may not act here",
            field="/headers/Authorization",
            remedy="Ask the operator of the platform.",
        )

"""Facts of an organisation, each with its whole state afterwards. Credentials and keys are never published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from services.identity.domain.organisation import Organisation


@dataclass(frozen=True, slots=True)
class OrganisationEvent:
    """Base of the four; `organisation` is the state after the event."""

    name: ClassVar[str]
    """The event's name in its type: `identity.organisation.<name>.v1`."""
    organisation: Organisation

    @property
    def aggregate_id(self) -> str:
        """Id of the organisation: the message key."""
        return self.organisation.organisation_id

    @property
    def version(self) -> int:
        """Version of the organisation after the event."""
        return self.organisation.version


@dataclass(frozen=True, slots=True)
class OrganisationRegistered(OrganisationEvent):
    """A new organisation joined."""

    name: ClassVar[str] = "registered"


@dataclass(frozen=True, slots=True)
class OrganisationChanged(OrganisationEvent):
    """Its profile changed."""

    name: ClassVar[str] = "changed"


@dataclass(frozen=True, slots=True)
class OrganisationSuspended(OrganisationEvent):
    """It is refused by every service from now on."""

    name: ClassVar[str] = "suspended"


@dataclass(frozen=True, slots=True)
class OrganisationReinstated(OrganisationEvent):
    """It may act again."""

    name: ClassVar[str] = "reinstated"

"""Facts of footprints and grants, each with the whole state afterwards. One event stands for one version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from services.footprints.domain.footprint import Footprint
from services.footprints.domain.grant import Grant


@dataclass(frozen=True, slots=True)
class FootprintEvent:
    """Base of the two; `footprint` is the state after the event."""

    name: ClassVar[str]
    """The event's name in its type: `footprints.footprint.<name>.v1`."""
    footprint: Footprint

    @property
    def aggregate_id(self) -> str:
        """Id of the footprint: the message key."""
        return self.footprint.footprint_id

    @property
    def version(self) -> int:
        """Version of the footprint after the event."""
        return self.footprint.version


@dataclass(frozen=True, slots=True)
class FootprintPublished(FootprintEvent):
    """A record was accepted."""

    name: ClassVar[str] = "published"


@dataclass(frozen=True, slots=True)
class FootprintDeprecated(FootprintEvent):
    """A successor took its place."""

    name: ClassVar[str] = "deprecated"


@dataclass(frozen=True, slots=True)
class GrantEvent:
    """Base of the two; `grant` is the state after the event."""

    name: ClassVar[str]
    """The event's name in its type: `footprints.grant.<name>.v1`."""
    grant: Grant

    @property
    def aggregate_id(self) -> str:
        """Id of the grant: the message key."""
        return self.grant.grant_id

    @property
    def version(self) -> int:
        """Version of the grant after the event."""
        return self.grant.version


@dataclass(frozen=True, slots=True)
class GrantGiven(GrantEvent):
    """Footprints were opened to a buyer."""

    name: ClassVar[str] = "granted"


@dataclass(frozen=True, slots=True)
class GrantRevoked(GrantEvent):
    """They were closed again, for good."""

    name: ClassVar[str] = "revoked"

"""Facts of this service's aggregates, each with the whole state afterwards. One event stands for one version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from services.footprints.domain.footprint import Footprint
from services.footprints.domain.grant import Grant
from services.footprints.domain.request import Request
from services.footprints.domain.verification import Verification


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
    """A successor took its place, or its owner withdrew it."""

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


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """Base of the three; `request` is the state after the event."""

    name: ClassVar[str]
    """The event's name in its type: `footprints.request.<name>.v1`."""
    request: Request

    @property
    def aggregate_id(self) -> str:
        """Id of the request: the message key."""
        return self.request.request_id

    @property
    def version(self) -> int:
        """Version of the request after the event."""
        return self.request.version


@dataclass(frozen=True, slots=True)
class RequestReceived(RequestEvent):
    """A partner asked for footprints; the answer may be there already."""

    name: ClassVar[str] = "received"


@dataclass(frozen=True, slots=True)
class RequestAccepted(RequestEvent):
    """An owner opened footprints."""

    name: ClassVar[str] = "accepted"


@dataclass(frozen=True, slots=True)
class RequestRejected(RequestEvent):
    """An owner said no."""

    name: ClassVar[str] = "rejected"


@dataclass(frozen=True, slots=True)
class VerificationEvent:
    """Base of the six; `verification` is the state after the event."""

    name: ClassVar[str]
    """The event's name in its type: `footprints.verification.<name>.v1`."""
    verification: Verification

    @property
    def aggregate_id(self) -> str:
        """Id of the engagement: the message key."""
        return self.verification.verification_id

    @property
    def version(self) -> int:
        """Version of the engagement after the event."""
        return self.verification.version


@dataclass(frozen=True, slots=True)
class VerificationOpened(VerificationEvent):
    """A supplier opened a record to a verifier."""

    name: ClassVar[str] = "opened"


@dataclass(frozen=True, slots=True)
class FindingsRaised(VerificationEvent):
    """The verifier began a round of findings."""

    name: ClassVar[str] = "findings-raised"


@dataclass(frozen=True, slots=True)
class FindingsAnswered(VerificationEvent):
    """The supplier answered them."""

    name: ClassVar[str] = "answered"


@dataclass(frozen=True, slots=True)
class VerificationAttested(VerificationEvent):
    """The verifier attested the record; its successor is published with it."""

    name: ClassVar[str] = "attested"


@dataclass(frozen=True, slots=True)
class VerificationDeclined(VerificationEvent):
    """The verifier ended the engagement without an attestation."""

    name: ClassVar[str] = "declined"


@dataclass(frozen=True, slots=True)
class VerificationWithdrawn(VerificationEvent):
    """The supplier closed the record to the verifier again."""

    name: ClassVar[str] = "withdrawn"

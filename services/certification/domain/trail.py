"""The trail: one small row for each event that can stand behind a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TrailKind(StrEnum):
    """Whose events they are. Evidence has the same names (`EvidenceKind`)."""

    ORGANISATION = "organisation"
    FOOTPRINT = "footprint"
    GRANT = "grant"
    CERTIFICATE = "certificate"
    CLAIM = "claim"
    PART = "part"


@dataclass(frozen=True, slots=True)
class NotedVerdict:
    """A verdict as an event of a part told it."""

    profile_id: str
    verdict_version: int
    verdict: str


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """State of the `trail` collection."""

    kind: TrailKind
    aggregate_id: str
    version: int
    event_id: str
    event_type: str
    occurred_at: datetime
    correlation_id: str
    causation_id: str | None
    supplier_id: str
    """Whose evidence it is: owner, holder, beneficiary, or the organisation itself."""
    grantee_id: str | None = None
    """The buyer a grant is for."""
    verdicts: tuple[NotedVerdict, ...] = ()
    """The verdicts an event of a part told."""

    @property
    def key(self) -> str:
        """One event stands for one version of an aggregate."""
        return trail_key(self.kind, self.aggregate_id, self.version)


def trail_key(kind: str, aggregate_id: str, version: int) -> str:
    """Return the document's id; evidence names the same three."""
    return f"{kind} {aggregate_id} {version}"

"""The events behind a verdict, each where the caller may read of it.

Invariant: TRAIL-TELLS-NO-MORE. The supplier reads of all events about itself. A buyer reads of its own verdicts, the
evidence they name, the grants given to it and claims (public by design), and never a part's own version, which moves
with other buyers' verdicts too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.certification.application.ports import Queries
from services.certification.application.queries import PartView, part_view
from services.certification.domain.trail import TrailEvent, TrailKind, trail_key

MAX_PART_EVENTS: Final = 200
"""Newest events of the part that are looked at for changes of a verdict."""
MAX_CAUSES: Final = 50
"""Events shown of one request that led to a verdict."""
MAX_REQUESTS: Final = 20
"""Requests looked at, newest first."""


class Role(StrEnum):
    """What an event is to the verdict."""

    PARTY = "party"
    """The supplier, as it is registered."""
    EVIDENCE = "evidence"
    """Named by the present verdict."""
    CAUSE = "cause"
    """Part of the request that led to a verdict."""
    VERDICT = "verdict"
    """The verdict changed."""


@dataclass(frozen=True, slots=True)
class TrailStep:
    """One event of the trail. `version` is the aggregate's; of a verdict its own."""

    role: Role
    event: TrailEvent
    version: int
    profile_id: str | None = None
    verdict: str | None = None


async def trail_view(
    queries: Queries, part_id: str, profile_id: str | None, organisation_id: str
) -> tuple[TrailStep, ...]:
    """Return the trail in order of time, for one profile or all the caller may see.

    Raises `PartNotFound`, `VerdictNotFound`.
    """
    part = await part_view(queries, part_id, organisation_id)
    verdicts = part.verdicts if profile_id is None else (part.of_profile(profile_id),)
    profiles = {verdict.profile_id for verdict in verdicts}
    named = {
        trail_key(ref.kind, ref.id, ref.version)
        for verdict in verdicts
        for outcome in verdict.outcomes
        for ref in outcome.evidence
    }
    steps = [_plain(Role.EVIDENCE, event) for event in await queries.trail_by_keys(sorted(named))]
    told = await queries.trail_of_aggregate(TrailKind.PART, part.part_id, MAX_PART_EVENTS)
    changes = _verdict_changes(told, profiles)
    steps += changes
    steps += await _causes(queries, part, changes, named, organisation_id)
    registered = await queries.trail_of_aggregate(TrailKind.ORGANISATION, part.supplier_id, 1)
    steps += [_plain(Role.PARTY, event) for event in registered]
    return tuple(sorted(steps, key=_in_time))


def _verdict_changes(told: Sequence[TrailEvent], profiles: set[str]) -> list[TrailStep]:
    """Find the event that first told each version of each verdict."""
    first: dict[tuple[str, int], TrailStep] = {}
    for event in sorted(told, key=lambda event: event.version):
        for noted in event.verdicts:
            if noted.profile_id in profiles:
                step = TrailStep(Role.VERDICT, event, noted.verdict_version, noted.profile_id, noted.verdict)
                first.setdefault((noted.profile_id, noted.verdict_version), step)
    return list(first.values())


async def _causes(
    queries: Queries, part: PartView, changes: Iterable[TrailStep], named: set[str], organisation_id: str
) -> list[TrailStep]:
    newest_first = sorted(changes, key=_in_time, reverse=True)
    requests = dict.fromkeys(step.event.correlation_id for step in newest_first if step.event.correlation_id)
    found: dict[str, TrailEvent] = {}
    for correlation_id in list(requests)[:MAX_REQUESTS]:
        for event in await queries.trail_of_correlation(correlation_id, part.supplier_id, MAX_CAUSES):
            if event.key not in named and _may_read_cause(event, part, organisation_id):
                found[event.key] = event
    return [_plain(Role.CAUSE, event) for event in found.values()]


def _may_read_cause(event: TrailEvent, part: PartView, organisation_id: str) -> bool:
    if event.kind is TrailKind.PART:
        return False
    if part.supplier_id == organisation_id or event.kind is TrailKind.CLAIM:
        return True
    return event.kind is TrailKind.GRANT and event.grantee_id == organisation_id


def _plain(role: Role, event: TrailEvent) -> TrailStep:
    return TrailStep(role, event, event.version)


def _in_time(step: TrailStep) -> tuple[str, str, str]:
    return step.event.occurred_at.isoformat(), step.event.event_id, step.profile_id or ""

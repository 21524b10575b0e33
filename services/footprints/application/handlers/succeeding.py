"""Storing a new record in the place of those it succeeds: whoever makes records, a supplier or an attestation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.chassis.kernel import Change, Key, Loaded, Match, Need
from services.footprints.application.ports import FOOTPRINTS, SUCCESSIONS
from services.footprints.domain.events import FootprintDeprecated, FootprintEvent, FootprintPublished
from services.footprints.domain.footprint import Footprint, deprecate
from services.footprints.domain.succession import Succession, arrive, lead_back, open_ends, succession_key


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What storing a record comes to."""

    footprint: Footprint
    """As it is now: Deprecated already where its successor came first."""
    changes: tuple[Change, ...]
    events: tuple[FootprintEvent, ...]


def succession_needs(owner: str, footprint_id: str, preceding_ids: Sequence[str]) -> Iterator[Need]:
    """Ask for the record, its predecessors, the guards of all their ids, and what they await."""
    for each in (footprint_id, *preceding_ids):
        yield Key(FOOTPRINTS, each)
        yield Key(SUCCESSIONS, succession_key(owner, each))
    for each in preceding_ids:
        yield _remembering(each)


def predecessors_of(loaded: Loaded, preceding_ids: Sequence[str]) -> list[Footprint]:
    """Return the predecessors that are stored."""
    found = (loaded.get(FOOTPRINTS, each) for each in preceding_ids)
    return [footprint for footprint in found if footprint is not None]


def take_in(loaded: Loaded, accepted: Footprint) -> TakenIn:
    """Store a record, mark its arrival, and deprecate what it succeeds.

    Raises `SuccessionCycle`, `SuccessionTooOpen`.
    """
    guards = tuple(_guards(loaded, accepted))
    final, events = _publish(accepted, _superseded_by(loaded, accepted))
    changes = [Change(FOOTPRINTS, final.footprint_id, final), *guards]
    for predecessor in predecessors_of(loaded, accepted.preceding_ids):
        deprecated = deprecate(predecessor, final.footprint_id, accepted.accepted_at)
        if deprecated is not None:
            changes.append(Change(FOOTPRINTS, deprecated.footprint_id, deprecated))
            events.append(FootprintDeprecated(deprecated))
    return TakenIn(final, tuple(changes), tuple(events))


def _publish(accepted: Footprint, superseded_by_id: str | None) -> tuple[Footprint, list[FootprintEvent]]:
    """Publish a record; one whose successor came first is deprecated in the same breath, as its second version."""
    events: list[FootprintEvent] = [FootprintPublished(accepted)]
    deprecated = deprecate(accepted, superseded_by_id, accepted.accepted_at) if superseded_by_id else None
    if deprecated is None:
        return accepted, events
    return deprecated, [*events, FootprintDeprecated(deprecated)]


def _guards(loaded: Loaded, accepted: Footprint) -> Iterator[Change]:
    """Mark the arrival, and remember it with every absent id that its predecessors lead back to. May refuse."""
    owner = accepted.owner_organisation_id
    before = _guard(loaded, owner, accepted.footprint_id)
    yield _guard_change(arrive(before, owner, accepted.footprint_id, accepted.preceding_ids))
    absent, remembering = [], {}
    for footprint_id in accepted.preceding_ids:
        if loaded.get(FOOTPRINTS, footprint_id) is None:
            named = _guard(loaded, owner, footprint_id)
            absent.append(named or Succession(owner, footprint_id, arrived=False))
        else:
            need = _remembering(footprint_id)
            remembering[footprint_id] = (
                None if loaded.overflows(need) else loaded.match(SUCCESSIONS, need.field, need.value)
            )
    for end, next_id in open_ends(absent, remembering):
        yield _guard_change(lead_back(end, accepted.footprint_id, next_id, before))


def _remembering(footprint_id: str) -> Match:
    """Ask for the guards of the absent ids that a stored footprint leads back to."""
    return Match(SUCCESSIONS, "descendant_ids", footprint_id)


def _guard(loaded: Loaded, owner: str, footprint_id: str) -> Succession | None:
    return loaded.get(SUCCESSIONS, succession_key(owner, footprint_id))


def _guard_change(guard: Succession) -> Change:
    return Change(SUCCESSIONS, succession_key(guard.owner_organisation_id, guard.footprint_id), guard)


def _superseded_by(loaded: Loaded, accepted: Footprint) -> str | None:
    guard = _guard(loaded, accepted.owner_organisation_id, accepted.footprint_id)
    return None if guard is None else guard.superseded_by_id

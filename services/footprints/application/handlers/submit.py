"""Taking in a footprint: the record, its predecessors and what was known about its id before it arrived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.footprints.application.commands import SubmitFootprint
from services.footprints.application.ports import FOOTPRINTS, ORGANISATIONS, SUCCESSIONS
from services.footprints.domain.events import FootprintDeprecated, FootprintEvent, FootprintPublished
from services.footprints.domain.footprint import Footprint, accept, check_predecessors, check_repeat, deprecate
from services.footprints.domain.organisation import check_standing
from services.footprints.domain.succession import Succession, arrival, check_cycle, naming, succession_key

MAX_GENERATIONS: Final = 3
"""Generations of predecessors that are read to find a cycle, and only where the id was named before it arrived.

A longer cycle stays unseen and does no harm: all its records are Deprecated, and nothing walks along a succession.
"""
MAX_ANCESTORS: Final = 500
"""Most ancestors that are read for it."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the caller is told: the record, and whether this command made it."""

    footprint: Footprint
    created: bool


class SubmitFootprintHandler:
    """Decides `SubmitFootprint`."""

    def needs(self, command: SubmitFootprint, loaded: Loaded) -> Iterable[Need]:
        """Ask for the organisation, the record, its predecessors and the guards of all their ids."""
        owner, submission = _owner(command), command.submission
        yield Key(ORGANISATIONS, owner)
        for footprint_id in (submission.footprint_id, *submission.preceding_ids):
            yield Key(FOOTPRINTS, footprint_id)
            yield Key(SUCCESSIONS, succession_key(owner, footprint_id))
        yield from _missing_ancestors(command, loaded)

    def decide(self, loaded: Loaded, command: SubmitFootprint) -> Decision:
        """Answer a repeat with the record as it is; otherwise accept it and deprecate what it succeeds."""
        owner, submission = _owner(command), command.submission
        check_standing(loaded.get(ORGANISATIONS, owner))
        known = loaded.get(FOOTPRINTS, submission.footprint_id)
        if known is not None:
            check_repeat(known, submission, owner)
            return Decision(result=Submitted(known, created=False))
        accepted = accept(submission, owner, command.meta.at)
        check_predecessors(_predecessors(loaded, command), owner)
        if _superseded_by(loaded, command) is not None:
            check_cycle(submission.footprint_id, _ancestors(loaded, command))
        final, events = _publish(accepted, _superseded_by(loaded, command))
        changes = [
            Change(FOOTPRINTS, final.footprint_id, final),
            _guard_change(arrival(_guard(loaded, owner, final.footprint_id), owner, final.footprint_id)),
        ]
        for change, event in _succeed(loaded, command):
            changes.append(change)
            events.extend(event)
        return Decision(tuple(changes), tuple(events), result=Submitted(final, created=True))


def _publish(accepted: Footprint, superseded_by_id: str | None) -> tuple[Footprint, list[FootprintEvent]]:
    """Publish a record; one whose successor came first is deprecated in the same breath, as its second version."""
    events: list[FootprintEvent] = [FootprintPublished(accepted)]
    deprecated = deprecate(accepted, superseded_by_id, accepted.accepted_at) if superseded_by_id else None
    if deprecated is None:
        return accepted, events
    return deprecated, [*events, FootprintDeprecated(deprecated)]


def _succeed(loaded: Loaded, command: SubmitFootprint) -> Iterator[tuple[Change, list[FootprintEvent]]]:
    """Deprecate the predecessors that are here, and remember the ones that are not."""
    owner, successor_id = _owner(command), command.submission.footprint_id
    for footprint_id in command.submission.preceding_ids:
        predecessor = loaded.get(FOOTPRINTS, footprint_id)
        if predecessor is not None:
            deprecated = deprecate(predecessor, successor_id, command.meta.at)
            if deprecated is not None:
                yield Change(FOOTPRINTS, footprint_id, deprecated), [FootprintDeprecated(deprecated)]
            continue
        guard = naming(_guard(loaded, owner, footprint_id), owner, footprint_id, successor_id)
        if guard is not None:
            yield _guard_change(guard), []


def _missing_ancestors(command: SubmitFootprint, loaded: Loaded) -> Iterator[Need]:
    """Ask for the next generation of ancestors, once the one before it is loaded."""
    guard = Key(SUCCESSIONS, succession_key(_owner(command), command.submission.footprint_id))
    if not command.submission.preceding_ids or not loaded.has(guard) or _superseded_by(loaded, command) is None:
        return
    for footprint_id in _ancestor_ids(loaded, command):
        if not loaded.has(Key(FOOTPRINTS, footprint_id)):
            yield Key(FOOTPRINTS, footprint_id)


def _ancestor_ids(loaded: Loaded, command: SubmitFootprint) -> list[str]:
    """List predecessors, their predecessors and so on, as far as they are loaded; the last ones may not be."""
    known = dict.fromkeys(command.submission.preceding_ids)
    generation = list(known)
    for _ in range(MAX_GENERATIONS - 1):
        footprints = [loaded.get(FOOTPRINTS, each) for each in generation if loaded.has(Key(FOOTPRINTS, each))]
        named = [each for footprint in footprints if footprint is not None for each in footprint.preceding_ids]
        generation = [each for each in dict.fromkeys(named) if each not in known][: MAX_ANCESTORS - len(known)]
        known.update(dict.fromkeys(generation))
    return list(known)


def _ancestors(loaded: Loaded, command: SubmitFootprint) -> dict[str, Footprint | None]:
    return {each: loaded.get(FOOTPRINTS, each) for each in _ancestor_ids(loaded, command)}


def _predecessors(loaded: Loaded, command: SubmitFootprint) -> list[Footprint]:
    found = (loaded.get(FOOTPRINTS, each) for each in command.submission.preceding_ids)
    return [footprint for footprint in found if footprint is not None]


def _owner(command: SubmitFootprint) -> str:
    organisation_id = command.meta.organisation_id
    if organisation_id is None:
        raise ValueError("a footprint is submitted by an organisation, never by a message")
    return organisation_id


def _guard(loaded: Loaded, owner: str, footprint_id: str) -> Succession | None:
    return loaded.get(SUCCESSIONS, succession_key(owner, footprint_id))


def _guard_change(guard: Succession) -> Change:
    return Change(SUCCESSIONS, succession_key(guard.owner_organisation_id, guard.footprint_id), guard)


def _superseded_by(loaded: Loaded, command: SubmitFootprint) -> str | None:
    guard = _guard(loaded, _owner(command), command.submission.footprint_id)
    return None if guard is None else guard.superseded_by_id

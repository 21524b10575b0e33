"""Taking in a footprint: the record, its predecessors and what was known about its id before it arrived."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.kernel import Decision, Key, Loaded, Need
from services.footprints.application.commands import SubmitFootprint
from services.footprints.application.grading import graded, grading_needs
from services.footprints.application.handlers.succeeding import predecessors_of, succession_needs, take_in
from services.footprints.application.ports import FOOTPRINTS, ORGANISATIONS
from services.footprints.domain.attestation import check_not_inherited
from services.footprints.domain.footprint import Footprint, accept, check_predecessors, check_repeat
from services.footprints.domain.organisation import check_standing


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the caller is told: the record, and whether this command made it."""

    footprint: Footprint
    created: bool


class SubmitFootprintHandler:
    """Decides `SubmitFootprint`."""

    def needs(self, command: SubmitFootprint, _: Loaded) -> Iterable[Need]:
        """Ask for the organisation, the record, its predecessors, the guards of all their ids, and what they await."""
        owner, submission = _owner(command), command.submission
        yield Key(ORGANISATIONS, owner)
        yield from succession_needs(owner, submission.footprint_id, submission.preceding_ids)
        yield from grading_needs(submission, owner)

    def decide(self, loaded: Loaded, command: SubmitFootprint) -> Decision:
        """Answer a repeat with the record as it is; otherwise accept it and deprecate what it succeeds."""
        owner, submission = _owner(command), command.submission
        check_standing(loaded.get(ORGANISATIONS, owner))
        known = loaded.get(FOOTPRINTS, submission.footprint_id)
        if known is not None:
            check_repeat(known, submission, owner)
            return Decision(result=Submitted(known, created=False))
        predecessors = predecessors_of(loaded, submission.preceding_ids)
        check_predecessors(predecessors, owner)
        check_not_inherited(submission.document, is_attested=any(each.attestations for each in predecessors))
        accepted = accept(submission, owner, command.meta.at, graded(loaded, submission, owner, command.meta.at))
        taken = take_in(loaded, accepted)
        return Decision(taken.changes, taken.events, result=Submitted(taken.footprint, created=True))


def _owner(command: SubmitFootprint) -> str:
    organisation_id = command.meta.organisation_id
    if organisation_id is None:
        raise ValueError("a footprint is submitted by an organisation, never by a message")
    return organisation_id

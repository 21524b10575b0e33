"""Engagements: opening, findings, answers, and their ends without an attestation."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.footprints.application.ports import FOOTPRINTS, ORGANISATIONS
from services.footprints.application.verifications import (
    VERIFICATIONS,
    AnswerFindings,
    AttestFootprint,
    DeclineVerification,
    OpenVerification,
    RaiseFindings,
    WithdrawVerification,
)
from services.footprints.domain.events import (
    FindingsAnswered,
    FindingsRaised,
    VerificationDeclined,
    VerificationEvent,
    VerificationOpened,
    VerificationWithdrawn,
)
from services.footprints.domain.organisation import check_standing
from services.footprints.domain.verification import Step, Verification
from services.footprints.domain.verification_steps import (
    answer_findings,
    check_counterpart,
    decline,
    open_verification,
    raise_findings,
    withdraw_verification,
)

Move = RaiseFindings | AnswerFindings | AttestFootprint | DeclineVerification | WithdrawVerification
"""A step in an engagement that exists."""


class OpenVerificationHandler:
    """Decides `OpenVerification`; its result is the engagement."""

    def needs(self, command: OpenVerification, _: Loaded) -> Iterable[Need]:
        """Ask for the record and both organisations."""
        yield Key(VERIFICATIONS, command.verification_id)
        yield Key(FOOTPRINTS, command.footprint_id)
        yield Key(ORGANISATIONS, acting_id(command))
        yield Key(ORGANISATIONS, command.verifier_organisation_id)

    def decide(self, loaded: Loaded, command: OpenVerification) -> Decision:
        """Open the record."""
        supplier = acting_id(command)
        check_standing(loaded.get(ORGANISATIONS, supplier))
        verification = open_verification(
            command.verification_id,
            supplier,
            loaded.get(FOOTPRINTS, command.footprint_id),
            command.verifier_organisation_id,
            loaded.get(ORGANISATIONS, command.verifier_organisation_id),
            command.scope,
            command.meta.at,
        )
        return moved_on(VerificationOpened(verification))


class RaiseFindingsHandler:
    """Decides `RaiseFindings`; its result is the engagement."""

    def needs(self, command: RaiseFindings, loaded: Loaded) -> Iterable[Need]:
        """Ask for the engagement and both parties."""
        return engagement_needs(command, loaded)

    def decide(self, loaded: Loaded, command: RaiseFindings) -> Decision:
        """Begin a round."""
        known = standing_engagement(loaded, command)
        return moved_on(FindingsRaised(raise_findings(known, step(command), command.remarks)))


class AnswerFindingsHandler:
    """Decides `AnswerFindings`; its result is the engagement."""

    def needs(self, command: AnswerFindings, loaded: Loaded) -> Iterable[Need]:
        """Ask for the engagement, both parties, and the correction."""
        yield from engagement_needs(command, loaded)
        if command.corrected_footprint_id is not None:
            yield Key(FOOTPRINTS, command.corrected_footprint_id)

    def decide(self, loaded: Loaded, command: AnswerFindings) -> Decision:
        """Answer the round."""
        known, corrected_id = standing_engagement(loaded, command), command.corrected_footprint_id
        corrected = None if corrected_id is None else loaded.get(FOOTPRINTS, corrected_id)
        answered = answer_findings(known, step(command), command.answers, corrected, corrected_id)
        return moved_on(FindingsAnswered(answered))


class DeclineVerificationHandler:
    """Decides `DeclineVerification`; its result is the engagement. Ending one needs no standing of the other party."""

    def needs(self, command: DeclineVerification, loaded: Loaded) -> Iterable[Need]:
        """Ask for the engagement and both parties."""
        return engagement_needs(command, loaded)

    def decide(self, loaded: Loaded, command: DeclineVerification) -> Decision:
        """End it."""
        known = loaded.get(VERIFICATIONS, command.verification_id)
        check_standing(loaded.get(ORGANISATIONS, acting_id(command)))
        return moved_on(VerificationDeclined(decline(known, step(command), command.reason)))


class WithdrawVerificationHandler:
    """Decides `WithdrawVerification`; its result is the engagement. It works against a suspended verifier too."""

    def needs(self, command: WithdrawVerification, loaded: Loaded) -> Iterable[Need]:
        """Ask for the engagement and both parties."""
        return engagement_needs(command, loaded)

    def decide(self, loaded: Loaded, command: WithdrawVerification) -> Decision:
        """End it."""
        known = loaded.get(VERIFICATIONS, command.verification_id)
        check_standing(loaded.get(ORGANISATIONS, acting_id(command)))
        return moved_on(VerificationWithdrawn(withdraw_verification(known, step(command), command.reason)))


def engagement_needs(command: Move, loaded: Loaded) -> Iterable[Need]:
    """Ask for the engagement, then for the organisations it names."""
    key = Key(VERIFICATIONS, command.verification_id)
    yield key
    yield Key(ORGANISATIONS, acting_id(command))
    known = loaded.get(VERIFICATIONS, command.verification_id) if loaded.has(key) else None
    if known is not None:
        for organisation_id in known.parties:
            yield Key(ORGANISATIONS, organisation_id)


def standing_engagement(loaded: Loaded, command: Move) -> Verification | None:
    """Return the engagement, both parties in good standing.

    A stranger learns nothing of the parties: for it there is no engagement. Raises `OrganisationSuspended`,
    `CounterpartSuspended`.
    """
    actor = acting_id(command)
    check_standing(loaded.get(ORGANISATIONS, actor))
    known = loaded.get(VERIFICATIONS, command.verification_id)
    if known is not None and actor in known.parties:
        for other in set(known.parties) - {actor}:
            check_counterpart(loaded.get(ORGANISATIONS, other))
    return known


def moved_on(event: VerificationEvent) -> Decision:
    """Put the next state of an engagement."""
    verification = event.verification
    change = Change(VERIFICATIONS, verification.verification_id, verification)
    return Decision((change,), (event,), result=verification)


def step(command: Move) -> Step:
    """Return who takes the step."""
    return Step(acting_id(command), command.expected_version, command.meta.at)


def acting_id(command: Move | OpenVerification) -> str:
    """Return the acting organisation."""
    organisation_id = command.meta.organisation_id
    if organisation_id is None:
        raise ValueError("a verification is moved by an organisation, never by a message")
    return organisation_id

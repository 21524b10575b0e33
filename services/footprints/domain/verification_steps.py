"""The steps of an engagement: each takes the state and gives the next one, or says no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NoReturn

from services.footprints.domain.attestation import Attestation
from services.footprints.domain.errors import FootprintNotFound
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.organisation import Organisation
from services.footprints.domain.terms import FootprintStatus
from services.footprints.domain.verification import (
    MAX_ROUNDS,
    VERIFIER_ROLE,
    VERIFIERS_TURN,
    Remark,
    Step,
    Verification,
    VerificationScope,
    VerificationState,
    VerifierFinding,
    acting,
    moved,
)
from services.footprints.domain.verification_errors import (
    AttestationOutsideScope,
    CorrectionNotSuccessor,
    CorrectionRoundsSpent,
    CounterpartSuspended,
    FindingsUnanswered,
    SelfVerification,
    VerificationOutOfTurn,
    VerifiedRecordInactive,
    VerifierUnknown,
)


def open_verification(
    verification_id: str,
    supplier_id: str,
    footprint: Footprint | None,
    verifier_id: str,
    verifier: Organisation | None,
    scope: VerificationScope,
    at: datetime,
) -> Verification:
    """Open a record. Raises `SelfVerification`, `VerifierUnknown`, `FootprintNotFound`, `VerifiedRecordInactive`."""
    if footprint is None or footprint.owner_organisation_id != supplier_id:
        raise FootprintNotFound("you have no footprint with this id")
    if verifier_id == supplier_id:
        raise SelfVerification(
            "an organisation can't verify its own footprint",
            field="/verifier_organisation_id",
            remedy="Name a verifier that is independent of you.",
        )
    if verifier is None or verifier.suspended or VERIFIER_ROLE not in verifier.roles:
        raise VerifierUnknown(
            "no active organisation with the role verifier is known here under this id",
            field="/verifier_organisation_id",
            remedy="Check the id. A new registration or role is known here within seconds.",
        )
    check_active(footprint, "/footprint_id")
    return Verification(
        verification_id=verification_id,
        version=1,
        state=VerificationState.OPENED,
        supplier_organisation_id=supplier_id,
        verifier_organisation_id=verifier_id,
        footprint_id=footprint.footprint_id,
        footprint_ids=(footprint.footprint_id,),
        scope=scope,
        opened_at=at,
        changed_at=at,
    )


def raise_findings(verification: Verification | None, step: Step, remarks: Sequence[Remark]) -> Verification:
    """Begin a round of findings. Raises `CorrectionRoundsSpent` for a third one, and what `_verifiers` raises."""
    known = _verifiers(verification, step)
    if known.rounds >= MAX_ROUNDS:
        raise CorrectionRoundsSpent(
            f"findings were raised in {MAX_ROUNDS} rounds, which is all there are (verification framework 2.0)",
            field="/findings",
            remedy="Attest the record as it is, or decline and say why; the supplier may open a new engagement.",
        )
    number = known.rounds + 1
    raised = [VerifierFinding(f"{number}.{place}", number, each, step.at) for place, each in enumerate(remarks, 1)]
    findings = (*known.findings, *raised)
    return moved(replace(known, rounds=number, findings=findings), VerificationState.FINDINGS_RAISED, step)


def answer_findings(
    verification: Verification | None,
    step: Step,
    answers: Sequence[tuple[str, str]],
    corrected: Footprint | None,
    corrected_id: str | None,
) -> Verification:
    """Answer every open finding, by id; `corrected_id` names a successor that takes the record's place.

    Raises `FindingsUnanswered`, `CorrectionNotSuccessor`, and what `acting` raises.
    """
    known = acting(verification, step, supplier=True)
    if known.state is not VerificationState.FINDINGS_RAISED:
        _refuse_turn(known, "there are no findings to answer")
    waiting = {each.finding_id for each in known.open_findings}
    texts = dict(answers)
    if waiting != texts.keys() or len(texts) != len(answers):
        twice = {each for each, count in Counter(each for each, _ in answers).items() if count > 1}
        odd = ", ".join(sorted((waiting ^ texts.keys()) | twice))
        raise FindingsUnanswered(
            f"each finding of the round gets one answer, nothing else does; look at {odd}",
            field="/answers",
            remedy=f"Answer {', '.join(sorted(waiting))}.",
        )
    findings = tuple(
        replace(each, answer=texts[each.finding_id], answered_at=step.at) if each.answer is None else each
        for each in known.findings
    )
    current = _corrected(known, corrected, corrected_id)
    return moved(replace(current, findings=findings), VerificationState.ANSWERED, step)


def attest(verification: Verification | None, step: Step, attestation: Attestation, successor_id: str) -> Verification:
    """Attest the record. Raises `AttestationOutsideScope`, and what `_verifiers` raises."""
    known = _verifiers(verification, step)
    if attestation.terms.kind is not known.scope.kind:
        raise AttestationOutsideScope(
            f"the engagement was opened for {known.scope.kind}",
            field="/kind",
            remedy=f"Attest {known.scope.kind}, or ask the supplier for another engagement.",
        )
    attested = replace(known, attestation=attestation, successor_footprint_id=successor_id)
    return moved(attested, VerificationState.ATTESTED, step)


def decline(verification: Verification | None, step: Step, reason: str) -> Verification:
    """End the engagement without an attestation, at any step. Raises what `acting` raises."""
    known = acting(verification, step, supplier=False)
    return moved(replace(known, closing_reason=reason), VerificationState.DECLINED, step)


def withdraw_verification(verification: Verification | None, step: Step, reason: str | None) -> Verification:
    """Close the record to the verifier again, at any step. Raises what `acting` raises."""
    known = acting(verification, step, supplier=True)
    return moved(replace(known, closing_reason=reason), VerificationState.WITHDRAWN, step)


def check_counterpart(organisation: Organisation | None) -> None:
    """Hold the step where the other party is suspended. Raises `CounterpartSuspended`."""
    if organisation is not None and organisation.suspended:
        raise CounterpartSuspended(
            "the other party of the engagement is suspended",
            field="/path/verification_id",
            remedy="Wait until it is reinstated, or end the engagement.",
        )


def check_active(footprint: Footprint, field: str) -> None:
    """Verify Active records alone. Raises `VerifiedRecordInactive`."""
    if footprint.status is not FootprintStatus.ACTIVE:
        raise VerifiedRecordInactive(
            "the footprint is Deprecated; only an Active one is verified",
            field=field,
            remedy="Open its successor to the verifier.",
        )


def _verifiers(verification: Verification | None, step: Step) -> Verification:
    """Return the engagement where it is the verifier's turn. Raises `VerificationOutOfTurn`, what `acting` raises."""
    known = acting(verification, step, supplier=False)
    if known.state not in VERIFIERS_TURN:
        _refuse_turn(known, "the supplier has not answered the findings yet")
    return known


def _corrected(known: Verification, corrected: Footprint | None, corrected_id: str | None) -> Verification:
    if corrected_id is None:
        return known
    is_own = corrected is not None and corrected.owner_organisation_id == known.supplier_organisation_id
    if corrected is None or not is_own or known.footprint_id not in corrected.preceding_ids:
        raise CorrectionNotSuccessor(
            "the corrected footprint must be one of yours that names the record under verification in precedingPfIds",
            field="/corrected_footprint_id",
            remedy="Submit the correction with precedingPfIds first, or leave the member out.",
        )
    check_active(corrected, "/corrected_footprint_id")
    return replace(known, footprint_id=corrected_id, footprint_ids=(*known.footprint_ids, corrected_id))


def _refuse_turn(known: Verification, why: str) -> NoReturn:
    raise VerificationOutOfTurn(
        f"{why}: the engagement is {known.state}",
        field="/path/verification_id",
        remedy="Read the engagement: its state says whose turn it is.",
    )

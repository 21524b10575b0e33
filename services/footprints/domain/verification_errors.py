"""What verification refuses. Each code is stable; `api/problems.py` maps it to a status, a title and a slug."""

from __future__ import annotations

from services.chassis.kernel import Refusal


class VerificationNotFound(Refusal):
    """No engagement with this id is visible to the caller."""

    code = "verification_not_found"


class VerificationVersionChanged(Refusal):
    """The step was meant for another version."""

    code = "verification_version_changed"


class VerificationNotYourStep(Refusal):
    """The step belongs to the other party of the engagement."""

    code = "verification_not_your_step"


class VerificationClosed(Refusal):
    """The engagement has ended; nothing in it changes again."""

    code = "verification_closed"


class VerificationOutOfTurn(Refusal):
    """The engagement waits for another step."""

    code = "verification_out_of_turn"


class VerifierUnknown(Refusal):
    """The verifier is not a registered, active organisation with the role, as far as is known here."""

    code = "verifier_unknown"


class SelfVerification(Refusal):
    """An organisation can't verify its own footprint."""

    code = "self_verification"


class CounterpartSuspended(Refusal):
    """The other party of the engagement may not act at present."""

    code = "counterpart_suspended"


class CorrectionRoundsSpent(Refusal):
    """Findings may be raised in two rounds at most."""

    code = "correction_rounds_spent"


class FindingsUnanswered(Refusal):
    """Every finding of a round gets exactly one answer, and nothing else does."""

    code = "findings_unanswered"


class CorrectionNotSuccessor(Refusal):
    """The corrected footprint is not an Active successor of the one under verification."""

    code = "correction_not_successor"


class AttestationOutsideScope(Refusal):
    """The attestation is of another kind than the engagement was opened for."""

    code = "attestation_outside_scope"


class CoverageOutOfRange(Refusal):
    """A part is more than nothing and at most everything."""

    code = "coverage_out_of_range"


class CoverageBelowAssurance(Refusal):
    """The part of the footprint that was verified is too small for the level of assurance."""

    code = "coverage_below_assurance"


class AttestationPeriodRefused(Refusal):
    """The attestation's dates contradict each other, the footprint or the framework."""

    code = "attestation_period_refused"


class ProgrammeCertificateRequired(Refusal):
    """A second party may verify only where a programme certificate covers the site."""

    code = "programme_certificate_required"


class ProgrammeNeedsThirdParty(Refusal):
    """A PCF programme is certified by a third party or not at all."""

    code = "programme_needs_third_party"


class AttestationNotInherited(Refusal):
    """A supplier's own successor of an attested footprint may not carry its attestation on."""

    code = "attestation_not_inherited"


class VerifiedRecordInactive(Refusal):
    """Only an Active record is verified."""

    code = "verified_record_inactive"


class DocumentNotFound(Refusal):
    """No such document is visible to the caller."""

    code = "document_not_found"


class DocumentTypeRefused(Refusal):
    """The media type is not on the list, or the bytes are of another type than they say."""

    code = "document_type_refused"


class DocumentTooLarge(Refusal):
    """The document is larger than the setting allows."""

    code = "document_too_large"


class DocumentEmpty(Refusal):
    """There are no bytes."""

    code = "document_empty"


class TooManyDocuments(Refusal):
    """The footprint has as many documents as it may have."""

    code = "too_many_documents"

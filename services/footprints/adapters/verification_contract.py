"""An engagement in its wire contract, `footprints.verification.v1`."""

from __future__ import annotations

from typing import Any

from schemas.contracts.footprints_v1 import VerificationV1
from services.footprints.domain.attestation import Attestation
from services.footprints.domain.verification import Verification, VerifierFinding


def verification_v1(verification: Verification) -> VerificationV1:
    """Return the public state of an engagement."""
    attestation = verification.attestation
    content: dict[str, Any] = {
        "version": verification.version,
        "verification_id": verification.verification_id,
        "supplier_organisation_id": verification.supplier_organisation_id,
        "verifier_organisation_id": verification.verifier_organisation_id,
        "footprint_id": verification.footprint_id,
        "footprint_ids": list(verification.footprint_ids),
        "scope_kind": verification.scope.kind.value,
        "scope_note": verification.scope.note or None,
        "state": verification.state.value,
        "rounds": verification.rounds,
        "findings": [_finding(each) for each in verification.findings],
        "attestation": None if attestation is None else _attestation(attestation),
        "successor_footprint_id": verification.successor_footprint_id,
        "closing_reason": verification.closing_reason,
        "opened_at": verification.opened_at,
        "changed_at": verification.changed_at,
    }
    return VerificationV1.model_validate(content)


def _finding(finding: VerifierFinding) -> dict[str, Any]:
    return {
        "finding_id": finding.finding_id,
        "round_number": finding.round_number,
        "field": finding.remark.field,
        "severity": finding.remark.severity.value,
        "text": finding.remark.text,
        "raised_at": finding.raised_at,
        "answer": finding.answer,
        "answered_at": finding.answered_at,
    }


def _attestation(attestation: Attestation) -> dict[str, Any]:
    terms = attestation.terms
    return {
        "kind": terms.kind.value,
        "assurance": terms.assurance.value,
        "party": terms.party.value,
        "coverage_percent": terms.coverage_percent,
        "standard": terms.standard,
        "completed_at": terms.completed_at,
        "valid_until": terms.valid_until,
        "statement_sha256": terms.statement_sha256,
        "attested_at": attestation.attested_at,
    }

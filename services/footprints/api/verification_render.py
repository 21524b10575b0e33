"""Engagements, documents and trust as the API shows them."""

from __future__ import annotations

from typing import Any

import orjson

from services.chassis.decimals import plain
from services.chassis.http import etag
from services.chassis.idempotency import Reply
from services.footprints.api.render import instant
from services.footprints.application.handlers.evidence import StoredDocument
from services.footprints.domain.attestation import Attestation
from services.footprints.domain.evidence import Evidence
from services.footprints.domain.programme_certificate import TrustFinding
from services.footprints.domain.trust import Reason, Trust
from services.footprints.domain.verification import MAX_ROUNDS, Verification, VerifierFinding


def verification_view(verification: Verification) -> dict[str, Any]:
    """Return an engagement as it is shown."""
    attestation = verification.attestation
    return {
        "verification_id": verification.verification_id,
        "version": verification.version,
        "state": verification.state.value,
        "is_open": verification.is_open,
        "supplier_organisation_id": verification.supplier_organisation_id,
        "verifier_organisation_id": verification.verifier_organisation_id,
        "footprint_id": verification.footprint_id,
        "footprint_ids": verification.footprint_ids,
        "scope": {"kind": verification.scope.kind.value, "note": verification.scope.note},
        "rounds": verification.rounds,
        "rounds_left": MAX_ROUNDS - verification.rounds,
        "findings": [_finding(each) for each in verification.findings],
        "attestation": None if attestation is None else attestation_view(attestation),
        "successor_footprint_id": verification.successor_footprint_id,
        "closing_reason": verification.closing_reason,
        "opened_at": instant(verification.opened_at),
        "changed_at": instant(verification.changed_at),
    }


def verification_reply(verification: Verification, status: int = 200) -> Reply:
    """Answer with an engagement."""
    return Reply(status, orjson.dumps(verification_view(verification)), {"ETag": etag(verification.version)})


def opened_reply(verification: Verification) -> Reply:
    """Answer a new engagement: 201."""
    reply = verification_reply(verification, 201)
    reply.headers["Location"] = f"/v1/verifications/{verification.verification_id}"
    return reply


def attestation_view(attestation: Attestation) -> dict[str, Any]:
    """Return an attestation as it is shown."""
    terms = attestation.terms
    return {
        "kind": terms.kind.value,
        "assurance": terms.assurance.value,
        "party": terms.party.value,
        "coverage_percent": plain(terms.coverage_percent),
        "standard": terms.standard,
        "completed_at": instant(terms.completed_at),
        "valid_until": instant(terms.valid_until),
        "statement_sha256": terms.statement_sha256,
        "attested_at": instant(attestation.attested_at),
        "verifier_name": attestation.verifier_name,
    }


def document_view(footprint_id: str, document: Evidence) -> dict[str, Any]:
    """Return a document without its bytes."""
    return {
        "footprint_id": footprint_id,
        "sha256": document.sha256,
        "name": document.name,
        "media_type": document.media_type,
        "size_bytes": document.size_bytes,
        "stored_at": instant(document.stored_at),
    }


def stored_reply(result: StoredDocument) -> Reply:
    """Answer an upload: 201 for a new document, 200 for bytes that are there already."""
    body = orjson.dumps(document_view(result.footprint_id, result.document))
    location = f"/v1/footprints/{result.footprint_id}/documents/{result.document.sha256}"
    return Reply(201 if result.created else 200, body, {"Location": location})


def trust_view(trust: Trust) -> dict[str, Any]:
    """Return a trust level with its reasoning."""
    return {
        "footprint_id": trust.footprint_id,
        "pcf_trust_level": trust.level,
        "computed_for": instant(trust.at),
        "created": instant(trust.created),
        "valid_until": instant(trust.validity.end),
        "site_id": trust.site_id,
        "shares": {
            "programme_percent": trust.shares.programme_percent,
            "third_party_percent": trust.shares.third_party_percent,
            "second_party_percent": trust.shares.second_party_percent,
            "first_party_percent": trust.shares.first_party_percent,
        },
        "reasons": [_reason(each) for each in trust.reasons],
        "findings": [trust_finding_view(each) for each in trust.findings],
    }


def trust_finding_view(finding: TrustFinding) -> dict[str, Any]:
    """Return what a suspension or withdrawal raised."""
    return {
        "certificate_id": finding.certificate_id,
        "certificate_version": finding.certificate_version,
        "number": finding.number,
        "status": finding.status.value,
        "effective_on": finding.effective_on.isoformat(),
        "reason": finding.reason,
        "site_ids": finding.site_ids,
        "recorded_at": instant(finding.recorded_at),
    }


def _finding(finding: VerifierFinding) -> dict[str, Any]:
    return {
        "finding_id": finding.finding_id,
        "round_number": finding.round_number,
        "field": finding.remark.field,
        "severity": finding.remark.severity.value,
        "text": finding.remark.text,
        "raised_at": instant(finding.raised_at),
        "answer": finding.answer,
        "answered_at": instant(finding.answered_at),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    attestation = reason.attestation
    return {
        "level": reason.level,
        "holds": reason.holds,
        "code": reason.code.value,
        "certificate": _certificate(reason),
        "verification_id": None if attestation is None else attestation.verification_id,
    }


def _certificate(reason: Reason) -> dict[str, Any] | None:
    certificate, found = reason.certificate, reason.certificate_coverage
    if certificate is None or found is None:
        return None
    revision = found.revision
    return {
        "certificate_id": certificate.certificate_id,
        "number": certificate.number,
        "issuer": certificate.issuer,
        "version": None if revision is None else revision.version,
        "coverage": found.coverage.value,
        "valid_from": None if revision is None else revision.valid_from.isoformat(),
        "valid_until": None if revision is None else revision.valid_until.isoformat(),
        "effective_on": None if revision is None else revision.effective_on.isoformat(),
    }

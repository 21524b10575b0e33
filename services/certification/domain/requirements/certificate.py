"""A certificate of a type is required: met by one that covers the part's site, is active and valid on the day."""

from __future__ import annotations

from datetime import date, datetime

from services.certification.domain.certificate import Certificate, CertificateStatus
from services.certification.domain.part import PartListing
from services.certification.domain.requirements.assessment import (
    Assessment,
    Evidence,
    day_begins,
    day_is_over,
    known_instants,
)
from services.certification.domain.verdict import EvidenceKind, EvidenceRef, Outcome, Result


def assess_certificate(part: PartListing, certificate_type: str, evidence: Evidence, at: datetime) -> Assessment:
    """Decide one certificate type for a part.

    Only the site's own entry covers it. Where none suffices, the one that comes nearest names the reason: it covers
    the site, runs longest, has the lowest id.
    """
    known = [
        certificate
        for certificate in evidence.certificates
        if certificate.supplier_id == part.supplier_id and certificate.certificate_type == certificate_type
    ]
    requirement = f"certificate:{certificate_type}"
    if not known:
        return Assessment(Outcome(requirement, Result.MISSING, f"no {certificate_type} certificate is known"))
    today = at.date()
    best = min(known, key=lambda certificate: _rank(certificate, part.site_id, today))
    shortfall = _shortfall(best, part.site_id, today)
    detail = shortfall or f"{certificate_type} covers the site until {best.valid_until}"
    outcome = Outcome(requirement, Result.FAILED if shortfall else Result.MET, detail, (_ref(best),))
    boundaries = (
        instant
        for certificate in known
        if part.site_id in certificate.site_ids and certificate.status is CertificateStatus.ACTIVE
        for instant in known_instants(day_begins(certificate.valid_from), day_is_over(certificate.valid_until))
    )
    return Assessment(outcome, tuple(boundaries))


def _rank(certificate: Certificate, site_id: str, today: date) -> tuple[bool, bool, int, str]:
    return (
        _shortfall(certificate, site_id, today) is not None,
        site_id not in certificate.site_ids,
        -certificate.valid_until.toordinal(),
        certificate.certificate_id,
    )


def _shortfall(certificate: Certificate, site_id: str, today: date) -> str | None:
    """Say why a certificate doesn't suffice, None where it does."""
    name = certificate.certificate_type
    if site_id not in certificate.site_ids:
        return f"{name} is known, but does not cover site {site_id}"
    if certificate.status is not CertificateStatus.ACTIVE:
        return f"{name} is {certificate.status} since {certificate.effective_on}"
    if today < certificate.valid_from:
        return f"{name} is not valid before {certificate.valid_from}"
    if today > certificate.valid_until:
        return f"{name} expired on {certificate.valid_until}"
    return None


def _ref(certificate: Certificate) -> EvidenceRef:
    return EvidenceRef(EvidenceKind.CERTIFICATE, certificate.certificate_id, certificate.version)

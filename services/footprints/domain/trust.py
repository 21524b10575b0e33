"""How far a footprint may be trusted: `pcf_trust_level` 1 to 3, with the reasoning. Computed when it is read.

1: the record passed the check of form and conformity. 2: a third party certified the PCF programme of the site, and
the certificate was valid when the footprint was created; that stays until the footprint's own validity ends. 3: the
footprint itself was verified. Not to be mixed up with the trust in a certificate.
Source: Catena-X verification and programme certification framework 2.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from services.footprints.domain.attestation import (
    Attestation,
    AttestationKind,
    VerificationShares,
    shares_of,
    states_verification,
)
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.programme_certificate import (
    Coverage,
    Covered,
    ProgrammeCertificate,
    TrustFinding,
    covered,
)
from services.footprints.domain.terms import Period

SITE_SCHEMA: Final = "urn:tierloop:schema:production-site:1.0.0"
"""`dataSchema` of the extension that names the site (`data.siteId`, as certification knows it)."""
CHECKED, PROGRAMME, VERIFIED = 1, 2, 3


class ReasonCode(StrEnum):
    """Why a level is reached or not."""

    RECORD_CHECKED = "record_checked"
    PROGRAMME_CERTIFIED = "programme_certified"
    PROGRAMME_ATTESTED = "programme_attested"
    FOOTPRINT_VERIFIED = "footprint_verified"
    SITE_NOT_STATED = "site_not_stated"
    NO_CERTIFICATE = "no_certificate"
    CERTIFICATE_DID_NOT_COVER = "certificate_did_not_cover"
    ATTESTATION_DOES_NOT_HOLD = "attestation_does_not_hold"
    STATED_VERIFICATION_NOT_ATTESTED = "stated_verification_not_attested"
    VALIDITY_ENDED = "validity_ended"


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the reasoning."""

    code: ReasonCode
    level: int
    """The level it speaks of."""
    holds: bool = False
    certificate: ProgrammeCertificate | None = None
    certificate_coverage: Covered | None = None
    attestation: Attestation | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What the reasoning looks at in a footprint."""

    footprint_id: str
    created: datetime
    """As the document states it: when the footprint was calculated."""
    validity: Period
    site_id: str | None
    attestations: tuple[Attestation, ...]
    states_verification: bool

    @classmethod
    def of(cls, footprint: Footprint) -> Subject:
        """Read a footprint."""
        content = footprint.document.content
        return cls(
            footprint_id=footprint.footprint_id,
            created=datetime.fromisoformat(content["created"].upper()).astimezone(UTC),
            validity=footprint.validity,
            site_id=stated_site(content),
            attestations=footprint.attestations,
            states_verification=states_verification(content),
        )


@dataclass(frozen=True, slots=True)
class Trust:
    """The level at an instant, and why."""

    footprint_id: str
    level: int
    at: datetime
    site_id: str | None
    created: datetime
    validity: Period
    shares: VerificationShares
    reasons: tuple[Reason, ...]
    findings: tuple[TrustFinding, ...]
    """Suspensions and withdrawals of the certificates that the level rests on, or would have."""


def stated_site(content: dict[str, Any]) -> str | None:
    """Return the site that a document names, None where it names none."""
    for extension in content.get("extensions") or []:
        if extension.get("dataSchema") == SITE_SCHEMA:
            site_id = extension["data"].get("siteId")
            return site_id if isinstance(site_id, str) and site_id else None
    return None


def trust_of(
    subject: Subject, certificates: Iterable[ProgrammeCertificate], findings: Iterable[TrustFinding], at: datetime
) -> Trust:
    """Compute the level. Pure: the same facts and the same instant have the same answer."""
    reasons = [Reason(ReasonCode.RECORD_CHECKED, CHECKED, holds=True)]
    ended = _ended(subject.validity, at)
    by_certificate = list(_programme_reasons(subject, certificates))
    by_attestation = list(_attestation_reasons(subject, at))
    reasons += [*by_certificate, *by_attestation, *ended]
    level = CHECKED if ended else max(reason.level for reason in reasons if reason.holds)
    concerned = {
        reason.certificate.certificate_id
        for reason in by_certificate
        if reason.certificate is not None and _touches(reason.certificate_coverage, subject)
    }
    return Trust(
        footprint_id=subject.footprint_id,
        level=level,
        at=at,
        site_id=subject.site_id,
        created=subject.created,
        validity=subject.validity,
        shares=shares_of(subject.attestations),
        reasons=tuple(reasons),
        findings=tuple(each for each in findings if each.certificate_id in concerned),
    )


def programme_covers(subject: Subject, certificates: Iterable[ProgrammeCertificate]) -> bool:
    """Tell whether a certificate covered the site when the footprint was created."""
    return any(reason.holds for reason in _programme_reasons(subject, certificates))


def _programme_reasons(subject: Subject, certificates: Iterable[ProgrammeCertificate]) -> Sequence[Reason]:
    if subject.site_id is None:
        return [Reason(ReasonCode.SITE_NOT_STATED, PROGRAMME)]
    reasons = []
    for certificate in sorted(certificates, key=lambda each: each.certificate_id):
        found = covered(certificate, subject.site_id, subject.created.date())
        holds = found.coverage is Coverage.COVERED
        code = ReasonCode.PROGRAMME_CERTIFIED if holds else ReasonCode.CERTIFICATE_DID_NOT_COVER
        reasons.append(Reason(code, PROGRAMME, holds, certificate, found))
    return reasons or [Reason(ReasonCode.NO_CERTIFICATE, PROGRAMME)]


def _attestation_reasons(subject: Subject, at: datetime) -> Iterable[Reason]:
    for each in subject.attestations:
        if each.terms.kind is AttestationKind.CALCULATION_MODEL:
            continue
        is_product = each.terms.kind is AttestationKind.PRODUCT_PCF
        code = ReasonCode.FOOTPRINT_VERIFIED if is_product else ReasonCode.PROGRAMME_ATTESTED
        holds = each.holds(at) or not is_product
        yield Reason(
            code if holds else ReasonCode.ATTESTATION_DOES_NOT_HOLD,
            VERIFIED if is_product else PROGRAMME,
            holds,
            attestation=each,
        )
    if subject.states_verification and not subject.attestations:
        yield Reason(ReasonCode.STATED_VERIFICATION_NOT_ATTESTED, VERIFIED)


def _ended(validity: Period, at: datetime) -> list[Reason]:
    """Above the first level a footprint counts until its own validity ends."""
    return [Reason(ReasonCode.VALIDITY_ENDED, PROGRAMME)] if validity.end <= at else []


def _touches(found: Covered | None, subject: Subject) -> bool:
    """Tell whether a certificate's standing matters to a footprint: it names the site."""
    return found is not None and found.revision is not None and subject.site_id in found.revision.site_ids

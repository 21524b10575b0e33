"""Certificates of PCF programmes, from certification's events: every version that came is kept with its dates.

Whether one covered a site on a day follows from the versions, never from the present status: a suspension of today
takes nothing from a footprint of last year, one that was backdated before its creation does (and says so).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

PROGRAMME_TYPES: Final = frozenset({"pcfprogram", "pcfprogramme"})
"""Certificate types that stand for the certification of a PCF programme. Assumption of ours: CX-0135 names none."""
MAX_REVISIONS: Final = 200
"""Most versions kept; beyond, the second oldest goes (the first one says what was valid at the beginning)."""


class CertificateStatus(StrEnum):
    """The issuer's word."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of a certificate."""

    version: int
    status: CertificateStatus
    effective_on: date
    """Since when the status holds; may lie before the version came."""
    valid_from: date
    valid_until: date
    """Calendar dates (UTC), both inclusive."""
    site_ids: tuple[str, ...]
    reason: str | None
    recorded_at: datetime
    """When it became known here."""


@dataclass(frozen=True, slots=True)
class ProgrammeCertificate:
    """State of one certificate; `version` is the last one applied."""

    certificate_id: str
    supplier_id: str
    """Equals the organisation id."""
    version: int
    number: str
    issuer: str
    revisions: tuple[Revision, ...]
    """In order of their versions; gaps are normal."""


class Coverage(StrEnum):
    """Whether a certificate covered a site on a day, and if not why."""

    COVERED = "covered"
    OTHER_SITE = "other_site"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    UNKNOWN_THEN = "unknown_then"
    """Nothing that came says what held on that day."""


@dataclass(frozen=True, slots=True)
class Covered:
    """The answer, and the version that gave it; None where no version speaks of the day."""

    coverage: Coverage
    revision: Revision | None


@dataclass(frozen=True, slots=True)
class TrustFinding:
    """A programme certificate is suspended or withdrawn. Stored once, never changed, never removed."""

    certificate_id: str
    certificate_version: int
    supplier_id: str
    number: str
    status: CertificateStatus
    effective_on: date
    reason: str | None
    site_ids: tuple[str, ...]
    recorded_at: datetime

    @property
    def key(self) -> str:
        """Id of the finding: one for each version that raised it."""
        return finding_key(self.certificate_id, self.certificate_version)


def finding_key(certificate_id: str, version: int) -> str:
    """Return the key of what a version of a certificate raises."""
    return f"{certificate_id}:{version:09d}"


def apply(known: ProgrammeCertificate | None, newer: ProgrammeCertificate) -> ProgrammeCertificate:
    """Take over a newer version; `newer` has it as its only revision."""
    if known is None:
        return newer
    revisions = (*known.revisions, *newer.revisions)
    if len(revisions) > MAX_REVISIONS:
        revisions = (revisions[0], *revisions[2:])
    return replace(newer, revisions=revisions)


def finding_of(certificate: ProgrammeCertificate) -> TrustFinding | None:
    """Return what the newest version raises: something unless it is active."""
    newest = certificate.revisions[-1]
    if newest.status is CertificateStatus.ACTIVE:
        return None
    return TrustFinding(
        certificate_id=certificate.certificate_id,
        certificate_version=newest.version,
        supplier_id=certificate.supplier_id,
        number=certificate.number,
        status=newest.status,
        effective_on=newest.effective_on,
        reason=newest.reason,
        site_ids=newest.site_ids,
        recorded_at=newest.recorded_at,
    )


def covered(certificate: ProgrammeCertificate, site_id: str, day: date) -> Covered:
    """Tell whether a certificate covered a site on a day."""
    revision, status = _holding(certificate.revisions, day)
    if revision is None:
        return Covered(Coverage.UNKNOWN_THEN, None)
    return Covered(_coverage(revision, status, site_id, day), revision)


def _coverage(revision: Revision, status: CertificateStatus, site_id: str, day: date) -> Coverage:
    if site_id not in revision.site_ids:
        return Coverage.OTHER_SITE
    if day < revision.valid_from:
        return Coverage.NOT_YET_VALID
    if status is not CertificateStatus.ACTIVE:
        return Coverage(status.value)
    return Coverage.EXPIRED if day > revision.valid_until else Coverage.COVERED


def _holding(revisions: Iterable[Revision], day: date) -> tuple[Revision | None, CertificateStatus]:
    """Return the version that says what held on a day: the newest one whose status had begun by then.

    Before all of them, an oldest known one that suspends or withdraws says that the certificate was active until
    then: the versions before it never came, and no certificate is born suspended.
    """
    ordered = sorted(revisions, key=lambda revision: revision.version)
    for revision in reversed(ordered):
        if revision.effective_on <= day:
            return revision, revision.status
    oldest = ordered[0]
    if oldest.version == 1 or oldest.status is not CertificateStatus.ACTIVE:
        return oldest, CertificateStatus.ACTIVE
    return None, oldest.status

"""A supplier's certificate: recorded, suspended, reinstated, withdrawn.

Invariants: NUMBER-ONCE (issuer and number are unique, by a guarding document), WITHDRAWN-IS-TERMINAL, DATED-STATUS (a
status has the day since which it holds; expiry is not a status but follows from the dates).
Source: Catena-X CX-0135 for the record; ISO/IEC 17021-1, 9.6.5 for suspension, restoration and withdrawal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from services.certification.domain.errors import (
    CertificateDatesReversed,
    CertificateLimitReached,
    CertificateTransitionRefused,
    EffectiveDateRefused,
)
from services.certification.domain.events import (
    CertificateRecorded,
    CertificateReinstated,
    CertificateSuspended,
    CertificateWithdrawn,
)
from services.certification.domain.supplier import Supplier, check_version

MAX_CERTIFICATES: Final = 500
"""Most certificates one supplier may record: a decision loads them all."""
MAX_SITES_COVERED: Final = 200
EARLIEST_ZONE: Final = timedelta(hours=14)
"""UTC+14, where a new day begins first: a date that is today anywhere on Earth is not in the future."""


class CertificateStatus(StrEnum):
    """The issuer's word."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Certificate:
    """State of the `certificates` collection."""

    certificate_id: str
    supplier_id: str
    certificate_type: str
    """Lower-case letters and digits, such as `iso14001` (CX-0135)."""
    number: str
    issuer: str
    site_ids: tuple[str, ...]
    valid_from: date
    valid_until: date
    """Calendar dates, both inclusive; 9999-12-31 is open-ended (CX-0135)."""
    status: CertificateStatus
    effective_on: date
    """Since when the status holds; may lie in the past, never in the future."""
    reason: str | None
    version: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class CertificateNumber:
    """Guarding document: who holds an issuer's number."""

    issuer: str
    number: str
    certificate_id: str


@dataclass(frozen=True, slots=True)
class CertificateRegister:
    """Guarding document of a supplier: counts its certificates."""

    supplier_id: str
    certificates: int = 0

    def with_one_more(self) -> CertificateRegister:
        """Count another certificate. Raises `CertificateLimitReached`."""
        if self.certificates >= MAX_CERTIFICATES:
            raise CertificateLimitReached(
                f"a supplier may record {MAX_CERTIFICATES} certificates",
                remedy="ask the operator: so many certificates of one supplier were not foreseen",
            )
        return replace(self, certificates=self.certificates + 1)


def record(draft: Certificate, supplier: Supplier) -> tuple[Certificate, CertificateRecorded]:
    """Record a certificate in its first version. Raises `SiteUnknown`, `CertificateDatesReversed`."""
    for number, site_id in enumerate(draft.site_ids):
        supplier.check_site(site_id, f"/site_ids/{number}")
    if draft.valid_until < draft.valid_from:
        raise CertificateDatesReversed(
            "valid_until lies before valid_from", field="/valid_until", remedy="both dates are inclusive; correct them"
        )
    return draft, CertificateRecorded(draft)


def suspend(
    certificate: Certificate, expected_version: int, effective_on: date, reason: str, at: datetime
) -> tuple[Certificate, CertificateSuspended]:
    """Suspend an active certificate.

    Raises `VersionConflict`, `CertificateTransitionRefused`, `EffectiveDateRefused`.
    """
    _check_step(certificate, expected_version, effective_on, at, {CertificateStatus.ACTIVE})
    suspended = _moved(certificate, CertificateStatus.SUSPENDED, effective_on, reason, at)
    return suspended, CertificateSuspended(suspended)


def reinstate(
    certificate: Certificate, expected_version: int, effective_on: date, reason: str, at: datetime
) -> tuple[Certificate, CertificateReinstated]:
    """Restore a suspended certificate, not before it was suspended. Raises as `suspend` does."""
    _check_step(certificate, expected_version, effective_on, at, {CertificateStatus.SUSPENDED})
    if effective_on < certificate.effective_on:
        raise EffectiveDateRefused(
            f"the suspension began on {certificate.effective_on}; it can't end before",
            field="/effective_on",
            remedy=f"send {certificate.effective_on} or a later day",
        )
    active = _moved(certificate, CertificateStatus.ACTIVE, effective_on, reason, at)
    return active, CertificateReinstated(active)


def withdraw(
    certificate: Certificate, expected_version: int, effective_on: date, reason: str, at: datetime
) -> tuple[Certificate, CertificateWithdrawn]:
    """Withdraw for good, even from a day before a suspension. Raises as `suspend` does."""
    _check_step(
        certificate, expected_version, effective_on, at, {CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED}
    )
    withdrawn = _moved(certificate, CertificateStatus.WITHDRAWN, effective_on, reason, at)
    return withdrawn, CertificateWithdrawn(withdrawn)


def _check_step(
    certificate: Certificate,
    expected_version: int,
    effective_on: date,
    at: datetime,
    allowed_from: set[CertificateStatus],
) -> None:
    check_version("certificate", certificate.version, expected_version)
    if certificate.status not in allowed_from:
        raise CertificateTransitionRefused(
            f"the certificate is {certificate.status}; the step needs {' or '.join(sorted(allowed_from))}",
            remedy="a withdrawn certificate stays withdrawn: record the new one the issuer gives",
        )
    if effective_on > (at + EARLIEST_ZONE).date():
        raise EffectiveDateRefused(
            f"{effective_on} lies in the future",
            field="/effective_on",
            remedy="send the step on the day it takes effect; the day may lie in the past",
        )


def _moved(
    certificate: Certificate, status: CertificateStatus, effective_on: date, reason: str, at: datetime
) -> Certificate:
    return replace(
        certificate,
        status=status,
        effective_on=effective_on,
        reason=reason,
        version=certificate.version + 1,
        changed_at=at,
    )

"""What recycling knows of organisations and certificates: projections of other services' facts, and what follows.

A missing fact is a normal state: an unknown organisation is not suspended, an unknown certificate is simply not there.
Validity is computed from the dates on the day of the decision, and the decision records id and version of what it
relied on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.chassis.kernel import is_newer
from services.recycling.domain.errors import CertificateRequired, PartySuspended

MAX_KNOWN_CERTIFICATES: Final = 100
"""Certificates kept per supplier and type; beyond it the one that ends first is forgotten."""
MAX_CERTIFICATES_TOLD: Final = 3
ACTIVE: Final = "active"


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation's standing (`identity.organisation.v1`)."""

    organisation_id: str
    version: int
    name: str
    status: str
    status_reason: str | None = None

    @property
    def suspended(self) -> bool:
        """Whether every service refuses it."""
        return self.status != ACTIVE


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier as certification knows it (`certification.supplier.v1`)."""

    supplier_id: str
    version: int
    name: str


@dataclass(frozen=True, slots=True)
class KnownCertificate:
    """A certificate as certification published it. Dates are inclusive; `status` is the issuer's word."""

    certificate_id: str
    version: int
    number: str
    issuer: str
    valid_from: date
    valid_until: date
    status: str
    effective_on: date
    """Since when the status holds."""

    def valid_on(self, day: date) -> bool:
        """Tell whether the certificate holds on a day."""
        return self.fault_on(day) is None

    def fault_on(self, day: date) -> str | None:
        """Say why the certificate does not hold on a day, None if it does."""
        if self.status != ACTIVE and self.effective_on <= day:
            return f"{self.status} since {self.effective_on}"
        if day > self.valid_until:
            return f"expired on {self.valid_until}"
        if day < self.valid_from:
            return f"valid only from {self.valid_from}"
        if self.status == ACTIVE and day < self.effective_on:
            return f"in force only from {self.effective_on}"
        return None


@dataclass(frozen=True, slots=True)
class SupplierCertificates:
    """All certificates of one type that one supplier is known to have had, in order of their ids."""

    supplier_id: str
    certificate_type: str
    certificates: tuple[KnownCertificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Reliance:
    """The certificate a decision rested on, as it was known then."""

    certificate_id: str
    version: int


def certificates_key(supplier_id: str, certificate_type: str) -> str:
    """Return the key of a supplier's certificates of one type."""
    return f"{supplier_id}/{certificate_type}"


def learn_certificate(known: SupplierCertificates, certificate: KnownCertificate) -> SupplierCertificates | None:
    """Take over a newer version of a certificate; None when it is no news."""
    by_id = {item.certificate_id: item for item in known.certificates}
    before = by_id.get(certificate.certificate_id)
    if not is_newer(before.version if before else None, certificate.version):
        return None
    by_id[certificate.certificate_id] = certificate
    if len(by_id) > MAX_KNOWN_CERTIFICATES:
        first_to_end = min(by_id.values(), key=lambda item: (item.valid_until, item.certificate_id))
        del by_id[first_to_end.certificate_id]
    return replace(known, certificates=tuple(by_id[key] for key in sorted(by_id)))


def rely_on_certificate(
    known: SupplierCertificates | None, supplier: Supplier | None, certificate_type: str, day: date
) -> Reliance:
    """Return the valid certificate that lasts longest. Raises `CertificateRequired` telling what is known instead."""
    held = known.certificates if known else ()
    valid = [item for item in held if item.valid_on(day)]
    if not valid:
        raise CertificateRequired(
            f"the seller has no {certificate_type} certificate that is valid on {day}: {_known_faults(held, day)}",
            field=None,
            remedy=_remedy(held, supplier, certificate_type),
        )
    best = max(valid, key=lambda item: (item.valid_until, item.certificate_id))
    return Reliance(best.certificate_id, best.version)


def check_not_suspended(*organisations: Organisation | None) -> None:
    """Raise `PartySuspended` when one of the organisations is known to be suspended."""
    for organisation in organisations:
        if organisation is not None and organisation.suspended:
            raise PartySuspended(
                f"{organisation.name} is suspended: {organisation.status_reason or 'no reason given'}",
                remedy="wait for its reinstatement by the operator; a trade that has not shipped can be cancelled",
            )


def _known_faults(held: tuple[KnownCertificate, ...], day: date) -> str:
    if not held:
        return "none known"
    latest = sorted(held, key=lambda item: (item.valid_until, item.certificate_id), reverse=True)
    told = [f"{item.number} of {item.issuer} {item.fault_on(day)}" for item in latest[:MAX_CERTIFICATES_TOLD]]
    return "; ".join(told)


def _remedy(held: tuple[KnownCertificate, ...], supplier: Supplier | None, certificate_type: str) -> str:
    if held:
        return f"record a renewed or reinstated {certificate_type} certificate with certification, then try again"
    if supplier is None:
        return f"register as a supplier with certification and record your {certificate_type} certificate there"
    return f"record your {certificate_type} certificate with certification"

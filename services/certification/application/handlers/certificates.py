"""Commands of certificates. Each leaves work for the holder's parts."""

from __future__ import annotations

from collections.abc import Iterable

from services.certification.application.commands import CertificateStep, MoveCertificate, RecordCertificate
from services.certification.application.handlers.work import fan_out
from services.certification.application.ports import (
    CERTIFICATE_NUMBERS,
    CERTIFICATE_REGISTERS,
    CERTIFICATES,
    SUPPLIERS,
)
from services.certification.domain import certificate as rules
from services.certification.domain.certificate import (
    Certificate,
    CertificateNumber,
    CertificateRegister,
    CertificateStatus,
)
from services.certification.domain.errors import CertificateNotFound, CertificateNumberTaken, SupplierNotRegistered
from services.certification.domain.identifiers import guard_key
from services.certification.domain.selection import Selection
from services.certification.domain.supplier import Supplier
from services.chassis.kernel import Change, Decision, Key, Loaded, Need

STEPS = {
    CertificateStep.SUSPEND: rules.suspend,
    CertificateStep.REINSTATE: rules.reinstate,
    CertificateStep.WITHDRAW: rules.withdraw,
}


class RecordCertificateHandler:
    """NUMBER-ONCE: the guarding document is written with the certificate."""

    def needs(self, command: RecordCertificate, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the holder, the guards and the new document."""
        yield Key(SUPPLIERS, command.supplier_id)
        yield Key(CERTIFICATES, command.certificate_id)
        yield Key(CERTIFICATE_NUMBERS, _number_key(command))
        yield Key(CERTIFICATE_REGISTERS, command.supplier_id)

    def decide(self, loaded: Loaded, command: RecordCertificate) -> Decision:
        """Record. Raises `SupplierNotRegistered`, `CertificateNumberTaken`, `CertificateLimitReached`, ..."""
        supplier = registered_supplier(loaded, command.supplier_id)
        if loaded.get(CERTIFICATE_NUMBERS, _number_key(command)) is not None:
            raise CertificateNumberTaken(
                "this issuer's number is recorded already", field="/number", remedy="check issuer and number"
            )
        register = loaded.get(CERTIFICATE_REGISTERS, supplier.supplier_id) or CertificateRegister(supplier.supplier_id)
        certificate, event = rules.record(_first_version(command), supplier)
        guard = CertificateNumber(certificate.issuer, certificate.number, certificate.certificate_id)
        return Decision(
            (
                Change(CERTIFICATES, certificate.certificate_id, certificate),
                Change(CERTIFICATE_NUMBERS, _number_key(command), guard),
                Change(CERTIFICATE_REGISTERS, supplier.supplier_id, register.with_one_more()),
            ),
            (event,),
            (fan_out(Selection.of_supplier(supplier.supplier_id), "certificate recorded"),),
            certificate,
        )


class MoveCertificateHandler:
    """Suspends, reinstates or withdraws."""

    def needs(self, command: MoveCertificate, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - one round
        """Name the certificate."""
        yield Key(CERTIFICATES, command.certificate_id)

    def decide(self, loaded: Loaded, command: MoveCertificate) -> Decision:
        """Take the step. Raises `CertificateNotFound` and what the step raises."""
        known = loaded.get(CERTIFICATES, command.certificate_id)
        if known is None:
            raise CertificateNotFound("no such certificate")
        step = STEPS[command.step]
        certificate, event = step(
            known, command.expected_version, command.effective_on, command.reason, command.meta.at
        )
        return Decision(
            (Change(CERTIFICATES, certificate.certificate_id, certificate),),
            (event,),
            (fan_out(Selection.of_supplier(certificate.supplier_id), f"certificate {event.name}"),),
            certificate,
        )


def registered_supplier(loaded: Loaded, supplier_id: str) -> Supplier:
    """Return the supplier. Raises `SupplierNotRegistered`."""
    supplier = loaded.get(SUPPLIERS, supplier_id)
    if supplier is None:
        raise SupplierNotRegistered(
            "the organisation is not registered as a supplier yet", remedy="register it with POST /v1/suppliers"
        )
    return supplier


def _number_key(command: RecordCertificate) -> str:
    return guard_key(command.issuer, command.number)


def _first_version(command: RecordCertificate) -> Certificate:
    return Certificate(
        certificate_id=command.certificate_id,
        supplier_id=command.supplier_id,
        certificate_type=command.certificate_type,
        number=command.number,
        issuer=command.issuer,
        site_ids=tuple(dict.fromkeys(command.site_ids)),
        valid_from=command.valid_from,
        valid_until=command.valid_until,
        status=CertificateStatus.ACTIVE,
        effective_on=command.valid_from,
        reason=None,
        version=1,
        changed_at=command.meta.at,
    )

"""Certificates to commands: which of them are programmes' is the handler's to decide."""

from __future__ import annotations

from typing import Final

from schemas.contracts.certification_v1 import TOPICS, CertificateV1
from services.chassis.kernel import Meta
from services.footprints.application.verifications import RecordProgrammeCertificate
from services.footprints.domain.programme_certificate import CertificateStatus, ProgrammeCertificate, Revision

CERTIFICATE_TYPES: Final = TOPICS["certification.certificate.v1"]


def record_certificate(data: CertificateV1, meta: Meta) -> RecordProgrammeCertificate:
    """Take over the state an event carries, whatever its type says."""
    revision = Revision(
        version=data.version,
        status=CertificateStatus(data.status.value),
        effective_on=data.effective_on,
        valid_from=data.valid_from,
        valid_until=data.valid_until,
        site_ids=tuple(data.site_ids),
        reason=data.reason,
        recorded_at=meta.at,
    )
    certificate = ProgrammeCertificate(
        certificate_id=data.certificate_id,
        supplier_id=data.supplier_id,
        version=data.version,
        number=data.number,
        issuer=data.issuer,
        revisions=(revision,),
    )
    return RecordProgrammeCertificate(meta, data.certificate_type, certificate)

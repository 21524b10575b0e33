"""From events to commands: which contract becomes what. Two groups, because a book is decided alone per book."""

from __future__ import annotations

from typing import Final

from schemas.contracts import certification_v1, identity_v1, recycling_v1
from services.chassis.kernel import Meta
from services.chassis.routes import ConsumerGroup, route
from services.recycling.application.commands import LearnCertificate, LearnOrganisation, LearnSupplier, TurnBook
from services.recycling.application.handlers import DECIDING_HANDLERS, WORK_HANDLERS
from services.recycling.domain.standing import KnownCertificate, Organisation, Supplier


def _organisation(data: identity_v1.OrganisationV1, meta: Meta) -> LearnOrganisation:
    return LearnOrganisation(
        meta,
        Organisation(data.organisation_id, data.version, data.name, data.status.value, data.status_reason),
    )


def _supplier(data: certification_v1.SupplierV1, meta: Meta) -> LearnSupplier:
    return LearnSupplier(meta, Supplier(data.supplier_id, data.version, data.name))


def _certificate(data: certification_v1.CertificateV1, meta: Meta) -> LearnCertificate:
    return LearnCertificate(
        meta,
        data.supplier_id,
        data.certificate_type,
        KnownCertificate(
            certificate_id=data.certificate_id,
            version=data.version,
            number=data.number,
            issuer=data.issuer,
            valid_from=data.valid_from,
            valid_until=data.valid_until,
            status=data.status.value,
            effective_on=data.effective_on,
        ),
    )


def _book_work(data: recycling_v1.BookWorkV1, meta: Meta) -> TurnBook:
    return TurnBook(meta, data.book_id, data.lot_id, data.demand_id, data.trade_id)


DECIDING: Final = ConsumerGroup(
    name="recycling.deciding",
    topics=("identity.organisation.v1", "certification.supplier.v1", "certification.certificate.v1"),
    routes={
        **dict.fromkeys(identity_v1.EVENT_TYPES, route(identity_v1.OrganisationV1, _organisation)),
        **dict.fromkeys(certification_v1.SUPPLIER_TYPES, route(certification_v1.SupplierV1, _supplier)),
        **dict.fromkeys(certification_v1.CERTIFICATE_TYPES, route(certification_v1.CertificateV1, _certificate)),
    },
    handlers=DECIDING_HANDLERS,
)
BOOKS: Final = ConsumerGroup(
    name="recycling.books",
    topics=("recycling.book-work.v1",),
    routes=dict.fromkeys(recycling_v1.WORK_TYPES, route(recycling_v1.BookWorkV1, _book_work)),
    handlers=WORK_HANDLERS,
)
GROUPS: Final = (DECIDING, BOOKS)

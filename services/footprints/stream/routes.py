"""Contracts to commands: what this service consumes."""

from __future__ import annotations

from typing import Final

from schemas.contracts.certification_v1 import CertificateV1
from schemas.contracts.footprints_v1 import (
    FOOTPRINT_TYPES,
    NOTICE_WORK_TYPES,
    REQUEST_TYPES,
    FootprintV1,
    NoticeWorkV1,
    RequestV1,
)
from schemas.contracts.identity_v1 import EVENT_TYPES, OrganisationStatus, OrganisationV1
from services.chassis.kernel import Meta
from services.chassis.routes import ConsumerGroup, route
from services.footprints.application.commands import RecordOrganisation
from services.footprints.application.handlers import DECIDING_HANDLERS, EXCHANGE_HANDLERS, TRUST_HANDLERS
from services.footprints.domain.organisation import Organisation
from services.footprints.stream.exchange import announce_footprint, announce_page, answer_request
from services.footprints.stream.trust import CERTIFICATE_TYPES, record_certificate


def record_organisation(data: OrganisationV1, meta: Meta) -> RecordOrganisation:
    """Take over the state an event carries, whatever its type says."""
    organisation = Organisation(
        organisation_id=data.organisation_id,
        version=data.version,
        name=data.name,
        roles=tuple(role.value for role in data.roles),
        suspended=data.status is OrganisationStatus.SUSPENDED,
        base_urls=tuple(data.base_urls),
    )
    return RecordOrganisation(meta, organisation)


GROUPS: Final = (
    ConsumerGroup(
        name="footprints.deciding",
        topics=("identity.organisation.v1",),
        routes={event_type: route(OrganisationV1, record_organisation) for event_type in EVENT_TYPES},
        handlers=DECIDING_HANDLERS,
    ),
    ConsumerGroup(
        name="footprints.exchange",
        topics=("footprints.request.v1", "footprints.footprint.v1", "footprints.notice-work.v1"),
        routes={
            **dict.fromkeys(REQUEST_TYPES, route(RequestV1, answer_request)),
            **dict.fromkeys(FOOTPRINT_TYPES, route(FootprintV1, announce_footprint)),
            **dict.fromkeys(NOTICE_WORK_TYPES, route(NoticeWorkV1, announce_page)),
        },
        handlers=EXCHANGE_HANDLERS,
    ),
    ConsumerGroup(
        name="footprints.trust",
        topics=("certification.certificate.v1",),
        routes=dict.fromkeys(CERTIFICATE_TYPES, route(CertificateV1, record_certificate)),
        handlers=TRUST_HANDLERS,
    ),
)

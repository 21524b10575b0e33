"""Contracts to commands: what this service consumes."""

from __future__ import annotations

from typing import Final

from schemas.contracts.identity_v1 import EVENT_TYPES, OrganisationStatus, OrganisationV1
from services.chassis.kernel import Meta
from services.chassis.routes import ConsumerGroup, route
from services.footprints.application.commands import RecordOrganisation
from services.footprints.application.handlers import DECIDING_HANDLERS
from services.footprints.domain.organisation import Organisation


def record_organisation(data: OrganisationV1, meta: Meta) -> RecordOrganisation:
    """Take over the state an event carries, whatever its type says."""
    organisation = Organisation(
        organisation_id=data.organisation_id,
        version=data.version,
        name=data.name,
        roles=tuple(role.value for role in data.roles),
        suspended=data.status is OrganisationStatus.SUSPENDED,
    )
    return RecordOrganisation(meta, organisation)


GROUPS: Final = (
    ConsumerGroup(
        name="footprints.deciding",
        topics=("identity.organisation.v1",),
        routes={event_type: route(OrganisationV1, record_organisation) for event_type in EVENT_TYPES},
        handlers=DECIDING_HANDLERS,
    ),
)

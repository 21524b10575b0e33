"""Domain events put into their wire contract."""

from __future__ import annotations

from typing import Final

from schemas.contracts.identity_v1 import OrganisationIdentifier, OrganisationStatus, OrganisationV1, Role
from services.chassis.kernel import Work
from services.chassis.outbox import Outgoing
from services.identity.domain.events import OrganisationEvent
from services.identity.domain.organisation import Organisation

TOPIC: Final = "identity.organisation.v1"


def translate(fact: OrganisationEvent | Work) -> Outgoing:
    """Return the event as it is published. Raises `TypeError` for anything that is no fact of an organisation."""
    if not isinstance(fact, OrganisationEvent):
        raise TypeError(f"identity publishes nothing like {type(fact).__name__}")
    return Outgoing(
        topic=TOPIC,
        type=f"identity.organisation.{fact.name}.v1",
        key=fact.aggregate_id,
        version=fact.version,
        data=organisation_contract(fact.organisation),
    )


def organisation_contract(organisation: Organisation) -> OrganisationV1:
    """Return the public state."""
    profile = organisation.profile
    return OrganisationV1(
        version=organisation.version,
        organisation_id=organisation.organisation_id,
        name=profile.name,
        country=profile.country,
        identifiers=[OrganisationIdentifier(scheme=item.scheme, value=item.value) for item in profile.identifiers],
        roles=[Role(role.value) for role in profile.roles],
        base_urls=list(profile.base_urls),
        status=OrganisationStatus(organisation.status.value),
        status_reason=organisation.status_reason,
        changed_at=organisation.changed_at,
    )

"""From events to commands: which contract becomes what, in three groups.

`certification.deciding` keeps facts and leaves work, `certification.parts` decides parts, one alone,
`certification.trail` is a projection without outbox that may be rebuilt under another name.
"""

from __future__ import annotations

from typing import Final

from schemas.contracts import certification_v1, footprints_v1, identity_v1, recycling_v1
from services.certification.application.commands import (
    DecidePart,
    FanOutParts,
    StoreClaim,
    StoreFootprint,
    StoreGrant,
    StoreOrganisation,
)
from services.certification.application.handlers import DECIDING_HANDLERS, TRAIL_HANDLERS, WORK_HANDLERS
from services.certification.domain.facts import Claim, Footprint, Grant, GrantScope, Organisation
from services.certification.domain.selection import Selection, SelectionKind
from services.certification.stream import trail
from services.chassis.kernel import Meta
from services.chassis.routes import ConsumerGroup, ContractError, route


def _organisation(data: identity_v1.OrganisationV1, meta: Meta) -> StoreOrganisation:
    return StoreOrganisation(
        meta,
        Organisation(
            organisation_id=data.organisation_id,
            name=data.name,
            roles=tuple(sorted(role.value for role in data.roles)),
            active=data.status is identity_v1.OrganisationStatus.ACTIVE,
            version=data.version,
        ),
    )


def _footprint(data: footprints_v1.FootprintV1, meta: Meta) -> StoreFootprint:
    return StoreFootprint(
        meta,
        Footprint(
            footprint_id=data.footprint_id,
            owner_organisation_id=data.owner_organisation_id,
            active=data.status is footprints_v1.FootprintStatus.ACTIVE,
            product_ids=tuple(data.product_ids),
            unit_of_measurement=data.declared_unit_of_measurement,
            unit_amount=data.declared_unit_amount,
            pcf_excluding_biogenic_uptake_kgco2e=data.pcf_excluding_biogenic_uptake_kgco2e,
            pcf_including_biogenic_uptake_kgco2e=data.pcf_including_biogenic_uptake_kgco2e,
            reference_period_end=data.reference_period_end,
            valid_from=data.valid_from,
            valid_until=data.valid_until,
            accepted_at=data.accepted_at,
            version=data.version,
        ),
    )


def _grant(data: footprints_v1.GrantV1, meta: Meta) -> StoreGrant:
    return StoreGrant(
        meta,
        Grant(
            grant_id=data.grant_id,
            owner_organisation_id=data.owner_organisation_id,
            grantee_organisation_id=data.grantee_organisation_id,
            scope=GrantScope(data.scope.value),
            scope_value=data.scope_value,
            valid_from=data.valid_from,
            valid_until=data.valid_until,
            active=data.status is footprints_v1.GrantStatus.ACTIVE,
            version=data.version,
        ),
    )


def _claim(data: recycling_v1.ClaimV1, meta: Meta) -> StoreClaim:
    return StoreClaim(
        meta,
        Claim(
            claim_id=data.claim_id,
            beneficiary_organisation_id=data.beneficiary_organisation_id,
            product_id=data.product_id,
            recycled_mass_kg=data.recycled_mass_kg,
            product_mass_kg=data.product_mass_kg,
            period_start=data.period_start,
            period_end=data.period_end,
            issued=data.status is recycling_v1.ClaimStatus.ISSUED,
            version=data.version,
        ),
    )


def _work(data: certification_v1.PartWorkV1, meta: Meta) -> DecidePart | FanOutParts:
    if data.fan_out is not None:
        page = data.fan_out
        selection = Selection(SelectionKind(page.kind.value), page.supplier_id, page.product_id)
        return FanOutParts(meta, selection, page.after, data.reason)
    if data.part_id is None:
        raise ContractError("part work: one of /part_id and /fan_out must be there")
    return DecidePart(meta, data.part_id, data.reason)


DECIDING: Final = ConsumerGroup(
    name="certification.deciding",
    topics=(
        "identity.organisation.v1",
        "footprints.footprint.v1",
        "footprints.grant.v1",
        "recycling.claim.v1",
    ),
    routes={
        **dict.fromkeys(identity_v1.EVENT_TYPES, route(identity_v1.OrganisationV1, _organisation)),
        **dict.fromkeys(footprints_v1.FOOTPRINT_TYPES, route(footprints_v1.FootprintV1, _footprint)),
        **dict.fromkeys(footprints_v1.GRANT_TYPES, route(footprints_v1.GrantV1, _grant)),
        **dict.fromkeys(recycling_v1.CLAIM_TYPES, route(recycling_v1.ClaimV1, _claim)),
    },
    handlers=DECIDING_HANDLERS,
)
PARTS: Final = ConsumerGroup(
    name="certification.parts",
    topics=("certification.part-work.v1",),
    routes=dict.fromkeys(certification_v1.WORK_TYPES, route(certification_v1.PartWorkV1, _work)),
    handlers=WORK_HANDLERS,
)
TRAIL: Final = ConsumerGroup(
    name="certification.trail", topics=trail.TOPICS, routes=trail.ROUTES, handlers=TRAIL_HANDLERS
)
GROUPS: Final = (DECIDING, PARTS, TRAIL)

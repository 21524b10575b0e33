"""From events to rows of the trail."""

from __future__ import annotations

from typing import Final

from schemas.contracts import certification_v1, footprints_v1, identity_v1, recycling_v1
from services.certification.application.commands import NoteEvent
from services.certification.domain.trail import NotedVerdict, TrailEvent, TrailKind
from services.chassis.kernel import Meta
from services.chassis.routes import ContractError, Route, route

TOPICS: Final = (
    "identity.organisation.v1",
    "footprints.footprint.v1",
    "footprints.grant.v1",
    "certification.certificate.v1",
    "certification.part.v1",
    "recycling.claim.v1",
)


def _organisation(data: identity_v1.OrganisationV1, meta: Meta) -> NoteEvent:
    return _note(meta, TrailKind.ORGANISATION, data.organisation_id, data.version, data.organisation_id)


def _footprint(data: footprints_v1.FootprintV1, meta: Meta) -> NoteEvent:
    return _note(meta, TrailKind.FOOTPRINT, data.footprint_id, data.version, data.owner_organisation_id)


def _grant(data: footprints_v1.GrantV1, meta: Meta) -> NoteEvent:
    owner, grantee = data.owner_organisation_id, data.grantee_organisation_id
    return _note(meta, TrailKind.GRANT, data.grant_id, data.version, owner, grantee_id=grantee)


def _certificate(data: certification_v1.CertificateV1, meta: Meta) -> NoteEvent:
    return _note(meta, TrailKind.CERTIFICATE, data.certificate_id, data.version, data.supplier_id)


def _claim(data: recycling_v1.ClaimV1, meta: Meta) -> NoteEvent:
    return _note(meta, TrailKind.CLAIM, data.claim_id, data.version, data.beneficiary_organisation_id)


def _part(data: certification_v1.PartV1, meta: Meta) -> NoteEvent:
    verdicts = tuple(
        NotedVerdict(verdict.profile_id, verdict.verdict_version, verdict.verdict.value) for verdict in data.verdicts
    )
    return _note(meta, TrailKind.PART, data.part_id, data.version, data.supplier_id, verdicts=verdicts)


def _note(
    meta: Meta,
    kind: TrailKind,
    aggregate_id: str,
    version: int,
    supplier_id: str,
    *,
    grantee_id: str | None = None,
    verdicts: tuple[NotedVerdict, ...] = (),
) -> NoteEvent:
    source = meta.source
    if source is None:
        raise ContractError("a row of the trail is made from an event alone")
    return NoteEvent(
        meta,
        TrailEvent(
            kind=kind,
            aggregate_id=aggregate_id,
            version=version,
            event_id=source.event_id,
            event_type=source.event_type,
            occurred_at=source.occurred_at,
            correlation_id=meta.correlation_id,
            causation_id=source.causation_id,
            supplier_id=supplier_id,
            grantee_id=grantee_id,
            verdicts=verdicts,
        ),
    )


ROUTES: Final[dict[str, Route]] = {
    **dict.fromkeys(identity_v1.EVENT_TYPES, route(identity_v1.OrganisationV1, _organisation)),
    **dict.fromkeys(footprints_v1.FOOTPRINT_TYPES, route(footprints_v1.FootprintV1, _footprint)),
    **dict.fromkeys(footprints_v1.GRANT_TYPES, route(footprints_v1.GrantV1, _grant)),
    **dict.fromkeys(certification_v1.CERTIFICATE_TYPES, route(certification_v1.CertificateV1, _certificate)),
    **dict.fromkeys(certification_v1.PART_TYPES, route(certification_v1.PartV1, _part)),
    **dict.fromkeys(recycling_v1.CLAIM_TYPES, route(recycling_v1.ClaimV1, _claim)),
}

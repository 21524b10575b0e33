"""Routes of trust: how far a footprint may be trusted, and what suspensions of programme certificates raised."""

from __future__ import annotations

from datetime import datetime

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from services.chassis.auth import Caller
from services.chassis.http import respond
from services.chassis.idempotency import Reply
from services.chassis.problems import problem_responses
from services.footprints.api.edge import Edge
from services.footprints.api.verification_render import trust_finding_view, trust_view
from services.footprints.api.verification_resources import TrustFindingList, TrustResource
from services.footprints.domain.errors import FootprintNotFound
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.trust import Subject, Trust, trust_of


def trust_router(edge: Edge) -> APIRouter:
    """Return the routes `/v1/footprints/{id}/trust` and `/v1/trust-findings`."""
    router = APIRouter(tags=["verification"])

    @router.get(
        "/v1/footprints/{footprint_id}/trust",
        operation_id="read_trust",
        summary="See how far a footprint may be trusted",
        description=(
            "The level from 1 to 3, computed now from the dates of the facts, with every reason: certificate, version,"
            " dates and site, or attestation. For whoever may read the footprint. A certificate that is suspended after"
            " the footprint was created changes no level, but is told under `findings`."
        ),
        response_model=None,
        responses={
            200: {"model": TrustResource, "description": "The level and why"},
            **problem_responses(409),
        },
    )
    async def trust(footprint_id: str, caller: Caller) -> Response:
        now = edge.clock()
        found = await edge.queries.footprint(footprint_id.lower(), reader=caller.organisation_id, at=now)
        if found is None:
            raise FootprintNotFound("no footprint with this id is visible to you")
        await edge.disclose(caller, "read_trust", [found], now)
        return respond(Reply(200, orjson.dumps(trust_view(await trust_in(edge, found, now)))))

    @router.get(
        "/v1/trust-findings",
        operation_id="list_trust_findings",
        summary="List suspensions and withdrawals of your programme certificates",
        description="Stored once for each version of a certificate that is not active, and never removed.",
        response_model=None,
        responses={200: {"model": TrustFindingList, "description": "In order of certificates and versions"}},
    )
    async def findings(caller: Caller) -> Response:
        found = await edge.queries.verifications.trust_findings(caller.organisation_id)
        return respond(Reply(200, orjson.dumps({"items": [trust_finding_view(each) for each in found]})))

    return router


async def trust_in(edge: Edge, footprint: Footprint, at: datetime) -> Trust:
    """Compute the trust in a footprint from what is known of its owner's programmes."""
    reads, owner = edge.queries.verifications, footprint.owner_organisation_id
    certificates = await reads.programme_certificates(owner)
    findings = await reads.trust_findings(owner)
    return trust_of(Subject.of(footprint), certificates, findings, at)

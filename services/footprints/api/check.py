"""Route of the check: everything there is to mend in a footprint, and nothing stored."""

from __future__ import annotations

from typing import Any, Final, Literal

import orjson
from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from services.chassis.http import depth_limit_of, require_media_type, respond
from services.chassis.idempotency import Reply
from services.chassis.kernel import Refusal
from services.chassis.problems import instance_of
from services.footprints.api.edge import Edge
from services.footprints.api.examples import FINDING_EXAMPLE, PRODUCT_FOOTPRINT_EXAMPLE
from services.footprints.api.findings import finding_view, refusal_view, schema_view
from services.footprints.api.footprints import Supplier
from services.footprints.api.lenient import Reading, read_leniently
from services.footprints.api.resources import FindingResource, Resource
from services.footprints.application.validation import graded_now, policy_of
from services.footprints.domain.findings import blocking
from services.footprints.domain.footprint import accept

CHECK_EXAMPLE: Final[dict[str, Any]] = {"acceptable": True, "mode": "lenient", "findings": [FINDING_EXAMPLE]}

ANY_OBJECT: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"type": "object", "description": "A ProductFootprint, or what is meant to become one."},
            "examples": {"die-cast housing": {"value": PRODUCT_FOOTPRINT_EXAMPLE}},
        }
    },
}


class CheckResource(Resource):
    """How a footprint would fare."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [CHECK_EXAMPLE]})

    acceptable: bool = Field(
        description="Whether its rules let it pass under the caller's policy. An id that is taken, or a predecessor of"
        " somebody else, shows only when it is submitted."
    )
    mode: Literal["lenient", "strict"] = Field(description="The caller's validation policy.")
    findings: list[FindingResource] = Field(
        description="Broken rules of the schema (`schema_...`) first, then of the life cycle, then of the methodology."
    )


def check_router(edge: Edge) -> APIRouter:
    """Return the route `/v1/footprints:check`."""
    router = APIRouter(tags=["validation"])

    @router.post(
        "/v1/footprints:check",
        operation_id="check_footprint",
        summary="Grade a product footprint without submitting it",
        description=(
            "Takes what `POST /v1/footprints` takes and stores nothing, so it needs no Idempotency-Key. Broken rules of"
            " the schema come back as findings too, beside those of the methodology on everything that can be read:"
            " one answer names all there is to mend. Any JSON object within the limits is answered with 200."
        ),
        openapi_extra={"requestBody": ANY_OBJECT},
        response_model=None,
        responses={200: {"model": CheckResource, "description": "The grading"}},
    )
    async def check(request: Request, caller: Supplier) -> Response:
        require_media_type(request, "application/json")
        raw = await request.body()
        body = await checked(edge, caller.organisation_id, raw, request)
        return respond(Reply(200, orjson.dumps(body)))

    return router


async def checked(edge: Edge, owner: str, raw: bytes, request: Request) -> dict[str, Any]:
    """Return a `CheckResource` of what may be a ProductFootprint."""
    reading = read_leniently(raw, depth_limit=depth_limit_of(request), instance=instance_of(request.scope))
    now = edge.clock()
    findings = await graded_now(edge.queries.validation, edge.queries, reading.submission, owner, now, reading.unread)
    policy = await policy_of(edge.queries.validation, owner)
    refusing = [
        *(schema_view(item, found) for item, found in reading.broken),
        *_life_cycle(edge, reading, owner),
    ]
    return {
        "acceptable": not refusing and not blocking(policy, findings),
        "mode": policy.mode.value,
        "findings": [*refusing, *(finding_view(finding) for finding in findings)],
    }


def _life_cycle(edge: Edge, reading: Reading, owner: str) -> list[dict[str, Any]]:
    """Return what would be refused of the record alone; it is made and thrown away."""
    try:
        accept(reading.submission, owner, edge.clock())
    except Refusal as refusal:
        return [refusal_view(refusal)]
    return []

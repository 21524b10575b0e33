"""Routes of the life cycle: withdraw, a product's history, the difference between two revisions."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.chassis.auth import Caller
from services.chassis.http import (
    IdempotencyKey,
    IfMatch,
    PageQuery,
    cut_page,
    header_docs,
    json_body,
    json_request_body,
    respond,
)
from services.chassis.problems import problem_responses
from services.footprints.api.edge import Edge
from services.footprints.api.footprints import MAX_ID_LENGTH, MAX_URN_LENGTH, position
from services.footprints.api.history_resources import (
    WITHDRAWAL_EXAMPLE,
    ComparisonResource,
    HistoryPage,
    WithdrawalRequest,
    comparison_resource,
    moment_resource,
)
from services.footprints.api.render import footprint_reply, instant
from services.footprints.api.resources import FootprintResource
from services.footprints.application.commands import WithdrawFootprint
from services.footprints.application.history import MAX_NAMINGS, timeline
from services.footprints.domain.errors import FootprintNotFound
from services.footprints.domain.revision import MAX_FIELDS, compare


def history_router(edge: Edge) -> APIRouter:
    """Return the routes `/v1/footprints/{id}:withdraw`, `/v1/footprints/{id}/diff` and `/v1/footprint-history`."""
    router = APIRouter(tags=["history"])

    @router.post(
        "/v1/footprints/{footprint_id}:withdraw",
        operation_id="withdraw_footprint",
        summary="Withdraw a footprint",
        description=(
            "Makes a footprint Deprecated that has no successor; final. For its owner, 404 for everybody else."
            " To correct a footprint, submit the correction and name this one in its precedingPfIds instead."
        ),
        openapi_extra=json_request_body(WithdrawalRequest, examples={"figures": WITHDRAWAL_EXAMPLE}),
        response_model=None,
        responses={
            200: {"model": FootprintResource, "description": "Withdrawn", "headers": header_docs("ETag")},
            **problem_responses(409),
        },
    )
    async def withdraw(
        request: Request, footprint_id: str, caller: Caller, version: IfMatch, key: IdempotencyKey
    ) -> Response:
        body = await json_body(request, WithdrawalRequest)
        identity = footprint_id.lower()
        command = WithdrawFootprint(edge.meta(caller), identity, version, body.reason)
        operation = "POST /v1/footprints/{footprint_id}:withdraw"
        same = (identity.encode(), str(version).encode(), await request.body())
        return respond(await edge.once(caller, operation, key, command, footprint_reply, *same))

    @router.get(
        "/v1/footprint-history",
        operation_id="read_footprint_history",
        summary="See how a product's footprint came about",
        description=(
            "The footprints of a product that the caller may read, in order of acceptance: period, validity, both"
            " totals, what each one replaced and was replaced by, and why. Successors that the caller may not read are"
            f" left out; a page looks at {MAX_NAMINGS} successors at most."
        ),
        response_model=None,
        responses={
            200: {"model": HistoryPage, "description": "A page", "headers": header_docs("Link")},
            **problem_responses(409),
        },
    )
    async def history(
        request: Request,
        caller: Caller,
        page: PageQuery,
        product_id: Annotated[
            str,
            Query(
                min_length=1,
                max_length=MAX_URN_LENGTH,
                description="One of the productIds, percent-encoded; letter case means nothing.",
                examples=["urn:pact:liaodong-casting.example:product-id:EM-HSG-4711"],
            ),
        ],
        owner: Annotated[str | None, Query(max_length=MAX_ID_LENGTH, description="Owner's organisation id.")] = None,
    ) -> Response:
        now, reader = edge.clock(), caller.organisation_id
        after = position(page)
        found = await timeline(edge.queries.history, product_id, owner, after, page.limit + 1, reader=reader, at=now)
        shown, more = cut_page(found, page.limit)
        await edge.disclose(caller, "read_footprint_history", [moment.revision for moment in shown], now)
        revision = shown[-1].revision if more else None
        last = None if revision is None else {"at": instant(revision.accepted_at) or "", "id": revision.footprint_id}
        return edge.page(request, orjson.dumps({"items": [moment_resource(moment) for moment in shown]}), last)

    @router.get(
        "/v1/footprints/{footprint_id}/diff",
        operation_id="compare_footprints",
        summary="Compare two revisions",
        description=(
            "What changed from the footprint `against` to this one, field by field; the caller must be able to read"
            " both. Values are compared, not their spelling: `1.50` and `1.5` differ in spelling alone, as do two time"
            f" zones of one instant or two orders of a set. {MAX_FIELDS} fields at most."
        ),
        response_model=None,
        responses={
            200: {"model": ComparisonResource, "description": "The differences"},
            **problem_responses(409),
        },
    )
    async def diff(
        footprint_id: str,
        caller: Caller,
        against: Annotated[str, Query(min_length=1, max_length=MAX_ID_LENGTH, description="The earlier footprint.")],
    ) -> Response:
        now, reader = edge.clock(), caller.organisation_id
        after = await edge.queries.footprint(footprint_id.lower(), reader=reader, at=now)
        before = await edge.queries.footprint(against.lower(), reader=reader, at=now)
        if before is None or after is None:
            raise FootprintNotFound("one of the two footprints is not visible to you")
        await edge.disclose(caller, "compare_footprints", [before, after], now)
        found = compare(before.document.text, after.document.text)
        return Response(comparison_resource(before, after, found), media_type="application/json")

    return router

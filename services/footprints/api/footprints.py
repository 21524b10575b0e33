"""Routes of footprints: submit, read, list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from services.chassis.auth import Caller, require
from services.chassis.clock import to_milliseconds
from services.chassis.http import (
    IdempotencyKey,
    Page,
    PageQuery,
    bad_cursor,
    cut_page,
    depth_limit_of,
    header_docs,
    json_request_body,
    require_media_type,
    respond,
)
from services.chassis.problems import instance_of, problem_responses
from services.chassis.tokens import Principal
from services.footprints.api.edge import Edge
from services.footprints.api.examples import PRODUCT_FOOTPRINT_EXAMPLE
from services.footprints.api.findings import methodology_problem
from services.footprints.api.pact_v3 import ProductFootprint, read_submission
from services.footprints.api.render import footprint_reply, footprint_summary, instant, submitted_reply
from services.footprints.api.resources import FootprintPage, FootprintResource
from services.footprints.api.trust import trust_in
from services.footprints.application.commands import SubmitFootprint
from services.footprints.application.ports import FootprintFilter, FootprintPosition
from services.footprints.domain.errors import FootprintNotFound, MethodologyBroken
from services.footprints.domain.terms import FootprintStatus

SUBMIT: Final = "POST /v1/footprints"
SUPPLIER: Final = "supplier"
MAX_ID_LENGTH: Final = 128
MAX_URN_LENGTH: Final = 500

Supplier = Annotated[Principal, Depends(require(role=SUPPLIER))]


def footprints_router(edge: Edge) -> APIRouter:
    """Return the routes under `/v1/footprints`, but for the batch."""
    router = APIRouter(prefix="/v1/footprints", tags=["footprints"])

    @router.post(
        "",
        operation_id="submit_footprint",
        summary="Submit a product footprint",
        description=(
            "Takes a PACT v3 ProductFootprint (specVersion 3.x.y, status Active) of the calling supplier. Rules of the"
            " schema refuse it; rules of the methodology come back as findings, and errors among them refuse it where"
            " the caller's validation policy is strict. A record never changes: the same id"
            " with the same content answers 200 with the record as it is, with other content 409. Predecessors named"
            " in precedingPfIds become Deprecated, also when they arrive later."
        ),
        openapi_extra=json_request_body(ProductFootprint, examples={"die-cast housing": PRODUCT_FOOTPRINT_EXAMPLE}),
        status_code=201,
        response_model=None,
        responses={
            201: {"model": FootprintResource, "description": "Accepted", "headers": header_docs("Location", "ETag")},
            200: {
                "model": FootprintResource,
                "description": "Known, the same content",
                "headers": header_docs("Location", "ETag"),
            },
            **problem_responses(409),
        },
    )
    async def submit(request: Request, caller: Supplier, key: IdempotencyKey) -> Response:
        require_media_type(request, "application/json")
        raw = await request.body()
        submission = read_submission(raw, depth_limit=depth_limit_of(request), instance=instance_of(request.scope))
        command = SubmitFootprint(edge.meta(caller), submission)
        try:
            return respond(await edge.once(caller, SUBMIT, key, command, submitted_reply, raw))
        except MethodologyBroken as refusal:
            raise methodology_problem(refusal) from None

    @router.get(
        "/{footprint_id}",
        operation_id="read_footprint",
        summary="Read a footprint",
        description="For its owner, and for an organisation to which a grant opens it now; 404 for everybody else.",
        response_model=None,
        responses={
            200: {"model": FootprintResource, "description": "The footprint", "headers": header_docs("ETag")},
            **problem_responses(409),
        },
    )
    async def read(footprint_id: str, caller: Caller) -> Response:
        now = edge.clock()
        found = await edge.queries.footprint(footprint_id.lower(), reader=caller.organisation_id, at=now)
        if found is None:
            raise FootprintNotFound("no footprint with this id is visible to you")
        await edge.disclose(caller, "read_footprint", [found], now)
        return respond(footprint_reply(found, trust_level=(await trust_in(edge, found, now)).level))

    @router.get(
        "",
        operation_id="list_footprints",
        summary="List footprints",
        description=(
            "The caller's own footprints and those opened to it by grants that hold now, in order of acceptance."
            " Deprecated ones are included unless `status` says otherwise. This is not a change feed: integrate by"
            " events to learn of every change."
        ),
        response_model=None,
        responses={
            200: {"model": FootprintPage, "description": "A page", "headers": header_docs("Link")},
            **problem_responses(409),
        },
    )
    async def footprints(
        request: Request,
        caller: Caller,
        page: PageQuery,
        product_id: Annotated[
            str | None,
            Query(max_length=MAX_URN_LENGTH, description="One of its productIds; letter case means nothing."),
        ] = None,
        status: Annotated[FootprintStatus | None, Query(description="Present status.")] = None,
        owner: Annotated[str | None, Query(max_length=MAX_ID_LENGTH, description="Owner's organisation id.")] = None,
    ) -> Response:
        now = edge.clock()
        found = await edge.queries.footprints(
            FootprintFilter(product_id, status, owner),
            position(page),
            page.limit + 1,
            reader=caller.organisation_id,
            at=now,
        )
        shown, more = cut_page(list(found), page.limit)
        await edge.disclose(caller, "list_footprints", shown, now)
        last = {"at": instant(shown[-1].accepted_at) or "", "id": shown[-1].footprint_id} if more else None
        body = orjson.dumps({"items": [footprint_summary(footprint) for footprint in shown]})
        return edge.page(request, body, last)

    return router


def position(page: Page) -> FootprintPosition | None:
    """Read the place where a page begins. Raises `HttpProblem` 400 for a cursor that is none of ours."""
    accepted_at, footprint_id = page.key("at"), page.key("id")
    if accepted_at is None or footprint_id is None:
        return None
    try:
        return FootprintPosition(to_milliseconds(datetime.fromisoformat(accepted_at)), footprint_id)
    except (ValueError, OverflowError):
        raise bad_cursor() from None

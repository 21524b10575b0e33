"""`/v1/requests`: the inbox of a supplier, with what partners asked for by event."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from services.chassis.http import (
    IdempotencyKey,
    IfMatch,
    PageQuery,
    answer_doc,
    cut_page,
    etag,
    header_docs,
    json_body,
    json_request_body,
    respond,
)
from services.chassis.idempotency import Reply
from services.chassis.problems import problem_responses
from services.chassis.tokens import Principal
from services.footprints.api.edge import Edge
from services.footprints.api.footprints import Supplier
from services.footprints.api.pact_v3.values import Instant
from services.footprints.api.render import instant
from services.footprints.application.exchange import AcceptRequest, InboxFilter, RejectRequest
from services.footprints.domain.access import GrantScope
from services.footprints.domain.errors import RequestNotFound
from services.footprints.domain.request import MAX_ANSWER_FOOTPRINTS, InboxState
from services.footprints.domain.request import Request as FootprintRequest

MAX_REASON_LENGTH: Final = 500
REQUEST_EXAMPLE: Final[dict[str, Any]] = {
    "request_id": "01900000-0000-7000-8000-0000000000c1",
    "requester_organisation_id": "tiexi-drive-systems",
    "version": 1,
    "state": "waiting",
    "criteria": {
        "product_ids": ["urn:pact:liaodong-casting.example:product-id:EM-HSG-4711"],
        "company_ids": [],
        "geographies": [],
        "classifications": [],
        "valid_on": None,
        "valid_after": None,
        "valid_before": None,
        "statuses": ["Active"],
    },
    "comment": "For the drive unit programme 2027.",
    "footprint_ids": [],
    "reason": None,
    "received_at": "2026-03-02T08:15:00.231Z",
    "answered_at": None,
}


class AcceptBody(BaseModel):
    """What to open; the body may be left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    scope: Annotated[
        GrantScope,
        Field(
            description="`footprint`: the matching footprints as they are now. `product`: the products asked for, with"
            " their corrections to come. `everything`: all you own.",
        ),
    ] = GrantScope.FOOTPRINT
    valid_until: Instant | None = Field(default=None, description="Exclusive; absent means open-ended.")


class RejectBody(BaseModel):
    """Why, for your own records: the requester is not told. The body may be left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Annotated[str, StringConstraints(max_length=MAX_REASON_LENGTH)] | None = None


class CriteriaResource(BaseModel):
    """OR within one, AND across; an empty one is no condition."""

    model_config = ConfigDict(extra="forbid")

    product_ids: list[str]
    company_ids: list[str]
    geographies: list[str]
    classifications: list[str]
    valid_on: datetime | None
    valid_after: datetime | None
    valid_before: datetime | None
    statuses: list[str]


class RequestResource(BaseModel):
    """A request as its owner has it before itself."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [REQUEST_EXAMPLE]})

    request_id: str
    requester_organisation_id: str
    version: int = Field(ge=1, description="1 as asked, 2 as answered; also in the ETag.")
    state: Literal["waiting", "accepted", "rejected"]
    criteria: CriteriaResource
    comment: str | None
    footprint_ids: list[str] = Field(description="What was answered with.")
    reason: str | None
    received_at: datetime
    answered_at: datetime | None


class RequestPage(BaseModel):
    """A page of requests; `Link` leads to the next one."""

    items: list[RequestResource]


def requests_router(edge: Edge) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/requests", tags=["requests"])

    @router.get(
        "",
        operation_id="list_requests",
        summary="List the requests in the inbox",
        description="Requests of partners that a footprint of the caller would answer, in order of their arrival.",
        response_model=None,
        responses={200: {"model": RequestPage, "description": "A page", "headers": header_docs("Link")}},
    )
    async def requests(
        request: Request,
        caller: Supplier,
        page: PageQuery,
        state: Annotated[InboxState | None, Query(description="The caller's own answer.")] = None,
    ) -> Response:
        found = await edge.queries.exchange.inbox(
            caller.organisation_id, InboxFilter(state), page.key("id"), page.limit + 1
        )
        shown, more = cut_page(list(found), page.limit)
        body = orjson.dumps({"items": [request_resource(each, caller.organisation_id) for each in shown]})
        return edge.page(request, body, {"id": shown[-1].request_id} if more else None)

    @router.get(
        "/{request_id}",
        operation_id="read_request",
        summary="Read a request",
        response_model=None,
        responses={200: answer_doc(RequestResource, "The request", REQUEST_EXAMPLE, "ETag")},
    )
    async def read(request_id: str, caller: Supplier) -> Response:
        return respond(_reply(await _asked(request_id, caller), caller))

    @router.post(
        "/{request_id}:accept",
        operation_id="accept_request",
        summary="Open footprints, and answer with them",
        description=(
            "Gives the grants and answers in one step. The requester gets one answer alone: where another supplier was"
            " quicker, it gets a notice of yours instead."
        ),
        openapi_extra=_optional(json_request_body(AcceptBody, examples={"product": {"scope": "product"}})),
        response_model=None,
        responses={200: answer_doc(RequestResource, "Accepted", REQUEST_EXAMPLE, "ETag"), **problem_responses(409)},
    )
    async def accept(
        request: Request, request_id: str, caller: Supplier, version: IfMatch, key: IdempotencyKey
    ) -> Response:
        raw = await request.body()
        body = await json_body(request, AcceptBody) if raw else AcceptBody()
        asked, owner = await _asked(request_id, caller), caller.organisation_id
        matching = await edge.queries.exchange.matching(asked.question.criteria, owner, MAX_ANSWER_FOOTPRINTS)
        command = AcceptRequest(
            edge.meta(caller),
            request_id,
            version,
            body.scope,
            body.valid_until,
            tuple(matching),
            tuple(edge.new_id() for _ in range(MAX_ANSWER_FOOTPRINTS)),
        )
        return await _once(request, caller, key, version, command)

    @router.post(
        "/{request_id}:reject",
        operation_id="reject_request",
        summary="Say no",
        description="The requester reads what it would read if nothing had been found: no word, code or time differs.",
        openapi_extra=_optional(json_request_body(RejectBody, examples={"reason": {"reason": "No contract."}})),
        response_model=None,
        responses={200: answer_doc(RequestResource, "Rejected", REQUEST_EXAMPLE, "ETag"), **problem_responses(409)},
    )
    async def reject(
        request: Request, request_id: str, caller: Supplier, version: IfMatch, key: IdempotencyKey
    ) -> Response:
        reason = (await json_body(request, RejectBody)).reason if await request.body() else None
        command = RejectRequest(edge.meta(caller), request_id, version, reason)
        return await _once(request, caller, key, version, command)

    async def _asked(request_id: str, caller: Principal) -> FootprintRequest:
        found = await edge.queries.exchange.request(request_id, caller.organisation_id)
        if found is None:
            raise RequestNotFound("no request with this id is in your inbox")
        return found

    async def _once(request: Request, caller: Principal, key: str, version: int, command: object) -> Response:
        same = (await request.body(), str(version).encode())
        answer = await edge.once(
            caller, request.url.path, key, command, lambda answered: _reply(answered, caller), *same
        )
        return respond(answer)

    return router


def request_resource(request: FootprintRequest, owner: str) -> dict[str, Any]:
    """Return a request as one of its owners sees it: nothing of the other owners is in it."""
    entry, question = request.entry_of(owner), request.question
    if entry is None:
        raise LookupError(f"{owner} was not asked")
    criteria = question.criteria
    return {
        "request_id": request.request_id,
        "requester_organisation_id": question.requester_organisation_id,
        "version": entry.version,
        "state": entry.state.value,
        "criteria": {
            "product_ids": criteria.product_ids,
            "company_ids": criteria.company_ids,
            "geographies": criteria.geographies,
            "classifications": criteria.classifications,
            "valid_on": instant(criteria.valid_on),
            "valid_after": instant(criteria.valid_after),
            "valid_before": instant(criteria.valid_before),
            "statuses": criteria.statuses,
        },
        "comment": question.comment,
        "footprint_ids": entry.footprint_ids,
        "reason": entry.reason,
        "received_at": instant(request.received_at),
        "answered_at": instant(entry.answered_at),
    }


def _reply(request: FootprintRequest, caller: Principal) -> Reply:
    shown = request_resource(request, caller.organisation_id)
    return Reply(200, orjson.dumps(shown), {"ETag": etag(shown["version"])})


def _optional(extra: dict[str, Any]) -> dict[str, Any]:
    extra["requestBody"]["required"] = False
    return extra

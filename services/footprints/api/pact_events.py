"""`POST /3/events`: partners ask for footprints, answer, and tell of theirs.

Source: PACT Technical Specifications 3.0.3, "Action Events". An accepted event is answered 200 without a body; what
follows from it comes later, as an event of ours to the partner's registered base URL, never to the event's `source`.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from services.chassis.auth import Caller
from services.chassis.http import depth_limit_of, json_request_body, parse_json, require_media_type
from services.chassis.idempotency import Reply
from services.chassis.problem_handlers import body_problem
from services.chassis.problems import HttpProblem, instance_of
from services.footprints.api.edge import Edge
from services.footprints.api.pact_events_model import (
    EVENTS,
    MEDIA_TYPE,
    REQUEST_CREATED_EXAMPLE,
    AnyEvent,
    Envelope,
    PactEvent,
    RequestCreatedEvent,
)
from services.footprints.application.exchange import NOTHING_FOUND, ReceiveEvent
from services.footprints.domain.received_event import ReceivedEvent
from services.footprints.domain.request import Question

TAKEN: Final = Reply(200, b"")


def pact_events_router(edge: Edge) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix="/3", tags=["pact"])

    @router.post(
        "/events",
        operation_id="pact_events",
        summary="Take an event of a partner",
        description=(
            "RequestCreatedEvent.3, RequestFulfilledEvent.3, RequestRejectedEvent.3 or PublishedEvent.3, as a"
            " structured CloudEvent. A request must name a product, a company or a classification. It is answered by"
            " exactly one event: Fulfilled at once with what the sender may read; otherwise its suppliers are asked,"
            " and the first who accepts answers; Rejected where nothing is found or all of them refuse. The same"
            " `source` and `id` of one sender have one effect."
        ),
        openapi_extra=json_request_body(
            PactEvent, examples={"request": REQUEST_CREATED_EXAMPLE}, media_type=MEDIA_TYPE
        ),
        status_code=200,
        response_model=None,
        response_class=Response,
        responses={200: {"description": "Taken; no body"}},
    )
    async def events(request: Request, caller: Caller) -> Response:
        require_media_type(request, MEDIA_TYPE)
        raw = await request.body()
        event = _read(raw, request)
        meta = edge.meta(caller)
        question, found = None, NOTHING_FOUND
        if isinstance(event, RequestCreatedEvent):
            question = _question(event, caller.organisation_id)
            found = await edge.queries.exchange.found(question.criteria, caller.organisation_id, meta.at)
        received = ReceivedEvent(
            sender_organisation_id=caller.organisation_id,
            source=event.source,
            event_id=event.id,
            event_type=event.type,
            text=raw.decode(),
            received_at=meta.at,
        )
        await edge.bus.execute(ReceiveEvent(meta, received, edge.new_id(), question, found), lambda _: TAKEN)
        return Response(status_code=200)

    return router


def _read(raw: bytes, request: Request) -> AnyEvent:
    """Read an event by its type. Raises `HttpProblem` 400 and 422, which the standard's error body says as 400."""
    limit = depth_limit_of(request)
    try:
        found = parse_json(raw, Envelope, depth_limit=limit)
        model = EVENTS.get(found.type)
        if model is None:
            raise HttpProblem.of_field(
                400,
                "event-type-unknown",
                "The event's type is not known",
                field="/type",
                rule="event_type",
                message="this type is not one that this host takes.",
                remedy=f"Send one of {', '.join(EVENTS)}.",
            )
        return parse_json(raw, model, depth_limit=limit)
    except ValidationError as error:
        problem = body_problem(error, instance_of(request.scope))
        slug = problem.type.rsplit(":", 1)[-1]
        raise HttpProblem(problem.status, slug, problem.title, problem.detail, errors=tuple(problem.errors)) from None


def _question(event: RequestCreatedEvent, requester: str) -> Question:
    criteria = event.data.criteria()
    if not (criteria.product_ids or criteria.company_ids or criteria.classifications):
        raise HttpProblem.of_field(
            400,
            "request-too-wide",
            "The request names nothing in particular",
            field="/data/productId",
            rule="request_names_something",
            message="a request must name a product, a company or a classification: it is put before people.",
            remedy="Add productId, companyId or classification.",
        )
    return Question(requester, event.id, criteria, event.data.comment)

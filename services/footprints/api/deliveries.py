"""`/v1/deliveries`: how far answers and notices to partners came, and a further try by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.chassis.auth import Caller, require
from services.chassis.clock import to_milliseconds
from services.chassis.http import Page, PageQuery, answer_doc, bad_cursor, cut_page, header_docs, respond
from services.chassis.idempotency import Reply
from services.chassis.problems import problem_responses
from services.chassis.tokens import Principal
from services.footprints.api.edge import Edge
from services.footprints.api.footprints import MAX_ID_LENGTH
from services.footprints.api.partner_connections import OPERATOR
from services.footprints.api.render import instant
from services.footprints.application.exchange import DeliveryFilter, DeliveryPosition, RetryDelivery
from services.footprints.domain.delivery import DeliveryProgress, DeliveryState, RetryOrder
from services.footprints.domain.errors import DeliveryDone, DeliveryNotFound

DELIVERY_EXAMPLE: Final[dict[str, Any]] = {
    "delivery_id": "6f3a4c1e-58a1-5e0e-9c0e-1f6a0f1f4a55",
    "kind": "fulfilled",
    "recipient_organisation_id": "tiexi-drive-systems",
    "request_event_id": "requests/2026/0417",
    "footprint_ids": ["0c7b2a51-6f1e-4b52-9d3a-5e8f10a4c2d7"],
    "progress": "pending",
    "attempts": 3,
    "last_attempt_at": "2026-03-02T08:15:38.120Z",
    "last_error": "events: the partner answered 503",
    "next_attempt_at": "2026-03-02T08:15:54.301Z",
    "give_up_at": "2026-03-05T08:15:01.002Z",
    "created_at": "2026-03-02T08:15:01.002Z",
    "finished_at": None,
}
ORDER_EXAMPLE: Final[dict[str, Any]] = {
    "delivery_id": DELIVERY_EXAMPLE["delivery_id"],
    "ordered_at": "2026-03-06T07:00:00.000Z",
}

Operator = Annotated[Principal, Depends(require(role=OPERATOR))]


class DeliveryResource(BaseModel):
    """One event to one partner."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [DELIVERY_EXAMPLE]})

    delivery_id: str = Field(description="Also the id of the event: every attempt sends the same one.")
    kind: Literal["fulfilled", "rejected", "published"]
    recipient_organisation_id: str
    request_event_id: str | None
    footprint_ids: list[str]
    progress: Literal["pending", "delivered", "gave_up", "withdrawn"]
    attempts: int = Field(ge=0)
    last_attempt_at: datetime | None
    last_error: str | None
    next_attempt_at: datetime | None = Field(description="null once it is over.")
    give_up_at: datetime
    created_at: datetime
    finished_at: datetime | None


class DeliveryPage(BaseModel):
    """A page of deliveries; `Link` leads to the next one."""

    items: list[DeliveryResource]


class RetryResource(BaseModel):
    """An order to try again."""

    delivery_id: str
    ordered_at: datetime


def deliveries_router(edge: Edge) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/deliveries", tags=["deliveries"])

    @router.get(
        "",
        operation_id="list_deliveries",
        summary="List deliveries to partners",
        description="The newest first. The operator sees all of them, a supplier those about its own footprints.",
        response_model=None,
        responses={200: {"model": DeliveryPage, "description": "A page", "headers": header_docs("Link")}},
    )
    async def deliveries(
        request: Request,
        caller: Caller,
        page: PageQuery,
        progress: Annotated[DeliveryProgress | None, Query(description="How far it came.")] = None,
        recipient: Annotated[str | None, Query(max_length=MAX_ID_LENGTH, description="To whom.")] = None,
    ) -> Response:
        found = await edge.queries.exchange.deliveries(
            DeliveryFilter(progress, recipient), _position(page), page.limit + 1, owner=_owner(caller)
        )
        shown, more = cut_page(list(found), page.limit)
        body = orjson.dumps({"items": [delivery_resource(each) for each in shown]})
        last = shown[-1].delivery if more else None
        return edge.page(request, body, last and {"at": instant(last.created_at) or "", "id": last.delivery_id})

    @router.get(
        "/{delivery_id}",
        operation_id="read_delivery",
        summary="Read a delivery",
        response_model=None,
        responses={200: answer_doc(DeliveryResource, "The delivery", DELIVERY_EXAMPLE)},
    )
    async def read(delivery_id: str, caller: Caller) -> Response:
        return respond(Reply(200, orjson.dumps(delivery_resource(await _visible(delivery_id, caller)))))

    @router.post(
        "/{delivery_id}:retry",
        operation_id="retry_delivery",
        summary="Try a delivery again, now",
        description=(
            "For the operator: an attempt is due at once, and a new term of 72 hours begins, also for one that was"
            " given up. The partner gets the same event id as before. Repeating the call orders one more try."
        ),
        status_code=202,
        response_model=None,
        responses={202: answer_doc(RetryResource, "Ordered", ORDER_EXAMPLE), **problem_responses(409)},
    )
    async def retry(delivery_id: str, caller: Operator) -> Response:
        state = await _visible(delivery_id, caller)
        if state.progress is DeliveryProgress.DELIVERED:
            raise DeliveryDone(
                "the partner has taken this event",
                field="/path/delivery_id",
                remedy="Nothing is left to do; what was sent can be read by ListFootprints.",
            )
        return await edge.change(RetryDelivery(edge.meta(caller), delivery_id), _ordered)

    async def _visible(delivery_id: str, caller: Principal) -> DeliveryState:
        found = await edge.queries.exchange.delivery(delivery_id, owner=_owner(caller))
        if found is None:
            raise DeliveryNotFound("no delivery with this id is visible to you")
        return found

    return router


def delivery_resource(state: DeliveryState) -> dict[str, Any]:
    """Return a delivery as it is shown."""
    delivery = state.delivery
    is_pending = state.progress is DeliveryProgress.PENDING
    return {
        "delivery_id": delivery.delivery_id,
        "kind": delivery.kind.value,
        "recipient_organisation_id": delivery.recipient_organisation_id,
        "request_event_id": delivery.request_event_id,
        "footprint_ids": delivery.footprint_ids,
        "progress": state.progress.value,
        "attempts": state.attempts,
        "last_attempt_at": instant(state.last_attempt_at),
        "last_error": state.last_error,
        "next_attempt_at": instant(state.next_attempt_at) if is_pending else None,
        "give_up_at": instant(state.give_up_at),
        "created_at": instant(delivery.created_at),
        "finished_at": instant(state.finished_at),
    }


def _owner(caller: Principal) -> str | None:
    return None if OPERATOR in caller.roles else caller.organisation_id


def _ordered(order: RetryOrder) -> Reply:
    return Reply(202, orjson.dumps({"delivery_id": order.delivery_id, "ordered_at": instant(order.ordered_at)}))


def _position(page: Page) -> DeliveryPosition | None:
    created_at, delivery_id = page.key("at"), page.key("id")
    if created_at is None or delivery_id is None:
        return None
    try:
        return DeliveryPosition(to_milliseconds(datetime.fromisoformat(created_at)), delivery_id)
    except (ValueError, OverflowError):
        raise bad_cursor() from None

"""`/v1/demands`: buyers and suppliers ask for material. Only the buyer sees a demand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.chassis.auth import Caller, require
from services.chassis.http import (
    IdempotencyKey,
    IfMatch,
    PageQuery,
    answer_doc,
    cut_page,
    json_body,
    json_request_body,
    reply,
    respond,
)
from services.chassis.problems import problem_responses
from services.chassis.tokens import Principal
from services.recycling.api import examples
from services.recycling.api.bodies import NewDemand, Why
from services.recycling.api.edge import DemandId, Edge
from services.recycling.api.views import DemandPage, DemandView
from services.recycling.application.commands import CancelDemand
from services.recycling.application.queries import demand_with_balance

Buyer = Annotated[Principal, Depends(require(role=("buyer", "supplier")))]


def demands_router(edge: Edge) -> APIRouter:
    """Return the routes of demands."""
    router = APIRouter(prefix="/v1/demands", tags=["demands"])

    @router.post(
        "",
        operation_id="placeDemand",
        summary="Place a demand",
        status_code=201,
        openapi_extra=json_request_body(NewDemand, examples={"aluminium": examples.NEW_DEMAND}),
        responses={
            201: answer_doc(DemandView, "The demand is placed", examples.DEMAND, "ETag", "Location"),
            **problem_responses(409),
        },
    )
    async def place_demand(request: Request, caller: Buyer, key: IdempotencyKey) -> Response:
        """Ask for material. The book matches by price, then time; the trade is made at the lot's price."""
        body = await json_body(request, NewDemand)
        command = body.command(edge.meta(caller), edge.new_id())
        return await edge.create(
            request,
            caller,
            key,
            command,
            lambda demand: reply(DemandView.of(demand), demand.version, 201, f"/v1/demands/{demand.demand_id}"),
        )

    @router.post(
        "/{demand_id}:cancel",
        operation_id="cancelDemand",
        summary="Cancel a demand",
        openapi_extra=json_request_body(Why, examples={"why": examples.WHY}),
        responses={
            200: answer_doc(DemandView, "The demand is cancelled; its trades stand", examples.DEMAND, "ETag"),
            **problem_responses(409),
        },
    )
    async def cancel_demand(request: Request, caller: Caller, demand_id: DemandId, version: IfMatch) -> Response:
        """Take a demand off the market. A match the book made before it learned of it stands; cancel that trade."""
        body = await json_body(request, Why)
        command = CancelDemand(edge.meta(caller), demand_id, version, body.reason)
        return await edge.change(command, lambda demand: reply(DemandView.of(demand), demand.version))

    @router.get(
        "",
        operation_id="demands",
        summary="List own demands",
        responses={200: answer_doc(DemandPage, "A page of demands", {"items": [examples.DEMAND]}, "Link")},
    )
    async def demands(request: Request, caller: Caller, page: PageQuery) -> Response:
        """List the caller's demands, in order of their ids."""
        wanted = await edge.queries.demands(caller.organisation_id, page.key("id"), page.limit + 1)
        found, more = cut_page(list(wanted), page.limit)
        balances = await edge.queries.demand_balances([demand.demand_id for demand in found])
        items = [DemandView.of(demand, balances.get(demand.demand_id)) for demand in found]
        last = {"id": found[-1].demand_id} if more else None
        return edge.page(request, DemandPage(items=items), last)

    @router.get(
        "/{demand_id}",
        operation_id="demand",
        summary="Read an own demand",
        responses={200: answer_doc(DemandView, "The demand", examples.DEMAND, "ETag")},
    )
    async def demand(caller: Caller, demand_id: DemandId) -> Response:
        """Read a demand with what is open of it."""
        found, balance = await demand_with_balance(edge.queries, demand_id, caller.organisation_id)
        return respond(reply(DemandView.of(found, balance), found.version))

    return router

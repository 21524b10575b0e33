"""`/v1/lots`: recyclers and suppliers offer material; every organisation may look."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
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
from services.recycling.api.bodies import NewLot, Why
from services.recycling.api.edge import Edge, LotId
from services.recycling.api.types import GradeCode, GradeScheme
from services.recycling.api.views import LotPage, LotView
from services.recycling.application.commands import WithdrawLot
from services.recycling.application.ports import LotSearch
from services.recycling.application.queries import lot_with_balance
from services.recycling.domain.grades import canonical_code
from services.recycling.domain.lots import LotStatus

Seller = Annotated[Principal, Depends(require(role=("recycler", "supplier")))]


def lots_router(edge: Edge) -> APIRouter:
    """Return the routes of lots."""
    router = APIRouter(prefix="/v1/lots", tags=["lots"])

    @router.post(
        "",
        operation_id="listLot",
        summary="List a lot",
        status_code=201,
        openapi_extra=json_request_body(NewLot, examples={"aluminium": examples.NEW_LOT}),
        responses={
            201: answer_doc(LotView, "The lot is listed", examples.LOT, "ETag", "Location"),
            **problem_responses(409),
        },
    )
    async def list_lot(request: Request, caller: Seller, key: IdempotencyKey) -> Response:
        """List a lot. The seller needs a valid certificate of the type the market's terms require."""
        body = await json_body(request, NewLot)
        command = body.command(edge.meta(caller), edge.terms, edge.new_id())
        return await edge.create(
            request,
            caller,
            key,
            command,
            lambda lot: reply(LotView.of(lot), lot.version, 201, f"/v1/lots/{lot.lot_id}"),
        )

    @router.post(
        "/{lot_id}:withdraw",
        operation_id="withdrawLot",
        summary="Withdraw a lot",
        openapi_extra=json_request_body(Why, examples={"why": examples.WHY}),
        responses={
            200: answer_doc(LotView, "The lot is withdrawn; its trades stand", examples.LOT, "ETag"),
            **problem_responses(409),
        },
    )
    async def withdraw_lot(request: Request, caller: Caller, lot_id: LotId, version: IfMatch) -> Response:
        """Take a lot off the market. A match the book made before it learned of it stands; cancel that trade."""
        body = await json_body(request, Why)
        command = WithdrawLot(edge.meta(caller), lot_id, version, body.reason)
        return await edge.change(command, lambda lot: reply(LotView.of(lot), lot.version))

    @router.get(
        "",
        operation_id="lots",
        summary="List lots",
        responses={200: answer_doc(LotPage, "A page of lots", {"items": [examples.LOT]}, "Link")},
    )
    async def lots(
        request: Request,
        caller: Caller,
        page: PageQuery,
        *,
        grade_scheme: Annotated[GradeScheme | None, Query(description="Only this scheme.")] = None,
        grade_code: Annotated[GradeCode | None, Query(description="Only this grade.")] = None,
        status: Annotated[LotStatus | None, Query(description="Only lots of this status.")] = None,
        mine: Annotated[bool, Query(description="Only the caller's own lots.")] = False,
    ) -> Response:
        """List lots of all sellers, in order of their ids."""
        search = LotSearch(
            grade_scheme=grade_scheme,
            grade_code=None if grade_code is None else canonical_code(grade_code),
            status=status,
            seller_organisation_id=caller.organisation_id if mine else None,
        )
        found, more = cut_page(list(await edge.queries.lots(search, page.key("id"), page.limit + 1)), page.limit)
        balances = await edge.queries.lot_balances([lot.lot_id for lot in found])
        items = [LotView.of(lot, balances.get(lot.lot_id)) for lot in found]
        last = {"id": found[-1].lot_id} if more else None
        return edge.page(request, LotPage(items=items), last)

    @router.get(
        "/{lot_id}",
        operation_id="lot",
        summary="Read a lot",
        responses={200: answer_doc(LotView, "The lot", examples.LOT, "ETag")},
    )
    async def lot(_: Caller, lot_id: LotId) -> Response:
        """Read a lot with what is free of it."""
        found, balance = await lot_with_balance(edge.queries, lot_id)
        return respond(reply(LotView.of(found, balance), found.version))

    return router

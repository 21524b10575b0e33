"""`/v1/trades`: what the book matched, to the two parties of each trade and nobody else."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.chassis.auth import Caller
from services.chassis.http import (
    IfMatch,
    Page,
    PageQuery,
    answer_doc,
    cut_page,
    json_body,
    json_request_body,
    reply,
    respond,
)
from services.chassis.idempotency import Reply
from services.chassis.problems import problem_responses
from services.recycling.api import examples
from services.recycling.api.bodies import NewTicket, Why
from services.recycling.api.cursor import read_instant, write_instant
from services.recycling.api.edge import Edge, TradeId
from services.recycling.api.trade_views import TradePage, TradeView
from services.recycling.api.types import Identity
from services.recycling.application.commands import CancelTrade, ConfirmTrade, SettleTrade, ShipTrade, WeighTrade
from services.recycling.application.ports import TradePosition, TradeSearch
from services.recycling.application.queries import trade_of_party
from services.recycling.domain.trades import Trade


def _render(trade: Trade) -> Reply:
    return reply(TradeView.of(trade), trade.version)


def _answers(description: str) -> dict[int | str, dict[str, Any]]:
    return {200: answer_doc(TradeView, description, examples.TRADE, "ETag"), **problem_responses(409)}


def trades_router(edge: Edge) -> APIRouter:
    """Return the routes of trades."""
    router = APIRouter(prefix="/v1/trades", tags=["trades"])
    _add_reads(router, edge)
    _add_steps_without_body(router, edge)
    _add_steps_with_body(router, edge)
    return router


def _add_reads(router: APIRouter, edge: Edge) -> None:
    @router.get(
        "",
        operation_id="trades",
        summary="List own trades",
        responses={200: answer_doc(TradePage, "A page of trades", {"items": [examples.TRADE]}, "Link")},
    )
    async def trades(
        request: Request,
        caller: Caller,
        page: PageQuery,
        lot_id: Annotated[Identity | None, Query(description="Only trades of this lot.")] = None,
        demand_id: Annotated[Identity | None, Query(description="Only trades of this demand.")] = None,
    ) -> Response:
        """List the caller's trades as seller or buyer, oldest match first."""
        found, more = cut_page(
            list(
                await edge.queries.trades(
                    caller.organisation_id, TradeSearch(lot_id, demand_id), _position(page), page.limit + 1
                )
            ),
            page.limit,
        )
        last = {"at": write_instant(found[-1].matched_at), "id": found[-1].trade_id} if more else None
        items = [TradeView.of(trade) for trade in found]
        return edge.page(request, TradePage(items=items), last)

    @router.get(
        "/{trade_id}",
        operation_id="trade",
        summary="Read an own trade",
        responses={200: answer_doc(TradeView, "The trade", examples.TRADE, "ETag")},
    )
    async def trade(caller: Caller, trade_id: TradeId) -> Response:
        """Read a trade in its present version."""
        return respond(_render(await trade_of_party(edge.queries, trade_id, caller.organisation_id)))


def _add_steps_without_body(router: APIRouter, edge: Edge) -> None:
    @router.post(
        "/{trade_id}:confirm",
        operation_id="confirmTrade",
        summary="Confirm a matched trade",
        responses=_answers("Confirmed; contracted when both parties have"),
    )
    async def confirm_trade(caller: Caller, trade_id: TradeId, version: IfMatch) -> Response:
        """Give the caller's word, as seller or buyer. The seller's standing and certificate are checked again."""
        return await edge.change(ConfirmTrade(edge.meta(caller), edge.terms, trade_id, version), _render)

    @router.post(
        "/{trade_id}:ship",
        operation_id="shipTrade",
        summary="Record the shipment (seller)",
        responses=_answers("Shipped"),
    )
    async def ship_trade(caller: Caller, trade_id: TradeId, version: IfMatch) -> Response:
        """Record that the material left. The seller's standing and certificate are checked again."""
        return await edge.change(ShipTrade(edge.meta(caller), edge.terms, trade_id, version), _render)

    @router.post(
        "/{trade_id}:settle",
        operation_id="settleTrade",
        summary="Accept the weighing and settle (seller)",
        responses=_answers("Settled"),
    )
    async def settle_trade(caller: Caller, trade_id: TradeId, version: IfMatch) -> Response:
        """Settle the weighed mass, within the tolerance. The seller's standing and certificate are checked again."""
        return await edge.change(SettleTrade(edge.meta(caller), edge.terms, trade_id, version), _render)


def _add_steps_with_body(router: APIRouter, edge: Edge) -> None:
    @router.post(
        "/{trade_id}:weigh",
        operation_id="weighTrade",
        summary="Hand in the weighbridge ticket (buyer)",
        openapi_extra=json_request_body(NewTicket, examples={"ticket": examples.TICKET}),
        responses=_answers("Weighed"),
    )
    async def weigh_trade(request: Request, caller: Caller, trade_id: TradeId, version: IfMatch) -> Response:
        """Hand in the receiver's ticket; until the trade is settled a further one replaces it."""
        body = await json_body(request, NewTicket)
        return await edge.change(WeighTrade(edge.meta(caller), trade_id, version, body.ticket()), _render)

    @router.post(
        "/{trade_id}:cancel",
        operation_id="cancelTrade",
        summary="Cancel a trade before shipment",
        openapi_extra=json_request_body(Why, examples={"why": examples.WHY}),
        responses=_answers("Cancelled; the book gives the reserved mass back"),
    )
    async def cancel_trade(request: Request, caller: Caller, trade_id: TradeId, version: IfMatch) -> Response:
        """End a trade, as either party. Lot and demand get exactly the reserved mass back, and don't meet again."""
        body = await json_body(request, Why)
        return await edge.change(CancelTrade(edge.meta(caller), trade_id, version, body.reason), _render)


def _position(page: Page) -> TradePosition | None:
    at, trade_id = page.key("at"), page.key("id")
    if at is None or trade_id is None:
        return None
    matched_at: datetime = read_instant(at)
    return TradePosition(matched_at, trade_id)

"""`/v1/claims`: recycled content, claimed once. Everybody may check a claim; its chain is for the parties."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.chassis.auth import Caller
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
from services.chassis.idempotency import Reply
from services.chassis.problems import problem_responses
from services.recycling.api import examples
from services.recycling.api.bodies import NewClaim, Why
from services.recycling.api.edge import ClaimId, Edge
from services.recycling.api.views import ClaimDetail, ClaimPage, ClaimSummary
from services.recycling.application.commands import RevokeClaim
from services.recycling.application.queries import read_claim
from services.recycling.domain.claims import Claim


def claims_router(edge: Edge) -> APIRouter:
    """Return the routes of claims."""
    router = APIRouter(prefix="/v1/claims", tags=["claims"])
    _add_commands(router, edge)
    _add_reads(router, edge)
    return router


def _add_commands(router: APIRouter, edge: Edge) -> None:
    @router.post(
        "",
        operation_id="issueClaim",
        summary="Claim recycled content (buyer of a settled trade)",
        status_code=201,
        openapi_extra=json_request_body(NewClaim, examples={"housing": examples.NEW_CLAIM}),
        responses={
            201: answer_doc(ClaimDetail, "The claim is issued", examples.CLAIM, "ETag", "Location"),
            **problem_responses(404, 409),
        },
    )
    async def issue_claim(request: Request, caller: Caller, key: IdempotencyKey) -> Response:
        """Claim recycled mass for a product: never more than was settled, of either kind, and each gram once."""
        body = await json_body(request, NewClaim)
        command = body.command(edge.meta(caller), edge.new_id())

        def render(claim: Claim) -> Reply:
            return reply(ClaimDetail.of(claim), claim.version, 201, f"/v1/claims/{claim.claim_id}")

        return await edge.create(request, caller, key, command, render)

    @router.post(
        "/{claim_id}:revoke",
        operation_id="revokeClaim",
        summary="Revoke a claim",
        openapi_extra=json_request_body(Why, examples={"why": examples.WHY}),
        responses={
            200: answer_doc(ClaimDetail, "Revoked; the trade has its mass back", examples.CLAIM, "ETag"),
            **problem_responses(409),
        },
    )
    async def revoke_claim(request: Request, caller: Caller, claim_id: ClaimId, version: IfMatch) -> Response:
        """End a claim for good; what it had drawn can be claimed anew."""
        body = await json_body(request, Why)
        command = RevokeClaim(edge.meta(caller), claim_id, version, body.reason)
        return await edge.change(command, lambda claim: reply(ClaimDetail.of(claim), claim.version))


def _add_reads(router: APIRouter, edge: Edge) -> None:
    @router.get(
        "",
        operation_id="claims",
        summary="List own claims",
        responses={200: answer_doc(ClaimPage, "A page of claims", {"items": [examples.CLAIM]}, "Link")},
    )
    async def claims(request: Request, caller: Caller, page: PageQuery) -> Response:
        """List the claims of which the caller is beneficiary or seller, in order of their ids."""
        wanted = await edge.queries.claims(caller.organisation_id, page.key("id"), page.limit + 1)
        found, more = cut_page(list(wanted), page.limit)
        last = {"id": found[-1].claim_id} if more else None
        items = [ClaimDetail.of(claim) for claim in found]
        return edge.page(request, ClaimPage(items=items), last)

    @router.get(
        "/{claim_id}",
        operation_id="claim",
        summary="Check a claim",
        responses={
            200: answer_doc(
                ClaimDetail | ClaimSummary,
                "The claim; with its chain for the parties of its trade",
                examples.CLAIM_SUMMARY,
                "ETag",
            )
        },
    )
    async def claim(caller: Caller, claim_id: ClaimId) -> Response:
        """Check a claim: status, mass, share and product for everybody, trade and lot for the parties."""
        found = await read_claim(edge.queries, claim_id, caller.organisation_id)
        model = ClaimDetail if found.with_chain else ClaimSummary
        return respond(reply(model.of(found.claim), found.claim.version))

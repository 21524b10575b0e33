"""Routes of engagements: open, read, list, and each step to the end."""

from __future__ import annotations

from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from services.chassis.auth import Caller, require
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
from services.chassis.tokens import Principal
from services.footprints.api.edge import Edge
from services.footprints.api.footprints import MAX_ID_LENGTH, Supplier
from services.footprints.api.render import footprint_reply
from services.footprints.api.resources import FootprintResource
from services.footprints.api.verification_examples import (
    ANSWERS_EXAMPLE,
    ATTESTATION_EXAMPLE,
    FINDINGS_EXAMPLE,
    OPEN_EXAMPLE,
)
from services.footprints.api.verification_render import opened_reply, verification_reply, verification_view
from services.footprints.api.verification_resources import (
    AnswersRequest,
    AttestationRequest,
    FindingsRequest,
    OpenRequest,
    ReasonRequest,
    VerificationPage,
    VerificationResource,
)
from services.footprints.application.verifications import (
    AnswerFindings,
    AttestFootprint,
    DeclineVerification,
    OpenVerification,
    RaiseFindings,
    VerificationFilter,
    WithdrawVerification,
)
from services.footprints.application.verifier_access import UnderVerification, disclose_to_verifier
from services.footprints.domain.access_log import Reading
from services.footprints.domain.verification import VERIFIER_ROLE, VerificationState
from services.footprints.domain.verification_errors import VerificationNotFound

OPEN: Final = "POST /v1/verifications"
STEP: Final = "/v1/verifications/{verification_id}"
REASON_EXAMPLE: Final = {"reason": "The activity data of the melting shop could not be shown."}
Verifier = Annotated[Principal, Depends(require(role=VERIFIER_ROLE))]


def verifications_router(edge: Edge) -> APIRouter:
    """Return the routes under `/v1/verifications`."""
    router = APIRouter(prefix="/v1/verifications", tags=["verification"])

    @router.post(
        "",
        operation_id="open_verification",
        summary="Open a record to a verifier",
        description=(
            "The verifier, an active organisation with that role, may read the record and its documents until the"
            " engagement ends. Records alone can be opened; a correction found on the way is submitted as a successor."
        ),
        openapi_extra=json_request_body(OpenRequest, examples={"housing": OPEN_EXAMPLE}),
        status_code=201,
        response_model=None,
        responses={
            201: {"model": VerificationResource, "description": "Open", "headers": header_docs("Location", "ETag")},
            **problem_responses(404, 409),
        },
    )
    async def open_verification(request: Request, caller: Supplier, key: IdempotencyKey) -> Response:
        body = await json_body(request, OpenRequest)
        command = OpenVerification(
            edge.meta(caller),
            edge.new_id(),
            body.footprint_id.lower(),
            body.verifier_organisation_id,
            body.domain_scope(),
        )
        return respond(await edge.once(caller, OPEN, key, command, opened_reply, await request.body()))

    @router.get(
        "/{verification_id}",
        operation_id="read_verification",
        summary="Read an engagement",
        description="For its supplier and its verifier, also when it has ended; 404 for everybody else.",
        response_model=None,
        responses={200: {"model": VerificationResource, "description": "Found", "headers": header_docs("ETag")}},
    )
    async def read(verification_id: str, caller: Caller) -> Response:
        found = await edge.queries.verifications.verification(verification_id, reader=caller.organisation_id)
        if found is None:
            raise VerificationNotFound("no engagement with this id is visible to you")
        return respond(verification_reply(found))

    @router.get(
        "/{verification_id}/footprint",
        operation_id="read_verified_footprint",
        summary="Read the record under verification",
        description="For the verifier while the engagement is open; 404 otherwise. The owner's access log tells of it.",
        response_model=None,
        responses={200: {"model": FootprintResource, "description": "The record", "headers": header_docs("ETag")}},
    )
    async def read_footprint(verification_id: str, caller: Caller) -> Response:
        now, reader = edge.clock(), caller.organisation_id
        found = await edge.queries.verifications.under_verification(verification_id, reader=reader)
        if found is None:
            raise VerificationNotFound("no open engagement with this id is visible to you")
        opened = UnderVerification(found.footprint_id, found.owner_organisation_id, verification_id)
        await disclose_to_verifier(edge.disclosure, opened, Reading(reader, "read_verified_footprint", now))
        return respond(footprint_reply(found))

    @router.get(
        "",
        operation_id="list_verifications",
        summary="List engagements",
        description="Those that the caller opened or that were opened to it, in order of their ids.",
        response_model=None,
        responses={200: {"model": VerificationPage, "description": "A page", "headers": header_docs("Link")}},
    )
    async def verifications(
        request: Request,
        caller: Caller,
        page: PageQuery,
        footprint_id: Annotated[str | None, Query(max_length=MAX_ID_LENGTH, description="Of this record.")] = None,
        state: Annotated[VerificationState | None, Query(description="Present state.")] = None,
    ) -> Response:
        wanted = VerificationFilter(None if footprint_id is None else footprint_id.lower(), state)
        found = await edge.queries.verifications.verifications(
            wanted, page.key("id"), page.limit + 1, reader=caller.organisation_id
        )
        shown, more = cut_page(list(found), page.limit)
        last = {"id": shown[-1].verification_id} if more else None
        return edge.page(request, orjson.dumps({"items": [verification_view(each) for each in shown]}), last)

    return router


def verification_steps_router(edge: Edge) -> APIRouter:
    """Return the steps `/v1/verifications/{id}:...`."""
    router = APIRouter(prefix=STEP, tags=["verification"])

    async def take(request: Request, caller: Principal, key: str, version: int, command: Any) -> Response:
        operation = f"POST {STEP}:{type(command).__name__}"
        same = (command.verification_id.encode(), str(version).encode(), await request.body())
        return respond(await edge.once(caller, operation, key, command, verification_reply, *same))

    @router.post(
        ":raise-findings",
        operation_id="raise_findings",
        summary="Raise findings",
        description="A round of findings, by the verifier; two rounds at most.",
        openapi_extra=json_request_body(FindingsRequest, examples={"screening": FINDINGS_EXAMPLE}),
        **_documented("Raised"),
    )
    async def raise_findings(
        request: Request, verification_id: str, caller: Verifier, version: IfMatch, key: IdempotencyKey
    ) -> Response:
        body = await json_body(request, FindingsRequest)
        command = RaiseFindings(edge.meta(caller), verification_id, version, body.remarks())
        return await take(request, caller, key, version, command)

    @router.post(
        ":answer",
        operation_id="answer_findings",
        summary="Answer the findings",
        description="Every finding of the round at once, by the supplier; with the successor that corrects, if any.",
        openapi_extra=json_request_body(AnswersRequest, examples={"screening": ANSWERS_EXAMPLE}),
        **_documented("Answered"),
    )
    async def answer(
        request: Request, verification_id: str, caller: Supplier, version: IfMatch, key: IdempotencyKey
    ) -> Response:
        body = await json_body(request, AnswersRequest)
        corrected_id = None if body.corrected_footprint_id is None else body.corrected_footprint_id.lower()
        command = AnswerFindings(edge.meta(caller), verification_id, version, body.pairs(), corrected_id)
        return await take(request, caller, key, version, command)

    @router.post(
        ":attest",
        operation_id="attest_footprint",
        summary="Attest the record",
        description=(
            "Ends the engagement and publishes a successor of the record with equal figures: it alone carries the"
            " attestation, in PACT's verification and in the shares. The record becomes Deprecated."
        ),
        openapi_extra=json_request_body(AttestationRequest, examples={"limited assurance": ATTESTATION_EXAMPLE}),
        **_documented("Attested"),
    )
    async def attest(
        request: Request, verification_id: str, caller: Verifier, version: IfMatch, key: IdempotencyKey
    ) -> Response:
        body = await json_body(request, AttestationRequest)
        command = AttestFootprint(edge.meta(caller), verification_id, version, edge.new_id(), body.terms())
        return await take(request, caller, key, version, command)

    @router.post(
        ":decline",
        operation_id="decline_verification",
        summary="Decline to attest",
        description="Ends the engagement, by the verifier, at any step.",
        openapi_extra=json_request_body(ReasonRequest, examples={"reason": REASON_EXAMPLE}),
        **_documented("Declined"),
    )
    async def decline(
        request: Request, verification_id: str, caller: Verifier, version: IfMatch, key: IdempotencyKey
    ) -> Response:
        body = await json_body(request, ReasonRequest)
        command = DeclineVerification(edge.meta(caller), verification_id, version, body.reason)
        return await take(request, caller, key, version, command)

    @router.post(
        ":withdraw",
        operation_id="withdraw_verification",
        summary="Close the record to the verifier",
        description="Ends the engagement, by the supplier, at any step. Bites at the verifier's next read.",
        openapi_extra=json_request_body(ReasonRequest, examples={"reason": {"reason": "Another verifier was chosen."}}),
        **_documented("Withdrawn"),
    )
    async def withdraw(
        request: Request, verification_id: str, caller: Supplier, version: IfMatch, key: IdempotencyKey
    ) -> Response:
        body = await json_body(request, ReasonRequest)
        command = WithdrawVerification(edge.meta(caller), verification_id, version, body.reason)
        return await take(request, caller, key, version, command)

    return router


def _documented(description: str) -> dict[str, Any]:
    answer = {"model": VerificationResource, "description": description, "headers": header_docs("ETag")}
    return {"response_model": None, "responses": {200: answer, **problem_responses(409)}}

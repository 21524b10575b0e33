"""`/v1/certificates`: suppliers record them; operators and verifiers pass on what the issuer decides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.certification.api import examples
from services.certification.api.bodies import CertificateMove, NewCertificate
from services.certification.api.edge import CertificateId, Edge, InspectorCaller, SupplierCaller, one_more, reach_of
from services.certification.api.views import CertificatePage, CertificateView
from services.certification.application.commands import CertificateStep
from services.certification.domain.errors import CertificateNotFound
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
from services.chassis.problems import problem_responses
from services.chassis.tokens import Principal

_MEANING = {
    CertificateStep.SUSPEND: "Suspend an active certificate: it counts no more, whatever its dates say.",
    CertificateStep.REINSTATE: "Restore a suspended certificate.",
    CertificateStep.WITHDRAW: "Withdraw a certificate for good; nothing follows.",
}


def certificates_router(edge: Edge) -> APIRouter:
    """Return the routes of certificates."""
    router = APIRouter(prefix="/v1/certificates", tags=["certificates"])

    @router.post(
        "",
        operation_id="recordCertificate",
        summary="Record a certificate",
        status_code=201,
        openapi_extra=json_request_body(NewCertificate, examples={"iso14001": examples.NEW_CERTIFICATE}),
        responses={
            201: answer_doc(CertificateView, "The certificate is recorded", examples.CERTIFICATE, "ETag", "Location"),
            **problem_responses(409),
        },
    )
    async def record_certificate(request: Request, caller: SupplierCaller, key: IdempotencyKey) -> Response:
        """Record a certificate of the caller's organisation for some of its sites."""
        body = await json_body(request, NewCertificate)
        return await edge.create(
            request,
            caller,
            key,
            body.command(edge.meta(caller), edge.new_id(), caller.organisation_id),
            lambda certificate: reply(
                CertificateView.of(certificate),
                certificate.version,
                201,
                f"/v1/certificates/{certificate.certificate_id}",
            ),
        )

    @router.get(
        "",
        operation_id="certificates",
        summary="List certificates",
        responses={
            200: answer_doc(CertificatePage, "A page of certificates", {"items": [examples.CERTIFICATE]}, "Link")
        },
    )
    async def certificates(request: Request, caller: Caller, page: PageQuery) -> Response:
        """List the own certificates; operators and verifiers list all."""
        found, more = cut_page(await edge.queries.certificates(reach_of(caller), one_more(page)), page.limit)
        view = CertificatePage(items=[CertificateView.of(certificate) for certificate in found])
        return edge.page(request, view, {"id": found[-1].certificate_id} if more else None)

    @router.get(
        "/{certificate_id}",
        operation_id="certificate",
        summary="Read a certificate",
        responses={200: answer_doc(CertificateView, "The certificate", examples.CERTIFICATE, "ETag")},
    )
    async def certificate(caller: Caller, certificate_id: CertificateId) -> Response:
        """Read an own certificate; operators and verifiers read any."""
        found = await edge.queries.certificate(certificate_id, reach_of(caller))
        if found is None:
            raise CertificateNotFound("no such certificate")
        return respond(reply(CertificateView.of(found), found.version))

    for step in CertificateStep:
        router.add_api_route(
            f"/{{certificate_id}}:{step}",
            _mover(edge, step),
            methods=["POST"],
            operation_id=f"{step}Certificate",
            summary=_MEANING[step].partition(":")[0].partition(";")[0].rstrip("."),
            description=_MEANING[step],
            openapi_extra=json_request_body(CertificateMove, examples={"why": examples.MOVE}),
            responses={
                200: answer_doc(CertificateView, "The step is taken", examples.MOVED, "ETag"),
                **problem_responses(409),
            },
        )
    return router


def _mover(edge: Edge, step: CertificateStep) -> Callable[[Request, Principal, str, int], Awaitable[Response]]:
    async def move(
        request: Request, caller: InspectorCaller, certificate_id: CertificateId, version: IfMatch
    ) -> Response:
        body = await json_body(request, CertificateMove)
        command = body.command(edge.meta(caller), certificate_id, version, step)
        return await edge.change(
            command, lambda certificate: reply(CertificateView.of(certificate), certificate.version)
        )

    return move

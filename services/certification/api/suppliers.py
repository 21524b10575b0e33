"""`/v1/suppliers`: an organisation registers itself and its sites."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.certification.api import examples
from services.certification.api.bodies import SupplierBody
from services.certification.api.edge import INSPECTORS, Edge, SupplierCaller, SupplierId
from services.certification.api.views import SupplierView
from services.certification.domain.errors import SupplierNotFound
from services.chassis.auth import Caller
from services.chassis.http import IdempotencyKey, IfMatch, answer_doc, json_body, json_request_body, reply, respond
from services.chassis.problems import problem_responses

_BODY = json_request_body(SupplierBody, examples={"foundry": examples.NEW_SUPPLIER})


def suppliers_router(edge: Edge) -> APIRouter:
    """Return the routes of suppliers."""
    router = APIRouter(prefix="/v1/suppliers", tags=["suppliers"])

    @router.post(
        "",
        operation_id="registerSupplier",
        summary="Register as a supplier",
        status_code=201,
        openapi_extra=_BODY,
        responses={
            201: answer_doc(SupplierView, "The supplier is registered", examples.SUPPLIER, "ETag", "Location"),
            **problem_responses(409),
        },
    )
    async def register_supplier(request: Request, caller: SupplierCaller, key: IdempotencyKey) -> Response:
        """Register the caller's organisation; the supplier's id is the organisation's."""
        body = await json_body(request, SupplierBody)
        return await edge.create(
            request,
            caller,
            key,
            body.register(edge.meta(caller), caller.organisation_id),
            lambda supplier: reply(
                SupplierView.of(supplier), supplier.version, 201, f"/v1/suppliers/{supplier.supplier_id}"
            ),
        )

    @router.put(
        "/{supplier_id}",
        operation_id="changeSupplier",
        summary="Change the own record",
        openapi_extra=_BODY,
        responses={
            200: answer_doc(SupplierView, "The supplier is changed", examples.SUPPLIER, "ETag"),
            **problem_responses(409),
        },
    )
    async def change_supplier(
        request: Request, caller: SupplierCaller, supplier_id: SupplierId, version: IfMatch
    ) -> Response:
        """Replace name and sites. A registered site stays: it must be in the list."""
        body = await json_body(request, SupplierBody)
        if supplier_id != caller.organisation_id:
            raise SupplierNotFound("another organisation's record")
        command = body.change(edge.meta(caller), supplier_id, version)
        return await edge.change(command, lambda supplier: reply(SupplierView.of(supplier), supplier.version))

    @router.get(
        "/{supplier_id}",
        operation_id="supplier",
        summary="Read a supplier",
        responses={200: answer_doc(SupplierView, "The supplier", examples.SUPPLIER, "ETag")},
    )
    async def supplier(caller: Caller, supplier_id: SupplierId) -> Response:
        """Read the own record; operators and verifiers read any."""
        may_read = supplier_id == caller.organisation_id or caller.roles & INSPECTORS
        found = await edge.queries.supplier(supplier_id) if may_read else None
        if found is None:
            raise SupplierNotFound("no such supplier")
        return respond(reply(SupplierView.of(found), found.version))

    return router

"""`/v1/organisations`: the registry. Operators write; everybody reads the directory, and all of its own entry."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.chassis.auth import Caller
from services.chassis.http import (
    MERGE_PATCH,
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
from services.identity.api import examples
from services.identity.api.edge import Edge, Operator, OrganisationId
from services.identity.api.models import (
    DirectoryEntry,
    NewOrganisation,
    OrganisationDetail,
    OrganisationPage,
    OrganisationPatch,
    Suspension,
)
from services.identity.application.commands import (
    ChangeOrganisation,
    RegisterOrganisation,
    ReinstateOrganisation,
    SuspendOrganisation,
)
from services.identity.application.queries import registered, sees_all_of
from services.identity.domain.organisation import Organisation

PATH: Final = "/v1/organisations"
ONE: Final = f"{PATH}/{{organisation_id}}"
REGISTER: Final = "register-organisation"


def organisation_router(edge: Edge) -> APIRouter:
    """Return the routes of the registry."""
    router = APIRouter(tags=["organisations"])
    _reading_routes(router, edge)
    _writing_routes(router, edge)
    _standing_routes(router, edge)
    return router


def _reading_routes(router: APIRouter, edge: Edge) -> None:
    @router.get(
        PATH,
        operation_id="list_organisations",
        summary="List all organisations (operator)",
        response_model=None,
        responses={200: _document(OrganisationPage, {"items": [examples.ORGANISATION]}, "Link")},
    )
    async def list_organisations(request: Request, page: PageQuery, caller: Operator) -> Response:  # noqa: ARG001 - the role is checked
        found = await edge.queries.organisations(page.key("id"), page.limit + 1)
        items, more = cut_page(list(found), page.limit)
        position = {"id": items[-1].organisation_id} if more else None
        body = OrganisationPage(items=[OrganisationDetail.of(item) for item in items])
        return edge.page(request, body, position)

    @router.get(
        ONE,
        operation_id="get_organisation",
        summary="Read one organisation; others than the operator and itself see the directory entry",
        response_model=None,
        responses={200: _document(OrganisationDetail | DirectoryEntry, examples.ORGANISATION, "ETag")},
    )
    async def get_organisation(organisation_id: OrganisationId, caller: Caller) -> Response:
        found = await registered(edge.queries, organisation_id)
        sees_all = sees_all_of(organisation_id, reader_id=caller.organisation_id, reader_roles=caller.roles)
        view = OrganisationDetail.of(found) if sees_all else DirectoryEntry.of(found)
        return respond(reply(view, found.version))


def _writing_routes(router: APIRouter, edge: Edge) -> None:
    @router.post(
        PATH,
        operation_id="register_organisation",
        summary="Register an organisation (operator)",
        status_code=201,
        response_model=None,
        openapi_extra=json_request_body(NewOrganisation, examples={"supplier": examples.NEW_ORGANISATION}),
        responses={
            201: _document(OrganisationDetail, examples.ORGANISATION, "ETag", "Location"),
            **problem_responses(409),
        },
    )
    async def register_organisation(request: Request, key: IdempotencyKey, caller: Operator) -> Response:
        body = await json_body(request, NewOrganisation)
        command = RegisterOrganisation(edge.meta(caller), edge.new_id(), body.profile())
        return respond(await edge.once(caller, REGISTER, key, command, _created, await request.body()))

    @router.patch(
        ONE,
        operation_id="change_organisation",
        summary="Change an organisation's profile by merge patch (operator)",
        response_model=None,
        openapi_extra=json_request_body(OrganisationPatch, examples={"roles": examples.PATCH}, media_type=MERGE_PATCH),
        responses={
            200: _document(OrganisationDetail, examples.ORGANISATION | {"version": 2}, "ETag"),
            **problem_responses(409),
        },
    )
    async def change_organisation(
        request: Request, organisation_id: OrganisationId, version: IfMatch, caller: Operator
    ) -> Response:
        body = await json_body(request, OrganisationPatch, media_type=MERGE_PATCH)
        command = ChangeOrganisation(edge.meta(caller), organisation_id, version, body.patch())
        return await edge.change(command, _changed)


def _standing_routes(router: APIRouter, edge: Edge) -> None:
    @router.post(
        f"{ONE}:suspend",
        operation_id="suspend_organisation",
        summary="Suspend an organisation everywhere (operator); repeating it changes nothing",
        response_model=None,
        openapi_extra=json_request_body(Suspension, examples={"licence": examples.SUSPENSION}),
        responses={200: _document(OrganisationDetail, examples.SUSPENDED, "ETag"), **problem_responses(409)},
    )
    async def suspend_organisation(request: Request, organisation_id: OrganisationId, caller: Operator) -> Response:
        body = await json_body(request, Suspension)
        command = SuspendOrganisation(edge.meta(caller), organisation_id, body.reason)
        return await edge.change(command, _changed)

    @router.post(
        f"{ONE}:reinstate",
        operation_id="reinstate_organisation",
        summary="End a suspension (operator); repeating it changes nothing",
        response_model=None,
        responses={200: _document(OrganisationDetail, examples.ORGANISATION | {"version": 3}, "ETag")},
    )
    async def reinstate_organisation(organisation_id: OrganisationId, caller: Operator) -> Response:
        command = ReinstateOrganisation(edge.meta(caller), organisation_id)
        return await edge.change(command, _changed)


def _created(organisation: Organisation) -> Reply:
    location = f"{PATH}/{organisation.organisation_id}"
    return reply(OrganisationDetail.of(organisation), organisation.version, 201, location)


def _changed(organisation: Organisation) -> Reply:
    return reply(OrganisationDetail.of(organisation), organisation.version)


def _document(model: Any, example: Any, *headers: str) -> dict[str, Any]:
    return answer_doc(model, "The organisation, or a page of them.", example, *headers)

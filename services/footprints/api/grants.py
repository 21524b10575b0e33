"""Routes of grants: give, read, list, revoke."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from services.chassis.auth import Caller
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
from services.footprints.api.edge import Edge
from services.footprints.api.examples import GRANT_REQUEST_EXAMPLES
from services.footprints.api.footprints import MAX_ID_LENGTH, Supplier
from services.footprints.api.pact_v3.values import Instant
from services.footprints.api.render import given_reply, grant_reply, grant_resource
from services.footprints.api.resources import GrantPage, GrantResource
from services.footprints.application.commands import GiveGrant, RevokeGrant
from services.footprints.application.ports import GrantFilter
from services.footprints.domain.access import GrantScope
from services.footprints.domain.errors import GrantNotFound
from services.footprints.domain.grant import GrantStatus, Terms

GIVE: Final = "POST /v1/grants"
MAX_REASON_LENGTH: Final = 500
"""Characters of a reason."""

OrganisationId = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID_LENGTH)]


class GrantRequest(BaseModel):
    """What to open to whom, and when."""

    model_config = ConfigDict(extra="forbid", strict=True)

    grantee_organisation_id: OrganisationId
    scope: GrantScope = Field(description="One footprint, every footprint of a product, or everything you own.")
    scope_value: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = Field(
        default=None, description="Footprint id or product URN (letter case means nothing); absent for everything."
    )
    valid_from: Instant | None = Field(default=None, description="Inclusive; absent means now.")
    valid_until: Instant | None = Field(default=None, description="Exclusive; absent means open-ended.")

    def terms(self, now: datetime) -> Terms:
        """Return the terms, the missing begin filled in."""
        value = self.scope_value
        return Terms(
            grantee_organisation_id=self.grantee_organisation_id,
            scope=self.scope,
            scope_value=value.lower() if value is not None and self.scope is GrantScope.FOOTPRINT else value,
            valid_from=self.valid_from or now,
            valid_until=self.valid_until,
        )


class RevokeRequest(BaseModel):
    """Why; the body may be left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Annotated[str, StringConstraints(max_length=MAX_REASON_LENGTH)] | None = None


def grants_router(edge: Edge) -> APIRouter:
    """Return the routes under `/v1/grants`."""
    router = APIRouter(prefix="/v1/grants", tags=["grants"])

    @router.post(
        "",
        operation_id="give_grant",
        summary="Open footprints to another organisation",
        description="The grantee must be a registered, active organisation that is known here.",
        openapi_extra=json_request_body(GrantRequest, examples=GRANT_REQUEST_EXAMPLES),
        status_code=201,
        response_model=None,
        responses={201: {"model": GrantResource, "description": "Given", "headers": header_docs("Location", "ETag")}},
    )
    async def give(request: Request, caller: Supplier, key: IdempotencyKey) -> Response:
        body = await json_body(request, GrantRequest)
        meta = edge.meta(caller)
        command = GiveGrant(meta, edge.new_id(), body.terms(meta.at))
        return respond(await edge.once(caller, GIVE, key, command, given_reply, await request.body()))

    @router.get(
        "/{grant_id}",
        operation_id="read_grant",
        summary="Read a grant",
        description="For the organisation that gave it and the one that got it; 404 for everybody else.",
        response_model=None,
        responses={200: {"model": GrantResource, "description": "The grant", "headers": header_docs("ETag")}},
    )
    async def read(grant_id: str, caller: Caller) -> Response:
        found = await edge.queries.grant(grant_id, reader=caller.organisation_id)
        if found is None:
            raise GrantNotFound("no grant with this id is visible to you")
        return respond(grant_reply(found))

    @router.get(
        "",
        operation_id="list_grants",
        summary="List grants",
        description="Grants that the caller gave or got, revoked and ended ones included, in order of their ids.",
        response_model=None,
        responses={200: {"model": GrantPage, "description": "A page", "headers": header_docs("Link")}},
    )
    async def grants(
        request: Request,
        caller: Caller,
        page: PageQuery,
        owner: Annotated[str | None, Query(max_length=MAX_ID_LENGTH, description="Who gave it.")] = None,
        grantee: Annotated[str | None, Query(max_length=MAX_ID_LENGTH, description="Who got it.")] = None,
        status: Annotated[GrantStatus | None, Query(description="Present status.")] = None,
    ) -> Response:
        found = await edge.queries.grants(
            GrantFilter(owner, grantee, status), page.key("id"), page.limit + 1, reader=caller.organisation_id
        )
        shown, more = cut_page(list(found), page.limit)
        last = {"id": shown[-1].grant_id} if more else None
        body = orjson.dumps({"items": [grant_resource(grant) for grant in shown]})
        return edge.page(request, body, last)

    @router.post(
        "/{grant_id}:revoke",
        operation_id="revoke_grant",
        summary="Take a grant back",
        description="Final: to open footprints again, give a new grant. Bites at the next read.",
        openapi_extra=_optional(json_request_body(RevokeRequest, examples={"reason": {"reason": "Contract ended."}})),
        response_model=None,
        responses={
            200: {"model": GrantResource, "description": "Revoked", "headers": header_docs("ETag")},
            **problem_responses(409),
        },
    )
    async def revoke(request: Request, grant_id: str, caller: Caller, version: IfMatch) -> Response:
        reason = (await json_body(request, RevokeRequest)).reason if await request.body() else None
        command = RevokeGrant(edge.meta(caller), grant_id, version, reason)
        return await edge.change(command, grant_reply)

    return router


def _optional(extra: dict[str, Any]) -> dict[str, Any]:
    extra["requestBody"]["required"] = False
    return extra

"""`/v1/partner-connections`: how this host speaks to a partner's system, credentials included.

Written by the partner itself, or by the operator for it. The client secret goes in and never comes out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Path, Request
from fastapi import Header as HeaderParameter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema
from starlette.responses import Response

from services.chassis.auth import Caller
from services.chassis.http import (
    IfMatch,
    answer_doc,
    etag,
    json_body,
    json_request_body,
    parse_if_match,
    respond,
)
from services.chassis.http_out import TargetRefusedError
from services.chassis.idempotency import Reply
from services.chassis.problems import HttpProblem
from services.chassis.tokens import Principal
from services.footprints.api.edge import Edge
from services.footprints.api.footprints import MAX_ID_LENGTH
from services.footprints.api.render import instant
from services.footprints.application.exchange import ConnectPartner, DisconnectPartner
from services.footprints.domain.errors import ConnectionNotFound
from services.footprints.domain.partner_connection import PartnerConnection, Terms

OPERATOR: Final = "operator"
MAX_URL_LENGTH: Final = 2_000
MAX_CREDENTIAL_LENGTH: Final = 500
CONNECTION_REQUEST_EXAMPLE: Final[dict[str, Any]] = {
    "base_url": "https://pact.tiexi-drive.example",
    "client_id": "tierloop",
    "client_secret": "s3cr3t-of-the-partner",
    "scope": "footprint:events",
}
CONNECTION_EXAMPLE: Final[dict[str, Any]] = {
    "organisation_id": "tiexi-drive-systems",
    "version": 1,
    "base_url": "https://pact.tiexi-drive.example",
    "auth_base_url": None,
    "client_id": "tierloop",
    "scope": "footprint:events",
    "audience": None,
    "changed_at": "2026-03-02T08:00:00.000Z",
}

Url = Annotated[str, StringConstraints(min_length=8, max_length=MAX_URL_LENGTH)]
Credential = Annotated[str, StringConstraints(min_length=1, max_length=MAX_CREDENTIAL_LENGTH)]
OrganisationId = Annotated[str, Path(min_length=1, max_length=MAX_ID_LENGTH, description="Id of the partner.")]


class ConnectionRequest(BaseModel):
    """Where to call, and with which credentials."""

    model_config = ConfigDict(extra="forbid", strict=True)

    base_url: Url = Field(description="One of the base URLs that the partner has registered; `/3/events` is under it.")
    auth_base_url: Url | None = Field(
        default=None,
        description="Where `/.well-known/openid-configuration` or `/auth/token` is; absent means the base URL.",
    )
    client_id: Credential
    client_secret: Credential = Field(description="Kept encrypted and never shown again.")
    scope: Credential | None = None
    audience: Credential | None = None


class ConnectionResource(BaseModel):
    """A connection, without its secret."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [CONNECTION_EXAMPLE]})

    organisation_id: str
    version: int = Field(ge=1, description="Also in the ETag.")
    base_url: str
    auth_base_url: str | None
    client_id: str
    scope: str | None
    audience: str | None
    changed_at: datetime


async def optional_if_match(
    if_match: Annotated[
        str | None,
        WithJsonSchema({"type": "string", "pattern": '^"[1-9][0-9]{0,8}"$', "examples": ['"3"']}),
        HeaderParameter(alias="If-Match", description="ETag of the connection to replace; absent to make one."),
    ] = None,
) -> int | None:
    """Dependency: the version to replace, None where there should be none yet."""
    return None if if_match is None else parse_if_match(if_match)


def partner_connections_router(edge: Edge) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/partner-connections", tags=["partner connections"])

    @router.put(
        "/{organisation_id}",
        operation_id="put_partner_connection",
        summary="Make or replace a connection",
        description=(
            "For the partner itself and the operator. Events go to `<base_url>/3/events`, with a token of the partner's"
            " own token endpoint. A change needs `If-Match`."
        ),
        openapi_extra=json_request_body(ConnectionRequest, examples={"partner": CONNECTION_REQUEST_EXAMPLE}),
        response_model=None,
        responses={
            200: answer_doc(ConnectionResource, "Replaced", CONNECTION_EXAMPLE, "ETag"),
            201: answer_doc(ConnectionResource, "Made", CONNECTION_EXAMPLE, "ETag", "Location"),
        },
    )
    async def put(
        request: Request,
        organisation_id: OrganisationId,
        caller: Caller,
        version: Annotated[int | None, Depends(optional_if_match)],
    ) -> Response:
        _check_own(organisation_id, caller)
        body = await json_body(request, ConnectionRequest)
        _check_url(edge, "/base_url", body.base_url)
        if body.auth_base_url is not None:
            _check_url(edge, "/auth_base_url", body.auth_base_url)
        if edge.sealer is None:
            raise _not_configured()
        terms = Terms(
            base_url=body.base_url,
            client_id=body.client_id,
            sealed_secret=edge.sealer.seal(body.client_secret, organisation_id),
            auth_base_url=body.auth_base_url,
            scope=body.scope,
            audience=body.audience,
        )
        return await edge.change(ConnectPartner(edge.meta(caller), organisation_id, terms, version), _made)

    @router.get(
        "/{organisation_id}",
        operation_id="read_partner_connection",
        summary="Read a connection",
        description="For the partner itself and the operator; 404 for everybody else. The secret is never shown.",
        response_model=None,
        responses={200: answer_doc(ConnectionResource, "The connection", CONNECTION_EXAMPLE, "ETag")},
    )
    async def read(organisation_id: OrganisationId, caller: Caller) -> Response:
        _check_own(organisation_id, caller)
        found = await edge.queries.exchange.connection(organisation_id)
        if found is None:
            raise _not_found()
        return respond(_reply(found))

    @router.delete(
        "/{organisation_id}",
        operation_id="delete_partner_connection",
        summary="Remove a connection",
        description="Removes the credentials too. Deliveries under way wait for a new connection, until they end.",
        status_code=204,
        response_model=None,
        response_class=Response,
        responses={204: {"description": "Removed"}},
    )
    async def delete(organisation_id: OrganisationId, caller: Caller, version: IfMatch) -> Response:
        _check_own(organisation_id, caller)
        command = DisconnectPartner(edge.meta(caller), organisation_id, version)
        await edge.bus.execute(command, lambda _: Reply(204, b""))
        return Response(status_code=204)

    return router


def _check_own(organisation_id: str, caller: Principal) -> None:
    if organisation_id != caller.organisation_id and OPERATOR not in caller.roles:
        raise _not_found()


def _not_found() -> ConnectionNotFound:
    return ConnectionNotFound("no connection of this organisation is visible to you")


def _check_url(edge: Edge, field: str, url: str) -> None:
    try:
        target = edge.outbound.target(url)
    except TargetRefusedError as error:
        message = str(error)
    else:
        if "?" not in target.path:
            return
        message = "a base URL has no query"
    raise HttpProblem.of_field(
        422,
        "url-not-callable",
        "The URL may not be called",
        field=field,
        rule="outbound_url",
        message=f"{message}.",
        remedy="Give an absolute https URL without user name, query and fragment.",
    )


def _not_configured() -> HttpProblem:
    return HttpProblem(
        503,
        "secrets-not-configured",
        "Secrets can't be kept here yet",
        "The operator has set no key for partners' secrets (TIERLOOP_FOOTPRINTS_PARTNER_SECRET_KEY).",
    )


def _made(connection: PartnerConnection) -> Reply:
    reply = _reply(connection, 201 if connection.version == 1 else 200)
    if connection.version == 1:
        reply.headers["Location"] = f"/v1/partner-connections/{connection.organisation_id}"
    return reply


def _reply(connection: PartnerConnection, status: int = 200) -> Reply:
    terms = connection.terms
    body = {
        "organisation_id": connection.organisation_id,
        "version": connection.version,
        "base_url": terms.base_url,
        "auth_base_url": terms.auth_base_url,
        "client_id": terms.client_id,
        "scope": terms.scope,
        "audience": terms.audience,
        "changed_at": instant(connection.changed_at),
    }
    return Reply(status, orjson.dumps(body), {"ETag": etag(connection.version)})

"""`/v1/organisations/{id}/credentials`: clients of an organisation, kept by the operator.

A secret is in one answer only. It is minted here, hashed before the command is built, and put into the answer after
the transaction: neither the command nor the idempotency record ever holds it. A repeated request therefore answers
with the same credential and `client_secret: null`; who lost the first answer rotates.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import structlog
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from services.chassis.http import (
    IdempotencyKey,
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
from services.chassis.tokens import Principal
from services.chassis.unit import OverloadedError
from services.identity.api import examples
from services.identity.api.edge import ClientId, Edge, Operator, OrganisationId
from services.identity.api.models import Answer, NewCredential
from services.identity.application.commands import IssueCredential, RevokeCredential, RotateCredential
from services.identity.application.ports import HashersBusyError
from services.identity.application.queries import registered, usable_credential
from services.identity.domain.credential import ClientCredential, NewSecret

PATH: Final = "/v1/organisations/{organisation_id}/credentials"
ONE: Final = f"{PATH}/{{client_id}}"
ISSUE: Final = "issue-credential"
ROTATE: Final = "rotate-credential"
NOTE: Final = "The secret was shown once, in the first answer to this request. If that is lost, rotate the credential."

_log = structlog.get_logger("services.identity.credentials")


class CredentialView(Answer):
    """A client credential without its secret."""

    client_id: str
    organisation_id: str
    label: str
    scopes: list[str]
    secret_id: str = Field(description="Names this generation of the secret; it is not the secret.")
    created_at: datetime
    rotated_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, credential: ClientCredential) -> CredentialView:
        """Render a credential."""
        return cls(**_entry(credential))


class IssuedCredential(CredentialView):
    """A client credential with its secret, which no other answer shows."""

    client_secret: str | None = Field(description="Shown once; null when the request is repeated.")
    secret_note: str | None = Field(description="Says why the secret is null.")


class CredentialPage(Answer):
    """A page of credentials, in order of their client ids."""

    items: list[CredentialView]


def credential_router(edge: Edge) -> APIRouter:
    """Return the routes of client credentials."""
    router = APIRouter(tags=["credentials"])
    _reading_routes(router, edge)
    _secret_routes(router, edge)

    @router.delete(
        ONE,
        operation_id="revoke_credential",
        summary="Revoke a client for good (operator); repeating it changes nothing",
        status_code=204,
        response_model=None,
        responses={204: {"description": "Revoked: it gets no token from now on."}},
    )
    async def revoke_credential(organisation_id: OrganisationId, client_id: ClientId, caller: Operator) -> Response:
        command = RevokeCredential(edge.meta(caller), organisation_id, client_id)
        await edge.bus.execute(command, lambda _: Reply(204, b""))
        _log.info("credential.revoked", client_id=client_id, by=caller.client_id)
        return Response(status_code=204)

    return router


def _reading_routes(router: APIRouter, edge: Edge) -> None:
    @router.get(
        PATH,
        operation_id="list_credentials",
        summary="List the clients of an organisation, revoked ones too (operator)",
        response_model=None,
        responses={200: _document(CredentialPage, {"items": [examples.CREDENTIAL]}, "Link")},
    )
    async def list_credentials(
        request: Request,
        organisation_id: OrganisationId,
        page: PageQuery,
        caller: Operator,  # noqa: ARG001 - the role is checked
    ) -> Response:
        await registered(edge.queries, organisation_id)
        found = await edge.queries.credentials(organisation_id, page.key("id"), page.limit + 1)
        items, more = cut_page(list(found), page.limit)
        position = {"id": items[-1].client_id} if more else None
        body = CredentialPage(items=[CredentialView.of(item) for item in items])
        return edge.page(request, body, position)

    @router.get(
        ONE,
        operation_id="get_credential",
        summary="Read one client that is not revoked (operator)",
        response_model=None,
        responses={200: _document(CredentialView, examples.CREDENTIAL)},
    )
    async def get_credential(
        organisation_id: OrganisationId,
        client_id: ClientId,
        caller: Operator,  # noqa: ARG001 - the role is checked
    ) -> Response:
        found = await usable_credential(edge.queries, organisation_id, client_id, edge.clock())
        return respond(reply(CredentialView.of(found)))


def _secret_routes(router: APIRouter, edge: Edge) -> None:
    @router.post(
        PATH,
        operation_id="issue_credential",
        summary="Issue a client credential; its secret is shown once (operator)",
        status_code=201,
        response_model=None,
        openapi_extra=json_request_body(NewCredential, examples={"erp": examples.NEW_CREDENTIAL}),
        responses={201: _document(IssuedCredential, examples.ISSUED, "Location"), **problem_responses(409)},
    )
    async def issue_credential(
        request: Request, organisation_id: OrganisationId, key: IdempotencyKey, caller: Operator
    ) -> Response:
        body = await json_body(request, NewCredential)
        plain, secret = await _new_secret(edge)
        command = IssueCredential(
            edge.meta(caller), organisation_id, edge.new_id(), body.label, tuple(body.scopes), secret
        )
        answer = await edge.once(
            caller,
            ISSUE,
            key,
            command,
            lambda credential: reply(_unshown(credential), status=201, location=_location(credential)),
            organisation_id.encode(),
            await request.body(),
        )
        return respond(_shown(answer, secret, plain, caller))

    @router.post(
        f"{ONE}:rotate",
        operation_id="rotate_credential",
        summary="Replace a client's secret; the old one ends at once (operator)",
        response_model=None,
        responses={200: _document(IssuedCredential, examples.ISSUED), **problem_responses(409)},
    )
    async def rotate_credential(
        organisation_id: OrganisationId, client_id: ClientId, key: IdempotencyKey, caller: Operator
    ) -> Response:
        plain, secret = await _new_secret(edge)
        answer = await edge.once(
            caller,
            ROTATE,
            key,
            RotateCredential(edge.meta(caller), organisation_id, client_id, secret),
            lambda credential: reply(_unshown(credential)),
            organisation_id.encode(),
            client_id.encode(),
        )
        return respond(_shown(answer, secret, plain, caller))


async def _new_secret(edge: Edge) -> tuple[str, NewSecret]:
    plain = edge.mint_secret()
    try:
        return plain, NewSecret(edge.new_id(), await edge.hasher.hash(plain))
    except HashersBusyError as error:
        raise OverloadedError(str(error)) from error


def _unshown(credential: ClientCredential) -> IssuedCredential:
    return IssuedCredential(**_entry(credential), client_secret=None, secret_note=NOTE)


def _shown(answer: Reply, secret: NewSecret, plain: str, caller: Principal) -> Reply:
    """Put the secret into the answer if it is this request's own; a replay names an earlier `secret_id`."""
    view = IssuedCredential.model_validate_json(answer.body)
    if view.secret_id != secret.secret_id:
        return answer
    _log.info("credential.secret_shown", client_id=view.client_id, secret_id=view.secret_id, by=caller.client_id)
    shown = view.model_copy(update={"client_secret": plain, "secret_note": None})
    return replace(answer, body=shown.model_dump_json().encode())


def _location(credential: ClientCredential) -> str:
    return ONE.format(organisation_id=credential.organisation_id, client_id=credential.client_id)


def _entry(credential: ClientCredential) -> dict[str, Any]:
    return {
        "client_id": credential.client_id,
        "organisation_id": credential.organisation_id,
        "label": credential.label,
        "scopes": list(credential.scopes),
        "secret_id": credential.secret_id,
        "created_at": credential.created_at,
        "rotated_at": credential.rotated_at,
        "revoked_at": credential.revoked_at,
    }


def _document(model: Any, example: Any, *headers: str) -> dict[str, Any]:
    return answer_doc(model, "The credential, or a page of them.", example, *headers)

"""`/v1/signing-keys`: the keys of the token endpoint, kept by the operator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import structlog
from fastapi import APIRouter
from starlette.responses import Response

from services.chassis.http import IdempotencyKey, answer_doc, reply, respond
from services.chassis.idempotency import Reply
from services.chassis.problems import problem_responses
from services.identity.api import examples
from services.identity.api.edge import Edge, Operator
from services.identity.api.models import SigningKeyList, SigningKeyView
from services.identity.application.commands import RotateSigningKeys
from services.identity.application.ports import KeySmith
from services.identity.application.signing_keys import SigningKeys
from services.identity.domain.key_ring import KeyRing, SigningKey

PATH: Final = "/v1/signing-keys"
ROTATE: Final = "rotate-signing-keys"
_log = structlog.get_logger("services.identity.signing_keys")


def signing_key_router(edge: Edge, keys: SigningKeys, smith: KeySmith, token_lifetime: timedelta) -> APIRouter:
    """Return the routes of signing keys."""
    router = APIRouter(tags=["signing keys"])

    @router.get(
        PATH,
        operation_id="list_signing_keys",
        summary="List the published keys and where they stand (operator)",
        response_model=None,
        responses={200: _document()},
    )
    async def list_signing_keys(caller: Operator) -> Response:  # noqa: ARG001 - the role is checked
        ring = await keys.ring()
        return respond(reply(_listed(ring.published(edge.clock()))))

    @router.post(
        f"{PATH}:rotate",
        operation_id="rotate_signing_keys",
        summary="Sign with the next key from now on; tokens of the old one stay valid until they expire (operator)",
        response_model=None,
        responses={200: _document(), **problem_responses(409)},
    )
    async def rotate_signing_keys(key: IdempotencyKey, caller: Operator) -> Response:
        await keys.ring()
        command = RotateSigningKeys(edge.meta(caller), smith.make(), token_lifetime)

        def render(ring: KeyRing) -> Reply:
            return reply(_listed(ring.published(command.meta.at)))

        answer = await edge.once(caller, ROTATE, key, command, render)
        _log.info("signing_keys.rotated", by=caller.client_id)
        return respond(answer)

    return router


def _listed(keys: tuple[SigningKey, ...]) -> SigningKeyList:
    return SigningKeyList(items=[SigningKeyView.of(key) for key in keys])


def _document() -> dict[str, Any]:
    return answer_doc(SigningKeyList, "The published keys.", examples.SIGNING_KEYS)

"""`POST /auth/token`: access tokens for clients (RFC 6749, section 4.4; errors in the form of its section 5.2).

Where PACT looks for it, whatever discovery says. Answers are never cached and say nothing about which clients exist.
"""

from __future__ import annotations

from typing import Any, Final

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from services.chassis.auth import public
from services.chassis.store import TransientStoreError
from services.chassis.unit import OverloadedError
from services.identity.api.client_auth import FORM, OAuthError, invalid_client, read_token_request
from services.identity.application.ports import HashersBusyError
from services.identity.application.tokens import SignedToken, TokenOffice, TooManyRequestsError
from services.identity.domain.errors import ClientRejected, ScopeRefused

PATH: Final = "/auth/token"
CHALLENGE: Final = 'Basic realm="tierloop", charset="UTF-8"'
RETRY_AFTER_SECONDS: Final = 2
_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_log = structlog.get_logger("services.identity.token")


class TokenAnswer(BaseModel):
    """RFC 6749, section 5.1."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme of RFC 6750
    expires_in: int = Field(description="Lifetime in seconds.")
    scope: str = Field(description="The scopes it carries; may be fewer than were asked for.")


class TokenError(BaseModel):
    """RFC 6749, section 5.2."""

    error: str
    error_description: str


def token_router(office: TokenOffice) -> APIRouter:
    """Return the token endpoint."""
    router = APIRouter(tags=["tokens"])

    @router.post(
        PATH,
        operation_id="issue_token",
        summary="Get an access token for a client",
        response_model=None,
        openapi_extra=_REQUEST_BODY,
        responses=_RESPONSES,
    )
    @public
    async def issue_token(request: Request) -> Response:
        try:
            asked = read_token_request(
                request.headers.get("content-type", ""),
                request.headers.getlist("authorization"),
                await request.body(),
            )
            token = await office.grant(asked)
        except (OAuthError, ClientRejected, ScopeRefused, TooManyRequestsError) as error:
            return _refused(_oauth_error(error))
        except (HashersBusyError, TransientStoreError, OverloadedError) as error:
            _log.warning("token.unavailable", reason=type(error).__name__)
            return _refused(_UNAVAILABLE)
        _log.info("token.granted", client_id=token.content.client_id, jti=token.content.token_id)
        return _granted(token)

    return router


def _granted(token: SignedToken) -> Response:
    answer = TokenAnswer(
        access_token=token.text,
        expires_in=int(token.content.lifetime.total_seconds()),
        scope=" ".join(token.content.scopes),
    )
    return JSONResponse(answer.model_dump(), 200, _NO_STORE)


def _refused(error: OAuthError) -> Response:
    if error.status < 500:  # noqa: PLR2004 - the client's fault; the other side is logged where it is known
        _log.info("token.refused", reason=error.error)
    headers = dict(_NO_STORE)
    if error.status == 401:  # noqa: PLR2004 - RFC 9110, section 15.5.2: 401 carries a challenge
        headers["WWW-Authenticate"] = CHALLENGE
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    body = TokenError(error=error.error, error_description=error.description)
    return JSONResponse(body.model_dump(), error.status, headers)


def _oauth_error(error: Exception) -> OAuthError:
    match error:
        case ClientRejected():
            return invalid_client(error.detail)
        case ScopeRefused():
            return OAuthError("invalid_scope", error.detail)
        case TooManyRequestsError():
            return OAuthError(
                "temporarily_unavailable",
                f"this client asks too often; try again in {error.retry_after_s} s, and use a token until it expires",
                status=429,
                retry_after_s=error.retry_after_s,
            )
        case OAuthError():
            return error
    raise error


_UNAVAILABLE: Final = OAuthError(
    "temporarily_unavailable", "tokens can't be issued now; try again", status=503, retry_after_s=RETRY_AFTER_SECONDS
)
_TEXT: Final[dict[str, Any]] = {"type": "string", "maxLength": 2048}
_REQUEST_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"const": "client_credentials"},
                        "client_id": _TEXT | {"description": "Unless HTTP Basic names the client."},
                        "client_secret": _TEXT | {"description": "Unless HTTP Basic names the client."},
                        "scope": _TEXT | {"description": "Scopes, separated by spaces; narrows the token."},
                        "audience": _TEXT | {"description": "Ignored."},
                        "resource": _TEXT | {"description": "Ignored (RFC 8707)."},
                    },
                },
                "example": {"grant_type": "client_credentials", "scope": "footprint:read"},
            }
        },
    },
    "parameters": [
        {
            "name": "Authorization",
            "in": "header",
            "required": False,
            "description": "HTTP Basic with client id and secret; or send both in the form.",
            "schema": {"type": "string", "examples": ["Basic ZGVtby1zdXBwbGllcjpzZWNyZXQ="]},
        }
    ],
}


def _error_document(description: str, error: str, *headers: str) -> dict[str, Any]:
    example = {"error": error, "error_description": "says what to do"}
    return {
        "model": TokenError,
        "description": description,
        "content": {"application/json": {"example": example}},
        "headers": {name: {"schema": {"type": "string"}} for name in ("Cache-Control", *headers)},
    }


_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": TokenAnswer,
        "description": "The token.",
        "content": {
            "application/json": {
                "example": {
                    "access_token": "(a signed JWT)",
                    "token_type": "Bearer",
                    "expires_in": 300,
                    "scope": "footprint:read",
                }
            }
        },
        "headers": {"Cache-Control": {"schema": {"const": "no-store"}}},
    },
    400: _error_document("The request is wrong.", "unsupported_grant_type"),
    401: _error_document("The client is not known, or may not act.", "invalid_client", "WWW-Authenticate"),
    429: _error_document("The client asks too often.", "temporarily_unavailable", "Retry-After"),
    503: _error_document("No token can be issued now.", "temporarily_unavailable", "Retry-After"),
}

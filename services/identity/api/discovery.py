"""What a client or a verifier needs to know of this issuer (OpenID Connect Discovery 1.0, section 4; RFC 8414)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from services.chassis.auth import public
from services.identity.application.signing_keys import SigningKeys
from services.identity.domain.credential import DEFAULT_SCOPES

DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
JWKS_PATH: Final = "/.well-known/jwks.json"
_CACHED: Final = {"Cache-Control": "public, max-age=60"}
"""Short: the next key is published one rotation ahead, and a verifier that meets an unknown key asks again."""


def metadata(*, issuer: str, token_url: str, jwks_url: str) -> dict[str, Any]:
    """Return the metadata of an issuer that knows the client credentials grant alone."""
    return {
        "issuer": issuer,
        "token_endpoint": token_url,
        "jwks_uri": jwks_url,
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": list(DEFAULT_SCOPES),
        "claims_supported": ["iss", "sub", "client_id", "aud", "org", "roles", "scope", "iat", "nbf", "exp", "jti"],
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }


def discovery_router(document: dict[str, Any], keys: SigningKeys, clock: Callable[[], datetime]) -> APIRouter:
    """Return the two public documents of the issuer."""
    router = APIRouter(tags=["tokens"])

    @router.get(
        DISCOVERY_PATH,
        operation_id="openid_configuration",
        summary="Read where tokens and keys are",
        response_model=None,
        responses={200: _document("The issuer's metadata.", document)},
    )
    @public
    async def openid_configuration() -> Response:
        return JSONResponse(document, 200, _CACHED)

    @router.get(
        JWKS_PATH,
        operation_id="jwks",
        summary="Read the public keys of the issuer (RFC 7517)",
        response_model=None,
        responses={200: _document("The keys: current, next, and retired ones still in use.", _JWKS_EXAMPLE)},
    )
    @public
    async def jwks() -> Response:
        ring = await keys.ring()
        return JSONResponse(ring.jwk_set(clock()), 200, _CACHED)

    return router


_JWKS_EXAMPLE: Final[dict[str, Any]] = {
    "keys": [
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "TMG0UyiNTTNvGbvTEpa-KlmY2LwzHj5rqCsuZouFpbU",
            "y": "HaUKQqg9Unexwjxs8FIwpoPXN_SS5U6yrvltO6wtHrs",
            "kid": "lxeNwIiILliLcFqA54c17YC9_h0AkMxjWolwBw8syK8",
            "use": "sig",
            "alg": "ES256",
        }
    ]
}


def _document(description: str, example: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"type": "object"}, "example": example}},
        "headers": {"Cache-Control": {"schema": {"type": "string"}}},
    }

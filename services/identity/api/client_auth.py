"""Reading a token request: the form, and how the client names itself (RFC 6749, sections 2.3.1, 3.2 and 4.4.2)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

from services.identity.application.tokens import TokenRequest

FORM: Final = "application/x-www-form-urlencoded"
MAX_FORM_BYTES: Final = 16 * 1024
MAX_FORM_FIELDS: Final = 32
MAX_CLIENT_ID_LENGTH: Final = 128
"""Characters; longer than any client id there is, so that nothing is told by refusing it early."""
MAX_SECRET_LENGTH: Final = 256
"""Characters."""
MAX_SCOPES_ASKED: Final = 50
GRANT_TYPE: Final = "client_credentials"


class OAuthError(Exception):
    """A refusal in the words of RFC 6749, section 5.2; `error_description` is the message."""

    def __init__(self, error: str, description: str, *, status: int = 400, retry_after_s: int | None = None) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status
        self.retry_after_s = retry_after_s


def invalid_client(description: str) -> OAuthError:
    """Return the refusal of a client: always 401, with a challenge."""
    return OAuthError("invalid_client", description, status=401)


def read_token_request(content_type: str, authorization: list[str], raw: bytes) -> TokenRequest:
    """Read a token request. `audience` and `resource` are ignored: this issuer has one audience.

    Raises `OAuthError` for a malformed request, an unknown grant type, or a client that doesn't name itself.
    """
    form = read_form(content_type, raw)
    grant_type = form.get("grant_type", "")
    if not grant_type:
        raise OAuthError("invalid_request", f"grant_type is missing; send grant_type={GRANT_TYPE}")
    if grant_type != GRANT_TYPE:
        raise OAuthError("unsupported_grant_type", f"the only grant type here is {GRANT_TYPE}")
    client_id, secret = read_client(authorization, form)
    scopes = tuple(dict.fromkeys(form.get("scope", "").split()))
    if len(scopes) > MAX_SCOPES_ASKED:
        raise OAuthError("invalid_scope", f"at most {MAX_SCOPES_ASKED} scopes may be asked for")
    return TokenRequest(client_id, secret, scopes)


def read_form(content_type: str, raw: bytes) -> dict[str, str]:
    """Decode the body. Raises `OAuthError` for another media type, broken UTF-8 or a parameter that stands twice."""
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise OAuthError("invalid_request", f"the body must be {FORM}")
    if len(raw) > MAX_FORM_BYTES:
        raise OAuthError("invalid_request", f"the body must have at most {MAX_FORM_BYTES} bytes")
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FORM_FIELDS)
    except ValueError:
        raise OAuthError(
            "invalid_request", f"the body must be a form in UTF-8 with at most {MAX_FORM_FIELDS} fields"
        ) from None
    form: dict[str, str] = {}
    for name, value in pairs:
        if name in form and name != "resource":  # RFC 8707, section 2, lets `resource` be repeated
            raise OAuthError("invalid_request", "a parameter stands twice in the body")
        form[name] = value
    return form


def read_client(authorization: list[str], form: Mapping[str, str]) -> tuple[str, str]:
    """Return client id and secret, from HTTP Basic, from the form, or from both where they say the same.

    Raises `OAuthError`.
    """
    by_header = _basic(authorization) if authorization else None
    client_id, secret = form.get("client_id"), form.get("client_secret")
    if by_header is None:
        if client_id is None or secret is None:
            raise invalid_client("name the client by HTTP Basic, or by client_id and client_secret in the form")
        by_header = (client_id, secret)
    elif client_id not in (None, by_header[0]) or secret not in (None, by_header[1]):
        raise OAuthError("invalid_request", "HTTP Basic and the form name different clients; use one of them")
    if len(by_header[0]) > MAX_CLIENT_ID_LENGTH or len(by_header[1]) > MAX_SECRET_LENGTH:
        raise invalid_client("the client id or its secret is too long to be one of ours")
    return by_header


def _basic(authorization: list[str]) -> tuple[str, str]:
    """Decode HTTP Basic (RFC 7617); both parts are form-encoded inside (RFC 6749, section 2.3.1)."""
    scheme, _, encoded = authorization[0].partition(" ")
    if len(authorization) > 1 or scheme.lower() != "basic":
        raise invalid_client("the Authorization header must be one HTTP Basic header")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        client_id, colon, secret = text.partition(":")
        read = (unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict"))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise invalid_client("the HTTP Basic header can't be read: base64 of client_id:client_secret") from None
    if not colon:
        raise invalid_client("the HTTP Basic header can't be read: base64 of client_id:client_secret")
    return read

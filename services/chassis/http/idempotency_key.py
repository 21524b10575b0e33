"""The Idempotency-Key header of every POST that creates.

Source: draft-ietf-httpapi-idempotency-key-header-07, sections 2.1 (a structured-field string; a bare token is
accepted too, as most clients send it) and 2.7 (400 when it is missing).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import Depends, Header
from pydantic import WithJsonSchema

from services.chassis.problems import HttpProblem

MAX_LENGTH: Final = 128
_KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")
_SCHEMA: Final[dict[str, Any]] = {
    "type": "string",
    "pattern": "^[!-~]{1,128}$",
    "maxLength": MAX_LENGTH,
    "examples": ["8e03978e-40d5-43e8-bc93-6894a57f9324"],
}


def parse_idempotency_key(value: str | None) -> str:
    """Return the key without the quotes it may carry. Raises `HttpProblem` 400 when missing or malformed."""
    if value is None:
        raise _problem("idempotency-key-required", "idempotency_key_required", "a POST that creates needs a key.")
    quoted = value[:1] == value[-1:] == '"' and value.strip('"') != ""
    key = value[1:-1] if quoted else value
    if _KEY.fullmatch(key) is None:
        raise _problem("invalid-header", "idempotency_key", f"must be 1 to {MAX_LENGTH} visible ASCII characters.")
    return key


async def idempotency_key(
    key: Annotated[
        str | None,
        WithJsonSchema(_SCHEMA),
        Header(
            alias="Idempotency-Key",
            description="Chosen by the client, one per intended creation; a repeat answers as before.",
        ),
    ] = None,
) -> str:
    """Dependency: the client's key (see `parse_idempotency_key`)."""
    return parse_idempotency_key(key)


IdempotencyKey = Annotated[str, Depends(idempotency_key)]
"""Parameter type of a creating route: `async def submit(request: Request, key: IdempotencyKey)`."""


def _problem(slug: str, rule: str, message: str) -> HttpProblem:
    return HttpProblem.of_field(
        400,
        slug,
        "The Idempotency-Key breaks a rule",
        field="/headers/Idempotency-Key",
        rule=rule,
        message=message,
        remedy="Send a new UUID for a new request, the same one for a repeat.",
    )

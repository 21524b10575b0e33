"""Reading a JSON body once: media type, depth, then straight from bytes into the model.

FastAPI's own body parameters would parse twice (bytes to dict to model) and lose the digits of numbers, so routes take
the `Request` and call `json_body`; `create_api` refuses a route that declares a JSON body in its signature.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from services.chassis.problem_handlers import body_problem
from services.chassis.problems import HttpProblem, instance_of

M = TypeVar("M", bound=BaseModel)

DEFAULT_DEPTH_LIMIT: Final = 32
JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
"""A body of changed members alone (RFC 7396)."""
SCHEMA_REF: Final = "#/components/schemas/{model}"

_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_AS_PARENTHESES: Final = bytes.maketrans(b"[{]}", b"(())")
_OPENING: Final = ord("(")
_NOT_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")


async def json_body(request: Request, model: type[M], *, media_type: str = JSON) -> M:
    """Read and validate the body of a request.

    Raises `HttpProblem` 415 (media type), 400 (no JSON, or nested too deep), 413 and 408 (limits), 422 (rules of
    the model, each with its JSON pointer).
    """
    require_media_type(request, media_type)
    raw = await request.body()
    try:
        return parse_json(raw, model, depth_limit=depth_limit_of(request))
    except ValidationError as error:
        problem = body_problem(error, instance_of(request.scope))
        slug = problem.type.rsplit(":", 1)[-1]
        raise HttpProblem(problem.status, slug, problem.title, problem.detail, errors=tuple(problem.errors)) from None


def parse_json(raw: bytes, model: type[M], *, depth_limit: int = DEFAULT_DEPTH_LIMIT) -> M:
    """Validate one JSON document. Raises `HttpProblem` 400 when nested too deep, pydantic's `ValidationError`."""
    check_depth(raw, depth_limit)
    return model.model_validate_json(raw)


def require_media_type(request: Request, *accepted: str) -> None:
    """Raise `HttpProblem` 415 unless the Content-Type is one of `accepted` (parameters such as charset=utf-8 pass)."""
    header = request.headers.get("content-type", "")
    essence, _, parameters = header.partition(";")
    charset = parameters.partition("charset=")[2].strip().strip('"').lower()
    if essence.strip().lower() in accepted and charset in ("", "utf-8"):
        return
    raise HttpProblem.of_field(
        415,
        "unsupported-media-type",
        "The media type is not supported",
        field="/headers/Content-Type",
        rule="media_type",
        message=f"must be {' or '.join(accepted)}, in UTF-8.",
        remedy=f"Send Content-Type: {accepted[0]}.",
    )


def check_depth(raw: bytes, limit: int) -> None:
    """Raise `HttpProblem` 400 when brackets nest deeper than `limit`. Cheap: no parsing, linear in the body."""
    if raw.count(b"{") + raw.count(b"[") <= limit:
        return
    brackets = _STRING.sub(b"", raw).translate(_AS_PARENTHESES, _NOT_BRACKETS)
    left = brackets
    for _ in range(limit):  # each pass takes exactly the innermost level away, at C speed
        before, left = len(left), left.replace(b"()", b"")
        if len(left) == before:
            break
    if left and _depth_exceeds(brackets, limit):
        raise HttpProblem.of_field(
            400,
            "json-too-deep",
            "The body nests too deep",
            field="",
            rule="json_depth",
            message=f"objects and arrays may nest at most {limit} levels.",
            remedy="Flatten the document.",
        )


def _depth_exceeds(brackets: bytes, limit: int) -> bool:
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket == _OPENING else -1
        if depth > limit:
            return True
    return False  # malformed: the parser's to refuse


def depth_limit_of(request: Request) -> int:
    """Return the limit that `create_api` put on the application, or the default."""
    limit: int = getattr(request.app.state, "json_depth_limit", DEFAULT_DEPTH_LIMIT)
    return limit


def json_request_body(
    model: type[BaseModel], *, examples: Mapping[str, Any] | None = None, media_type: str = JSON
) -> dict[str, Any]:
    """Return the `openapi_extra` of a route that reads `model` with `json_body`; `examples` by name."""
    content: dict[str, Any] = {"schema": model.model_json_schema(ref_template=SCHEMA_REF)}
    if examples:
        content["examples"] = {name: {"value": value} for name, value in examples.items()}
    return {"requestBody": {"required": True, "content": {media_type: content}}}

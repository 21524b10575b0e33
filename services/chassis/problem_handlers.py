"""Turns every exception that leaves a route into a problem (see `problems`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.chassis.kernel import Refusal
from services.chassis.problems import (
    MAX_ERRORS,
    TYPE_PREFIX,
    HttpProblem,
    Problem,
    ProblemItem,
    ProblemTable,
    from_refusal,
    from_status,
    instance_of,
    problem_response,
)
from services.chassis.store import TransientStoreError
from services.chassis.unit import OverloadedError

_log = structlog.get_logger("services.chassis.http")

RETRY_AFTER_SECONDS: Final = 5

_REMEDY: Final[dict[str, str]] = {
    "missing": "Add the field.",
    "extra_forbidden": "Remove the field or correct its name.",
    "decimal_string": "Put the number in quotes, without exponent.",
    "string_type": "Put the value in quotes.",
    "json_invalid": "Send one well-formed JSON document in UTF-8.",
    "timezone_aware": "Add the offset, such as Z or +08:00.",
    "datetime_from_date_parsing": "Write an RFC 3339 instant, such as 2026-06-01T08:00:00Z.",
    "datetime_parsing": "Write an RFC 3339 instant, such as 2026-06-01T08:00:00Z.",
    "date_from_datetime_parsing": "Write a date, such as 2026-06-01.",
    "uuid_parsing": "Write a UUID with hyphens.",
    "too_long": "Send fewer items.",
    "string_too_long": "Shorten the text.",
    "enum": "Use one of the named values.",
    "literal_error": "Use one of the named values.",
}

_PLACE: Final[dict[int | str, str]] = {"header": "headers", "cookie": "cookies"}


def install_problem_handlers(app: FastAPI, table: ProblemTable) -> None:
    """Make `app` answer with problems alone, whatever is raised; under a standard's paths in the standard's body."""
    app.state.error_bodies = table.bodies

    async def on_refusal(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)  # noqa: S101 - Starlette dispatches by type
        entry = table.entry(error.code)
        return problem_response(from_refusal(error, entry, instance_of(request.scope)), scope=request.scope)

    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(RequestValidationError, _on_request_validation)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(OverloadedError, _on_overload)
    app.add_exception_handler(TransientStoreError, _on_overload)
    app.add_exception_handler(Exception, _on_defect)


def pointer(location: Sequence[int | str]) -> str:
    """Write a pydantic location as a JSON pointer (RFC 6901): `("parts", 0, "a/b")` is `/parts/0/a~1b`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)


def validation_items(errors: Sequence[Mapping[str, Any]], *, in_body: bool = True) -> list[ProblemItem]:
    """Map pydantic's error items, at most `MAX_ERRORS`; a parameter's location begins with its place."""
    items = []
    for error in errors[:MAX_ERRORS]:
        location = tuple(error["loc"])
        if not in_body and location:
            location = (_PLACE.get(location[0], location[0]), *location[1:])
        message = str(error["msg"]).removeprefix("Value error, ")
        remedy = _REMEDY.get(error["type"])
        items.append(ProblemItem(field=pointer(location), rule=error["type"], message=message, remedy=remedy))
    return items


def body_problem(error: ValidationError, instance: str) -> Problem:
    """Map a body that breaks its model: 400 where it is no JSON at all, else 422."""
    items = validation_items(error.errors(include_url=False, include_context=False, include_input=False))
    if any(item.rule == "json_invalid" for item in items):
        return Problem(
            type=TYPE_PREFIX + "invalid-json",
            title="The body is not JSON",
            status=400,
            detail=items[0].message,
            instance=instance,
            errors=items,
        )
    return Problem(
        type=TYPE_PREFIX + "invalid-body",
        title="The body breaks a rule",
        status=422,
        detail=_count(error.error_count()),
        instance=instance,
        errors=items,
    )


def defect_problem(instance: str) -> Problem:
    """Return the one answer to a defect: it tells nothing but where to look."""
    return from_status(500, instance, "An error on our side. Quote the X-Correlation-Id of this answer to us.")


def _count(broken: int) -> str:
    return "1 rule is broken; see errors." if broken == 1 else f"{broken} rules are broken; see errors."


async def _on_request_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - Starlette dispatches by type
    problem = Problem(
        type=TYPE_PREFIX + "invalid-parameter",
        title="A parameter breaks a rule",
        status=422,
        detail=_count(len(error.errors())),
        instance=instance_of(request.scope),
        errors=validation_items(error.errors(), in_body=False),
    )
    return problem_response(problem, scope=request.scope)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette dispatches by type
    instance = instance_of(request.scope)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return problem_response(from_status(405, instance), {"Allow": ", ".join(_methods_of(request))}, request.scope)
    if isinstance(error, HttpProblem):
        return problem_response(error.problem(instance), error.headers, request.scope)
    return problem_response(from_status(error.status_code, instance, error.detail), error.headers, request.scope)


def _methods_of(request: Request) -> list[str]:
    """Name every method of the path (RFC 9110, section 15.5.6); FastAPI names those of the first route alone."""
    found: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        pattern = getattr(context, "path_regex", None)
        if pattern is not None and pattern.match(request.scope["path"]):
            found |= context.methods or set()
    return sorted(found)


async def _on_overload(request: Request, error: Exception) -> Response:
    _log.warning("request.unavailable", error=f"{type(error).__name__}: {error}")
    problem = Problem(
        type=TYPE_PREFIX + "service-unavailable",
        title="The service can't take this now",
        status=503,
        detail="Nothing was lost. Repeat the request later, a creation with the same Idempotency-Key.",
        instance=instance_of(request.scope),
    )
    return problem_response(problem, {"Retry-After": str(RETRY_AFTER_SECONDS)}, request.scope)


async def _on_defect(request: Request, error: Exception) -> Response:
    _log.error("request.defect", exc_info=error, path=instance_of(request.scope))
    return problem_response(defect_problem(instance_of(request.scope)), scope=request.scope)

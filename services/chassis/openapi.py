"""The OpenAPI 3.1 document of a service: FastAPI's own, completed with what it can't know.

Each operation gets the problems it can answer with, and only those, derived from what it declares; request models
read by `json_body` are moved to the components; every operation that is not public names its security.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from services.chassis.auth import is_public
from services.chassis.error_bodies import ErrorBody, error_body_of
from services.chassis.problems import (
    EXAMPLE_INSTANCE,
    MEDIA_TYPE,
    STATUSES,
    Problem,
    ProblemItem,
    from_status,
    problem_entry,
)

SCHEME: Final = "oauth2"
_METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_REQUIRED_HEADERS: Final = ("If-Match", "Idempotency-Key")
_REF: Final = "#/components/schemas/"

Json = dict[str, Any]


def install_openapi(app: FastAPI, *, token_url: str, scopes: dict[str, str]) -> None:
    """Make `app.openapi()` return the completed document; it is built once, at the first call."""

    def openapi() -> Json:
        if not app.openapi_schema:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
                servers=app.servers,
            )
            app.openapi_schema = complete(
                document, _public_operations(app), token_url, scopes, getattr(app.state, "error_bodies", ())
            )
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def complete(
    document: Json,
    public: set[tuple[str, str]],
    token_url: str,
    scopes: dict[str, str],
    bodies: Sequence[ErrorBody] = (),
) -> Json:
    """Add problems, security and request models to FastAPI's document, in place."""
    components = document.setdefault("components", {})
    schemas: Json = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    _add_model(schemas, Problem.model_json_schema(ref_template=f"{_REF}{{model}}"))
    _add_model(schemas, ProblemItem.model_json_schema(ref_template=f"{_REF}{{model}}"))
    components["securitySchemes"] = {
        SCHEME: {
            "type": "oauth2",
            "description": "OAuth 2.0 client credentials; the access token is a bearer token (RFC 6750).",
            "flows": {"clientCredentials": {"tokenUrl": token_url, "scopes": scopes}},
        }
    }
    for path, method, operation in operations(document):
        is_open = (path, method) in public
        _require_headers(operation)
        _hoist_request_models(operation, schemas)
        _drop_fastapi_422(operation)
        body = error_body_of(path, bodies)
        if body is not None:
            _add_model(schemas, body.model.model_json_schema(ref_template=f"{_REF}{{model}}"))
        _add_problems(operation, _possible(path, operation, is_open=is_open), components, body)
        operation["security"] = [] if is_open else [{SCHEME: []}]
    return document


def _add_problems(operation: Json, statuses: set[int], components: Json, body: ErrorBody | None) -> None:
    """Add the problems that are missing, and say each standard one once, in the components."""
    responses = operation["responses"]
    said = statuses if body is None else {body.render(from_status(each, EXAMPLE_INSTANCE))[0] for each in statuses}
    prefix = (Problem if body is None else body.model).__name__
    for status in said:
        responses.setdefault(str(status), problem_entry(status, body))
    for status in [int(text) for text in responses if text.isdigit() and int(text) in STATUSES]:
        if responses[str(status)] == problem_entry(status, body):
            components.setdefault("responses", {})[f"{prefix}{status}"] = problem_entry(status, body)
            responses[str(status)] = {"$ref": f"#/components/responses/{prefix}{status}"}
    operation["responses"] = {text: responses[text] for text in sorted(responses)}


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield `(path, method, operation)` of a document."""
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _possible(path: str, operation: Json, *, is_open: bool) -> set[int]:
    parameters = {parameter["name"]: parameter["in"] for parameter in operation.get("parameters", [])}
    statuses = {500, 503}
    if not is_open:
        statuses |= {401, 403}
    if "path" in parameters.values() or "{" in path:
        statuses.add(404)
    if any(place in ("query", "path") for place in parameters.values()):
        statuses.add(422)
    if "cursor" in parameters:
        statuses.add(400)
    if "Idempotency-Key" in parameters:
        statuses |= {400, 422}
    if "If-Match" in parameters:
        statuses |= {400, 412, 428}
    if "requestBody" in operation:
        statuses |= {400, 408, 413, 415, 422}
    return statuses


def _require_headers(operation: Json) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "header" and parameter["name"] in _REQUIRED_HEADERS:
            parameter["required"] = True  # optional only to FastAPI, so that the answer is 400 or 428, not 422


def _drop_fastapi_422(operation: Json) -> None:
    content = operation["responses"].get("422", {}).get("content", {})
    if MEDIA_TYPE not in content and "HTTPValidationError" in str(content):
        del operation["responses"]["422"]


def _hoist_request_models(operation: Json, schemas: Json) -> None:
    for media in operation.get("requestBody", {}).get("content", {}).values():
        schema = media.get("schema", {})
        if "$defs" in schema or (schema.get("type") == "object" and "title" in schema):
            media["schema"] = {"$ref": _REF + _add_model(schemas, schema)}


def _add_model(schemas: Json, schema: Json) -> str:
    """Add a model and those it refers to; return its name, which gets `Input` where another shape has it already."""
    models = {**schema.pop("$defs", {}), schema["title"]: schema}
    names = {name: name if schemas.get(name) in (None, model) else f"{name}Input" for name, model in models.items()}
    for name, model in models.items():
        renamed = _rename(model, names)
        known = schemas.setdefault(names[name], renamed)
        if known != renamed:
            raise ValueError(f"OpenAPI: two different models are called {names[name]}; rename one")
    return names[schema["title"]]


def _rename(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: _REF + names.get(item.removeprefix(_REF), item.removeprefix(_REF))
            if key == "$ref" and isinstance(item, str)
            else _rename(item, names)
            for key, item in value.items()
        }
    return [_rename(item, names) for item in value] if isinstance(value, list) else value


def _public_operations(app: FastAPI) -> set[tuple[str, str]]:
    return {
        (context.path_format or "", method.lower())
        for context in iter_route_contexts(app.routes)
        for method in context.methods or ()
        if is_public(context.endpoint)
    }

"""Puts the HTTP edge together: one function makes the application of every service.

From outside in: context (correlation id, headers, log line, defects), limits, gate; then the guard and the routes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from fastapi import APIRouter, FastAPI, params
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.telemetry import TelemetryConfig

from services.chassis.auth import Standing, install_auth
from services.chassis.docs_ui import asset_folder, docs_router
from services.chassis.health import Check, health_router
from services.chassis.http.context import ContextMiddleware
from services.chassis.http.limits import Limits, LimitsMiddleware, LimitTable
from services.chassis.openapi import install_openapi
from services.chassis.problem_handlers import install_problem_handlers
from services.chassis.problems import ProblemTable
from services.chassis.settings import ServiceSettings
from services.chassis.standing import SharedStanding
from services.chassis.telemetry import Telemetry
from services.chassis.tokens import TokenVerifier

BATCH_SUFFIX: Final = ":batch"

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_api(
    settings: ServiceSettings,
    *,
    title: str,
    version: str,
    routers: Sequence[APIRouter],
    problem_table: ProblemTable,
    verifier: TokenVerifier,
    standing: Standing,
    health_checks: Mapping[str, Check],
    description: str = "",
    tags: Sequence[Mapping[str, Any]] = (),
    scopes: Mapping[str, str] | None = None,
    lifespan: Lifespan | None = None,
    telemetry: Telemetry | None = None,
) -> FastAPI:
    """Return the application of a service.

    `tags` and `scopes` (name -> meaning) are for OpenAPI. Raises `ValueError` for a route that declares a JSON body
    in its signature: bodies are read by `json_body`, once and within the limits.
    """
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        openapi_tags=[dict(tag) for tag in tags] or None,
        servers=[{"url": settings.public_base_url.rstrip("/")}],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        telemetry=_telemetry(telemetry),
    )
    app.state.json_depth_limit = settings.json_depth_limit
    app.state.public_base_url = settings.public_base_url
    install_problem_handlers(app, problem_table)
    install_auth(app, verifier, SharedStanding(standing))
    app.add_middleware(LimitsMiddleware, table=limit_table(settings))
    app.add_middleware(ContextMiddleware, https=settings.public_base_url.startswith("https:"))
    for router in (health_router(health_checks), docs_router(app, asset_folder()), *routers):
        app.include_router(router)
    refuse_declared_bodies(app)
    install_openapi(app, token_url=settings.token_url, scopes=dict(scopes or {}))
    return app


def limit_table(settings: ServiceSettings) -> LimitTable:
    """Return the limits of every path, as the settings have them."""
    batch = Limits(settings.batch_body_limit_bytes, settings.batch_limit_seconds, settings.batch_limit_seconds)
    default = Limits(settings.body_limit_bytes, settings.receive_limit_seconds, settings.request_limit_seconds)
    return LimitTable(default, {BATCH_SUFFIX: batch})


def refuse_declared_bodies(app: FastAPI) -> None:
    """Raise `ValueError` where a route lets FastAPI parse a JSON body (forms are fine)."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute):
            continue
        declared = [field for field in route.dependant.body_params if not isinstance(field.field_info, params.Form)]
        if declared:
            raise ValueError(
                f"route {route.path}: parameter {declared[0].name} declares a JSON body; "
                "take the Request and call json_body"
            )


def _telemetry(telemetry: Telemetry | None) -> TelemetryConfig:
    return {
        "tracer_provider": telemetry.tracer_provider if telemetry else None,
        "meter_provider": telemetry.meter_provider if telemetry else None,
        "metrics": telemetry is None or telemetry.measuring,
        "operation_spans": False,
        "logs": False,
        "auto_configure": False,
    }

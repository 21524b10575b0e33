"""Health, told truly: live means the process turns, ready means every part it needs answers now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from services.chassis.auth import public
from services.chassis.logging import redact_text

Check = Callable[[], Awaitable[object]]
"""Asks one part; any exception means that it is not ready."""

CHECK_LIMIT_SECONDS: Final = 2.0
MAX_ERROR_LENGTH: Final = 200

LIVE: Final = {"status": "ok"}


async def readiness(
    checks: Mapping[str, Check], *, limit_seconds: float = CHECK_LIMIT_SECONDS
) -> tuple[int, dict[str, Any]]:
    """Ask every part at the same time; return the HTTP status (200 or 503) and the body with each part's answer."""
    answers = await asyncio.gather(*(_ask(check, limit_seconds) for check in checks.values()))
    parts = dict(zip(checks, answers, strict=True))
    ok = all(part["status"] == "ok" for part in parts.values())
    return 200 if ok else 503, {"status": "ok" if ok else "error", "parts": parts}


async def _ask(check: Check, limit_seconds: float) -> dict[str, str]:
    try:
        async with asyncio.timeout(limit_seconds):
            await check()
    except TimeoutError:
        return {"status": "error", "error": f"no answer within {limit_seconds:g} s"}
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a part is its answer
        text = redact_text(f"{type(error).__name__}: {error}")
        return {"status": "error", "error": text[:MAX_ERROR_LENGTH]}
    return {"status": "ok"}


def health_router(checks: Mapping[str, Check]) -> APIRouter:
    """Return the public routes `/health/live` and `/health/ready` of an API."""
    router = APIRouter(tags=["health"])

    @router.get("/health/live", operation_id="live", summary="Tell whether the process runs")
    @public
    async def live() -> dict[str, str]:
        return LIVE

    @router.get(
        "/health/ready",
        operation_id="ready",
        summary="Tell whether every part answers",
        response_model=None,
        responses={
            200: {"description": "Ready", "content": {"application/json": {"schema": _READY_SCHEMA}}},
            503: {"description": "A part fails", "content": {"application/json": {"schema": _READY_SCHEMA}}},
        },
    )
    @public
    async def ready() -> Response:
        status, body = await readiness(checks)
        return JSONResponse(body, status)

    return router


_READY_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["status", "parts"],
    "properties": {
        "status": {"enum": ["ok", "error"]},
        "parts": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["status"],
                "properties": {"status": {"enum": ["ok", "error"]}, "error": {"type": "string"}},
            },
        },
    },
}

"""What surrounds every request: correlation id, safe headers, one log line, and the answer to a defect.

The outermost middleware of ours, so that even an answer to a defect carries id and headers. Pure ASGI.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from time import perf_counter
from typing import Final

import structlog
from opentelemetry import trace
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.ids import Ids, uuid7
from services.chassis.problem_handlers import defect_problem
from services.chassis.problems import instance_of, problem_response

HEADER: Final = "X-Correlation-Id"
_VALID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_DEFAULT_CSP: Final = "default-src 'none'; frame-ancestors 'none'"
_SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": _DEFAULT_CSP,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Set unless the route set its own. Source: OWASP REST Security Cheat Sheet, "Security Headers"."""

_correlation: ContextVar[str] = ContextVar("tierloop_correlation_id", default="")
_log = structlog.get_logger("services.chassis.access")


def correlation_id() -> str:
    """Return the id of the request under way, an empty text outside of one."""
    return _correlation.get()


class ContextMiddleware:
    """Gives each request its correlation id, its log line and its headers, and answers defects with 500."""

    def __init__(self, app: ASGIApp, *, https: bool = False, new_id: Ids = uuid7) -> None:
        self.app = app
        self.headers = dict(_SAFE_HEADERS)
        if https:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"
        self.new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        identity = given if _VALID.fullmatch(given) else self.new_id()
        token = _correlation.set(identity)
        structlog.contextvars.bind_contextvars(correlation_id=identity)
        started = perf_counter()
        status = 0

        async def finished_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._complete(MutableHeaders(scope=message), identity)
            await send(message)

        try:
            await self._answer(scope, receive, finished_send, lambda: status)
        finally:
            _log_request(scope, status, perf_counter() - started)
            structlog.contextvars.unbind_contextvars("correlation_id")
            _correlation.reset(token)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, status: object) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            trace.get_current_span().record_exception(error)
            _log.error("request.defect", exc_info=error, path=instance_of(scope))
            if callable(status) and status():
                raise  # the answer is under way: the server can only cut the connection
            await problem_response(defect_problem(instance_of(scope)), scope=scope)(scope, receive, send)

    def _complete(self, headers: MutableHeaders, identity: str) -> None:
        headers[HEADER] = identity
        for name, value in self.headers.items():
            headers.setdefault(name, value)


def _log_request(scope: Scope, status: int, seconds: float) -> None:
    route = scope.get("route")
    level = _log.info
    if status >= 500 or status == 0:  # noqa: PLR2004 - server errors
        level = _log.warning
    elif scope["path"].startswith("/health/"):
        level = _log.debug  # probes come every few seconds
    level(
        "request",
        method=scope["method"],
        path=instance_of(scope),
        route=getattr(route, "path_format", None),
        status=status,
        duration_ms=round(seconds * 1000, 2),
        client=(scope.get("client") or [None])[0],
    )

"""Limits before anything is parsed: size of headers and body, time to receive and to answer. Pure ASGI.

A body over its limit is refused by its Content-Length, or at the byte that goes over; a slow sender is cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.problems import HttpProblem, instance_of, problem_response

MAX_HEADER_BYTES: Final = 16 * 1024
MAX_HEADERS: Final = 100
MAX_TARGET_BYTES: Final = 32 * 1024
"""Path and query: some standards repeat a filter many times."""
RETRY_AFTER_SECONDS: Final = 5
DRAIN_BYTES: Final = 8 * 1024 * 1024
DRAIN_SECONDS: Final = 2.0
_CLOSE: Final = {"Connection": "close"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost: body in bytes, times in seconds."""

    body_bytes: int = 1024 * 1024
    receive_seconds: float = 20
    request_seconds: float = 30


@dataclass(frozen=True, slots=True)
class LimitTable:
    """The limits of a path: those of the first suffix that fits (`:batch`), else the default."""

    default: Limits = Limits()
    by_suffix: Mapping[str, Limits] = field(default_factory=dict)

    def of(self, path: str) -> Limits:
        """Return the limits of a path."""
        for suffix, limits in self.by_suffix.items():
            if path.endswith(suffix):
                return limits
        return self.default


class LimitsMiddleware:
    """Holds every request to its limits: 414, 431, 413, 408 and 503."""

    def __init__(self, app: ASGIApp, table: LimitTable) -> None:
        self.app = app
        self.table = table

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limits = self.table.of(scope["path"])
        deadline = asyncio.timeout(limits.request_seconds)
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            _check_headers(scope)
            await _check_length(scope, receive, limits)
            async with deadline:
                await self.app(scope, _LimitedReceive(receive, limits), watched_send)
        except HttpProblem as problem:  # raised before the application, or while something else read the body
            await _answer(problem, scope, receive, send, started=started)
        except TimeoutError:
            if not deadline.expired():
                raise
            await _answer(_too_slow(limits), scope, receive, send, started=started)


class _LimitedReceive:
    """Counts the bytes and the time of a body as it arrives."""

    def __init__(self, receive: Receive, limits: Limits) -> None:
        self._receive = receive
        self._limits = limits
        self._bytes = 0
        self._complete = False
        self._until = asyncio.get_running_loop().time() + limits.receive_seconds

    async def __call__(self) -> Message:
        if self._complete:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise _slow_sender(self._limits) from None
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._bytes > self._limits.body_bytes:
                if message.get("more_body", False):
                    await drain(self._receive)
                raise too_large(self._limits.body_bytes)
        self._complete = not message.get("more_body", False)
        return message


async def drain(receive: Receive) -> None:
    """Read and forget what is left of a refused body, within limits.

    A connection closed with unread bytes is reset, and the client might never see why.
    """
    left = DRAIN_BYTES
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def too_large(limit_bytes: int) -> HttpProblem:
    """Return 413; the connection closes, because the rest of the body is not read."""
    return HttpProblem(
        413,
        "content-too-large",
        "The body is too large",
        f"A body here may have at most {limit_bytes} bytes. Split it into several requests.",
        headers=_CLOSE,
    )


def _slow_sender(limits: Limits) -> HttpProblem:
    return HttpProblem(
        408,
        "request-timeout",
        "The body came too slowly",
        f"A body here must arrive within {limits.receive_seconds:g} s. Send it again, or split it.",
        headers={**_CLOSE, "Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def _too_slow(limits: Limits) -> HttpProblem:
    return HttpProblem(
        503,
        "service-unavailable",
        "No answer in time",
        f"It took longer than {limits.request_seconds:g} s. Repeat it later, a creation with the same Idempotency-Key.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def _check_headers(scope: Scope) -> None:
    target = len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"")
    if target > MAX_TARGET_BYTES:
        raise HttpProblem(
            414,
            "uri-too-long",
            "The address is too long",
            f"At most {MAX_TARGET_BYTES} bytes of path and query. Ask for fewer values at once.",
            headers=_CLOSE,
        )
    size = sum(len(name) + len(value) for name, value in scope["headers"])
    if len(scope["headers"]) > MAX_HEADERS or size > MAX_HEADER_BYTES:
        raise HttpProblem(
            431,
            "header-fields-too-large",
            "The headers are too large",
            f"At most {MAX_HEADERS} header fields and {MAX_HEADER_BYTES} bytes of headers.",
            headers=_CLOSE,
        )


async def _check_length(scope: Scope, receive: Receive, limits: Limits) -> None:
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or int(value) > limits.body_bytes):
            if (b"expect", b"100-continue") not in scope[
                "headers"
            ]:  # such a client waits for our word and sends nothing
                await drain(receive)
            raise too_large(limits.body_bytes)


async def _answer(problem: HttpProblem, scope: Scope, receive: Receive, send: Send, *, started: bool) -> None:
    if started:
        raise problem
    response = problem_response(problem.problem(instance_of(scope)), problem.headers, scope)
    await response(scope, receive, send)

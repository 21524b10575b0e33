"""Serving an API: uvicorn with uvloop and httptools, our logs, and limits on what a connection may cost."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Final

import uvicorn
from fastapi import FastAPI

from services.chassis.http.limits import MAX_HEADER_BYTES
from services.chassis.settings import ServiceSettings

KEEP_ALIVE_SECONDS: Final = 30
MAX_CONNECTIONS: Final = 4096
"""Above it uvicorn answers 503 by itself, in plain text."""


def server_config(app: FastAPI, settings: ServiceSettings) -> uvicorn.Config:
    """Return the server's settings; forwarded headers are not believed, links come from `public_base_url`."""
    return uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.shutdown_limit_seconds,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        ssl_certfile=settings.tls_certfile,
        ssl_keyfile=settings.tls_keyfile,
    )


def run_api(app: FastAPI, settings: ServiceSettings) -> None:
    """Serve until SIGINT or SIGTERM; running requests get `shutdown_limit_seconds` to end.

    Raises `SystemExit` when the server could not start (port taken, lifespan failed).
    """
    server = uvicorn.Server(server_config(app, settings))
    # uvicorn stops gracefully and then raises the signal again, which would end the process before its caller cleans up
    before = {number: signal.signal(number, _ignore) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if not server.started:
        raise SystemExit(3)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    return None

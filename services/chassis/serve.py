"""Serving an API: uvicorn with uvloop and httptools, our logs, and limits on what a connection may cost."""

from __future__ import annotations

import signal
import ssl
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn
from fastapi import FastAPI

from services.chassis.http.limits import MAX_HEADER_BYTES
from services.chassis.settings import ServiceSettings, SettingsError, variable

KEEP_ALIVE_SECONDS: Final = 30
MAX_CONNECTIONS: Final = 4096
"""Above it uvicorn answers 503 by itself, in plain text."""


def server_config(app: FastAPI, settings: ServiceSettings) -> uvicorn.Config:
    """Return the server's settings; forwarded headers are not believed, links come from `public_base_url`.

    Raises `SettingsError` for a certificate or key that can't be used.
    """
    check_tls(settings)
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


def check_tls(settings: ServiceSettings) -> None:
    """Try the certificate chain and its key, as the server will use them: TLS 1.2 or newer.

    Raises `SettingsError` that names the variable, what is wrong with its file, and the remedy.
    """
    if settings.tls_certfile is None or settings.tls_keyfile is None:
        return
    for field, path in (("tls_certfile", settings.tls_certfile), ("tls_keyfile", settings.tls_keyfile)):
        try:
            Path(path).read_bytes()
        except OSError as error:
            reason = f"{path} can't be read ({error.strerror})"
            raise SettingsError(_tls_problem(settings, field, reason, "Correct the path, or the rights.")) from None
    try:
        # an encrypted key would ask for its password on the terminal of a process that has none
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            settings.tls_certfile, settings.tls_keyfile, password=_no_password
        )
    except (ssl.SSLError, ValueError) as error:
        reason = (
            f"{settings.tls_certfile} and {settings.tls_keyfile} don't go together as certificate and key ({error})"
        )
        remedy = "Give a PEM file with the certificate chain, the server's own first, and its unencrypted private key."
        raise SettingsError(_tls_problem(settings, "tls_certfile", reason, remedy)) from None


def _no_password() -> str:
    raise ValueError("the key is encrypted")


def _tls_problem(settings: ServiceSettings, field: str, reason: str, remedy: str) -> str:
    return f"Service {settings.service} can't start, its settings are wrong. {variable(field)}: {reason}. {remedy}"


def run_api(app: FastAPI, settings: ServiceSettings) -> None:
    """Serve until SIGINT or SIGTERM; running requests get `shutdown_limit_seconds` to end.

    Raises `SettingsError` for a certificate or key that can't be used, `SystemExit` when the server could not start
    (port taken, lifespan failed).
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

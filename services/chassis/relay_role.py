"""The relay role: the blocking loop in the main thread, health beside it on the standard library's HTTP server."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import pymongo
import structlog
from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from services.chassis.index_conflict import CONFLICT_CODES, IndexConflictError, explain_conflict
from services.chassis.logging import configure_logging, redact_text
from services.chassis.mongo_store import SYSTEM_INDEXES
from services.chassis.relay import PublishError, Relay, RelayOptions, make_producer
from services.chassis.settings import ServiceSettings
from services.chassis.telemetry import setup_telemetry

log = structlog.get_logger(__name__)

EXIT_FATAL: Final = 70
REQUEST_LIMIT_S: Final = 5
CHECK_LIMIT_S: Final = 2.0
"""A part that doesn't answer for so long is not ready; the client's own time limits are those of publishing."""


def run_relay(service: str, settings: ServiceSettings, relay_class: type[Relay] = Relay) -> None:
    """Run until SIGTERM or SIGINT (exit 0); any failure to publish or to reach MongoDB ends the process (exit 70).

    `relay_class` lets a fault test put a crash into it.
    """
    configure_logging(service, "relay", level=settings.log_level, form=settings.log_format)
    telemetry = setup_telemetry(service, "relay", endpoint=settings.otlp_endpoint)
    client = open_client(settings)
    ensure_outbox(client, settings.database)
    try:
        producer = make_producer(settings.kafka_bootstrap)
    except KafkaError as error:
        raise SystemExit(f"relay: no broker answers at {settings.kafka_bootstrap}: {error}") from error
    relay = relay_class(
        client,
        settings.database,
        producer,
        holder=f"{socket.gethostname()}:{os.getpid()}",
        options=RelayOptions(settings.relay_page_rows, settings.relay_sweep_ms),
        on_published=lambda topic, rows: telemetry.metrics.published(topic=topic, messages=rows),
    )
    telemetry.metrics.observe_outbox_age(relay.oldest_unpublished_s)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: relay.stop())
    server = serve_health(settings, client)
    try:
        relay.run()
        producer.close(timeout=5)
    except (PublishError, KafkaError, PyMongoError) as error:
        log.exception("relay.fatal", error=type(error).__name__, detail=str(error))
        sys.stderr.flush()
        os._exit(EXIT_FATAL)
    finally:
        server.shutdown()
        telemetry.shutdown()


def open_client(settings: ServiceSettings, role: str = "relay") -> MongoClient[dict[str, Any]]:
    """Make the blocking client."""
    return MongoClient(
        settings.mongo_uri,
        tz_aware=True,
        appname=f"tierloop-{settings.service}-{role}",
        serverSelectionTimeoutMS=5_000,
        socketTimeoutMS=30_000,
    )


def ensure_outbox(client: MongoClient[dict[str, Any]], database: str) -> None:
    """Create the outbox' and leases' indexes, so that a relay may start before any other role.

    Raises `IndexConflictError` for the first that is there in another form.
    """
    for name, models in SYSTEM_INDEXES.items():
        collection = client[database][name]
        for model in models:
            try:
                collection.create_indexes([model])
            except OperationFailure as error:
                if error.code not in CONFLICT_CODES:
                    raise
                existing = list(collection.list_indexes())
                said = explain_conflict(database, name, model.document, existing, str(error))
                raise IndexConflictError([said]) from None


def serve_health(settings: ServiceSettings, client: MongoClient[dict[str, Any]]) -> ThreadingHTTPServer:
    """Answer `/health/live` and `/health/ready` from a thread of its own."""
    checks: dict[str, Callable[[], object]] = {
        "mongodb": ping_check(client),
        "kafka": _broker_check(settings.kafka_bootstrap),
    }
    return serve_checks(settings.http_host, settings.relay_port, checks)


def serve_checks(host: str, port: int, checks: dict[str, Callable[[], object]]) -> ThreadingHTTPServer:
    """Answer `/health/live` and `/health/ready` from a thread of its own, for a role without a web server."""
    server = ThreadingHTTPServer((host, port), _handler(checks))
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server


def ping_check(client: MongoClient[dict[str, Any]]) -> Callable[[], object]:
    """Return what asks MongoDB for the health server."""

    def check() -> object:
        with pymongo.timeout(CHECK_LIMIT_S):
            return client.admin.command("ping")

    return check


def _broker_check(bootstrap: str) -> Callable[[], object]:
    lock = threading.Lock()
    admin: list[KafkaAdminClient] = []

    def check() -> object:
        with lock:
            if not admin:
                admin.append(KafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=2_000))
            try:
                return admin[0].describe_cluster()
            except KafkaError:
                admin.pop().close()
                raise

    return check


def _handler(checks: dict[str, Callable[[], object]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = REQUEST_LIMIT_S

        def do_GET(self) -> None:
            if self.path == "/health/live":
                self._answer(200, {"status": "ok"})
            elif self.path == "/health/ready":
                parts = {name: _ask(check) for name, check in checks.items()}
                ok = all(part["status"] == "ok" for part in parts.values())
                self._answer(200 if ok else 503, {"status": "ok" if ok else "error", "parts": parts})
            else:
                self._answer(404, {"status": "error"})

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Say nothing: a health check a second is no news."""

    return Handler


def _ask(check: Callable[[], object]) -> dict[str, str]:
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a part is its answer
        return {"status": "error", "error": redact_text(f"{type(error).__name__}: {error}")[:200]}
    return {"status": "ok"}

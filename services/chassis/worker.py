"""The worker: a Faust app (process life cycle, signals, web port for health) that hosts the batch consumers.

Faust agents are not used for facts (see `consumer.py`); `producer_only` keeps an app without agents from starting
Faust's own consumer, which crashes on an empty subscription (measured on 0.15.3).
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

import faust
import structlog
import uvloop
from faust.web.base import Response as WebResponse

from services.chassis.clock import system_clock
from services.chassis.consumer import BatchConsumer, ConsumerOptions
from services.chassis.deadletter import PoisonLimits
from services.chassis.health import LIVE, Check, readiness
from services.chassis.ids import uuid7
from services.chassis.index_conflict import EXIT_REFUSED, IndexConflictError
from services.chassis.logging import configure_logging
from services.chassis.partition import BatchLimits
from services.chassis.parts import ServiceParts, all_indexes, open_mongo
from services.chassis.retry import RetryPolicy
from services.chassis.settings import ServiceSettings
from services.chassis.telemetry import Metrics, setup_telemetry

log = structlog.get_logger(__name__)

GC_THRESHOLD: Final = 50_000
"""Allocations before a collection; the default of 700 costs 12 % of a batch (measured)."""
EXIT_FATAL: Final = 70
"""EX_SOFTWARE: what the supervisor sees when a partition's task could not go on."""


def consumer_options(settings: ServiceSettings) -> ConsumerOptions:
    """Read the consumer's bounds from the settings."""
    return ConsumerOptions(
        bootstrap=settings.kafka_bootstrap,
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=max(100, settings.session_timeout_ms // 6),
        batch=BatchLimits(settings.batch_messages, settings.batch_bytes, settings.batch_linger_ms),
        poison=PoisonLimits(settings.poison_run_limit, settings.poison_share_limit, settings.poison_window),
        retries=RetryPolicy(attempts=settings.retry_attempts, budget_s=settings.retry_budget_seconds),
    )


def crash(where: str, error: BaseException) -> None:
    """End the process at once: nothing in memory counts, and a half-dead worker would hold its partitions."""
    log.error("worker.fatal", where=where, error=type(error).__name__, detail=str(error), exc_info=error)
    sys.stderr.flush()
    os._exit(EXIT_FATAL)


def refuse_to_start(error: IndexConflictError) -> None:
    """End the process at once, with what to mend and no stack trace; Faust would add its own."""
    sys.stderr.write(f"{error}\n")
    sys.stderr.flush()
    os._exit(EXIT_REFUSED)


def tune_runtime() -> None:
    """Keep the collector off the batch: what was imported stays, and a batch's thousands of objects die young."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 20)


def build_worker_app(
    parts: ServiceParts,
    settings: ServiceSettings,
    metrics: Metrics,
    consumer_class: type[BatchConsumer] = BatchConsumer,
) -> faust.App:
    """Compose the Faust app of a service's worker role. `consumer_class` lets a fault test put a crash into it."""
    app = faust.App(
        f"tierloop-{parts.name}-worker",
        broker=f"kafka://{settings.kafka_bootstrap.replace(',', ';kafka://')}",
        web_host=settings.http_host,
        web_port=settings.worker_port,
        web_in_thread=False,
        topic_disable_leader=True,
        loghandlers=[],
        datadir=os.environ.get("TMPDIR", "/tmp"),  # noqa: S108 - no table is used, Faust only wants a folder
    )
    app.producer_only = True
    mongo = open_mongo(settings, "worker")
    consumers = [
        consumer_class(
            parts.name,
            group,
            mongo,
            parts.translate,
            consumer_options(settings),
            metrics=metrics,
            new_id=uuid7,
            clock=system_clock,
            on_fatal=crash,
        )
        for group in parts.groups
    ]

    metrics.observe_consumer_lag(lambda: [lag for consumer in consumers for lag in consumer.lags()])

    @app.task  # type: ignore[untyped-decorator] # faust ships no types
    async def start_consumers() -> None:
        try:
            await mongo.bootstrap(all_indexes(parts))
        except IndexConflictError as error:
            refuse_to_start(error)
        for consumer in consumers:
            await app.add_runtime_dependency(consumer)

    add_health_pages(
        app, {"mongodb": mongo.ping} | {f"kafka:{consumer.group_name}": consumer.ready for consumer in consumers}
    )
    return app


def add_health_pages(app: faust.App, checks: Mapping[str, Check]) -> None:
    """Answer `/health/live` and `/health/ready` on the worker's web port."""

    @app.page("/health/live")  # type: ignore[untyped-decorator] # faust ships no types
    async def live(web: Any, _request: Any) -> WebResponse:
        return web.json(LIVE)

    @app.page("/health/ready")  # type: ignore[untyped-decorator] # faust ships no types
    async def ready(web: Any, _request: Any) -> WebResponse:
        status, body = await readiness(checks)
        return web.json(body, status=status)


def run_worker(
    parts: ServiceParts, settings: ServiceSettings, build: Callable[..., faust.App] = build_worker_app
) -> None:
    """Run until SIGTERM or SIGINT (exit 0) or a fatal error (exit 70)."""
    configure_logging(parts.name, "worker", level=settings.log_level, form=settings.log_format)
    telemetry = setup_telemetry(parts.name, "worker", endpoint=settings.otlp_endpoint)
    tune_runtime()
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    app = build(parts, settings, telemetry.metrics)
    worker = faust.Worker(
        app, loop=loop, override_logging=False, redirect_stdouts=False, loglevel="WARNING", quiet=True
    )
    try:
        worker.execute_from_commandline()
    finally:
        telemetry.shutdown()

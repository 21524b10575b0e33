"""The courier role: `python -m services.footprints courier` takes answers and notices to partners.

It needs MongoDB alone. One is active by lease, others stand by; `adapters/courier.py` says what holds whatever ends.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
import uvloop
from opentelemetry.metrics import CallbackOptions, Meter, Observation

from services.chassis.clock import system_clock
from services.chassis.http_out import OutboundClient, OutboundLimits
from services.chassis.ids import uuid7
from services.chassis.lease import LEASE_SECONDS, Lease
from services.chassis.logging import configure_logging
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import LEASES
from services.chassis.parts import all_indexes, open_mongo
from services.chassis.relay_role import EXIT_FATAL, open_client, ping_check, serve_checks
from services.chassis.telemetry import SCOPE, setup_telemetry
from services.footprints.adapters.access_log import MongoAccessLog
from services.footprints.adapters.courier import Courier, CourierOptions
from services.footprints.adapters.courier_send import SendToPartner
from services.footprints.adapters.courier_store import MongoCourierStore
from services.footprints.adapters.mongo_queries import MongoQueries
from services.footprints.adapters.partner_gate import PartnerGate
from services.footprints.api.pact_host.render import document_of, exchanged
from services.footprints.application.access_log import Disclosure
from services.footprints.application.exchange import SealBrokenError, Sealer
from services.footprints.bootstrap import NAME, PARTS, sealer_of
from services.footprints.domain.delivery import PERMILLE, DeliveryState
from services.footprints.settings import FootprintsSettings

log = structlog.get_logger(__name__)

ROLE: Final = "courier"
LEASE: Final = "courier"
OLDEST_DUE: Final = "tierloop.courier.oldest_due_seconds"
ATTEMPTS: Final = "tierloop.courier.attempts.total"


class NoSealer:
    """Stands where the operator has set no key: there is no secret that could be opened."""

    def seal(self, secret: str, owner: str) -> bytes:
        """Refuse."""
        raise SealBrokenError(f"no key is set for partners' secrets ({owner}, {len(secret)} characters)")

    def open(self, sealed: bytes, owner: str) -> str:
        """Refuse."""
        raise SealBrokenError(f"no key is set to open the secret of {owner} ({len(sealed)} bytes)")


class CourierLease:
    """The lease, renewed at a third of its term, from a thread: the driver it speaks is the blocking one."""

    def __init__(self, lease: Lease) -> None:
        """`lease` is taken by nobody else in this process."""
        self._lease = lease
        self._held = False
        self._renewed_at = float("-inf")

    async def hold(self) -> bool:
        """Take or keep the lease; tell whether it is ours."""
        now = asyncio.get_running_loop().time()
        if self._held and now - self._renewed_at < LEASE_SECONDS / 3:
            return True
        step = self._lease.renew if self._held else self._lease.acquire
        self._held = await asyncio.to_thread(step, datetime.now(UTC))
        self._renewed_at = now
        return self._held

    async def release(self) -> None:
        """Give it back, so that the next one need not wait."""
        await asyncio.to_thread(self._lease.release)


def build_courier(settings: FootprintsSettings, mongo: Mongo, client: OutboundClient, meter: Meter) -> Courier:
    """Compose the courier on MongoDB."""
    store, queries = MongoCourierStore(mongo), MongoQueries(mongo)
    sealer: Sealer = sealer_of(settings) or NoSealer()
    attempts = meter.create_counter(ATTEMPTS, "{attempt}", "Attempts to deliver an event to a partner.")

    def count(state: DeliveryState) -> None:
        attempts.add(1, {"kind": state.delivery.kind.value, "outcome": state.progress.value})

    send = SendToPartner(
        queries,
        queries.exchange,
        PartnerGate(client, sealer, system_clock),
        Disclosure(MongoAccessLog(mongo), uuid7, timedelta(days=settings.access_log_retention_days)),
        source=settings.public_base_url.rstrip("/"),
        document_of=lambda footprint: document_of(exchanged(footprint)),
    )
    options = CourierOptions(
        concurrency=settings.courier_concurrency,
        partner_concurrency=settings.courier_partner_concurrency,
        sweep_s=settings.courier_sweep_ms / 1_000,
        rejection_spread=timedelta(seconds=settings.rejection_spread_seconds),
    )
    return Courier(
        store,
        send,
        system_clock,
        options,
        jitter_permille=lambda: random.randint(0, PERMILLE),  # noqa: S311 - jitter, not a secret
        on_attempt=count,
    )


async def run(settings: FootprintsSettings, meter: Meter) -> None:
    """Run until SIGTERM or SIGINT. Raises the store's error when storage fails: crash-only."""
    mongo = open_mongo(settings, ROLE)
    blocking = open_client(settings, ROLE)
    client = outbound_client(settings)
    lease = CourierLease(Lease(blocking[settings.database][LEASES], LEASE, f"{socket.gethostname()}:{os.getpid()}"))
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    server = serve_checks(settings.http_host, settings.courier_port, {"mongodb": ping_check(blocking)})
    observe_oldest_due(meter, blocking[settings.database])
    try:
        await mongo.bootstrap(all_indexes(PARTS))
        await build_courier(settings, mongo, client, meter).run(stopping, lease.hold)
        await lease.release()
    finally:
        server.shutdown()
        await client.aclose()
        await mongo.close()


def outbound_client(settings: FootprintsSettings) -> OutboundClient:
    """Make the client for partners' hosts."""
    limits = OutboundLimits(total_s=settings.outbound_limit_seconds, connections=settings.courier_concurrency * 2)
    return OutboundClient(settings.target_policy(), limits, ca_file=settings.outbound_ca_file)


def observe_oldest_due(meter: Meter, database: Any) -> None:
    """Tell the age of the oldest delivery that is due, 0 where none is; asked from the exporter's thread."""

    def observe(_: CallbackOptions) -> Iterable[Observation]:
        now = datetime.now(UTC)
        condition = {"progress": "pending", "next_attempt_at": {"$lte": now}}
        found = database["delivery_states"].find_one(condition, {"next_attempt_at": 1}, sort=[("next_attempt_at", 1)])
        since = found["next_attempt_at"] if found else now
        yield Observation(max(0.0, (now - since).total_seconds()))

    meter.create_observable_gauge(OLDEST_DUE, [observe], "s", "Age of the oldest delivery that is due.")


def run_courier(settings: FootprintsSettings) -> None:
    """Run the role; exit 0 at a stop, 70 when storage fails."""
    configure_logging(NAME, ROLE, level=settings.log_level, form=settings.log_format)
    telemetry = setup_telemetry(NAME, ROLE, endpoint=settings.otlp_endpoint)
    try:
        uvloop.run(run(settings, telemetry.meter_provider.get_meter(SCOPE)))
    except Exception as error:
        log.exception("courier.fatal", error=type(error).__name__, detail=str(error))
        sys.stderr.flush()
        os._exit(EXIT_FATAL)
    finally:
        telemetry.shutdown()

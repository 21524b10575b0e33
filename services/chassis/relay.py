"""The relay: publishes outbox rows in order of versions per key, then marks them. Plain blocking code.

Invariants, named as the fault tests name them:
- FLAG-NOT-WATERMARK: rows are found by their flag; ids are minted before the commit, a watermark would skip late ones.
- VERSION-ORDER: the page is completed with lower unpublished versions of its keys and sent by version.
- ACK-THEN-MARK: only rows the broker acknowledged (acks=all) are marked; any send error ends the process.
- ONE-ACTIVE: a lease limits duplicates; consumers drop them by version all the same.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from services.chassis.lease import Lease
from services.chassis.mongo_store import LEASES, OUTBOX

log = structlog.get_logger(__name__)

STANDBY_S: Final = 0.5
FLUSH_TIMEOUT_S: Final = 30.0
WAKE_COALESCE_S: Final = 0.002
MAX_REQUEST_BYTES: Final = 1_048_576 + 65_536
"""A dead letter may be as large as any message and carries headers besides (its topic's limit, schemas/topics.py)."""


@dataclass(frozen=True, slots=True)
class RelayOptions:
    """Bounds of a page and of the waiting."""

    page_rows: int = 500
    sweep_ms: int = 1_000
    lease_seconds: float = 5.0


class PublishError(Exception):
    """The broker did not acknowledge a row: the process ends, the row stays unpublished and is sent again."""


def make_producer(bootstrap: str) -> KafkaProducer:
    """Make the idempotent producer; the settings that durability rests on are said aloud."""
    return KafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        linger_ms=2,
        batch_size=256 * 1024,
        max_request_size=MAX_REQUEST_BYTES,
        delivery_timeout_ms=25_000,
        request_timeout_ms=10_000,
        max_block_ms=25_000,
        client_id="tierloop-relay",
    )


class Relay:
    """One active relay per service."""

    def __init__(
        self,
        client: MongoClient[dict[str, Any]],
        database: str,
        producer: Any,
        *,
        holder: str,
        options: RelayOptions,
        on_published: Callable[[str, int], None] = lambda _topic, _rows: None,
    ) -> None:
        """Take the outbox of `database`; `on_published(topic, rows)` counts what was acknowledged and marked."""
        durable = client[database].with_options(
            read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority", j=True)
        )
        self._outbox: Collection[dict[str, Any]] = durable[OUTBOX]
        self._lease = Lease(durable[LEASES], "relay", holder, options.lease_seconds)
        self._producer = producer
        self._options = options
        self._on_published = on_published
        self._stopping = threading.Event()
        self._renewed_at = 0.0
        self.active = False

    def stop(self) -> None:
        """Ask the loop to end after the page under way."""
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped. Raises `PublishError` or the driver's error: crash-only."""
        try:
            while not self._stopping.is_set():
                if not self._hold():
                    self._stopping.wait(STANDBY_S)
                elif self.publish_page() == 0:
                    self._wait()
        finally:
            with suppress(PyMongoError):
                self._lease.release()

    def _hold(self) -> bool:
        """Take or keep the lease; renewed at a third of its term, so that an idle loop costs little."""
        if self.active and time.monotonic() - self._renewed_at < self._options.lease_seconds / 3:
            return True
        now = datetime.now(UTC)
        held = self._lease.renew(now) if self.active else self._lease.acquire(now)
        if held != self.active:
            log.info("relay.active" if held else "relay.standby")
        self.active = held
        self._renewed_at = time.monotonic()
        return held

    def publish_page(self) -> int:
        """Send one page and mark it; return how many rows it held."""
        page = self.select()
        if not page:
            return 0
        futures = [self._send(row) for row in page]
        self._producer.flush(timeout=FLUSH_TIMEOUT_S)
        for row, future in zip(page, futures, strict=True):
            try:
                future.get(timeout=FLUSH_TIMEOUT_S)
            except KafkaError as error:
                raise PublishError(f"{row['topic']} {row['_id']}: {type(error).__name__}: {error}") from error
        self._mark(page)
        for topic, rows in Counter(row["topic"] for row in page).items():
            self._on_published(topic, rows)
        return len(page)

    def select(self) -> list[dict[str, Any]]:
        """Return unpublished rows, each key complete with its lower unpublished versions, in order of versions."""
        page = list(self._outbox.find({"published": False}).sort("_id", 1).limit(self._options.page_rows))
        if not page:
            return []
        known = {row["_id"]: row for row in page}
        highest: dict[tuple[str, bytes | None], int] = {}
        for row in page:
            slot = (row["topic"], row["key"])
            highest[slot] = max(highest.get(slot, 0), row["version"])
        lower = [
            {"topic": topic, "key": key, "version": {"$lt": version}}
            for (topic, key), version in highest.items()
            if version > 1
        ]
        if lower:
            for row in self._outbox.find({"published": False, "$or": lower}):
                known[row["_id"]] = row
        return sorted(known.values(), key=lambda row: (row["topic"], row["key"] or b"", row["version"], row["_id"]))

    def _send(self, row: dict[str, Any]) -> Any:
        headers = [(name, bytes(value)) for name, value in row["headers"]]
        try:
            return self._producer.send(row["topic"], key=row["key"], value=row["value"], headers=headers)
        except KafkaError as error:
            raise PublishError(f"{row['topic']} {row['_id']}: {type(error).__name__}: {error}") from error

    def _mark(self, page: Sequence[dict[str, Any]]) -> None:
        ids = [row["_id"] for row in page]
        self._outbox.update_many(
            {"_id": {"$in": ids}}, {"$set": {"published": True, "published_at": datetime.now(UTC)}}
        )

    def _wait(self) -> None:
        """Sleep until a row is inserted (change stream) or the sweep is due."""
        pipeline: list[dict[str, Any]] = [{"$match": {"operationType": "insert"}}, {"$project": {"_id": 1}}]
        deadline = time.monotonic() + self._options.sweep_ms / 1_000
        with self._outbox.watch(pipeline, max_await_time_ms=200) as stream:
            if self._outbox.find_one({"published": False}, {"_id": 1}) is not None:
                return  # committed between the empty page and the opening of the stream
            while not self._stopping.is_set() and time.monotonic() < deadline and self._hold():
                if stream.try_next() is not None:
                    time.sleep(WAKE_COALESCE_S)
                    return

    def oldest_unpublished_s(self) -> float:
        """Return the age of the oldest unpublished row in seconds, 0 where none waits."""
        row = self._outbox.find_one({"published": False}, {"created_at": 1}, sort=[("_id", 1)])
        if row is None:
            return 0.0
        created: datetime = row["created_at"]
        return max(0.0, (datetime.now(UTC) - created.astimezone(UTC)).total_seconds())

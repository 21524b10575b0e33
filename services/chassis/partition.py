"""The single writer of one partition: claim it, then collect, apply, repeat.

A failure that retries can't mend ends the process: a crash is the safe exit, because all that counts is in MongoDB.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog
from aiokafka.errors import NoOffsetForPartitionError

from services.chassis.batch import Applied, Batch
from services.chassis.cancellation import heed_cancellation
from services.chassis.claim import TopicFacts, claim, read_position, release
from services.chassis.mongo import Mongo
from services.chassis.retry import RetryPolicy, with_retries
from services.chassis.store import CommitUnknownError, FencedError, Position, TransientStoreError

log = structlog.get_logger(__name__)

POLL_MS: Final = 1_000
GROW_FACTOR: Final = 2


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """When a batch closes, whichever comes first. The knee of the curve lies near 300 KB."""

    messages: int = 500
    size_bytes: int = 300_000
    linger_ms: int = 20


class Broker(Protocol):
    """What a partition's task asks of the consumer it runs in."""

    async def fetch(self, max_records: int, timeout_ms: int) -> Sequence[Any]:
        """Return the next records of this partition, none after the timeout."""

    async def facts(self) -> TopicFacts:
        """Ask the broker for topic id, beginning and end."""

    def start_at(self, offset: int) -> None:
        """Seek and resume."""

    def applied(self, result: Applied, seconds: float) -> None:
        """Note a batch for metrics and for the monitoring offsets."""

    def retried(self, error: TransientStoreError) -> None:
        """Note a further attempt for metrics."""


class PartitionTask:
    """Runs until it is cancelled, fenced, or raises what ends the process."""

    def __init__(
        self,
        broker: Broker,
        mongo: Mongo,
        make_batch: Callable[[Any], Batch],
        *,
        position: str,
        limits: BatchLimits,
        retries: RetryPolicy,
    ) -> None:
        """`make_batch(session)` gives a batch whose store runs on this task's own session."""
        self._broker = broker
        self._mongo = mongo
        self._make_batch = make_batch
        self._position_id = position
        self._limits = limits
        self._retries = retries
        self._most = limits.messages
        """Messages a batch may hold now: halved by a conflict, grown back by success."""

    async def run(self) -> None:
        """Claim, then work. Returns only when fenced: the partition has another owner now."""
        session = await self._mongo.start_session()
        try:
            position = await self._claim(session)
            batch = self._make_batch(session)
            pending: list[Any] = []
            while True:
                heed_cancellation()
                if not pending:
                    pending = await self._collect()
                position, taken = await self._apply(batch, position, pending[: self._most])
                pending = pending[taken:]
        except FencedError as error:
            log.warning("partition.fenced", position=self._position_id, detail=str(error))
        finally:
            await release(self._mongo, self._position_id, session)
            await session.end_session()

    async def _claim(self, session: Any) -> Position:
        async def attempt(_: int) -> Position:
            return await claim(self._mongo, self._position_id, session, await self._broker.facts())

        position = await with_retries(attempt, self._retries)
        heed_cancellation()
        self._broker.start_at(position.offset)
        log.info("partition.claimed", position=position.id, offset=position.offset, epoch=position.epoch)
        return position

    async def _collect(self) -> list[Any]:
        """Wait for a first record, then for more until the batch is full or has been open for `linger_ms`."""
        records: list[Any] = []
        size = 0
        closes_at = 0.0
        while True:
            heed_cancellation()
            open_ms = POLL_MS if not records else int((closes_at - time.monotonic()) * 1_000)
            if records and (open_ms <= 0 or len(records) >= self._limits.messages or size >= self._limits.size_bytes):
                return records
            fetched = await self._fetch(self._limits.messages - len(records), max(open_ms, 1))
            if fetched and not records:
                closes_at = time.monotonic() + self._limits.linger_ms / 1_000
            records.extend(fetched)
            size += sum(len(record.value or b"") for record in fetched)

    async def _fetch(self, most: int, timeout_ms: int) -> Sequence[Any]:
        try:
            return await self._broker.fetch(most, timeout_ms)
        except NoOffsetForPartitionError:
            return ()  # left over from before the claim: the seek has given the partition its offset

    async def _apply(self, batch: Batch, position: Position, records: list[Any]) -> tuple[Position, int]:
        """Apply a prefix of the records with retries; each attempt may take a smaller prefix."""
        started = time.monotonic()

        async def attempt(number: int) -> Applied:
            part = records[: self._most]
            try:
                return await batch.apply(position, part, number + 1)
            except (CommitUnknownError, FencedError) as error:
                return await self._settle_doubt(position, error)
            except TransientStoreError:
                self._most = max(1, self._most // GROW_FACTOR)
                raise

        applied = await with_retries(attempt, self._retries, self._note_retry)
        self._most = min(self._limits.messages, self._most * GROW_FACTOR)
        self._broker.applied(applied, time.monotonic() - started)
        return applied.position, applied.taken

    async def _settle_doubt(self, before: Position, error: TransientStoreError | FencedError) -> Applied:
        """Find out whether our own commit took effect: the position document tells, and it tells who owns it."""
        stored = await read_position(self._mongo, before.id)
        if stored is None or stored.epoch != before.epoch:
            raise FencedError(f"{before.id}: claimed by another worker") from error
        if stored.offset == before.offset:
            raise TransientStoreError(f"{before.id}: nothing was written: {error}") from error
        return Applied(stored, stored.offset - before.offset)

    def _note_retry(self, attempt: int, error: TransientStoreError) -> None:
        self._broker.retried(error)
        log.warning("partition.retry", position=self._position_id, attempt=attempt + 1, detail=str(error))

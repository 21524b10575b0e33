"""The batch consumer: an aiokafka group member hosted by the Faust worker as a mode service.

Faust's own stream acknowledges an event whose agent raised (measured on 0.15.3); facts are therefore delivered by
this loop, whose offsets live in MongoDB beside the state. Offsets committed to Kafka are for monitoring only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from mode import Service

from services.chassis.assignment import Assignment
from services.chassis.batch import Applied, Batch
from services.chassis.claim import TopicFacts, position_id
from services.chassis.deadletter import PoisonLimits
from services.chassis.membership import CHECK_S, TopicWatch, check_joined
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import MongoStore
from services.chassis.outbox import Translate
from services.chassis.partition import BatchLimits, PartitionTask
from services.chassis.retry import RetryPolicy
from services.chassis.routes import ConsumerGroup
from services.chassis.store import FencedError, TransientStoreError
from services.chassis.telemetry import Lag, Metrics
from services.chassis.topic_ids import TopicIds

log = structlog.get_logger(__name__)

MONITORING_COMMIT_S: Final = 5.0
MAX_FETCH_BYTES: Final = 2 * 1024 * 1024
FETCH_WAIT_MS: Final = 50
"""A broker gets one fetch at a time: a partition that ran dry waits for it, so it must not poll long."""


@dataclass(frozen=True, slots=True)
class ConsumerOptions:
    """How a member of a group behaves. A frozen member loses its partitions after `session_timeout_ms`."""

    bootstrap: str
    session_timeout_ms: int = 6_000
    heartbeat_interval_ms: int = 1_000
    max_poll_interval_ms: int = 300_000
    batch: BatchLimits = field(default_factory=BatchLimits)
    poison: PoisonLimits = field(default_factory=PoisonLimits)
    retries: RetryPolicy = field(default_factory=RetryPolicy)


class BatchConsumer(Service):  # type: ignore[misc] # mode ships no types
    """One group member: a task for each partition it holds."""

    def __init__(
        self,
        service_name: str,
        group: ConsumerGroup,
        mongo: Mongo,
        translate: Translate,
        options: ConsumerOptions,
        *,
        metrics: Metrics,
        new_id: Callable[[], str],
        clock: Callable[[], datetime],
        on_fatal: Callable[[str, BaseException], None],
    ) -> None:
        """`on_fatal` ends the process; it is called at most once, from a partition's task or a check."""
        super().__init__()
        self._service_name = service_name
        self._group = group
        self.group_name = group.name
        self._mongo = mongo
        self._translate = translate
        self._options = options
        self._metrics = metrics
        self._new_id = new_id
        self._clock = clock
        self._on_fatal = on_fatal
        self._assignment = Assignment(self._run, self._prepare)
        self._next: dict[TopicPartition, int] = {}
        self._consumer: Any = None
        self._topic_ids = TopicIds(options.bootstrap)
        self._topics = TopicWatch(group.topics, self._topic_ids)
        self._background: list[asyncio.Task[None]] = []

    async def on_start(self) -> None:
        """Join the group."""
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._options.bootstrap,
            group_id=self._group.name,
            client_id=f"tierloop-{self._service_name}",
            enable_auto_commit=False,
            auto_offset_reset="none",
            session_timeout_ms=self._options.session_timeout_ms,
            heartbeat_interval_ms=self._options.heartbeat_interval_ms,
            max_poll_interval_ms=self._options.max_poll_interval_ms,
            rebalance_timeout_ms=self._options.session_timeout_ms,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=MAX_FETCH_BYTES,
            isolation_level="read_committed",
        )
        await self._consumer.start()
        self._consumer.subscribe(topics=list(self._group.topics), listener=self._assignment)
        self._background = [
            asyncio.create_task(self._every(MONITORING_COMMIT_S, self._commit_for_monitoring)),
            asyncio.create_task(self._every(CHECK_S, self._topics.check)),
            asyncio.create_task(self._every(CHECK_S, self._check_joined)),
        ]

    async def on_stop(self) -> None:
        """Leave the group: tasks end first, each open transaction is aborted."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._assignment.stop()
        if self._consumer is not None:
            await self._consumer.stop()
        await self._topic_ids.close()

    def _prepare(self, assigned: list[TopicPartition]) -> None:
        self._consumer.pause(*assigned)  # until each is claimed and knows its offset

    async def _run(self, partition: TopicPartition) -> None:
        task = PartitionTask(
            _PartitionBroker(self, partition),
            self._mongo,
            self._make_batch,
            position=position_id(self._group.name, partition.topic, partition.partition),
            limits=self._options.batch,
            retries=self._options.retries,
        )
        try:
            await task.run()
            await self._expect_revocation()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - crash-only: whatever ends a partition's task ends the process
            self._on_fatal(f"{self._group.name} {partition.topic}:{partition.partition}", error)
        finally:
            self._next.pop(partition, None)

    async def _expect_revocation(self) -> None:
        """Wait, when fenced, to be cancelled: a partition that we lost is revoked within the session's time.

        Raises `FencedError` if it stays ours: a member that is gone claimed it late, and nobody works on it now.
        """
        await asyncio.sleep(self._options.session_timeout_ms / 1_000)
        raise FencedError("claimed by a member that the group doesn't have; a restart joins and claims anew")

    def _make_batch(self, session: Any) -> Batch:
        return Batch(
            self._service_name,
            self._group,
            MongoStore(self._mongo, session),
            self._translate,
            new_id=self._new_id,
            clock=self._clock,
            limits=self._options.poison,
        )

    # -- what a partition's task asks for -----------------------------------------------------------------------

    async def fetch(self, partition: TopicPartition, most: int, timeout_ms: int) -> Sequence[Any]:
        """Fetch for one claimed partition: for the others `getmany` would raise."""
        found = await self._consumer.getmany(partition, timeout_ms=timeout_ms, max_records=most)
        records: Sequence[Any] = found.get(partition, ())
        return records

    async def facts(self, partition: TopicPartition) -> TopicFacts:
        """Ask the broker."""
        topic_id = await self._topic_ids.get(partition.topic)
        beginning = await self._consumer.beginning_offsets([partition])
        end = await self._consumer.end_offsets([partition])
        self._topics.claimed[partition.topic] = topic_id
        return TopicFacts(topic_id, beginning[partition], end[partition])

    def start_at(self, partition: TopicPartition, offset: int) -> None:
        """Seek and resume."""
        self._consumer.seek(partition, offset)
        self._consumer.resume(partition)
        self._next[partition] = offset

    def applied(self, partition: TopicPartition, result: Applied, seconds: float) -> None:
        """Note a batch."""
        self._next[partition] = result.position.offset
        self._metrics.batch(group=self._group.name, topic=partition.topic, messages=result.taken, seconds=seconds)
        for reason in result.dead_reasons:
            self._metrics.dead_letter(group=self._group.name, topic=partition.topic, reason=reason)

    async def ready(self) -> None:
        """Ask the broker. Raises its error, or `RuntimeError` before the group has handed out partitions.

        A spare member, which got none because there are no more, is ready: it takes over when another one ends.
        """
        await self._consumer.topics()
        if self._assignment.waiting_s() > 0:
            raise RuntimeError(f"{self._group.name}: the group has not handed out partitions yet")

    def lags(self) -> list[Lag]:
        """Return how far each held partition is behind; called from the metrics thread."""
        known = [(held, offset) for held, offset in list(self._next.items()) if held in self._assignment]
        ends = [(held, offset, self._consumer.highwater(held)) for held, offset in known]
        return [
            Lag(self._group.name, held.topic, held.partition, max(0, end - offset))
            for held, offset, end in ends
            if end is not None
        ]

    def retried(self, error: TransientStoreError) -> None:
        """Note a further attempt."""
        self._metrics.retried(operation=self._group.name, reason=type(error).__name__)

    # -- background ---------------------------------------------------------------------------------------------

    async def _every(self, seconds: float, action: Callable[[], Any]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await action()
            except Exception as error:  # noqa: BLE001 - crash-only: a check that died in silence would check no more
                self._on_fatal(self._group.name, error)

    async def _commit_for_monitoring(self) -> None:
        held = {partition: offset for partition, offset in self._next.items() if partition in self._assignment}
        try:
            if held:
                await self._consumer.commit(held)
        except KafkaError as error:
            log.debug("consumer.monitoring_commit_failed", error=type(error).__name__)

    async def _check_joined(self) -> None:
        await check_joined(self._consumer, self._assignment.waiting_s)


class _PartitionBroker:
    def __init__(self, consumer: BatchConsumer, partition: TopicPartition) -> None:
        self._consumer = consumer
        self._partition = partition

    async def fetch(self, max_records: int, timeout_ms: int) -> Sequence[Any]:
        return await self._consumer.fetch(self._partition, max_records, timeout_ms)

    async def facts(self) -> TopicFacts:
        return await self._consumer.facts(self._partition)

    def start_at(self, offset: int) -> None:
        self._consumer.start_at(self._partition, offset)

    def applied(self, result: Applied, seconds: float) -> None:
        self._consumer.applied(self._partition, result, seconds)

    def retried(self, error: TransientStoreError) -> None:
        self._consumer.retried(error)

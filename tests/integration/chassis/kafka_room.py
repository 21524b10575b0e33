"""A probe on the real broker and store inside the test's own process: topics, consumers, a relay."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from kafka import KafkaAdminClient
from opentelemetry.metrics import NoOpMeterProvider
from pymongo import MongoClient
from pymongo.database import Database

from infra.local.topics import ensure_topics
from schemas.topics import Topic, TopicKind, dead_letter_topic
from services.chassis.clock import system_clock
from services.chassis.consumer import BatchConsumer, ConsumerOptions
from services.chassis.deadletter import PoisonLimits
from services.chassis.ids import uuid7
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import OUTBOX, POSITIONS
from services.chassis.parts import all_indexes
from services.chassis.relay import Relay, RelayOptions, make_producer
from services.chassis.routes import ConsumerGroup
from services.chassis.telemetry import Metrics
from tests.faults.probe import Probe
from tests.support.wait import wait_until_async

PARTITIONS = 2
LIMIT_S = 60.0


class KafkaRoom:
    """Use as an async context manager; `fatal` keeps what would have ended the process."""

    def __init__(self, bootstrap: str, mongo: Mongo, database: Database[dict[str, Any]]) -> None:
        self.probe = Probe(f"probe{uuid.uuid4().hex[:10]}")
        self.deciding, self.totals = self.probe.groups()
        self.bootstrap = bootstrap
        self.mongo = mongo
        self.database = database
        self.fatal: list[BaseException] = []
        self._consumers: list[BatchConsumer] = []
        self._relay: tuple[Relay, threading.Thread, Any] | None = None

    async def __aenter__(self) -> KafkaRoom:
        await asyncio.to_thread(self.make_topics)
        await self.mongo.bootstrap(all_indexes(self.probe.parts()))
        return self

    async def __aexit__(self, *_: object) -> None:
        for consumer in self._consumers:
            await consumer.stop()
        if self._relay is not None:
            await asyncio.to_thread(self._stop_relay)
        await asyncio.to_thread(self.delete_topics)

    def topics(self) -> list[Topic]:
        """Return the probe's topics with their dead-letter topics."""
        named: list[tuple[str, TopicKind]] = [
            (self.probe.register_topic, "facts"),
            (self.probe.total_topic, "facts"),
            (self.probe.work_topic, "work"),
            *((dead_letter_topic(self.probe.name, name), "dlq") for name in self.probe.consumed),
        ]
        return [
            Topic(
                name=name,
                kind=kind,
                owner=self.probe.name,
                key="key",
                consumers=[],
                partitions=1 if kind == "dlq" else PARTITIONS,
                max_message_bytes=1_048_576 + (65_536 if kind == "dlq" else 0),
            )
            for name, kind in named
        ]

    def make_topics(self) -> None:
        """Create the topics that are missing."""
        ensure_topics(self.bootstrap, self.topics())

    def delete_topics(self) -> None:
        """Delete all of them, with what they hold."""
        with KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            admin.delete_topics([topic.name for topic in self.topics()], raise_errors=False)

    # -- parts --------------------------------------------------------------------------------------------------

    async def consume(self, group: ConsumerGroup | None = None, **options: Any) -> BatchConsumer:
        """Start a member of a group (the deciding one by default) and wait until it holds partitions."""
        known = ConsumerOptions(self.bootstrap, session_timeout_ms=6_000, heartbeat_interval_ms=300)
        consumer = BatchConsumer(
            self.probe.name,
            group or self.deciding,
            self.mongo,
            self.probe.translate,
            replace(known, poison=PoisonLimits(run=20), **options),
            metrics=Metrics(NoOpMeterProvider().get_meter("test")),
            new_id=uuid7,
            clock=system_clock,
            on_fatal=lambda _, error: self.fatal.append(error),
        )
        self._consumers.append(consumer)
        await consumer.start()

        async def ready() -> bool:
            with suppress(RuntimeError):
                await consumer.ready()
                return True
            return False

        await wait_until_async(ready, LIMIT_S, "the group to hand out partitions")
        return consumer

    async def leave(self, consumer: BatchConsumer) -> None:
        """Stop one member."""
        self._consumers.remove(consumer)
        await consumer.stop()

    async def relay(self) -> None:
        """Start a relay on the outbox."""
        producer = await asyncio.to_thread(make_producer, self.bootstrap)
        client: MongoClient[dict[str, Any]] = self.database.client
        relay = Relay(client, self.database.name, producer, holder="test", options=RelayOptions(sweep_ms=200))
        thread = threading.Thread(target=self._run_relay, args=(relay,))
        thread.start()
        self._relay = (relay, thread, producer)

    def _run_relay(self, relay: Relay) -> None:
        try:
            relay.run()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.fatal.append(error)

    def _stop_relay(self) -> None:
        assert self._relay is not None
        relay, thread, producer = self._relay
        relay.stop()
        thread.join(LIMIT_S)
        producer.close(timeout=5)

    async def produce(self, messages: Sequence[tuple[str, bytes | None] | tuple[None, bytes]]) -> None:
        """Publish (key, value) pairs to the registers' topic, as another relay would."""
        await asyncio.to_thread(self._produce, messages)

    def _produce(self, messages: Sequence[tuple[str | None, bytes | None]]) -> None:
        producer = make_producer(self.bootstrap)
        sent = [
            producer.send(self.probe.register_topic, key=None if key is None else key.encode(), value=value)
            for key, value in messages
        ]
        producer.flush(timeout=LIMIT_S)
        for future in sent:
            future.get(timeout=LIMIT_S)
        producer.close(timeout=5)

    # -- looking ------------------------------------------------------------------------------------------------

    async def lag(self, group: ConsumerGroup, consumer: Any) -> int:
        """Return how many messages of a group's topics its positions have not passed."""
        lag = 0
        for topic in group.topics:
            partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
            ends: Mapping[Any, int] = await consumer.end_offsets(partitions)
            for partition, end in ends.items():
                name = f"{group.name}:{topic}:{partition.partition}"
                position = await asyncio.to_thread(self.database[POSITIONS].find_one, {"_id": name})
                lag += end - (position["offset"] if position is not None else 0)
        return lag

    async def drained(self, *groups: ConsumerGroup) -> None:
        """Wait until every message is applied and, where a relay runs, every row published."""
        looking = AIOKafkaConsumer(bootstrap_servers=self.bootstrap)
        await looking.start()

        async def nothing_left() -> bool:
            assert self.fatal == []
            for group in groups:
                if await self.lag(group, looking):
                    return False
            return self._relay is None or self._unpublished() == 0

        try:
            await wait_until_async(nothing_left, LIMIT_S, "lag zero and an empty outbox")
        finally:
            await looking.stop()

    def _unpublished(self) -> int:
        return self.database[OUTBOX].count_documents({"published": False})

    async def records_of(self, topic: str, count: int) -> list[Any]:
        """Read the first `count` records of a topic."""
        reader = AIOKafkaConsumer(topic, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
        await reader.start()
        try:
            return [await asyncio.wait_for(reader.getone(), LIMIT_S) for _ in range(count)]
        finally:
            await reader.stop()

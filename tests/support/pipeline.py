"""Relay and consumers in the test's own process, on real Kafka and MongoDB, a step at a time.

Topics, groups and databases are the pipeline's own: whatever else runs on the same engines never meets it.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Final, Self

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from pymongo import MongoClient

from infra.local.topics import ensure_topics
from schemas.topics import load_topics
from services.chassis.clock import system_clock
from services.chassis.consumer import BatchConsumer, ConsumerOptions
from services.chassis.ids import uuid7
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import OUTBOX, POSITIONS
from services.chassis.parts import ServiceParts, all_indexes
from services.chassis.relay import Relay, RelayOptions, make_producer
from services.chassis.routes import ConsumerGroup
from services.chassis.telemetry import setup_telemetry
from tests.support.wait import wait_until_async

DRAIN_LIMIT_S: Final = 30.0
SEND_LIMIT_S: Final = 10.0
PARTITIONS: Final = 1
"""One partition a topic: what is published together is read together."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a partition is read, and the number of its claim."""

    offset: int
    epoch: int


class Pipeline:
    """Use as an async context manager."""

    def __init__(self, bootstrap: str, mongo_uri: str, parts: Sequence[ServiceParts]) -> None:
        self.prefix = f"e2e{uuid.uuid4().hex[:8]}."
        self._bootstrap = bootstrap
        self._mongo_uri = mongo_uri
        self._parts = {each.name: each for each in parts}
        self._mongos = {each.name: self._client(each.name) for each in parts}
        self._eyes = {each.name: self._client(each.name) for each in parts}
        """Clients to look with: a claim may end sessions of the client it runs on."""
        self._metrics = setup_telemetry("e2e", "pipeline", install=False).metrics
        self._blocking: MongoClient[dict[str, Any]] = MongoClient(mongo_uri, tz_aware=True)
        self._producer: KafkaProducer = make_producer(bootstrap)
        self._watcher = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
        self.failures: list[BaseException] = []

    def _client(self, service: str) -> Mongo:
        return Mongo(self._mongo_uri, f"{self.prefix[:-1]}_{service}", app_name="tierloop-e2e")

    async def __aenter__(self) -> Self:
        topics = [
            topic.model_copy(update={"name": self.prefix + topic.name, "partitions": PARTITIONS})
            for topic in load_topics()
            if topic.kind != "dlq"
        ]
        await asyncio.to_thread(ensure_topics, self._bootstrap, topics)
        for name, parts in self._parts.items():
            await self._mongos[name].bootstrap(all_indexes(parts))
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for mongo in self._eyes.values():
            await mongo.drop_database()
        for mongo in (*self._mongos.values(), *self._eyes.values()):
            await mongo.close()
        self._blocking.close()
        await asyncio.to_thread(self._producer.close)
        await asyncio.to_thread(self._watcher.close)

    def mongo(self, service: str) -> Mongo:
        """Return a service's database as its processes have it."""
        return self._mongos[service]

    async def rows(self, service: str, collection: str, **condition: Any) -> list[dict[str, Any]]:
        """Return documents of a service, in order of their keys."""
        return await self._eyes[service].collection(collection).find(condition).sort("_id", 1).to_list(None)

    async def publish(self, service: str) -> int:
        """Run the relay of a service for one page; return how many rows it held."""
        relay = Relay(
            self._blocking,
            self.mongo(service).name,
            _Prefixing(self._producer, self.prefix),
            holder="e2e",
            options=RelayOptions(),
        )
        return await asyncio.to_thread(relay.publish_page)

    async def send(self, *messages: tuple[str, str, bytes]) -> None:
        """Put messages `(topic, key, value)` of other services on their topics, all at once."""
        producer = _Prefixing(self._producer, self.prefix)
        for topic, key, value in messages:
            producer.send(topic, key=key.encode(), value=value)
        await asyncio.to_thread(producer.flush, SEND_LIMIT_S)

    def own(self, group: ConsumerGroup) -> ConsumerGroup:
        """Return the group under a name and on topics of this pipeline."""
        topics = tuple(self.prefix + topic for topic in group.topics)
        return replace(group, name=self.prefix + group.name, topics=topics)

    async def consume(
        self, service: str, group: ConsumerGroup, consumer_class: type[BatchConsumer] = BatchConsumer
    ) -> None:
        """Let one more member of a group read until all is read. Raises what ended one of its partitions."""
        before = await self._positions(service)
        async with self.member(service, group, consumer_class):
            await wait_until_async(
                lambda: self._drained(service, self.own(group), before),
                DRAIN_LIMIT_S,
                f"{group.name} to read everything",
            )

    @asynccontextmanager
    async def member(
        self, service: str, group: ConsumerGroup, consumer_class: type[BatchConsumer] = BatchConsumer
    ) -> AsyncIterator[None]:
        """Run a member of a group; what ends one of its partitions is kept in `failures`."""
        consumer = consumer_class(
            service,
            self.own(group),
            self.mongo(service),
            self._parts[service].translate,
            ConsumerOptions(self._bootstrap),
            metrics=self._metrics,
            new_id=uuid7,
            clock=system_clock,
            on_fatal=lambda _, error: self.failures.append(error),
        )
        await consumer.start()
        try:
            yield
        finally:
            await consumer.stop()

    async def settle(self, service: str, groups: Sequence[ConsumerGroup]) -> None:
        """Publish and consume by turns until the service's outbox is empty."""
        while await self.publish(service):
            for group in groups:
                await self.consume(service, group)

    async def _drained(self, service: str, group: ConsumerGroup, before: Mapping[str, Position]) -> bool:
        """Tell whether the group's members of now have claimed every partition and read it to its end."""
        if self.failures:
            raise self.failures[0]
        ends = await asyncio.to_thread(self._ends, group)
        now = await self._positions(service)
        wanted = {f"{group.name}:{name}": end for name, end in ends.items()}
        return all(
            name in now and now[name].offset == end and (name not in before or now[name].epoch > before[name].epoch)
            for name, end in wanted.items()
        )

    async def _positions(self, service: str) -> dict[str, Position]:
        return {row["_id"]: Position(row["offset"], row["epoch"]) for row in await self.rows(service, POSITIONS)}

    def _ends(self, group: ConsumerGroup) -> dict[str, int]:
        partitions = [TopicPartition(topic, number) for topic in group.topics for number in range(PARTITIONS)]
        ends = self._watcher.end_offsets(partitions)
        return {f"{partition.topic}:{partition.partition}": ends[partition] for partition in partitions}

    async def outbox(self, service: str, topic: str) -> list[dict[str, Any]]:
        """Return a service's outbox rows for a topic."""
        return await self.rows(service, OUTBOX, topic=topic)


class _Prefixing:
    """A producer whose topics get the pipeline's prefix."""

    def __init__(self, producer: KafkaProducer, prefix: str) -> None:
        self._producer = producer
        self._prefix = prefix

    def send(self, topic: str, **rest: Any) -> Any:
        return self._producer.send(self._prefix + topic, **rest)

    def flush(self, timeout: float) -> None:
        self._producer.flush(timeout=timeout)

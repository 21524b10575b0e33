"""What must hold after every fault, against what the load generator was told.

EXACTLY-ONCE: each acknowledged value stands in its register once, and was counted once by the worker.
ALL-PUBLISHED: every version of every register and total is on its topic, first occurrences in order, without a gap.
DRAINED: no outbox row waits, and each position stands at the end of its partition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from kafka import KafkaConsumer, TopicPartition
from pymongo import MongoClient

from services.chassis.mongo_store import OUTBOX, POSITIONS
from tests.faults.probe import Probe, root_of

POISON_KEY = b"poison"
"""Key of the unreadable messages that tests send."""


def read_topic(bootstrap: str, topic: str) -> list[Any]:
    """Return all records of a topic, per partition in order."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, client_id="oracle")
    try:
        numbers = consumer.partitions_for_topic(topic) or set()
        partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        found: list[Any] = []
        while any(consumer.position(partition) < ends[partition] for partition in partitions):
            for records in consumer.poll(timeout_ms=1_000).values():
                found.extend(records)
        return found
    finally:
        consumer.close()


class Oracle:
    """Looks at MongoDB and Kafka from outside, with clients of its own."""

    def __init__(self, probe: Probe, bootstrap: str, mongo_uri: str, database: str) -> None:
        self._probe = probe
        self._bootstrap = bootstrap
        self._client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri, tz_aware=True)
        self._database = self._client[database]

    def close(self) -> None:
        self._client.close()

    def applied(self) -> int:
        """Return how many values the worker has counted so far."""
        return sum(len(row["applied"]) for row in self._database["seen"].find({}, {"applied": 1}))

    def drained(self) -> bool:
        """Tell whether nothing is under way."""
        if self._database[OUTBOX].count_documents({"published": False}, limit=1):
            return False
        positions = {row["_id"]: row["offset"] for row in self._database[POSITIONS].find()}
        for group in self._probe.groups():
            for topic in group.topics:
                for (name, number), end in self.ends(topic).items():
                    if positions.get(f"{group.name}:{name}:{number}", 0) != end:
                        return False
        return not self._database[OUTBOX].count_documents({"published": False}, limit=1)

    def ends(self, topic: str) -> dict[tuple[str, int], int]:
        """Return the next offset of each partition."""
        consumer = KafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
        try:
            partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
            return {(found.topic, found.partition): end for found, end in consumer.end_offsets(partitions).items()}
        finally:
            consumer.close()

    def violations(self, acknowledged: Mapping[str, Sequence[str]]) -> list[str]:
        """Return every broken promise, none in a good run. Call it when `drained`."""
        return [
            *self._states(acknowledged),
            *self._effects(acknowledged),
            *self._published(self._probe.register_topic, {key: len(values) for key, values in acknowledged.items()}),
            *self._totals(acknowledged),
        ]

    def _states(self, acknowledged: Mapping[str, Sequence[str]]) -> list[str]:
        stored = {row["_id"]: row["values"] for row in self._database["registers"].find()}
        return [
            f"register {key}: {len(stored.get(key, []))} values stored, {len(values)} acknowledged"
            for key, values in acknowledged.items()
            if stored.get(key, []) != list(values)
        ]

    def _effects(self, acknowledged: Mapping[str, Sequence[str]]) -> list[str]:
        seen = {row["_id"]: row for row in self._database["seen"].find()}
        broken = []
        for key, values in acknowledged.items():
            row = seen.get(key, {"values": [], "applied": []})
            if row["applied"] != list(range(1, len(values) + 1)):
                broken.append(
                    f"register {key}: versions applied {row['applied'][-3:]}, expected 1..{len(values)} once each"
                )
            if row["values"] != list(values):
                broken.append(f"register {key}: projection differs from what was acknowledged")
        return broken

    def _totals(self, acknowledged: Mapping[str, Sequence[str]]) -> list[str]:
        expected: dict[str, int] = {}
        for key, values in acknowledged.items():
            expected[root_of(key)] = expected.get(root_of(key), 0) + len(values)
        stored = {row["_id"]: row for row in self._database["totals"].find()}
        broken = [
            f"total {root}: {stored.get(root, {}).get('count')} counted, {count} expected"
            for root, count in expected.items()
            if stored.get(root, {}).get("count") != count
        ]
        return broken + self._published(self._probe.total_topic, {root: row["version"] for root, row in stored.items()})

    def _published(self, topic: str, versions: Mapping[str, int]) -> list[str]:
        first: dict[str, list[int]] = {}
        for record in read_topic(self._bootstrap, topic):
            if record.key == POISON_KEY:
                continue
            event = orjson.loads(record.value)
            known = first.setdefault(event["subject"], [])
            if event["aggregateversion"] not in known:
                known.append(event["aggregateversion"])
        return [
            f"{topic} {key}: first occurrences {first.get(key, [])[:5]}..., expected 1..{version} in order"
            for key, version in versions.items()
            if first.get(key, []) != list(range(1, version + 1))
        ]

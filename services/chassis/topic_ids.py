"""Ids of topics: a topic deleted and recreated keeps its name but not its id (KIP-516)."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.errors import UnknownTopicOrPartitionError

REQUEST_TIMEOUT_MS: Final = 10_000


class TopicIds:
    """Asks through kafka-python's admin client, in a thread: aiokafka's metadata carries no topic ids."""

    def __init__(self, bootstrap: str) -> None:
        """Connect at the first question."""
        self._bootstrap = bootstrap
        self._admin: Any = None
        self._lock = asyncio.Lock()

    async def get(self, topic: str) -> str:
        """Return the id. Raises `UnknownTopicOrPartitionError` for an absent topic, other Kafka errors as they come."""
        async with self._lock:
            return await asyncio.to_thread(self._get, topic)

    def _get(self, topic: str) -> str:
        if self._admin is None:
            self._admin = KafkaAdminClient(
                bootstrap_servers=self._bootstrap, request_timeout_ms=REQUEST_TIMEOUT_MS, client_id="tierloop-topic-ids"
            )
        for found in self._admin.describe_topics([topic]):
            if found["name"] == topic and not found["error_code"]:
                return str(found["topic_id"])
        raise UnknownTopicOrPartitionError(f"topic {topic} does not exist: create it before starting the worker")

    async def close(self) -> None:
        """Close the connection."""
        if self._admin is not None:
            await asyncio.to_thread(self._admin.close)

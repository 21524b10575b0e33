"""Ids of topics: a topic deleted and recreated keeps its name but not its id (KIP-516)."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaConnectionError, KafkaError, UnknownTopicOrPartitionError

REQUEST_TIMEOUT_MS: Final = 10_000
KNOCK_LIMIT_S: Final = 5.0


class TopicIds:
    """Asks through kafka-python's admin client, in a thread: aiokafka's metadata carries no topic ids.

    One thread of its own, so that closing waits for the question under way, whoever gave up waiting for the answer.
    """

    def __init__(self, bootstrap: str) -> None:
        """Connect at the first question."""
        self._bootstrap = bootstrap
        self._admin: Any = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="topic-ids")

    async def get(self, topic: str) -> str:
        """Return the id. Raises `UnknownTopicOrPartitionError` for an absent topic, other Kafka errors as they come."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._get, topic)

    def _get(self, topic: str) -> str:
        try:
            if self._admin is None:
                self._knock()
                self._admin = KafkaAdminClient(
                    bootstrap_servers=self._bootstrap,
                    request_timeout_ms=REQUEST_TIMEOUT_MS,
                    client_id="tierloop-topic-ids",
                )
            topics = self._admin.describe_topics([topic])
        except KafkaError:
            self._drop()
            raise
        for found in topics:
            if found["name"] == topic and not found["error_code"]:
                return str(found["topic_id"])
        raise UnknownTopicOrPartitionError(f"topic {topic} does not exist: create it before starting the worker")

    def _knock(self) -> None:
        """Look whether a broker listens.

        kafka-python 3.0 forgets the socket of each refused connection: while the broker is away they would pile up.
        """
        for server in self._bootstrap.split(","):
            host, _, port = server.strip().rpartition(":")
            try:
                socket.create_connection((host.strip("[]"), int(port)), KNOCK_LIMIT_S).close()
            except OSError:
                continue
            return
        raise KafkaConnectionError(f"nobody listens at {self._bootstrap}")

    def _drop(self) -> None:
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    async def close(self) -> None:
        """Close the connection, after the question under way."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop)
        self._thread.shutdown(wait=False)

"""An outbox that a test fills, a broker that refuses as it is told, and a relay between them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database

from services.chassis.mongo_store import OUTBOX
from services.chassis.relay import Relay, RelayOptions

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LIMIT_S = 10.0


class Sent:
    """A future of the fake broker."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    def get(self, timeout: float) -> None:
        if self._error is not None:
            raise self._error


class FakeProducer:
    """Keeps what was sent; refuses as `fail(topic, value)` says, in the future or, with `at_once`, in `send`."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes | None, bytes | None]] = []
        self.headers: list[list[tuple[str, bytes]]] = []
        self.fail: Callable[[bytes | None], Exception | None] = lambda _: None
        self.at_once = False
        self.on_flush: Callable[[], None] = lambda: None

    def send(self, topic: str, *, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]) -> Sent:
        error = self.fail(value)
        if error is not None and self.at_once:
            raise error
        self.sent.append((topic, key, value))
        self.headers.append(headers)
        return Sent(error)

    def flush(self, timeout: float) -> None:
        self.on_flush()

    @property
    def values(self) -> list[str]:
        return [(value or b"").decode() for _, _, value in self.sent]


class Outbox:
    """Writes rows as transactions leave them, and reads their marks."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self.database = database
        self.rows: Collection[dict[str, Any]] = database[OUTBOX]

    def add(self, row_id: str, key: bytes | None = b"k", version: int = 1, topic: str = "t", **options: Any) -> None:
        """Add a row whose value is its id."""
        self.rows.insert_one(
            {
                "_id": row_id,
                "topic": topic,
                "key": key,
                "version": version,
                "value": row_id.encode(),
                "headers": [["h", b"\x00\xff"]],
                "created_at": NOW,
                "published": False,
            },
            **options,
        )

    def unpublished(self) -> list[str]:
        return [row["_id"] for row in self.rows.find({"published": False}).sort("_id", 1)]


def relay_of(outbox: Outbox, producer: FakeProducer, holder: str = "one", **options: Any) -> Relay:
    return Relay(outbox.database.client, outbox.database.name, producer, holder=holder, options=RelayOptions(**options))

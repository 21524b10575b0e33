"""What the tests of the chassis' core share: seeded stores, a transaction that counts, plain builders."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.chassis.kernel import Kind, Meta
from services.chassis.store import RowWrite, Stored, Tx
from services.chassis.testing.memory_store import MemoryStore, MemoryTx

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def meta(command_id: str = "command", at: datetime = AT) -> Meta:
    return Meta(command_id=command_id, at=at, correlation_id="correlation")


def ids() -> Callable[[], str]:
    """Give ids in rising order."""
    numbers = itertools.count(1)
    return lambda: f"id-{next(numbers):06}"


async def seed(store: MemoryStore, kind: Kind[Any], states: Mapping[str, Any]) -> None:
    async with store.transaction() as tx:
        await tx.write([RowWrite(kind, key, state, 0) for key, state in states.items()])


class CountingTx(MemoryTx):
    """Keeps every query as (how, collection, field or None, number of keys or values)."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store.memory)
        self.queries: list[tuple[str, str, int]] = []

    async def by_keys(self, kind: Kind[Any], keys: Collection[str]) -> list[Stored]:
        self.queries.append(("keys", kind.name, len(keys)))
        return await super().by_keys(kind, keys)

    async def by_field(self, kind: Kind[Any], field: str, values: Collection[str], limit: int) -> list[Stored]:
        self.queries.append((field, kind.name, len(values)))
        return await super().by_field(kind, field, values, limit)

    async def keys_by_field(self, kind: Kind[Any], field: str, value: str, after: str, limit: int) -> list[str]:
        self.queries.append((f"page of {field}", kind.name, limit))
        return await super().keys_by_field(kind, field, value, after, limit)


class ScriptedStore(MemoryStore):
    """Counts its transactions; `on_commit` may raise before one commits, `after_commit` after it did."""

    def __init__(self) -> None:
        super().__init__()
        self.transactions = 0
        self.before_commit: Callable[[int], None] = lambda _: None
        self.after_commit: Callable[[int], None] = lambda _: None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[MemoryTx]:
        self.transactions += 1
        number = self.transactions
        async with super().transaction() as tx:
            yield tx
            self.before_commit(number)
        self.after_commit(number)


@dataclass(slots=True)
class Record:
    """A message as the broker hands it out."""

    offset: int
    value: bytes | None
    key: bytes | None = b"key"
    topic: str = "probe.register.v1"
    partition: int = 0


def raises(*errors: Exception | None) -> Callable[[int], None]:
    """Raise the errors one transaction after the other, nothing for None or once they are used up."""
    waiting = iter(errors)

    def act(_: int) -> None:
        error = next(waiting, None)
        if error is not None:
            raise error

    return act


__all__ = ["AT", "CountingTx", "Record", "ScriptedStore", "Tx", "ids", "meta", "raises", "seed"]

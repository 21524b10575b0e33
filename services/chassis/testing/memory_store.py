"""The store in memory: snapshot reads, first committer wins, outbox and positions. For unit and component tests.

Documents are kept as BSON, so that a state comes back as MongoDB would give it (instants in milliseconds).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

import bson
from bson import CodecOptions
from bson.errors import BSONError

from services.chassis.codec import from_document, to_document
from services.chassis.kernel import Kind
from services.chassis.store import (
    FencedError,
    OutboxRow,
    Position,
    RowWrite,
    Stored,
    TransientStoreError,
    UnstorableError,
)

MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
OPTIONS: Final = CodecOptions(tz_aware=True)  # type: ignore[var-annotated] # its type variable has no default


@dataclass(slots=True)
class Memory:
    """What survives: documents as (row version, BSON), outbox rows, positions, leases."""

    documents: dict[str, dict[str, tuple[int, bytes]]] = field(default_factory=dict)
    outbox: list[OutboxRow] = field(default_factory=list)
    positions: dict[str, Position] = field(default_factory=dict)
    leases: dict[str, str] = field(default_factory=dict)


class MemoryTx:
    """One transaction: reads come from the snapshot taken at its start, writes wait for the commit."""

    def __init__(self, memory: Memory) -> None:
        """Take the snapshot."""
        self._memory = memory
        self._snapshot = {name: dict(rows) for name, rows in memory.documents.items()}
        self._rows: list[tuple[RowWrite, bytes]] = []
        self._outbox: list[OutboxRow] = []
        self._advances: list[tuple[Position, Position]] = []
        self._leases: list[tuple[str, str]] = []

    async def by_keys(self, kind: Kind[Any], keys: Collection[str]) -> list[Stored]:
        """Read by key."""
        return self._read(kind, keys)

    async def by_field(self, kind: Kind[Any], field: str, values: Collection[str], limit: int) -> list[Stored]:
        """Read by a match field."""
        return self._read(kind, self._matching(kind, field, values)[:limit])

    async def keys_by_field(self, kind: Kind[Any], field: str, value: str, after: str, limit: int) -> list[str]:
        """Read keys alone."""
        return [key for key in self._matching(kind, field, (value,)) if key > after][:limit]

    def _read(self, kind: Kind[Any], keys: Collection[str]) -> list[Stored]:
        found = self._snapshot.get(kind.name, {})
        return [_stored(kind, key, found[key]) for key in dict.fromkeys(keys) if key in found]

    def _matching(self, kind: Kind[Any], field: str, values: Collection[str]) -> list[str]:
        """Compare stored values, as MongoDB does: equal, or a list with an equal item."""
        found = []
        for key, (_, raw) in sorted(self._snapshot.get(kind.name, {}).items()):
            value = bson.decode(raw, OPTIONS).get(field)
            if any(item in values for item in (value if isinstance(value, list) else [value])):
                found.append(key)
        return found

    async def write(self, rows: Sequence[RowWrite]) -> None:
        """Check the guards against the snapshot and keep the rows for the commit."""
        for row in rows:
            version = self._snapshot.get(row.kind.name, {}).get(row.key, _ABSENT)[0]
            if version != row.expected_version:
                raise TransientStoreError(
                    f"{row.kind.name} {row.key}: version {version}, expected {row.expected_version}"
                )
        self._rows.extend([(row, b"" if row.state is None else _encode(row)) for row in rows])

    async def append_outbox(self, rows: Sequence[OutboxRow]) -> None:
        """Keep the rows for the commit."""
        self._outbox.extend(rows)

    async def advance(self, before: Position, after: Position) -> None:
        """Move a position."""
        stored = self._memory.positions.get(before.id)
        if stored is None or (stored.offset, stored.epoch) != (before.offset, before.epoch):
            raise FencedError(f"{before.id}: offset {before.offset} at epoch {before.epoch} is no longer ours")
        self._advances.append((before, after))

    async def guard_lease(self, lease_id: str, token: str) -> None:
        """Check the holder, now and at the commit."""
        if self._memory.leases.get(lease_id) != token:
            raise FencedError(f"lease {lease_id} has another holder")
        self._leases.append((lease_id, token))

    def commit(self) -> None:
        """Apply all or nothing: a document written by another transaction since the snapshot is a conflict."""
        for row, _ in self._rows:
            now = self._memory.documents.get(row.kind.name, {}).get(row.key, _ABSENT)[0]
            if now != row.expected_version:
                raise TransientStoreError(f"write conflict on {row.kind.name} {row.key}")
        known = {row.id for row in self._memory.outbox}
        if any(row.id in known for row in self._outbox):
            raise TransientStoreError("duplicate outbox row")
        for before, _ in self._advances:
            stored = self._memory.positions.get(before.id)
            if stored is None or (stored.offset, stored.epoch) != (before.offset, before.epoch):
                raise FencedError(before.id)
        for lease_id, token in self._leases:
            if self._memory.leases.get(lease_id) != token:
                raise FencedError(lease_id)
        self._apply()

    def _apply(self) -> None:
        for row, raw in self._rows:
            collection = self._memory.documents.setdefault(row.kind.name, {})
            if row.state is None:
                collection.pop(row.key, None)
            else:
                collection[row.key] = (row.expected_version + 1, raw)
        self._memory.outbox.extend(self._outbox)
        for before, after in self._advances:
            kept = self._memory.positions[before.id]  # a claim alone changes epoch and topic id
            self._memory.positions[before.id] = replace(after, epoch=kept.epoch, topic_id=kept.topic_id)


_ABSENT: Final = (0, b"")


def _stored(kind: Kind[Any], key: str, row: tuple[int, bytes]) -> Stored:
    return Stored(key, _decode(kind, row[1]), row[0])


def _decode(kind: Kind[Any], raw: bytes) -> Any:
    return from_document(bson.decode(raw, OPTIONS), kind.state)


def _encode(row: RowWrite) -> bytes:
    try:
        raw = bson.encode({"_id": row.key} | to_document(row.state))
    except (BSONError, OverflowError, UnicodeEncodeError) as error:
        raise UnstorableError(str(error)) from error
    if len(raw) > MAX_DOCUMENT_BYTES:
        raise UnstorableError(f"{row.kind.name} {row.key}: {len(raw)} bytes")
    return raw


class MemoryStore:
    """Opens transactions on one `Memory`."""

    def __init__(self, memory: Memory | None = None) -> None:
        """Share a `Memory` between stores to play several processes."""
        self.memory = memory if memory is not None else Memory()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[MemoryTx]:
        """Begin; commit on a normal exit."""
        tx = MemoryTx(self.memory)
        yield tx
        tx.commit()

    def states(self, kind: Kind[Any]) -> dict[str, Any]:
        """Return all committed states of a kind, for assertions."""
        rows = self.memory.documents.get(kind.name, {})
        return {key: _decode(kind, raw) for key, (_, raw) in rows.items()}

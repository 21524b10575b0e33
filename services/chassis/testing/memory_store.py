"""The store in memory: snapshot reads, first committer wins, outbox and positions. For unit and component tests."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bson import encode as bson_encode
from bson.errors import InvalidDocument

from services.chassis.codec import from_document, to_document
from services.chassis.identity_map import field_values
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

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024


@dataclass(slots=True)
class Memory:
    """What survives: documents as (row version, document), outbox rows, positions, leases."""

    documents: dict[str, dict[str, tuple[int, dict[str, Any]]]] = field(default_factory=dict)
    outbox: list[OutboxRow] = field(default_factory=list)
    positions: dict[str, Position] = field(default_factory=dict)
    leases: dict[str, str] = field(default_factory=dict)


class MemoryTx:
    """One transaction: reads come from the snapshot taken at its start, writes wait for the commit."""

    def __init__(self, memory: Memory) -> None:
        """Take the snapshot."""
        self._memory = memory
        self._snapshot = copy.deepcopy(memory.documents)
        self._rows: list[RowWrite] = []
        self._outbox: list[OutboxRow] = []
        self._advances: list[tuple[Position, Position]] = []
        self._leases: list[tuple[str, str]] = []

    async def by_keys(self, kind: Kind[Any], keys: Collection[str]) -> list[Stored]:
        """Read by key."""
        found = self._snapshot.get(kind.name, {})
        return [_stored(kind, key, found[key]) for key in keys if key in found]

    async def by_field(self, kind: Kind[Any], field: str, values: Collection[str], limit: int) -> list[Stored]:
        """Read by a match field."""
        rows = (_stored(kind, key, row) for key, row in sorted(self._snapshot.get(kind.name, {}).items()))
        return [row for row in rows if set(field_values(row.state, field)) & set(values)][:limit]

    async def keys_by_field(self, kind: Kind[Any], field: str, value: str, after: str, limit: int) -> list[str]:
        """Read keys alone."""
        found = await self.by_field(kind, field, (value,), len(self._snapshot.get(kind.name, {})))
        return [row.key for row in found if row.key > after][:limit]

    async def write(self, rows: Sequence[RowWrite]) -> None:
        """Check the guards against the snapshot and keep the rows for the commit."""
        for row in rows:
            version = self._snapshot.get(row.kind.name, {}).get(row.key, (0, {}))[0]
            if version != row.expected_version:
                raise TransientStoreError(
                    f"{row.kind.name} {row.key}: version {version}, expected {row.expected_version}"
                )
            if row.state is not None:
                _check_storable(row)
        self._rows.extend(rows)

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
        for row in self._rows:
            now = self._memory.documents.get(row.kind.name, {}).get(row.key, (0, {}))[0]
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
        for row in self._rows:
            collection = self._memory.documents.setdefault(row.kind.name, {})
            if row.state is None:
                collection.pop(row.key, None)
            else:
                collection[row.key] = (row.expected_version + 1, to_document(row.state))
        self._memory.outbox.extend(self._outbox)
        for before, after in self._advances:
            self._memory.positions[before.id] = after


def _stored(kind: Kind[Any], key: str, row: tuple[int, dict[str, Any]]) -> Stored:
    return Stored(key, from_document(row[1], kind.state), row[0])


def _check_storable(row: RowWrite) -> None:
    try:
        size = len(bson_encode(to_document(row.state)))
    except (InvalidDocument, OverflowError) as error:
        raise UnstorableError(str(error)) from error
    if size > MAX_DOCUMENT_BYTES:
        raise UnstorableError(f"{row.kind.name} {row.key}: {size} bytes")


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
        return {key: from_document(document, kind.state) for key, (_, document) in rows.items()}

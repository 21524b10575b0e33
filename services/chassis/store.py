"""The port between decisions and storage: one transaction with reads, guarded writes, outbox rows and the offset.

Two adapters keep it: `mongo_store.py` (real) and `testing/memory_store.py`; both pass `testing/store_contract.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.chassis.kernel import Kind, struct


class StoreError(Exception):
    """Base of what a store reports. None of these is ever a poison message."""


class TransientStoreError(StoreError):
    """Conflict, lost connection or expired transaction: nothing was written, try again."""


class CommitUnknownError(TransientStoreError):
    """The commit's outcome is not known; a retry must find out by itself whether it took effect."""


class FencedError(StoreError):
    """A guard did not match: somebody else owns this partition or lease now. Stop, write nothing more."""


class UnstorableError(StoreError):
    """The batch can't be stored as it is (a document too large, a value MongoDB can't hold): halve it."""


@struct(frozen=True, slots=True)
class Stored:
    """A document as read: `row_version` counts its writes and guards the next one."""

    key: str
    state: Any
    row_version: int


@struct(frozen=True, slots=True)
class RowWrite:
    """A guarded write: `expected_version` 0 inserts, otherwise replaces; `state` None removes."""

    kind: Kind[Any]
    key: str
    state: Any | None
    expected_version: int


@struct(frozen=True, slots=True)
class OutboxRow:
    """A message to be published. `id` is the fact's identity; rows of one key leave in order of (version, id)."""

    id: str
    topic: str
    key: bytes | None
    version: int
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """Where a consumer group stands in a partition; `epoch` grows with each claim and fences the former owner."""

    id: str
    """`group:topic:partition`."""
    offset: int
    """Next offset to apply."""
    epoch: int
    topic_id: str = ""
    poison_run: int = 0
    """Consecutive dead letters, kept here so that a restart doesn't reset the limit."""
    window_seen: int = 0
    window_poison: int = 0


class Tx(Protocol):
    """One transaction: snapshot reads, then writes back to back. Leaving the context normally commits it."""

    async def by_keys(self, kind: Kind[Any], keys: Collection[str]) -> list[Stored]:
        """Read documents by key, absent ones left out."""

    async def by_field(self, kind: Kind[Any], field: str, values: Collection[str], limit: int) -> list[Stored]:
        """Read documents whose `field` is (or, as a list, holds) one of the values; `limit` documents at most."""

    async def keys_by_field(self, kind: Kind[Any], field: str, value: str, after: str, limit: int) -> list[str]:
        """Read the keys beyond `after`, in order, of the first `limit` documents whose `field` is or holds `value`."""

    async def write(self, rows: Sequence[RowWrite]) -> None:
        """Write guarded rows. Raises `TransientStoreError` where a guard lost, `UnstorableError` for a bad document."""

    async def append_outbox(self, rows: Sequence[OutboxRow]) -> None:
        """Insert outbox rows."""

    async def advance(self, before: Position, after: Position) -> None:
        """Move a position guarded by `before.offset` and `before.epoch`. Raises `FencedError` when they don't match."""

    async def guard_lease(self, lease_id: str, token: str) -> None:
        """Write the lease document if `token` still holds it. Raises `FencedError` otherwise."""


class Store(Protocol):
    """Opens transactions. Raises `TransientStoreError` or `CommitUnknownError` from the commit."""

    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        """Begin a transaction with snapshot reads and a majority, journaled commit."""

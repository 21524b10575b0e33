# ruff: noqa: S101 - asserts are what a contract suite is made of
"""What the store's contract suites work with: two kinds of document, and what a suite must be able to see and set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, Final, Protocol

from services.chassis.kernel import Kind
from services.chassis.store import OutboxRow, Position, RowWrite, Store

INSTANT: Final = datetime(2026, 3, 1, 12, 30, 15, 123_000, tzinfo=UTC)
DAY: Final = date(2026, 3, 1)


class Colour(Enum):
    """A plain enumeration: its name is not its stored value."""

    RED = "red"
    BLUE = "blue"


class Unit(StrEnum):
    """An enumeration of strings."""

    KILOGRAM = "kilogram"


@dataclass(frozen=True, slots=True)
class Part:
    """A nested value."""

    name: str
    mass_kg: Decimal
    shares: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Thing:
    """One field of every type that states are made of."""

    label: str | None = None
    tags: tuple[str, ...] = ()
    colour: Colour = Colour.RED
    marks: frozenset[Unit] = frozenset()
    day: date = DAY
    at: datetime = INSTANT
    until: datetime | None = None
    amount: Decimal = Decimal("1.50")
    limit: Decimal | None = None
    count: int = 0
    ready: bool = False
    raw: bytes = b""
    parts: tuple[Part, ...] = ()
    table: Mapping[str, tuple[Part, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """A second kind, for what must happen in two collections at once."""

    total: int


THINGS: Final = Kind("contract_things", Thing, "api", frozenset({"label", "tags", "colour", "marks", "day"}))
TALLIES: Final = Kind("contract_tallies", Tally, "api")
POSITION: Final = Position("group:topic:0", offset=10, epoch=3, topic_id="topic-id")
MOVED: Final = replace(POSITION, offset=15, poison_run=2, window_seen=7, window_poison=3)


class StoreHarness(Protocol):
    """One database (or its image in memory) under test."""

    def store(self) -> Store:
        """Make a further store on the same documents, as another process would."""

    async def outbox(self) -> list[OutboxRow]:
        """Return the outbox rows, in order of ids."""

    async def put_position(self, position: Position) -> None:
        """Store a position, as a claim would."""

    async def position(self, position_id: str) -> Position:
        """Return a stored position."""

    async def put_lease(self, lease_id: str, token: str) -> None:
        """Give a lease to the holder of `token`."""


def insert(key: str, thing: Thing) -> RowWrite:
    """Make the first write of a document."""
    return RowWrite(THINGS, key, thing, 0)


def outbox_row(number: int, *, key: bytes | None = b"key", value: bytes | None = b"{}") -> OutboxRow:
    """Make a row whose order of ids is the order of numbers."""
    headers = (("first", b"\x00\xff"), ("second", b""), ("first", b"again"))
    return OutboxRow(f"row-{number:04}", "topic", key, number, value, headers, INSTANT)


async def write(store: Store, *rows: RowWrite) -> None:
    """Write in a transaction of its own."""
    async with store.transaction() as tx:
        await tx.write(rows)


async def read(store: Store, kind: Kind[Any], key: str) -> tuple[Any, int] | None:
    """Read state and row version in a transaction of its own."""
    async with store.transaction() as tx:
        found = await tx.by_keys(kind, [key])
    return (found[0].state, found[0].row_version) if found else None


async def assert_untouched(harness: StoreHarness, store: Store) -> None:
    """Assert that nothing of a failed transaction is left (thing `a` has count 1), and that the store goes on."""
    assert await read(store, THINGS, "a") == (Thing(count=1), 1)
    assert await read(store, THINGS, "b") is None
    assert await read(store, TALLIES, "t") is None
    assert await harness.outbox() == []
    assert await harness.position(POSITION.id) == POSITION
    await write(store, RowWrite(THINGS, "a", Thing(count=9), 1))
    assert await read(store, THINGS, "a") == (Thing(count=9), 2)

# ruff: noqa: S101, D102, PLR2004 - asserts and literal values are what a suite is made of; a test's name says what it shows
"""Part of the store's contract: queries, round trips, values that can't be stored, and a batch through the fold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType

import pytest

from services.chassis.handler import Accepted, Fold
from services.chassis.kernel import Change, Decision, Key, Loaded, Match, Meta, Need
from services.chassis.outbox import Outgoing
from services.chassis.store import RowWrite, Store, UnstorableError
from services.chassis.testing.store_samples import (
    INSTANT,
    POSITION,
    TALLIES,
    THINGS,
    Colour,
    Part,
    StoreHarness,
    Tally,
    Thing,
    Unit,
    assert_untouched,
    insert,
    outbox_row,
    read,
    write,
)

FULL = Thing(
    label="压铸铝壳体 «A380»",
    tags=("a", "b", "a"),
    colour=Colour.BLUE,
    marks=frozenset({Unit.KILOGRAM}),
    day=date(1, 1, 1),
    until=datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
    amount=Decimal("-0.000000000000000000000000000000000012300"),
    limit=Decimal("9.999999999999999999999999999999999E+6144"),
    count=-(2**63),
    ready=True,
    raw=bytes(range(256)),
    parts=(
        Part("lid", Decimal("1E+3"), (("recycled", Decimal("0.10")), ("primary", Decimal("0.90")))),
        Part("", Decimal(0)),
    ),
    table=MappingProxyType({"ключ.с $ and dots": (Part("x", Decimal("0E-10")),), "": ()}),
)
UNSTORABLE = [
    pytest.param(Thing(raw=bytes(16 * 1024 * 1024)), id="16-MiB"),
    pytest.param(Thing(count=2**63), id="integer-over-64-bit"),
    pytest.param(Thing(amount=Decimal("1." + "1" * 34)), id="35-digits"),
    pytest.param(Thing(limit=Decimal("1E+7000")), id="exponent-over-6144"),
    pytest.param(Thing(at=INSTANT.replace(tzinfo=None)), id="instant-without-offset"),
    pytest.param(Thing(label="\ud800"), id="lone-surrogate"),
    pytest.param(Thing(table={"nul\x00key": ()}), id="nul-in-a-key"),
]


@dataclass(frozen=True, slots=True)
class Add:
    """Add a thing with `label` whose count is one more than that of all its like together."""

    meta: Meta
    key: str
    label: str


class AddHandler:
    """Reads a key and a match, so that it sees what earlier commands of the batch did in both ways."""

    def needs(self, command: Add, loaded: Loaded) -> Iterable[Need]:  # noqa: ARG002 - the handlers' protocol
        """Name the document and its like."""
        return [Key(THINGS, command.key), Match(THINGS, "label", command.label)]

    def decide(self, loaded: Loaded, command: Add) -> Decision:
        """Count."""
        alike = loaded.match(THINGS, "label", command.label)
        before = loaded.get(THINGS, command.key) or Thing()
        count = 1 + sum(thing.count for thing in alike)
        return Decision((Change(THINGS, command.key, replace(before, label=command.label, count=count)),), result=count)


class StoreValuesContract:
    """Needs the fixtures `harness` and `store`."""

    # -- queries ------------------------------------------------------------------------------------------------

    async def test_absent_keys_are_left_out(self, store: Store) -> None:
        await write(store, insert("a", Thing()), insert("b", Thing()))
        async with store.transaction() as tx:
            found = await tx.by_keys(THINGS, ["b", "absent", "a", "b"])
            assert sorted(stored.key for stored in found) == ["a", "b"]
            assert await tx.by_keys(THINGS, []) == []

    @pytest.mark.parametrize(
        ("field", "values", "keys"),
        [
            ("label", ["x"], "ab"),
            ("label", ["x", "y"], "abc"),
            ("label", ["None"], ""),
            ("tags", ["t"], "ac"),
            ("tags", ["t", "u"], "acd"),
            ("colour", ["blue"], "d"),
            ("marks", ["kilogram"], "b"),
            ("day", ["2026-03-02"], "c"),
        ],
    )
    async def test_a_field_is_matched_as_a_value_or_as_a_list(
        self, store: Store, field: str, values: list[str], keys: str
    ) -> None:
        await write(
            store,
            insert("a", Thing(label="x", tags=("t", "t"))),
            insert("b", Thing(label="x", marks=frozenset({Unit.KILOGRAM}))),
            insert("c", Thing(label="y", tags=("s", "t"), day=date(2026, 3, 2))),
            insert("d", Thing(label=None, tags=("u",), colour=Colour.BLUE)),
        )
        async with store.transaction() as tx:
            assert sorted(row.key for row in await tx.by_field(THINGS, field, values, 10)) == list(keys)
            for value in values:
                walked = await tx.keys_by_field(THINGS, field, value, "", 10)
                assert walked == sorted(walked)
                assert set(walked) <= set(keys)

    async def test_a_limit_bounds_a_query(self, store: Store) -> None:
        await write(store, *(insert(f"k{number:03}", Thing(label="x", tags=("t",))) for number in range(150)))
        async with store.transaction() as tx:
            assert len(await tx.by_field(THINGS, "label", ["x"], 149)) == 149
            assert len(await tx.by_field(THINGS, "tags", ["t"], 151)) == 150

    async def test_pages_walk_all_keys_in_order(self, store: Store) -> None:
        keys = [f"k{number:03}" for number in range(150)]
        await write(store, *(insert(key, Thing(tags=("t",) if key != "k077" else ())) for key in reversed(keys)))
        walked: list[str] = []
        async with store.transaction() as tx:
            while page := await tx.keys_by_field(THINGS, "tags", "t", walked[-1] if walked else "", 40):
                walked.extend(page)
        assert walked == [key for key in keys if key != "k077"]

    # -- values -------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("state", [FULL, Thing()], ids=["full", "defaults"])
    async def test_a_state_comes_back_as_it_was(self, store: Store, state: Thing) -> None:
        await write(store, insert("ключ/a\x00b", state))
        found = await read(store, THINGS, "ключ/a\x00b")
        assert found == (state, 1)
        assert repr(found[0].amount) == repr(state.amount)
        assert repr(found[0].parts) == repr(state.parts)
        assert type(found[0].parts) is tuple
        assert found[0].at.utcoffset() == timedelta(0)

    async def test_instants_are_kept_in_utc_to_the_millisecond(self, store: Store) -> None:
        local = datetime(2026, 3, 1, 20, 30, 15, 123_987, tzinfo=timezone(timedelta(hours=8)))
        await write(store, insert("a", Thing(at=local)))
        assert await read(store, THINGS, "a") == (Thing(at=INSTANT), 1)

    @pytest.mark.parametrize("state", UNSTORABLE)
    @pytest.mark.parametrize("version", [0, 1], ids=["insert", "replace"])
    async def test_what_cannot_be_stored_says_so(
        self, harness: StoreHarness, store: Store, state: Thing, version: int
    ) -> None:
        await write(store, insert("a", Thing(count=1)))
        await harness.put_position(POSITION)

        async def attempt() -> None:
            async with store.transaction() as tx:
                await tx.append_outbox([outbox_row(1)])
                await tx.write([RowWrite(TALLIES, "t", Tally(1), 0)])
                await tx.write([RowWrite(THINGS, "a" if version else "b", state, version)])

        with pytest.raises(UnstorableError):
            await attempt()
        await assert_untouched(harness, store)

    async def test_outbox_rows_are_kept_byte_for_byte(self, harness: StoreHarness, store: Store) -> None:
        rows = [
            outbox_row(1, key=None, value=None),
            outbox_row(2, key=b"", value=b""),
            outbox_row(3, key=bytes(range(256)), value=bytes(900_000)),
            replace(outbox_row(4), version=2**62, headers=()),
        ]
        async with store.transaction() as tx:
            await tx.append_outbox(rows)
        assert await harness.outbox() == rows

    async def test_a_transaction_of_the_largest_size_commits(self, harness: StoreHarness, store: Store) -> None:
        count = 1_000
        await write(store, *(insert(f"k{number}", Thing()) for number in range(count)))
        async with store.transaction() as tx:
            await tx.write([RowWrite(THINGS, f"k{number}", Thing(raw=bytes(4_000)), 1) for number in range(count)])
            await tx.append_outbox([outbox_row(number, value=bytes(4_000)) for number in range(count)])
        assert len(await harness.outbox()) == count
        assert await read(store, THINGS, "k999") == (Thing(raw=bytes(4_000)), 2)

    # -- a batch ------------------------------------------------------------------------------------------------

    async def test_later_commands_of_a_batch_see_earlier_ones(self, store: Store) -> None:
        await write(store, insert("a", Thing(label="x", count=1)), insert("b", Thing(label="y", count=10)))
        meta = Meta("command", INSTANT)
        commands = [Add(meta, key, label) for key, label in [("c", "x"), ("c", "x"), ("b", "x"), ("d", "y")]]
        async with store.transaction() as tx:
            fold = Fold(tx, {Add: AddHandler()}, translate=_no_event, new_id=str, writer="api")
            folded = await fold.run(commands)
            await tx.write(folded.writes)
        assert folded.outcomes == [Accepted(2), Accepted(4), Accepted(6), Accepted(1)]
        found = [await read(store, THINGS, key) for key in "abcd"]
        counts = [(state.label, state.count, version) for state, version in filter(None, found)]
        assert counts == [("x", 1, 1), ("x", 6, 2), ("x", 4, 1), ("y", 1, 1)]


def _no_event(fact: object) -> Outgoing:
    raise AssertionError(f"no event was decided: {fact!r}")

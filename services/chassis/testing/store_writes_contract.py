# ruff: noqa: S101, D102 - asserts and literal values are what a suite is made of; a test's name says what it shows
"""Part of the store's contract: guarded writes, all or nothing, however the transaction is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.chassis.store import RowWrite, Store, TransientStoreError
from services.chassis.testing.store_samples import (
    MOVED,
    POSITION,
    TALLIES,
    THINGS,
    StoreHarness,
    Tally,
    Thing,
    assert_untouched,
    insert,
    outbox_row,
    read,
    write,
)


class StoreWritesContract:
    """Needs the fixtures `harness` and `store`."""

    # -- guarded writes -----------------------------------------------------------------------------------------

    async def test_a_row_version_counts_the_writes(self, store: Store) -> None:
        await write(store, insert("a", Thing(count=1)))
        assert await read(store, THINGS, "a") == (Thing(count=1), 1)
        await write(store, RowWrite(THINGS, "a", Thing(count=2), 1))
        assert await read(store, THINGS, "a") == (Thing(count=2), 2)
        await write(store, RowWrite(THINGS, "a", None, 2))
        assert await read(store, THINGS, "a") is None
        await write(store, insert("a", Thing(count=3)))
        assert await read(store, THINGS, "a") == (Thing(count=3), 1)

    async def test_one_write_inserts_replaces_and_removes(self, store: Store) -> None:
        await write(store, insert("replaced", Thing()), insert("removed", Thing()))
        await write(
            store,
            insert("new", Thing(count=1)),
            RowWrite(THINGS, "replaced", Thing(count=2), 1),
            RowWrite(THINGS, "removed", None, 1),
            RowWrite(TALLIES, "a", Tally(3), 0),
        )
        assert await read(store, THINGS, "new") == (Thing(count=1), 1)
        assert await read(store, THINGS, "replaced") == (Thing(count=2), 2)
        assert await read(store, THINGS, "removed") is None
        assert await read(store, TALLIES, "a") == (Tally(3), 1)

    @pytest.mark.parametrize(
        "row",
        [
            pytest.param(insert("a", Thing(count=2)), id="insert-of-an-existing"),
            pytest.param(RowWrite(THINGS, "a", Thing(count=2), 2), id="replace-of-another-version"),
            pytest.param(RowWrite(THINGS, "absent", Thing(count=2), 1), id="replace-of-an-absent"),
            pytest.param(RowWrite(THINGS, "a", None, 7), id="remove-of-another-version"),
            pytest.param(RowWrite(THINGS, "absent", None, 1), id="remove-of-an-absent"),
        ],
    )
    async def test_a_lost_guard_writes_nothing_at_all(self, harness: StoreHarness, store: Store, row: RowWrite) -> None:
        await write(store, insert("a", Thing(count=1)))
        await harness.put_position(POSITION)

        async def attempt() -> None:
            async with store.transaction() as tx:
                await tx.append_outbox([outbox_row(1)])
                await tx.advance(POSITION, MOVED)
                await tx.write([RowWrite(TALLIES, "t", Tally(1), 0), insert("b", Thing()), row])

        with pytest.raises(TransientStoreError):
            await attempt()
        await assert_untouched(harness, store)

    async def test_states_outbox_and_position_commit_together(self, harness: StoreHarness, store: Store) -> None:
        await harness.put_position(POSITION)
        async with store.transaction() as tx:
            await tx.write([insert("a", Thing()), RowWrite(TALLIES, "t", Tally(1), 0)])
            await tx.append_outbox([outbox_row(1), outbox_row(2)])
            await tx.advance(POSITION, MOVED)
        assert await read(store, THINGS, "a") == (Thing(), 1)
        assert await read(store, TALLIES, "t") == (Tally(1), 1)
        assert await harness.outbox() == [outbox_row(1), outbox_row(2)]
        assert await harness.position(POSITION.id) == MOVED

    async def test_nothing_to_write_is_no_error(self, harness: StoreHarness, store: Store) -> None:
        async with store.transaction() as tx:
            await tx.write([])
            await tx.append_outbox([])
        assert await harness.outbox() == []

    # -- leaving the context otherwise --------------------------------------------------------------------------

    async def test_an_exception_inside_writes_nothing(self, harness: StoreHarness, store: Store) -> None:
        async def fail() -> None:
            raise KeyError("the handler's own")

        await self._leave_by(harness, store, KeyError, fail)

    async def test_a_cancellation_inside_writes_nothing(self, harness: StoreHarness, store: Store) -> None:
        async def be_cancelled() -> None:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.sleep(0)

        await self._leave_by(harness, store, asyncio.CancelledError, be_cancelled)

    async def test_a_cancellation_during_a_read_writes_nothing(self, harness: StoreHarness, store: Store) -> None:
        async def be_cancelled_while_reading() -> None:
            task = asyncio.current_task()
            assert task is not None
            asyncio.get_running_loop().call_soon(task.cancel)
            async with harness.store().transaction() as other:
                await other.by_keys(THINGS, ["a"])
                await asyncio.sleep(0)

        await self._leave_by(harness, store, asyncio.CancelledError, be_cancelled_while_reading)

    async def _leave_by(
        self, harness: StoreHarness, store: Store, error: type[BaseException], leave: Callable[[], Awaitable[None]]
    ) -> None:
        await write(store, insert("a", Thing(count=1)))
        await harness.put_position(POSITION)

        async def body() -> None:
            async with store.transaction() as tx:
                await tx.write([RowWrite(THINGS, "a", Thing(count=2), 1), insert("b", Thing())])
                await tx.append_outbox([outbox_row(1)])
                await tx.advance(POSITION, MOVED)
                await leave()

        with pytest.raises(error):
            await asyncio.create_task(body())
        await assert_untouched(harness, store)

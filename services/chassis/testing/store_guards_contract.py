# ruff: noqa: S101, D102 - asserts and literal values are what a suite is made of; a test's name says what it shows
"""Part of the store's contract: isolation from other writers, positions and leases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from services.chassis.retry import RetryPolicy, with_retries
from services.chassis.store import FencedError, RowWrite, Store, StoreError, TransientStoreError, Tx
from services.chassis.testing.store_samples import (
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

RIVALS = 4


class StoreGuardsContract:
    """Needs the fixtures `harness` and `store`."""

    # -- isolation ----------------------------------------------------------------------------------------------

    async def test_reads_come_from_one_snapshot(self, harness: StoreHarness, store: Store) -> None:
        await write(store, insert("a", Thing(label="x")), insert("b", Thing(label="x")))
        async with store.transaction() as tx:
            await tx.by_keys(THINGS, ["a"])
            await write(
                harness.store(),
                RowWrite(THINGS, "a", Thing(label="x", count=5), 1),
                RowWrite(THINGS, "b", None, 1),
                insert("c", Thing(label="x")),
            )
            seen = await tx.by_field(THINGS, "label", ["x"], 10)
            assert sorted((row.key, row.row_version) for row in seen) == [("a", 1), ("b", 1)]
            assert await tx.keys_by_field(THINGS, "label", "x", "", 10) == ["a", "b"]
        assert await read(store, THINGS, "a") == (Thing(label="x", count=5), 2)

    async def test_of_concurrent_writers_exactly_one_wins(self, harness: StoreHarness, store: Store) -> None:
        await write(store, insert("a", Thing()))
        barrier = asyncio.Barrier(RIVALS)

        async def body(tx: Tx, rival: int) -> None:
            found = await tx.by_keys(THINGS, ["a"])
            await barrier.wait()
            await tx.write([RowWrite(THINGS, "a", Thing(count=rival), found[0].row_version)])
            await tx.append_outbox([outbox_row(rival)])

        winner = await self._only_winner(harness, body)
        assert await read(store, THINGS, "a") == (Thing(count=winner), 2)
        assert await harness.outbox() == [outbox_row(winner)]

    async def test_of_concurrent_inserts_exactly_one_wins(self, harness: StoreHarness, store: Store) -> None:
        barrier = asyncio.Barrier(RIVALS)

        async def body(tx: Tx, rival: int) -> None:
            assert await tx.by_keys(THINGS, ["a"]) == []
            await barrier.wait()
            await tx.write([insert("a", Thing(count=rival))])

        winner = await self._only_winner(harness, body)
        assert await read(store, THINGS, "a") == (Thing(count=winner), 1)

    async def test_of_concurrent_advances_exactly_one_wins(self, harness: StoreHarness, store: Store) -> None:
        await harness.put_position(POSITION)
        barrier = asyncio.Barrier(RIVALS)

        async def body(tx: Tx, rival: int) -> None:
            await tx.by_keys(THINGS, ["a"])
            await barrier.wait()
            await tx.write([insert(f"rival-{rival}", Thing())])
            await tx.advance(POSITION, replace(POSITION, offset=100 + rival))

        winner = await self._only_winner(harness, body)
        assert (await harness.position(POSITION.id)).offset == 100 + winner
        found = [rival for rival in range(RIVALS) if await read(store, THINGS, f"rival-{rival}") is not None]
        assert found == [winner]

    async def _only_winner(self, harness: StoreHarness, body: Callable[[Tx, int], Awaitable[None]]) -> int:
        async def run(rival: int) -> None:
            async with harness.store().transaction() as tx:
                await body(tx, rival)

        results = await asyncio.gather(*(run(rival) for rival in range(RIVALS)), return_exceptions=True)
        losers = [result for result in results if result is not None]
        assert all(isinstance(loser, TransientStoreError | FencedError) for loser in losers), losers
        assert len(losers) == RIVALS - 1
        return results.index(None)

    async def test_retries_bring_every_writer_through(self, harness: StoreHarness, store: Store) -> None:
        await write(store, RowWrite(TALLIES, "t", Tally(0), 0))

        async def add_one(own: Store) -> None:
            async def attempt(_: int) -> None:
                async with own.transaction() as tx:
                    (found,) = await tx.by_keys(TALLIES, ["t"])
                    await tx.write([RowWrite(TALLIES, "t", Tally(found.state.total + 1), found.row_version)])

            await with_retries(attempt, RetryPolicy(attempts=50, max_delay_s=0.1))

        await asyncio.gather(*(add_one(harness.store()) for _ in range(RIVALS)))
        assert await read(store, TALLIES, "t") == (Tally(RIVALS), RIVALS + 1)

    # -- positions and leases -----------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        "before",
        [
            pytest.param(replace(POSITION, offset=9), id="behind"),
            pytest.param(replace(POSITION, offset=11), id="ahead"),
            pytest.param(replace(POSITION, epoch=2), id="former-owner"),
            pytest.param(replace(POSITION, id="group:topic:1"), id="never-claimed"),
        ],
    )
    async def test_a_position_that_is_not_ours_fences(self, harness: StoreHarness, store: Store, before: Any) -> None:
        await write(store, insert("a", Thing(count=1)))
        await harness.put_position(POSITION)

        async def attempt() -> None:
            async with store.transaction() as tx:
                await tx.write([insert("b", Thing())])
                await tx.append_outbox([outbox_row(1)])
                await tx.advance(before, replace(before, offset=before.offset + 5))

        with pytest.raises(FencedError):
            await attempt()
        await assert_untouched(harness, store)

    async def test_an_advance_leaves_epoch_and_topic_alone(self, harness: StoreHarness, store: Store) -> None:
        await harness.put_position(POSITION)
        async with store.transaction() as tx:
            await tx.advance(POSITION, replace(POSITION, offset=11, epoch=99, topic_id="another"))
        assert await harness.position(POSITION.id) == replace(POSITION, offset=11)

    async def test_a_lease_guards_the_writes_beside_it(self, harness: StoreHarness, store: Store) -> None:
        await harness.put_lease("expiry", "token-1")
        async with store.transaction() as tx:
            await tx.guard_lease("expiry", "token-1")
            await tx.write([insert("a", Thing())])
        assert await read(store, THINGS, "a") is not None

    @pytest.mark.parametrize(("lease_id", "token"), [("expiry", "token-0"), ("absent", "token-1")])
    async def test_a_lost_lease_fences(self, harness: StoreHarness, store: Store, lease_id: str, token: str) -> None:
        await harness.put_lease("expiry", "token-1")

        async def attempt() -> None:
            async with store.transaction() as tx:
                await tx.write([insert("a", Thing())])
                await tx.guard_lease(lease_id, token)

        with pytest.raises(FencedError):
            await attempt()
        assert await read(store, THINGS, "a") is None

    async def test_a_lease_taken_meanwhile_stops_the_commit(self, harness: StoreHarness, store: Store) -> None:
        await harness.put_lease("expiry", "token-1")

        async def attempt() -> None:
            async with store.transaction() as tx:
                await tx.by_keys(THINGS, ["a"])
                await harness.put_lease("expiry", "token-2")
                await tx.write([insert("a", Thing())])
                await tx.guard_lease("expiry", "token-1")

        with pytest.raises(StoreError):
            await attempt()
        assert await read(store, THINGS, "a") is None

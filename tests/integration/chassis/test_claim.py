"""Claiming a partition: epochs, former owners, recreated topics."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect, OperationFailure

from services.chassis import claim as claim_module
from services.chassis.claim import TopicChangedError, TopicFacts, claim, position_id, read_position, release
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import POSITIONS, SYSTEM_INDEXES, MongoStore, MongoTx, kind_indexes
from services.chassis.store import FencedError, Position, TransientStoreError
from services.chassis.testing.store_samples import THINGS, Thing, insert, outbox_row

POSITION = position_id("group", "topic", 0)
FACTS = TopicFacts("topic-id", beginning=5, end=100)
TAKEOVER_S = 2.0
"""Well below the 5 s after which mongod itself ends a transaction."""


@pytest.fixture
async def sessions(mongo: Mongo) -> AsyncIterator[list[Any]]:
    """Give three sessions, one for each worker of a test."""
    await mongo.bootstrap(SYSTEM_INDEXES | kind_indexes((THINGS,)))
    opened = [await mongo.start_session() for _ in range(3)]
    yield opened
    for session in opened:
        await session.end_session()


async def test_the_first_claim_starts_at_the_beginning(mongo: Mongo, sessions: list[Any]) -> None:
    assert await read_position(mongo, POSITION) is None
    claimed = await claim(mongo, POSITION, sessions[0], FACTS)
    assert claimed == Position(POSITION, offset=5, epoch=1, topic_id="topic-id")
    assert await read_position(mongo, POSITION) == claimed


async def test_each_further_claim_raises_the_epoch_and_keeps_the_rest(mongo: Mongo, sessions: list[Any]) -> None:
    first = await claim(mongo, POSITION, sessions[0], FACTS)
    moved = replace(first, offset=42, poison_run=3, window_seen=20, window_poison=4)
    async with MongoStore(mongo, sessions[0]).transaction() as tx:
        await tx.advance(first, moved)
    assert await claim(mongo, POSITION, sessions[1], FACTS) == replace(moved, epoch=2)
    assert await claim(mongo, POSITION, sessions[2], FACTS) == replace(moved, epoch=3)


async def test_the_position_names_its_owners_session(mongo: Mongo, sessions: list[Any]) -> None:
    for session in sessions:
        await claim(mongo, POSITION, session, FACTS)
        document = await mongo.collection(POSITIONS).find_one({"_id": POSITION})
        assert document is not None
        assert document["session"] == session.session_id


@pytest.mark.parametrize("offset", [5, 100])
async def test_an_offset_at_either_end_of_the_topic_is_ours(mongo: Mongo, sessions: list[Any], offset: int) -> None:
    await claim(mongo, POSITION, sessions[0], replace(FACTS, beginning=offset))
    assert (await claim(mongo, POSITION, sessions[1], FACTS)).offset == offset


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (replace(FACTS, topic_id="another"), "the topic was recreated"),
        (replace(FACTS, beginning=51), "next offset 50 lies outside the topic's 51..100"),
        (replace(FACTS, end=49), "next offset 50 lies outside the topic's 5..49"),
    ],
    ids=["recreated", "truncated", "shorter"],
)
async def test_a_topic_that_is_not_the_same_stops_the_claim(
    mongo: Mongo, sessions: list[Any], facts: TopicFacts, text: str
) -> None:
    before = await claim(mongo, POSITION, sessions[0], replace(FACTS, beginning=50))
    with pytest.raises(TopicChangedError, match=text):
        await claim(mongo, POSITION, sessions[1], facts)
    assert await read_position(mongo, POSITION) == before, "nothing was taken over"


async def test_rivals_get_epochs_of_their_own(mongo: Mongo, sessions: list[Any]) -> None:
    claimed = await asyncio.gather(*(claim(mongo, POSITION, session, FACTS) for session in sessions))
    assert sorted(position.epoch for position in claimed) == [1, 2, 3]


async def test_rivals_that_are_always_faster_end_the_attempts(
    mongo: Mongo, sessions: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(*_: Any) -> None:
        return None

    monkeypatch.setattr(claim_module, "_first_claim", lose)
    with pytest.raises(FencedError, match="claimed it 8 times"):
        await claim(mongo, POSITION, sessions[0], FACTS)


# -- former owners ----------------------------------------------------------------------------------------------


async def hold_open(mongo: Mongo, session: Any) -> Position:
    """Claim, and leave a transaction open that has written all a batch writes: the worker is frozen right here."""
    owned = await claim(mongo, POSITION, session, FACTS)
    await mongo.begin(session)
    tx = MongoTx(mongo, session)
    await tx.write([insert("zombie", Thing())])
    await tx.append_outbox([outbox_row(1)])
    await tx.advance(owned, replace(owned, offset=6))
    return owned


async def test_a_frozen_owners_transaction_does_not_hold_up_the_takeover(
    mongo: Mongo, sessions: list[Any], database: Database[dict[str, Any]]
) -> None:
    owned = await hold_open(mongo, sessions[0])
    started = time.monotonic()
    claimed = await claim(mongo, POSITION, sessions[1], FACTS)
    assert time.monotonic() - started < TAKEOVER_S
    assert claimed == replace(owned, epoch=2)
    assert database[THINGS.name].count_documents({}) == 0


async def test_without_ending_the_session_it_would(
    mongo: Mongo, sessions: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Positive control of the test above."""

    async def do_not(*_: Any) -> None:
        return None

    monkeypatch.setattr(claim_module, "_end_session", do_not)
    await hold_open(mongo, sessions[0])
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(claim(mongo, POSITION, sessions[1], FACTS), TAKEOVER_S)
    await sessions[0].abort_transaction()


async def test_a_rival_that_claims_between_our_read_and_our_write_is_ended_too(
    mongo: Mongo, sessions: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """We have read of the first owner and ended its session; the one we must end now is another."""
    await claim(mongo, POSITION, sessions[0], FACTS)
    end_session, rivals = claim_module._end_session, [sessions[1]]

    async def claim_in_between(*arguments: Any) -> None:
        await end_session(*arguments)
        if rivals:
            await hold_open(mongo, rivals.pop())

    monkeypatch.setattr(claim_module, "_end_session", claim_in_between)
    started = time.monotonic()
    assert (await claim(mongo, POSITION, sessions[2], FACTS)).epoch == 3
    assert time.monotonic() - started < TAKEOVER_S


async def test_a_thawed_owner_can_neither_commit_nor_begin_anew(
    mongo: Mongo, sessions: list[Any], database: Database[dict[str, Any]]
) -> None:
    owned = await claim(mongo, POSITION, sessions[0], FACTS)
    store = MongoStore(mongo, sessions[0])

    async def zombie(*, claimed_inside: bool) -> None:
        async with store.transaction() as tx:
            await tx.write([insert("zombie", Thing())])
            await tx.append_outbox([outbox_row(1)])
            await tx.advance(owned, replace(owned, offset=6))
            if claimed_inside:
                await claim(mongo, POSITION, sessions[1], FACTS)

    with pytest.raises(TransientStoreError):
        await zombie(claimed_inside=True)
    with pytest.raises(FencedError):
        await zombie(claimed_inside=False)
    assert database[THINGS.name].count_documents({}) == 0
    assert database["outbox"].count_documents({}) == 0
    assert await read_position(mongo, POSITION) == replace(owned, epoch=2)


async def test_a_process_that_claims_its_own_partition_again_can_go_on(mongo: Mongo, sessions: list[Any]) -> None:
    """After a rebalance the driver may hand out the very session that the position names: ending it must not hurt."""
    for epoch in range(1, 5):
        session = await mongo.start_session()
        owned = await claim(mongo, POSITION, session, FACTS)
        assert owned.epoch == epoch
        async with MongoStore(mongo, session).transaction() as tx:
            await tx.write([insert(f"epoch-{epoch}", Thing())])
            await tx.advance(owned, replace(owned, offset=owned.offset + 1))
        await session.end_session()
    async with MongoStore(mongo, sessions[0]).transaction() as tx:
        assert len(await tx.by_keys(THINGS, [f"epoch-{epoch}" for epoch in range(1, 5)])) == 4


async def test_a_released_partition_costs_no_neighbour_its_session(mongo: Mongo, sessions: list[Any]) -> None:
    """The driver hands a released session out again: a claim must not end what runs on it now."""
    owned = await claim(mongo, POSITION, sessions[0], FACTS)
    await hold_open(mongo, sessions[0])  # and what was open is ended with the release
    await release(mongo, POSITION, sessions[0])
    neighbour = MongoStore(mongo, sessions[0])
    with suppress(TransientStoreError):  # the driver's side of the transaction that the release ended
        await sessions[0].abort_transaction()
    async with neighbour.transaction() as tx:
        await tx.write([insert("neighbour", Thing())])
        assert (await claim(mongo, POSITION, sessions[1], FACTS)).epoch == owned.epoch + 2
        await tx.append_outbox([outbox_row(1)])


async def test_only_the_owner_releases(mongo: Mongo, sessions: list[Any]) -> None:
    await claim(mongo, POSITION, sessions[0], FACTS)
    await claim(mongo, POSITION, sessions[1], FACTS)
    await release(mongo, POSITION, sessions[0])
    document = await mongo.collection(POSITIONS).find_one({"_id": POSITION})
    assert document is not None
    assert document["session"] == sessions[1].session_id


async def test_a_server_that_forbids_ending_sessions_is_no_obstacle(
    mongo: Mongo, sessions: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a server we don't own the lifetime of transactions bounds the wait instead."""

    async def forbid(*_: Any) -> dict[str, Any]:
        raise OperationFailure("not authorized", 13)

    await claim(mongo, POSITION, sessions[0], FACTS)
    monkeypatch.setattr(mongo, "admin_command", forbid)
    assert (await claim(mongo, POSITION, sessions[1], FACTS)).epoch == 2


async def test_a_lost_connection_is_told_as_passing(
    mongo: Mongo, sessions: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        def __getattr__(self, name: str) -> Any:
            raise AutoReconnect("connection closed")

    monkeypatch.setattr(mongo, "collection", lambda _: Away())
    for action in (
        claim(mongo, POSITION, sessions[0], FACTS),
        read_position(mongo, POSITION),
        claim_module._first_claim(mongo, POSITION, sessions[0], FACTS),
    ):
        with pytest.raises(TransientStoreError, match="connection closed"):
            await action

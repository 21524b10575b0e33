"""The batch consumer on a real broker and store: every effect exactly once, whatever the topic holds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from kafka import KafkaAdminClient
from pymongo.database import Database

from services.chassis import consumer as consumer_module
from services.chassis.batch import REFUSALS
from services.chassis.claim import TopicChangedError, TopicFacts, claim, position_id
from services.chassis.clock import system_clock
from services.chassis.deadletter import dead_letter
from services.chassis.ids import uuid7
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import OUTBOX, POSITIONS, MongoStore
from services.chassis.topic_ids import TopicIds
from tests.faults.probe import root_of
from tests.integration.chassis.kafka_room import LIMIT_S, PARTITIONS, KafkaRoom
from tests.integration.chassis.probe_load import applied_versions, message, totals
from tests.support.wait import wait_until_async
from tests.unit.chassis.core_parts import Record

SEED = 20260301


@pytest.fixture
async def room(kafka_bootstrap: str, mongo: Mongo, database: Database[dict[str, Any]]) -> AsyncIterator[KafkaRoom]:
    async with KafkaRoom(kafka_bootstrap, mongo, database) as opened:
        yield opened


def disordered(count: int, keys: int) -> list[tuple[str, int]]:
    """Return `count` (key, version) pairs: rising versions, with duplicates and old ones strewn in, none left out."""
    rng = random.Random(SEED)  # noqa: S311 - a fixed load, no secret
    reached = {f"r{number}": 0 for number in range(keys)}
    pairs = []
    for _ in range(count):
        key = rng.choice(list(reached))
        if reached[key] and rng.random() < 0.3:
            pairs.append((key, rng.randint(1, reached[key])))
        else:
            reached[key] += 1
            pairs.append((key, reached[key]))
    return pairs


async def test_two_thousand_messages_take_effect_exactly_once(room: KafkaRoom, mongo: Mongo) -> None:
    pairs = disordered(2_000, keys=40)
    expected = {key: list(range(1, 1 + max(v for k, v in pairs if k == key))) for key, _ in pairs}
    effects = sum(map(len, expected.values()))
    assert effects < 1_700, "there is something to drop"

    await room.relay()
    await room.consume()
    await room.consume(room.totals)
    await room.produce([(key, message(room.probe, key, version)) for key, version in pairs])
    await room.drained(room.deciding, room.totals)

    assert applied_versions(room.database) == expected
    sums: dict[str, int] = {}
    for key, versions in expected.items():
        sums[root_of(key)] = sums.get(root_of(key), 0) + len(versions)
    assert totals(room.database) == sums
    work = room.database[OUTBOX].count_documents({"topic": room.probe.work_topic})
    letters = room.database[OUTBOX].count_documents({"topic": {"$regex": "dlq$"}})
    assert (work, letters, room.database[REFUSALS.name].count_documents({})) == (effects, 0, 0)
    positions = list(room.database[POSITIONS].find())
    assert [position["epoch"] for position in positions] == [1] * (2 * PARTITIONS)
    assert room.fatal == []


async def test_members_come_and_go_and_nothing_is_lost_or_doubled(room: KafkaRoom) -> None:
    pairs = disordered(600, keys=12)
    expected = {key: list(range(1, 1 + max(v for k, v in pairs if k == key))) for key, _ in pairs}
    messages = [(key, message(room.probe, key, version)) for key, version in pairs]
    first = await room.consume()
    await room.produce(messages[:200])
    second = await room.consume()
    await room.produce(messages[200:400])
    await room.leave(first)
    await room.produce(messages[400:])
    await room.drained(room.deciding)
    await room.leave(second)
    assert applied_versions(room.database) == expected
    assert room.database[OUTBOX].count_documents({}) == sum(map(len, expected.values()))
    assert max(position["epoch"] for position in room.database[POSITIONS].find()) >= 3


async def test_poison_of_every_shape_ends_as_a_dead_letter_on_its_topic(room: KafkaRoom) -> None:
    """Also a message as large as the topic allows, to which the letter adds its headers."""
    largest = b"\x00" * (1_048_576 - 200)
    poison: list[tuple[Any, Any]] = [("a", b"garbage"), ("b", None), (None, b"no key"), ("c", largest), ("r1", b"{}")]
    good = [("r1", message(room.probe, "r1", version)) for version in (1, 2, 3)]
    await room.relay()
    await room.consume()
    await room.produce([good[0], *poison[:3], good[1], *poison[3:], good[2]])
    await room.drained(room.deciding)
    letters = await room.records_of(f"{room.probe.name}.{room.probe.register_topic}.dlq", len(poison))
    assert applied_versions(room.database) == {"r1": [1, 2, 3]}
    found = {(letter.key, letter.value) for letter in letters}
    assert found == {(None if key is None else key.encode(), value) for key, value in poison}
    assert {dict(letter.headers)["dlq-reason"] for letter in letters} == {b"decode"}
    assert room.fatal == []


async def test_a_letter_without_key_and_value_can_be_sent(room: KafkaRoom, mongo: Mongo) -> None:
    """Other clients can write such messages; ours refuses to, which would stop the relay for good."""
    topic = f"{room.probe.name}.{room.probe.register_topic}.dlq"
    empty = Record(7, None, None, room.probe.register_topic)
    letter = dead_letter(
        empty, ValueError("tombstone"), "decode", topic=topic, attempts=1, row_id=uuid7(), at=system_clock()
    )
    async with MongoStore(mongo).transaction() as tx:
        await tx.append_outbox([letter])
    await room.relay()
    (sent,) = await room.records_of(topic, 1)
    assert (sent.value, dict(sent.headers)["dlq-offset"]) == (None, b"7")
    assert room.fatal == []


async def test_a_partition_is_not_orphaned_by_a_rival_that_claims_and_vanishes(room: KafkaRoom, mongo: Mongo) -> None:
    """A frozen member may thaw, finish its claim, and die before the group notices: the living one must go on."""
    await room.consume(session_timeout_ms=2_000)
    await room.produce([("r1", message(room.probe, "r1", 1))])
    await room.drained(room.deciding)
    rival = await mongo.start_session()
    for number in range(PARTITIONS):
        name = position_id(room.deciding.name, room.probe.register_topic, number)
        document = room.database[POSITIONS].find_one({"_id": name})
        assert document is not None
        await claim(mongo, name, rival, TopicFacts(document["topic_id"], 0, document["offset"]))
    await rival.end_session()
    await room.produce([("r1", message(room.probe, "r1", 2))])

    def goes_on_or_ends() -> bool:
        return bool(room.fatal) or applied_versions(room.database) == {"r1": [1, 2]}

    await wait_until_async(goes_on_or_ends, LIMIT_S, "the member to claim again, or to end so that it is restarted")


async def test_a_topic_recreated_under_our_feet_is_fatal(room: KafkaRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when it was away for a while in between, so that a check found no topic at all."""
    checks: list[str] = []
    ask = TopicIds.get

    async def count(self: TopicIds, topic: str) -> str:
        checks.append(topic)
        return await ask(self, topic)

    monkeypatch.setattr(consumer_module, "CHECK_S", 0.1)
    monkeypatch.setattr(TopicIds, "get", count)
    await room.consume()
    await room.produce([("r1", message(room.probe, "r1", 1))])
    await room.drained(room.deciding)
    await asyncio.to_thread(room.delete_topics)
    seen = len(checks)
    await wait_until_async(lambda: len(checks) > seen + 2, LIMIT_S, "checks that find no topic")
    assert [error for error in room.fatal if not isinstance(error, TopicChangedError)] == []
    await asyncio.to_thread(room.make_topics)
    await wait_until_async(lambda: bool(room.fatal), LIMIT_S, "the member to notice")
    assert isinstance(room.fatal[0], TopicChangedError)


async def test_positions_are_committed_to_kafka_for_monitoring(
    room: KafkaRoom, kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "MONITORING_COMMIT_S", 0.1)
    await room.consume()
    await room.produce([("r1", message(room.probe, "r1", version)) for version in range(1, 11)])
    await room.drained(room.deciding)

    def committed() -> int:
        with KafkaAdminClient(bootstrap_servers=kafka_bootstrap) as admin:
            offsets = admin.list_group_offsets({room.deciding.name: None})[room.deciding.name]
        return sum(found.offset for found in offsets.values() if found.offset > 0)

    await wait_until_async(lambda: asyncio.to_thread(committed), LIMIT_S, "the monitoring commit")
    assert await asyncio.to_thread(committed) == 10

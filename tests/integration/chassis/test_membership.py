"""A member that the group never takes in, or whose topic is not there, ends; a spare one stands by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka.errors import GroupAuthorizationFailedError, GroupCoordinatorNotAvailableError
from kafka import KafkaAdminClient
from opentelemetry.metrics import NoOpMeterProvider
from pymongo.database import Database

from services.chassis import consumer as consumer_module
from services.chassis import membership
from services.chassis.clock import system_clock
from services.chassis.consumer import BatchConsumer, ConsumerOptions
from services.chassis.ids import uuid7
from services.chassis.membership import NotJoinedError, TopicAbsentError
from services.chassis.mongo import Mongo
from services.chassis.telemetry import Metrics
from tests.integration.chassis.kafka_room import LIMIT_S, PARTITIONS, KafkaRoom
from tests.support.wait import wait_until_async


@pytest.fixture
async def room(kafka_bootstrap: str, mongo: Mongo, database: Database[dict[str, Any]]) -> AsyncIterator[KafkaRoom]:
    async with KafkaRoom(kafka_bootstrap, mongo, database) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_module, "CHECK_S", 0.2)
    monkeypatch.setattr(membership, "JOIN_LIMIT_S", 1.0)
    monkeypatch.setattr(membership, "ABSENT_LIMIT_S", 1.0)


async def member(room: KafkaRoom) -> BatchConsumer:
    found = BatchConsumer(
        room.probe.name, room.deciding, room.mongo, room.probe.translate,
        ConsumerOptions(room.bootstrap, session_timeout_ms=6_000, heartbeat_interval_ms=300),
        metrics=Metrics(NoOpMeterProvider().get_meter("test")), new_id=uuid7, clock=system_clock,
        on_fatal=lambda _, error: room.fatal.append(error),
    )  # fmt: skip
    room._consumers.append(found)
    await found.start()
    return found


async def ended_with(room: KafkaRoom, kind: type[BaseException]) -> None:
    await wait_until_async(lambda: any(isinstance(error, kind) for error in room.fatal), LIMIT_S, kind.__name__)


async def test_a_refused_member_ends(room: KafkaRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: Any) -> int:
        raise GroupAuthorizationFailedError("no")

    monkeypatch.setattr("aiokafka.client.AIOKafkaClient.coordinator_lookup", refuse)
    await member(room)
    await ended_with(room, GroupAuthorizationFailedError)


async def test_a_member_the_group_never_answers_ends(room: KafkaRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: Any) -> int:
        raise GroupCoordinatorNotAvailableError

    monkeypatch.setattr("aiokafka.client.AIOKafkaClient.coordinator_lookup", never)
    await member(room)
    await ended_with(room, NotJoinedError)


async def test_a_topic_that_goes_away_ends_its_member(room: KafkaRoom) -> None:
    await room.consume()
    with KafkaAdminClient(bootstrap_servers=room.bootstrap) as admin:
        await asyncio.to_thread(admin.delete_topics, [room.probe.register_topic])
    await ended_with(room, TopicAbsentError)


async def test_a_spare_member_stands_by(room: KafkaRoom) -> None:
    for _ in range(PARTITIONS):
        await room.consume()
    extra = [await member(room) for _ in range(4)]
    await wait_until_async(lambda: all(m._assignment.waiting_s() == 0.0 for m in extra), LIMIT_S, "empty shares")
    assert [m for m in extra if not m._consumer.assignment()]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(3):
            await ended_with(room, BaseException)

"""Duplicates, old events after newer ones, and topics that are not what they were."""

from __future__ import annotations

import asyncio

from kafka import KafkaAdminClient

from infra.local.topics import ensure_topics
from services.chassis.relay import make_producer
from services.chassis.worker import EXIT_FATAL
from tests.faults.lab import Lab
from tests.faults.oracle import read_topic


async def test_duplicates_and_old_events_have_no_effect(lab: Lab) -> None:
    lab.start("relay")
    lab.start("worker")
    await lab.append(120)
    await lab.drained()
    records = await asyncio.to_thread(read_topic, lab.bootstrap, lab.probe.register_topic)
    again = [record for record in records for _ in range(lab.random.randint(1, 3))]
    lab.random.shuffle(again)
    producer = make_producer(lab.bootstrap)
    for record in again:
        producer.send(record.topic, key=record.key, value=record.value, headers=record.headers)
    producer.flush()
    producer.close()
    await lab.append(30)
    await lab.hold()


async def test_a_topic_deleted_and_recreated_stops_the_worker_with_a_clear_error(lab: Lab) -> None:
    lab.start("relay")
    worker = lab.start("worker")
    await lab.append(40)
    await lab.drained()
    admin = KafkaAdminClient(bootstrap_servers=lab.bootstrap)
    admin.delete_topics([lab.probe.register_topic])
    admin.close()
    await asyncio.to_thread(ensure_topics, lab.bootstrap, lab.topics())
    assert await lab.ended(worker) == EXIT_FATAL
    again = lab.start("worker", "again")
    assert await lab.ended(again) == EXIT_FATAL
    assert "the topic was recreated" in lab.log_of("again")
    assert len(await lab.positions()) > 0

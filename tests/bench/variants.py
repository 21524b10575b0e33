"""One variant of the consumer benchmark a process.

`python -m tests.bench.variants NAME TOPIC SIZE BOOTSTRAP URI DATABASE COUNT`.

Each reads the same preloaded topic to its end and prints seconds from the first message's arrival to the last commit.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import faust
import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition
from motor.motor_asyncio import AsyncIOMotorClient
from opentelemetry.sdk.metrics import MeterProvider
from pymongo import MongoClient, WriteConcern

from services.chassis.batch import REFUSALS
from services.chassis.clock import system_clock
from services.chassis.consumer import FETCH_WAIT_MS, BatchConsumer, ConsumerOptions
from services.chassis.ids import uuid7
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import POSITIONS, SYSTEM_INDEXES, kind_indexes
from services.chassis.partition import POLL_MS
from services.chassis.telemetry import Metrics
from services.chassis.worker import tune_runtime
from tests.bench.load import GROUP, OUT_TOPIC, PARTITIONS, RECORDS, SIZES, events, translate

DURABLE = WriteConcern("majority", j=True)
RAW_BATCH = 500


def naive(topic_name: str, _size: str, bootstrap: str, uri: str, database: str, count: int) -> None:
    """Run a Faust agent with one acknowledged write per message: no outbox, no atomic offset."""
    app = faust.App(
        f"naive-{topic_name}",
        broker=f"kafka://{bootstrap}",
        value_serializer="raw",
        topic_disable_leader=True,
        web_enabled=False,
        loghandlers=[],
        consumer_auto_offset_reset="earliest",
    )
    topic = app.topic(topic_name, value_type=bytes)
    clock = _Stopwatch(count)

    @app.agent(topic)  # type: ignore[untyped-decorator] # faust ships no types
    async def store(stream: Any) -> None:
        collection: Any = AsyncIOMotorClient(uri)[database].get_collection("naive", write_concern=DURABLE)
        async for value in stream:
            clock.begin()
            event = orjson.loads(value)
            await collection.insert_one({"_id": event["subject"]} | event["data"])
            clock.end(1)

    worker = faust.Worker(app, override_logging=False, redirect_stdouts=False, loglevel="ERROR", quiet=True)
    worker.execute_from_commandline()


def atomic(topic: str, _size: str, bootstrap: str, uri: str, database: str, count: int) -> None:
    """Run our consumer: prefetch, state, outbox and offset in one transaction a batch."""
    tune_runtime()
    uvloop.run(_atomic(topic, bootstrap, uri, database, count))


async def _atomic(topic: str, bootstrap: str, uri: str, database: str, count: int) -> None:
    mongo = Mongo(uri, database)
    await mongo.bootstrap(dict(SYSTEM_INDEXES) | kind_indexes([RECORDS, REFUSALS]))
    clock = _Stopwatch(count)
    done = asyncio.Event()

    def fatal(where: str, error: BaseException) -> None:
        raise SystemExit(f"{where}: {error!r}")

    consumer = _Watched(
        "bench",
        replace(GROUP, name=f"atomic-{topic}", topics=(topic,)),
        mongo,
        translate,
        ConsumerOptions(bootstrap),
        metrics=Metrics(MeterProvider().get_meter("bench")),
        new_id=uuid7,
        clock=system_clock,
        on_fatal=fatal,
    )
    consumer.on_fetched = clock.begin
    consumer.on_applied = lambda messages: clock.end(messages, done)
    await consumer.start()
    await done.wait()
    await consumer.stop()
    applied = sum([row["offset"] async for row in mongo.collection(POSITIONS).find({})])
    stored = await mongo.collection(RECORDS.name).count_documents({})
    rows = await mongo.collection("outbox").count_documents({})
    if not applied == stored == rows == count:
        raise SystemExit(f"wrote {stored} states, {rows} outbox rows at offset {applied}, expected {count}")
    clock.report()


class _Watched(BatchConsumer):
    on_fetched: Callable[[], None]
    on_applied: Callable[[int], None]

    async def fetch(self, partition: Any, most: int, timeout_ms: int) -> Any:
        records = await super().fetch(partition, most, timeout_ms)
        if records:
            self.on_fetched()
        return records

    def applied(self, partition: Any, result: Any, seconds: float) -> None:
        super().applied(partition, result, seconds)
        self.on_applied(result.taken)


def bare(topic: str, _size: str, bootstrap: str, uri: str, database: str, count: int) -> None:
    """Run the least loop that is atomic: no contract, no handler, no guard, and an outbox row that repeats the bytes.

    What no consumer that stores state, outbox row and offset together can pass on this machine.
    """
    tune_runtime()
    uvloop.run(_bare(topic, bootstrap, uri, database, count))


async def _bare(topic: str, bootstrap: str, uri: str, database: str, count: int) -> None:
    mongo = Mongo(uri, database)
    await mongo.bootstrap(dict(SYSTEM_INDEXES) | kind_indexes([RECORDS]))
    clock = _Stopwatch(count)
    done = asyncio.Event()
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=FETCH_WAIT_MS
    )
    await consumer.start()
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    tasks = [asyncio.create_task(_bare_partition(consumer, held, mongo, clock, done)) for held in partitions]
    await done.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await consumer.stop()
    clock.report()


async def _bare_partition(consumer: Any, held: Any, mongo: Mongo, clock: _Stopwatch, done: asyncio.Event) -> None:
    session = await mongo.start_session()
    while True:
        found = await consumer.getmany(held, timeout_ms=POLL_MS, max_records=RAW_BATCH)
        records = found.get(held, ())
        if not records:
            continue
        clock.begin()
        read = [orjson.loads(record.value) for record in records]
        await mongo.begin(session)
        states = [{"_id": event["subject"]} | event["data"] for event in read]
        await mongo.collection(RECORDS.name).insert_many(states, ordered=False, session=session)
        rows = [
            {"_id": event["id"], "topic": OUT_TOPIC, "key": record.key, "value": record.value, "published": False}
            for event, record in zip(read, records, strict=True)
        ]
        await mongo.collection("outbox").insert_many(rows, ordered=False, session=session)
        await mongo.collection(POSITIONS).update_one(
            {"_id": str(held.partition)}, {"$set": {"offset": records[-1].offset + 1}}, upsert=True, session=session
        )
        await session.commit_transaction()
        clock.end(len(records), done)


def raw(_topic: str, size: str, _bootstrap: str, uri: str, database: str, count: int) -> None:
    """Insert the same data with the raw driver, no Kafka: the ceiling of this mongod."""
    documents = [
        {"_id": event["subject"]} | event["data"]
        for event in (orjson.loads(value) for _, value in events(count, SIZES[size]))
    ]
    collection = MongoClient[Any](uri)[database].get_collection("raw", write_concern=DURABLE)
    clock = _Stopwatch(count)
    clock.begin()
    for start in range(0, count, RAW_BATCH):
        collection.insert_many(documents[start : start + RAW_BATCH], ordered=False)
    clock.end(count)


class _Stopwatch:
    def __init__(self, count: int) -> None:
        self._left = count
        self._count = count
        self._started = 0.0
        self._seconds = 0.0

    def begin(self) -> None:
        self._started = self._started or time.perf_counter()

    def end(self, messages: int, done: asyncio.Event | None = None) -> None:
        self._left -= messages
        if self._left > 0:
            return
        self._seconds = time.perf_counter() - self._started
        if done is not None:
            done.set()
        else:
            self.report()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)  # the naive variant has no other way out of Faust's worker loop

    def report(self) -> None:
        print(json.dumps({"messages": self._count, "seconds": self._seconds}))


if __name__ == "__main__":
    _, name, topic, size, bootstrap, uri, database, count = sys.argv
    {"naive": naive, "atomic": atomic, "bare": bare, "raw": raw}[name](
        topic, size, bootstrap, uri, database, int(count)
    )

import uuid
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from infra.local.engines import Engines
from infra.local.errors import EngineError
from infra.local.topics import ensure_topics
from infra.local.wire import broker_count
from schemas.topics import Topic
from tests.support.wait import wait_until

pytestmark = pytest.mark.engines
DEADLINE_S = 60.0


def new_topic(partitions: int = 1) -> Topic:
    return Topic(
        name=f"test.t{uuid.uuid4().hex}",
        kind="facts",
        owner="test",
        key="id",
        consumers=[],
        partitions=partitions,
        max_message_bytes=1_048_576,
    )


def publish(bootstrap: str, topic: str, values: list[bytes]) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    try:
        for sent in [producer.send(topic, value) for value in values]:
            sent.get(DEADLINE_S)
    finally:
        producer.close()


def read_all(bootstrap: str, topic: str, count: int) -> list[bytes]:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    try:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        values: list[bytes] = []

        def complete() -> bool:
            for records in consumer.poll(timeout_ms=100).values():
                values.extend(record.value for record in records)
            return len(values) >= count

        wait_until(complete, DEADLINE_S, f"{count} records of {topic}")
        return values
    finally:
        consumer.close()


def mongo_client(engines: Engines, **options: Any) -> MongoClient[dict[str, Any]]:
    return MongoClient(engines.mongo.uri, **options)


@pytest.mark.parametrize("crash", [True, False], ids=["kill -9", "clean stop"])
def test_the_broker_comes_back_on_its_port_with_its_data(engines: Engines, crash: bool) -> None:
    kafka, topic = engines.kafka, new_topic()
    ensure_topics(kafka.bootstrap, [topic])
    values = [str(n).encode() for n in range(100)]
    publish(kafka.bootstrap, topic.name, values)
    address = kafka.bootstrap
    (kafka.kill if crash else kafka.stop)()
    assert not kafka.is_running
    assert broker_count(kafka.port) == 0
    kafka.start()
    assert kafka.bootstrap == address
    assert read_all(address, topic.name, len(values)) == values
    publish(address, topic.name, [b"after"])
    assert read_all(address, topic.name, len(values) + 1)[-1] == b"after"


@pytest.mark.parametrize("crash", [True, False], ids=["kill -9", "clean stop"])
def test_mongod_comes_back_on_its_port_with_its_data(engines: Engines, crash: bool) -> None:
    mongo = engines.mongo
    name = f"test_{uuid.uuid4().hex}"
    with mongo_client(engines) as client:
        with client.start_session() as session, session.start_transaction():
            client[name]["rows"].insert_many([{"_id": n} for n in range(100)], session=session)
        (mongo.kill if crash else mongo.stop)()
        assert not mongo.is_running
        mongo.start()
        assert client[name]["rows"].count_documents({}) == 100
        client.drop_database(name)


def test_a_frozen_broker_is_silent_and_thaws(engines: Engines) -> None:
    kafka = engines.kafka
    kafka.freeze()
    assert kafka.is_frozen
    assert broker_count(kafka.port) == 0
    kafka.thaw()
    wait_until(lambda: broker_count(kafka.port) == 1, DEADLINE_S, "the broker answers again")


def test_a_frozen_mongod_is_silent_and_thaws(engines: Engines) -> None:
    mongo = engines.mongo
    mongo.freeze()
    with (
        mongo_client(engines, serverSelectionTimeoutMS=300, socketTimeoutMS=300) as client,
        pytest.raises(PyMongoError),
    ):
        client.admin.command("ping")
    mongo.thaw()
    with mongo_client(engines) as client:
        assert client.admin.command("ping")["ok"] == 1.0


def test_mongod_runs_with_the_settings_we_rely_on(engines: Engines) -> None:
    with mongo_client(engines) as client:
        answer = client.admin.command("getParameter", 1, transactionLifetimeLimitSeconds=1, enableTestCommands=1)
        assert answer["transactionLifetimeLimitSeconds"] == 5
        client.admin.command("configureFailPoint", "failCommand", mode="off")


def test_topics_are_made_once_and_a_partition_count_never_changes(engines: Engines) -> None:
    bootstrap, topic = engines.kafka.bootstrap, new_topic(partitions=2)
    assert ensure_topics(bootstrap, [topic]).created == (topic.name,)
    again = ensure_topics(bootstrap, [topic])
    assert (again.created, again.existing, again.drifted) == ((), (topic.name,), ())
    with pytest.raises(EngineError, match=r"has 2, the catalogue says 3"):
        ensure_topics(bootstrap, [topic.model_copy(update={"partitions": 3})])
    assert len(ensure_topics(bootstrap, [topic.model_copy(update={"kind": "work"})]).drifted) == 1

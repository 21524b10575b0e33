"""List, show and replay dead letters, and reset the counters that stopped a worker."""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections.abc import Generator
from contextlib import closing
from typing import Any, Final

from pymongo import MongoClient

from schemas.topics import dead_letter_topic
from services.chassis.mongo_store import POSITIONS
from services.chassis.parts import ServiceParts
from services.chassis.settings import ServiceSettings

LIST_LIMIT: Final = 1_000
POLL_MS: Final = 5_000
REPLAY_TIMEOUT_S: Final = 30.0


def add_deadletter_commands(commands: Any, parts: ServiceParts) -> None:
    """Add `deadletters list|show|replay|reset`."""
    topics = sorted({topic for group in parts.groups for topic in group.topics})
    group = commands.add_parser("deadletters", help="look at, replay and reset dead letters")
    actions = group.add_subparsers(dest="action", required=True)
    for name, text in (("list", "one line each"), ("show", "headers and value"), ("replay", "send again to the topic")):
        action = actions.add_parser(name, help=text)
        action.add_argument("topic", choices=topics, help="the topic that was read")
        if name != "list":
            action.add_argument("offset", type=int, help="offset in the dead-letter topic (`letter` in the list)")
        action.set_defaults(run=lambda settings, given, name=name: _act(parts, settings, given, name))
    reset = actions.add_parser("reset", help="set the poison counters of a position back to 0")
    reset.add_argument("position", help="group:topic:partition, as the error named it")
    reset.set_defaults(run=_reset)


def read_dead_letters(service: str, topic: str, bootstrap: str) -> Generator[dict[str, Any], None, None]:
    """Yield the letters of one source topic, oldest first, `LIST_LIMIT` at most."""
    from kafka import KafkaConsumer, TopicPartition  # noqa: PLC0415 - other commands start without a Kafka client

    name = dead_letter_topic(service, topic)
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, consumer_timeout_ms=POLL_MS)
    try:
        numbers = consumer.partitions_for_topic(name)
        if not numbers:
            return
        partitions = [TopicPartition(name, number) for number in sorted(numbers)]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        left = sum(consumer.end_offsets(partitions).values()) - sum(consumer.beginning_offsets(partitions).values())
        left = min(left, LIST_LIMIT)
        while left > 0:
            for records in consumer.poll(timeout_ms=POLL_MS).values():
                for record in records:
                    left -= 1
                    yield _letter(record)
    finally:
        consumer.close()


def _letter(record: Any) -> dict[str, Any]:
    """Return a letter fit for JSON: key and value as text to read, and in base64, which alone is byte for byte."""
    headers = {name: _as_text(bytes(value)) for name, value in record.headers}
    return {
        "letter": record.offset,
        "key": _as_text(record.key),
        "key_base64": _as_base64(record.key),
        "value_base64": _as_base64(record.value),
        "value_text": _as_text(record.value),
        **{name.removeprefix("dlq-"): value for name, value in headers.items() if name.startswith("dlq-")},
    }


def _as_text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "replace")


def _as_base64(raw: bytes | None) -> str | None:
    return None if raw is None else base64.b64encode(raw).decode()


def _act(parts: ServiceParts, settings: ServiceSettings, given: argparse.Namespace, action: str) -> int:
    with closing(read_dead_letters(parts.name, given.topic, settings.kafka_bootstrap)) as letters:
        if action == "list":
            for letter in letters:
                shown = {name: letter[name] for name in letter if not name.startswith("value_")}
                print(json.dumps(shown, ensure_ascii=False))
            return 0
        found = next((letter for letter in letters if letter["letter"] == given.offset), None)
    if found is None:
        print(f"no dead letter at offset {given.offset} of {given.topic}", file=sys.stderr)
        return 1
    if action == "show":
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return 0
    return _replay(settings, given.topic, found)


def _replay(settings: ServiceSettings, topic: str, letter: dict[str, Any]) -> int:
    """Send the letter's key and value, byte for byte, to the topic again; consumers drop what they know by version."""
    if letter["value_base64"] is None:
        print("this letter has no value (a tombstone); there is nothing to replay", file=sys.stderr)
        return 1
    from services.chassis.relay import make_producer  # noqa: PLC0415 - other commands start without a Kafka client

    producer = make_producer(settings.kafka_bootstrap)
    key = None if letter["key_base64"] is None else base64.b64decode(letter["key_base64"])
    sent = producer.send(topic, key=key, value=base64.b64decode(letter["value_base64"])).get(timeout=REPLAY_TIMEOUT_S)
    producer.close()
    print(
        json.dumps({"replayed": letter["letter"], "topic": topic, "partition": sent.partition, "offset": sent.offset})
    )
    return 0


def _reset(settings: ServiceSettings, given: argparse.Namespace) -> int:
    client: MongoClient[dict[str, Any]] = MongoClient(settings.mongo_uri, w="majority", journal=True)
    try:
        result = client[settings.database][POSITIONS].update_one(
            {"_id": given.position}, {"$set": {"poison_run": 0, "window_seen": 0, "window_poison": 0}}
        )
    finally:
        client.close()
    if result.matched_count != 1:
        print(f"no position {given.position} in database {settings.database}", file=sys.stderr)
        return 1
    print(json.dumps({"reset": given.position}))
    return 0

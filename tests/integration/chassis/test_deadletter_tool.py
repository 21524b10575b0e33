"""A letter's key and value on their whole way: topic, dead letter, list, show, replay, topic. Byte for byte."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest
from pymongo.database import Database

from services.chassis import cli
from services.chassis.mongo import Mongo
from services.chassis.relay import make_producer
from tests.faults.lab import no_api
from tests.faults.probe import ProbeSettings
from tests.integration.chassis.kafka_room import LIMIT_S, KafkaRoom

VALUE = b"\x00\xff not an event"
KEYS = {b"\xff\xfe\x00\x80": "\ufffd\ufffd\x00\ufffd", "Gießerei 铸造".encode(): "Gießerei 铸造", b"": "", None: None}
"""Keys of messages, and the text a person is shown of them."""


@pytest.fixture
async def room(kafka_bootstrap: str, mongo: Mongo, database: Database[dict[str, Any]]) -> AsyncIterator[KafkaRoom]:
    async with KafkaRoom(kafka_bootstrap, mongo, database) as opened:
        yield opened


def send(room: KafkaRoom, keys: list[bytes | None]) -> None:
    producer = make_producer(room.bootstrap)
    for key in keys:
        producer.send(room.probe.register_topic, key=key, value=VALUE, partition=0).get(timeout=LIMIT_S)
    producer.close(timeout=5)


Tool = Callable[..., Any]


@pytest.fixture
def tool(room: KafkaRoom, capsys: pytest.CaptureFixture[str]) -> Tool:
    """Return what runs `deadletters <action> <register topic> ...` and gives its lines."""
    load = partial(ProbeSettings.load, {"TIERLOOP_KAFKA_BOOTSTRAP": room.bootstrap})

    async def run(action: str, *rest: str) -> str:
        capsys.readouterr()
        line = ["deadletters", action, room.probe.register_topic, *rest]
        assert await asyncio.to_thread(cli.run, room.probe.parts(), load, no_api, line) == 0
        return capsys.readouterr().out

    return run


async def test_keys_survive_byte_for_byte(room: KafkaRoom, tool: Tool) -> None:
    await asyncio.to_thread(send, room, list(KEYS))
    await room.relay()
    await room.consume()
    await room.drained(room.deciding)

    listed = [json.loads(line) for line in (await tool("list")).splitlines()]
    assert {unpacked(letter["key_base64"]): letter["key"] for letter in listed} == KEYS
    for letter in listed:
        shown = json.loads(await tool("show", str(letter["letter"])))
        assert shown["key_base64"] == letter["key_base64"]
        assert unpacked(shown["value_base64"]) == VALUE
        await tool("replay", str(letter["letter"]))

    records = await room.records_of(room.probe.register_topic, 2 * len(KEYS))
    assert Counter((record.key, record.value) for record in records) == {(key, VALUE): 2 for key in KEYS}


def unpacked(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)

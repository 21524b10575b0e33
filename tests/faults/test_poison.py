"""Messages nobody can read: one in the middle of a batch, and a run of them across restarts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.chassis.deadletter_tool import read_dead_letters
from services.chassis.relay import make_producer
from services.chassis.worker import EXIT_FATAL
from tests.faults.lab import Lab
from tests.faults.oracle import POISON_KEY
from tests.support.wait import wait_until_async

POISON = {
    "not JSON": b"{",
    "not UTF-8": b"\xff\xfe",
    "not an event": b"[]",
    "tombstone": None,
    "deep nesting": b"[" * 50_000,
    "broken contract": (
        b'{"specversion":"1.0","id":"x","source":"/t","type":"%s","subject":"r1","time":"2026-11-22T00:00:00Z",'
        b'"dataschema":"urn:x","aggregateversion":1,"data":{"key":5}}'
    ),
}


def send(lab: Lab, values: list[bytes | None], partition: int = 0) -> None:
    """Put raw messages on one partition of the register topic."""
    producer = make_producer(lab.bootstrap)
    for value in values:
        producer.send(lab.probe.register_topic, key=POISON_KEY, value=value, partition=partition)
    producer.flush()
    producer.close()


async def letters(lab: Lab) -> list[dict[str, Any]]:
    """Return the dead letters of the register topic."""
    read = await asyncio.to_thread(
        lambda: list(read_dead_letters(lab.probe.name, lab.probe.register_topic, lab.bootstrap))
    )
    return sorted(read, key=lambda letter: int(letter["offset"]))


async def test_poison_in_the_middle_goes_alone(lab: Lab) -> None:
    values = [value and value.replace(b"%s", lab.probe.register_type.encode()) for value in POISON.values()]
    lab.start("relay")
    await lab.append(60)
    await wait_until_async(lab.oracle_outbox_empty, 30, "the relay to publish the first half")
    send(lab, values)
    await lab.append(60)
    lab.start("worker")
    await lab.hold()
    found = await letters(lab)
    assert [letter["reason"] for letter in found] == ["decode"] * 5 + ["contract"]
    assert {letter["topic"] for letter in found} == {lab.probe.register_topic}
    assert found[0]["value_text"] == "{"
    assert [letter["value_base64"] for letter in found].count(None) == 1, "a tombstone stays null"


async def test_a_run_of_poison_stops_the_worker_across_restarts(lab: Lab) -> None:
    send(lab, [b"poison"] * 7)
    lab.start("relay")
    limit = {"TIERLOOP_POISON_RUN_LIMIT": "5"}
    for attempt in range(3):
        worker = lab.start("worker", f"worker-{attempt}", **limit)
        assert await lab.ended(worker) == EXIT_FATAL
        assert "unreadable messages in a row (limit 5)" in lab.log_of(f"worker-{attempt}")
        position = (await lab.positions())[f"{lab.probe.name}.deciding:{lab.probe.register_topic}:0"]
        assert (position["offset"], position["poison_run"]) == (5, 5), "restarting must not drain the topic"
    await wait_until_async(lab.oracle_outbox_empty, 30, "the dead letters to be published")
    assert len(await letters(lab)) == 5


@pytest.mark.parametrize("size", [pytest.param(100_000, marks=pytest.mark.long), 899_000])
async def test_a_message_near_the_size_limit_passes(lab: Lab, size: int) -> None:
    lab.start("relay")
    lab.start("worker")
    await lab.append_value("r0", "x" * size)
    await lab.hold()


async def test_an_event_over_the_size_limit_is_refused_whole(lab: Lab) -> None:
    from services.chassis.outbox import EventTooLarge  # noqa: PLC0415 - named here, beside what it refuses

    with pytest.raises(EventTooLarge, match="900000"):
        await lab.append_value("r0", "x" * 901_000)
    assert await lab.mongo.collection("registers").count_documents({}) == 0
    assert await lab.mongo.collection("outbox").count_documents({}) == 0


async def test_an_operator_resets_the_counter_and_replays_a_letter(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    send(lab, [b"poison"] * 6)
    lab.start("relay")
    stopped = lab.start("worker", "stopped", TIERLOOP_POISON_RUN_LIMIT="5")
    assert await lab.ended(stopped) == EXIT_FATAL

    position = f"{lab.probe.name}.deciding:{lab.probe.register_topic}:0"
    assert await lab.command("deadletters", "reset", position) == 0
    lab.start("worker", "again", TIERLOOP_POISON_RUN_LIMIT="5")
    await lab.append(20)
    await lab.hold()
    assert len(await letters(lab)) == 6

    capsys.readouterr()
    assert await lab.command("deadletters", "list", lab.probe.register_topic) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6
    assert await lab.command("deadletters", "replay", lab.probe.register_topic, "0") == 0
    await lab.drained()
    assert len(await letters(lab)) == 7, "what still can't be read comes back"
    assert await lab.command("deadletters", "show", lab.probe.register_topic, "99") == 1

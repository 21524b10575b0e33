"""The relay dies between publishing and marking; two relays run at once."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.lab import Lab
from tests.faults.oracle import read_topic


async def test_a_relay_killed_between_publish_and_mark_repeats_and_loses_nothing(lab: Lab) -> None:
    lab.start("worker")
    first = lab.start("relay", "first", crash="publish:2")
    await lab.append(200)
    await lab.ended(first)
    lab.start("relay", "second")
    await lab.hold()
    topics = (lab.probe.register_topic, lab.probe.work_topic, lab.probe.total_topic)
    sent = [len(await asyncio.to_thread(read_topic, lab.bootstrap, topic)) for topic in topics]
    rows = await lab.mongo.collection("outbox").count_documents({})
    assert sum(sent) > rows, "the page that was published but not marked should have been sent again"


@pytest.mark.long
async def test_a_frozen_relay_is_replaced_and_stands_by_when_it_thaws(lab: Lab) -> None:
    lab.start("worker")
    first = lab.start("relay", "first")
    await lab.append(50)
    await lab.drained()
    first.freeze()
    lab.start("relay", "second")
    await lab.append(50)
    await lab.drained()
    first.thaw()
    await lab.append(50)
    await lab.hold()

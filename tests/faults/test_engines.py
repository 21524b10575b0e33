"""Kafka and MongoDB are killed and restarted while the system works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.local.engines import Engines
from tests.faults.conftest import SEED
from tests.faults.lab import Lab


@pytest.fixture
async def lab(engines: Engines, tmp_path: Path) -> AsyncIterator[Lab]:
    """Open a laboratory on engines that a test may kill."""
    async with Lab(engines.kafka.bootstrap, engines.mongo.uri, tmp_path, SEED) as opened:
        yield opened


@pytest.mark.parametrize("name", ["kafka", "mongo"])
async def test_an_engine_killed_under_load(lab: Lab, engines: Engines, name: str) -> None:
    engine = engines.kafka if name == "kafka" else engines.mongo
    with lab.supervise("worker", "relay"):
        await lab.append(100)
        await lab.applied_more_than(50, 60)
        load = asyncio.create_task(lab.append(300))
        await asyncio.to_thread(engine.kill)
        await asyncio.to_thread(engine.start)
        await load
        await lab.hold()


async def test_http_survives_a_broker_outage(lab: Lab, engines: Engines) -> None:
    with lab.supervise("worker", "relay"):
        await asyncio.to_thread(engines.kafka.kill)
        await lab.append(100)  # acknowledged with no broker there: the outbox holds them
        await asyncio.to_thread(engines.kafka.start)
        await lab.hold()

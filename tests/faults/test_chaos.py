"""The long run: random faults on every part, one after the other, under load. The seed is printed and can be set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.local.engines import Engines
from tests.faults.conftest import SEED
from tests.faults.lab import Lab

ROUNDS = 40
VALUES_A_ROUND = 60
DRAIN_EVERY = 10

pytestmark = [pytest.mark.long, pytest.mark.timeout(1_800)]


@pytest.fixture
async def lab(engines: Engines, tmp_path: Path) -> AsyncIterator[Lab]:
    """Open a laboratory on engines that a test may kill."""
    async with Lab(engines.kafka.bootstrap, engines.mongo.uri, tmp_path, SEED) as opened:
        yield opened


async def test_random_faults_on_every_part(lab: Lab, engines: Engines) -> None:
    processes = ["worker-0", "worker-1", "relay-2"]
    with lab.supervise("worker", "worker", "relay") as supervisor:

        async def fault() -> str:
            victim = lab.random.choice([*processes, *processes, "kafka", "mongo"])
            if victim in ("kafka", "mongo"):
                engine = engines.kafka if victim == "kafka" else engines.mongo
                await asyncio.to_thread(engine.kill)
                await asyncio.to_thread(engine.start)
                return f"kill {victim}"
            if lab.random.random() < 0.5:
                supervisor.kill(victim)
                return f"kill {victim}"
            supervisor.freeze(victim)
            await lab.append(VALUES_A_ROUND)
            supervisor.thaw(victim)
            return f"freeze {victim}"

        history: list[str] = []
        for number in range(1, ROUNDS + 1):
            load = asyncio.create_task(lab.append(VALUES_A_ROUND))
            history.append(await fault())
            await load
            if number % DRAIN_EVERY == 0:
                print(f"round {number}: {history[-DRAIN_EVERY:]}")
                await lab.drained(120)
        await lab.hold()

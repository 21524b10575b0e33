"""The worker dies or freezes before, inside and after its transaction; another one takes over within ten seconds."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.lab import TAKEOVER_LIMIT_S, Lab
from tests.support.wait import wait_until_async

QUICK = [("before", "KILL"), ("inside", "STOP"), ("after", "KILL")]
LONG = [("inside", "KILL"), ("before", "STOP"), ("after", "STOP")]


@pytest.mark.parametrize(
    ("point", "signal"), [*QUICK, *(pytest.param(*combination, marks=pytest.mark.long) for combination in LONG)]
)
async def test_a_dead_or_frozen_worker_loses_and_doubles_nothing(lab: Lab, point: str, signal: str) -> None:
    lab.start("relay")
    first = lab.start("worker", "first", crash=f"{point}:4", signal=signal)
    load = asyncio.create_task(lab.append(150))
    if signal == "KILL":
        await lab.ended(first)
    else:
        await wait_until_async(lambda: stopped(first.pid), 30, "the first worker to freeze")
    applied = await asyncio.to_thread(lab.oracle.applied)

    lab.start("worker", "second")
    await load
    await lab.append(10)
    await lab.applied_more_than(applied, TAKEOVER_LIMIT_S)
    if signal == "STOP":
        await lab.drained()
        first.thaw()  # the zombie ends its transaction now: it must find another epoch and write nothing
        await lab.append(20)
    await lab.hold()


@pytest.mark.long
async def test_a_rebalance_with_a_worker_frozen_past_its_session(lab: Lab) -> None:
    lab.start("relay")
    first, second = lab.start("worker", "first"), lab.start("worker", "second")
    await lab.append(50)
    await lab.drained()
    load = asyncio.create_task(lab.append(200))
    first.freeze()
    await load
    await lab.drained()
    first.thaw()
    second.freeze()
    await lab.append(50)
    await lab.drained()
    second.thaw()
    await lab.append(50)
    await lab.hold()


async def test_the_api_updates_while_batches_run(lab: Lab) -> None:
    lab.start("relay")
    lab.start("worker")
    await lab.append(600, keys=3, writers=16)
    await lab.hold()


def stopped(pid: int | None) -> bool:
    """Tell whether a process is in state T (stopped by a signal)."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123 - a kernel file, read in one go
        return file.read().rsplit(")", 1)[1].split()[0] == "T"

"""Tasks by partition: begun when assigned, ended when revoked, never two at once for one partition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import TopicPartition

from services.chassis.assignment import Assignment

P0, P1 = TopicPartition("t", 0), TopicPartition("t", 1)


class Floor:
    """Work that goes on until it is cancelled, and then needs `release` to put its things away."""

    def __init__(self) -> None:
        self.release = asyncio.Event()
        self.working: list[TopicPartition] = []
        self.prepared: list[list[TopicPartition]] = []
        self.most_at_once = 0

    async def work(self, partition: TopicPartition) -> None:
        self.working.append(partition)
        self.most_at_once = max(self.most_at_once, self.working.count(partition))
        try:
            await asyncio.Event().wait()
        finally:
            await self.release.wait()
            self.working.remove(partition)


@pytest.fixture
async def floor() -> Floor:
    return Floor()


@pytest.fixture
async def assignment(floor: Floor) -> AsyncIterator[Assignment]:
    made = Assignment(floor.work, floor.prepared.append)
    yield made
    floor.release.set()
    await made.stop()


async def settle() -> None:
    """Let every task that can run come to its next wait."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_each_partition_is_prepared_and_gets_a_task(floor: Floor, assignment: Assignment) -> None:
    assignment.on_partitions_assigned([P0, P1])
    assert floor.prepared == [[P0, P1]]
    await settle()
    assert floor.working == [P0, P1]
    assert P0 in assignment


async def test_a_revoked_partition_is_no_longer_held(floor: Floor, assignment: Assignment) -> None:
    assignment.on_partitions_assigned([P0, P1])
    await settle()
    floor.release.set()
    assignment.on_partitions_revoked([P0])
    await settle()
    assert floor.working == [P1]
    assert P0 not in assignment
    assert P1 in assignment


async def test_a_partition_that_comes_back_waits_for_its_former_tasks(floor: Floor, assignment: Assignment) -> None:
    assignment.on_partitions_assigned([P0])
    await settle()
    for _ in range(2):  # back and forth, twice, while the first task is still leaving
        assignment.on_partitions_revoked([P0])
        await settle()
        assignment.on_partitions_assigned([P0])
        await settle()
    assert floor.working == [P0], "the first one alone, still leaving"
    floor.release.set()
    await settle()
    assert floor.working == [P0]
    assert floor.most_at_once == 1


async def test_stopping_waits_for_those_that_leave(floor: Floor, assignment: Assignment) -> None:
    assignment.on_partitions_assigned([P0, P1])
    await settle()
    assignment.on_partitions_revoked([P0])
    stopping = asyncio.create_task(assignment.stop())
    await settle()
    assert not stopping.done()
    floor.release.set()
    await asyncio.wait_for(stopping, 5)
    assert floor.working == []


async def test_nothing_begins_after_the_stop(floor: Floor, assignment: Assignment) -> None:
    await assignment.stop()
    assignment.on_partitions_assigned([P0])
    await settle()
    assert floor.working == []
    assert floor.prepared == []

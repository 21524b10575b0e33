"""One task for each partition a group member holds.

The group's callbacks only begin and cancel tasks: aiokafka swallows the exceptions of a callback, and a rebalance
waits for it, so that claiming happens in the partition's own task.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable

from aiokafka import ConsumerRebalanceListener, TopicPartition


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka ships no types
    """Runs `work(partition)` for each assigned partition until it is revoked."""

    def __init__(
        self, work: Callable[[TopicPartition], Awaitable[None]], prepare: Callable[[list[TopicPartition]], None]
    ) -> None:
        """`prepare` is called with newly assigned partitions, before their tasks begin."""
        self._work = work
        self._prepare = prepare
        self._tasks: dict[TopicPartition, asyncio.Task[None]] = {}
        self._leaving: dict[TopicPartition, set[asyncio.Task[None]]] = defaultdict(set)
        """Revoked, and still putting their things away."""
        self._stopping = False
        self._waiting_since: float | None = time.monotonic()

    def waiting_s(self) -> float:
        """Return for how long the group has handed out nothing, seconds; 0 after a share was, be it an empty one."""
        return 0.0 if self._waiting_since is None else time.monotonic() - self._waiting_since

    def __contains__(self, partition: TopicPartition) -> bool:
        """Tell whether a partition is held."""
        return partition in self._tasks

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Cancel the tasks; a partition that comes back waits for its former task."""
        if self._waiting_since is None:
            self._waiting_since = time.monotonic()
        for partition in revoked:
            task = self._tasks.pop(partition, None)
            if task is not None:
                task.cancel()
                self._leaving[partition].add(task)
                task.add_done_callback(self._leaving[partition].discard)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Begin a task for each."""
        self._waiting_since = None
        if self._stopping:
            return  # a rebalance under way while we leave: a task begun now would outlive its consumer
        partitions = list(assigned)
        self._prepare(partitions)
        for partition in partitions:
            former = set(self._leaving[partition])
            self._tasks[partition] = asyncio.create_task(self._begin(partition, former))

    async def _begin(self, partition: TopicPartition, former: set[asyncio.Task[None]]) -> None:
        if former:
            await asyncio.wait(former)
        await self._work(partition)

    async def stop(self) -> None:
        """Cancel all tasks and wait for their end. Nothing begins after it."""
        self._stopping = True
        for task in self._tasks.values():
            task.cancel()
        leaving = [task for tasks in self._leaving.values() for task in tasks]
        await asyncio.gather(*self._tasks.values(), *leaving, return_exceptions=True)
        self._tasks.clear()

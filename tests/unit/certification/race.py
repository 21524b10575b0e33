"""Several writers at once: transactions open and commit in an order drawn by chance, as on real engines.

What is kept is what Kafka and MongoDB keep: messages of one key are applied one after another by one writer, reads come
from the snapshot of the transaction's begin, the first committer wins and the other one tries again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from services.certification.application.handlers import API_HANDLERS
from services.certification.stream.routes import GROUPS
from services.chassis.envelope import decode
from services.chassis.store import TransientStoreError
from services.chassis.testing.memory_store import MemoryTx
from tests.unit.certification.world import Message, World

MOST_STEPS = 5_000
Apply = Callable[[MemoryTx], Awaitable[Any]]


@dataclass(slots=True)
class Queue:
    """What one writer has to do, in order; `open` is its transaction under way."""

    waiting: deque[Apply] = field(default_factory=deque)
    open: MemoryTx | None = None


def chance(seed: int) -> Random:
    """Return a source of chance that draws the same again for the same seed."""
    return Random(seed)  # noqa: S311 - the order of a test, not a secret


class Race:
    """Lets the queues of a world run against each other."""

    def __init__(self, world: World, order: Random) -> None:
        self.world = world
        self.order = order
        self.queues: dict[tuple[str, ...], Queue] = {}
        self.conflicts = 0

    def command(self, command: Any) -> None:
        """Add an API command, a writer of its own."""
        name = ("api", str(len(self.queues)))
        self._queue(name).waiting.append(lambda tx: self.world.run_in(tx, command, API_HANDLERS, "api"))

    def fact(self, raw: bytes, topic: str) -> None:
        """Add another service's message, for each group that reads it."""
        for group in GROUPS:
            if topic in group.topics:
                self._message(Message(raw, group), topic)

    async def run(self) -> None:
        """Go on until nothing waits and nothing is open."""
        for _ in range(MOST_STEPS):
            busy = [queue for queue in self.queues.values() if queue.waiting]
            if not busy:
                return
            queue = self.order.choice(busy)
            if queue.open is None:
                await self._begin(queue)
            else:
                self._commit(queue)
        raise AssertionError("the race never ends")

    async def _begin(self, queue: Queue) -> None:
        tx = self.world.snapshot()
        await queue.waiting[0](tx)
        queue.open = tx

    def _commit(self, queue: Queue) -> None:
        tx, queue.open = queue.open, None
        assert tx is not None
        try:
            tx.commit()
        except TransientStoreError:
            self.conflicts += 1
            return
        queue.waiting.popleft()
        for message in self.world.take_messages():
            self._message(message, decode(message.raw).type.rsplit(".", 2)[0] + ".v1")

    def _message(self, message: Message, topic: str) -> None:
        key = decode(message.raw).subject
        self._queue((message.group.name, topic, key)).waiting.append(lambda tx: self.world.apply_in(tx, message))

    def _queue(self, name: tuple[str, ...]) -> Queue:
        return self.queues.setdefault(name, Queue())

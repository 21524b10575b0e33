"""Feeds batches to one partition, as its task would, and looks at what became of them."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.batch import Applied, Batch
from services.chassis.deadletter import PoisonLimits
from services.chassis.routes import ConsumerGroup
from services.chassis.store import OutboxRow, Position
from tests.unit.chassis.core_parts import AT, Record, ScriptedStore, ids
from tests.unit.chassis.core_register import GROUP, PROJECTIONS, TOPIC, translate

START = Position(f"probe.deciding:{TOPIC}:0", offset=100, epoch=3, topic_id="topic-id")
WORK_TOPIC = "probe.total-work.v1"
DEAD_LETTERS = f"probe.{TOPIC}.dlq"
GARBAGE = b"\x00 garbage"


class Consumer:
    """One partition of one group."""

    def __init__(self, limits: PoisonLimits | None = None, group: ConsumerGroup = GROUP) -> None:
        self.store = ScriptedStore()
        self.store.memory.positions[START.id] = START
        self.limits = limits or PoisonLimits()
        self.group = group
        self._new_id = ids()
        self.batch = self.restarted()

    def restarted(self) -> Batch:
        """Make a batch as a new process would: all it knows is in the store."""
        self.batch = Batch(
            "probe", self.group, self.store, translate, new_id=self._new_id, clock=lambda: AT, limits=self.limits
        )
        return self.batch

    @property
    def position(self) -> Position:
        return self.store.memory.positions[START.id]

    async def apply(self, *values: bytes | None, at: int | None = None) -> Applied:
        first = self.position.offset if at is None else at
        return await self.batch.apply(self.position, records(values, first))

    async def drain(self, *values: bytes | None) -> list[Applied]:
        """Apply a batch to its end, prefix by prefix."""
        pending = records(values, self.position.offset)
        steps = []
        while pending:
            steps.append(await self.batch.apply(self.position, pending))
            pending = pending[steps[-1].taken :]
        return steps

    def versions(self, key: str) -> tuple[int, ...]:
        found = self.store.states(PROJECTIONS).get(key)
        return () if found is None else found.versions

    def outbox(self, topic: str) -> list[OutboxRow]:
        return [row for row in self.store.memory.outbox if row.topic == topic]

    def dead_offsets(self) -> list[int]:
        return [int(dict(row.headers)["dlq-offset"]) for row in self.outbox(DEAD_LETTERS)]


def records(values: Sequence[bytes | None], first: int) -> list[Record]:
    return [Record(first + number, value) for number, value in enumerate(values)]

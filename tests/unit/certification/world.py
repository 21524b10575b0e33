"""The whole service on the store in memory: commands, relay and consumers, step by step and in any order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from services.certification.adapters.translate import translate
from services.certification.application.commands import CreateProfile, ListPart, RecordCertificate, RegisterSupplier
from services.certification.application.handlers import API_HANDLERS
from services.certification.application.ports import PART_VERDICTS
from services.certification.domain.certificate import Certificate
from services.certification.domain.profile import Requirements
from services.certification.domain.verdict import PartVerdicts, ProfileVerdict
from services.certification.stream.routes import GROUPS
from services.chassis.envelope import decode
from services.chassis.handler import Accepted, Defective, Fold, Refused
from services.chassis.kernel import Kind, Meta
from services.chassis.routes import ConsumerGroup, read_command
from services.chassis.store import OutboxRow
from services.chassis.testing.clock import FixedClock
from services.chassis.testing.ids import SequenceIds
from services.chassis.testing.memory_store import MemoryStore, MemoryTx
from tests.unit.certification import builders
from tests.unit.certification.builders import AT, BUYER, ISO, PART, PRODUCT, SITE, SUPPLIER

MOST_ROUNDS = 100


@dataclass(slots=True)
class Message:
    """A message on its way to one consumer group."""

    raw: bytes
    group: ConsumerGroup


class World:
    """One database, one clock. Nothing moves by itself: `drain` is relay and workers."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = FixedClock(AT)
        self.new_id = SequenceIds()
        self.published = 0

    def meta(self, organisation_id: str = SUPPLIER, request: str | None = None) -> Meta:
        command_id = self.new_id()
        return Meta(command_id, self.clock(), organisation_id, correlation_id=request or f"request-{command_id}")

    async def command(self, command: Any) -> Any:
        """Run a command as the API does. Raises its refusal."""
        async with self.store.transaction() as tx:
            return await self.run_in(tx, command, API_HANDLERS, "api")

    async def fact(self, raw: bytes, topic: str) -> None:
        """Deliver another service's message to all groups that read its topic."""
        for group in GROUPS:
            if topic in group.topics:
                await self.deliver(Message(raw, group))

    async def deliver(self, message: Message) -> None:
        """Apply one message in a transaction of its own."""
        async with self.store.transaction() as tx:
            await self.apply_in(tx, message)

    async def apply_in(self, tx: MemoryTx, message: Message) -> None:
        """Apply one message in a given transaction, which the caller commits."""
        command = read_command(message.raw, message.group, self.clock())
        if command is not None:
            await self.run_in(tx, command, message.group.handlers, "worker")

    async def run_in(self, tx: MemoryTx, command: Any, handlers: Any, writer: str) -> Any:
        folded = await Fold(tx, handlers, translate, self.new_id, writer=writer).run([command])
        match folded.outcomes:
            case [Refused(refusal)]:
                raise refusal
            case [Defective(error)]:
                raise error
            case [Accepted(result)]:
                await tx.write(folded.writes)
                await tx.append_outbox(folded.outbox)
                return result
        raise AssertionError(folded.outcomes)

    def outbox(self, topic: str) -> list[OutboxRow]:
        return [row for row in self.store.memory.outbox if row.topic == topic]

    def part_events(self) -> list[dict[str, Any]]:
        return [dict(decode(row.value).data) for row in self.outbox("certification.part.v1")]

    def take_messages(self) -> list[Message]:
        """Publish what the outbox holds beyond the last call."""
        rows = self.store.memory.outbox[self.published :]
        self.published = len(self.store.memory.outbox)
        return [
            Message(row.value, group)
            for row in rows
            for group in GROUPS
            if row.topic in group.topics and row.value is not None
        ]

    async def drain(self, order: Random | None = None) -> None:
        """Publish and consume until nothing is left; with `order`, messages come in any order, some of them twice."""
        waiting = self.take_messages()
        for _ in range(MOST_ROUNDS):
            if not waiting:
                return
            if order is not None:
                waiting += order.sample(waiting, k=len(waiting) // 2)
                order.shuffle(waiting)
            for message in waiting:
                await self.deliver(message)
            waiting = self.take_messages()
        raise AssertionError("the work never ends")

    def snapshot(self) -> MemoryTx:
        """Begin a transaction now; the test commits it by hand, later or never."""
        return MemoryTx(self.store.memory)

    def states(self, kind: Kind[Any]) -> dict[str, Any]:
        return self.store.states(kind)

    def part(self, part_id: str = PART) -> PartVerdicts:
        state: PartVerdicts = self.states(PART_VERDICTS)[part_id]
        return state

    def verdict(self, profile_id: str = "profile-1", part_id: str = PART) -> ProfileVerdict:
        found = self.part(part_id).of_profile(profile_id)
        assert found is not None
        return found

    def results(self, profile_id: str = "profile-1", part_id: str = PART) -> dict[str, str]:
        return {outcome.requirement: outcome.result.value for outcome in self.verdict(profile_id, part_id).outcomes}

    # -- the usual setting -------------------------------------------------------------------------------------------

    async def register(self, supplier_id: str = SUPPLIER) -> None:
        known = builders.supplier()
        await self.command(RegisterSupplier(self.meta(supplier_id), supplier_id, known.name, known.sites))

    async def list_part(self, part_id: str = PART, supplier_id: str = SUPPLIER, product_id: str = PRODUCT) -> None:
        number = f"number-of-{part_id}"
        meta = self.meta(supplier_id)
        await self.command(ListPart(meta, part_id, supplier_id, SITE, number, "Inverter housing", product_id))

    async def create_profile(
        self, requirements: Requirements | None = None, profile_id: str = "profile-1", buyer: str = BUYER
    ) -> None:
        asked = requirements or Requirements((ISO,), builders.ceiling(), Decimal(25))
        await self.command(CreateProfile(self.meta(buyer), profile_id, buyer, "Low-carbon castings", asked))

    async def record(self, certificate_id: str = "cert-1", number: str = "EMS-2025-10417") -> Certificate:
        draft = builders.certificate()
        result: Certificate = await self.command(
            RecordCertificate(
                meta=self.meta(),
                certificate_id=certificate_id,
                supplier_id=SUPPLIER,
                certificate_type=draft.certificate_type,
                number=number,
                issuer=draft.issuer,
                site_ids=draft.site_ids,
                valid_from=draft.valid_from,
                valid_until=draft.valid_until,
            )
        )
        return result

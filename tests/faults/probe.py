"""A tiny service for the delivery tests: append-only registers, whose every lost or doubled step shows.

`Append` (API side) adds a value to a register and publishes the register's full state. The worker keeps what it saw
of each register and counts each applied version once; a second stage sums the counts of all registers of one root.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from pydantic import BaseModel

from services.chassis.idempotency import IDEMPOTENCY
from services.chassis.kernel import NOTHING, Change, Decision, Key, Kind, Loaded, Match, Meta, Need, Work, is_newer
from services.chassis.outbox import Outgoing
from services.chassis.parts import ServiceParts
from services.chassis.routes import ConsumerGroup, route
from services.chassis.settings import ServiceSettings

ROOTS: Final = 4


@dataclass(frozen=True, slots=True)
class Register:
    """API-written: the values in order; its version is their number."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """Worker-written: what is known of a register. `applied` lists versions, so a doubled effect shows."""

    key: str
    root: str
    values: tuple[str, ...]
    applied: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """Worker-written in the second stage: how many values all registers of a root hold."""

    root: str
    version: int
    count: int


REGISTERS: Final[Kind[Register]] = Kind("registers", Register, "api")
SEEN: Final[Kind[Seen]] = Kind("seen", Seen, "worker", frozenset({"root"}))
TOTALS: Final[Kind[Total]] = Kind("totals", Total, "worker")


class RegisterV1(BaseModel):
    """Contract of the register's event: full state."""

    key: str
    version: int
    values: list[str]


class TotalV1(BaseModel):
    """Contract of the total's event."""

    root: str
    version: int
    count: int


class WorkV1(BaseModel):
    """Contract of a work row."""

    root: str


@dataclass(frozen=True, slots=True)
class Append:
    """Command: add a value."""

    meta: Meta
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Observe:
    """Command made of a register's event."""

    meta: Meta
    key: str
    version: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recount:
    """Command made of a work row."""

    meta: Meta
    root: str


@dataclass(frozen=True, slots=True)
class Appended:
    """Domain event."""

    state: Register


@dataclass(frozen=True, slots=True)
class Counted:
    """Domain event."""

    state: Total


class AppendHandler:
    """Append and publish."""

    def needs(self, command: Append, _: Loaded) -> Iterable[Need]:
        return (Key(REGISTERS, command.key),)

    def decide(self, loaded: Loaded, command: Append) -> Decision:
        known = loaded.get(REGISTERS, command.key)
        state = Register(command.key, (*(known.values if known else ()), command.value))
        return Decision((Change(REGISTERS, command.key, state),), (Appended(state),), result=len(state.values))


class ObserveHandler:
    """First stage: keep the projection, ask for a recount of its root."""

    def needs(self, command: Observe, _: Loaded) -> Iterable[Need]:
        return (Key(SEEN, command.key),)

    def decide(self, loaded: Loaded, command: Observe) -> Decision:
        known = loaded.get(SEEN, command.key)
        if not is_newer(known.applied[-1] if known else None, command.version):
            return NOTHING
        root = root_of(command.key)
        applied = (*(known.applied if known else ()), command.version)
        state = Seen(command.key, root, command.values, applied)
        return Decision((Change(SEEN, command.key, state),), work=(Work("total", root, "register changed"),))


class RecountHandler:
    """Second stage: sum from committed state, alone per root."""

    def needs(self, command: Recount, _: Loaded) -> Iterable[Need]:
        return (Key(TOTALS, command.root), Match(SEEN, "root", command.root))

    def decide(self, loaded: Loaded, command: Recount) -> Decision:
        known = loaded.get(TOTALS, command.root)
        count = sum(len(seen.applied) for seen in loaded.match(SEEN, "root", command.root))
        if known is not None and known.count == count:
            return NOTHING
        state = Total(command.root, known.version + 1 if known else 1, count)
        return Decision((Change(TOTALS, command.root, state),), (Counted(state),))


def root_of(key: str) -> str:
    """Return the root a register belongs to."""
    return f"root-{sum(key.encode()) % ROOTS}"


class ProbeSettings(ServiceSettings):
    """Settings of the probe's processes; its topics and database are named by the test."""

    service: ClassVar[str] = "probe"


@dataclass(frozen=True, slots=True)
class Probe:
    """The probe under one name: topics `<name>.register.v1` and so on, so that tests don't meet each other."""

    name: str

    @property
    def register_topic(self) -> str:
        return f"{self.name}.register.v1"

    @property
    def total_topic(self) -> str:
        return f"{self.name}.total.v1"

    @property
    def work_topic(self) -> str:
        return f"{self.name}.total-work.v1"

    @property
    def consumed(self) -> tuple[str, ...]:
        return (self.register_topic, self.work_topic)

    @property
    def register_type(self) -> str:
        return f"{self.name}.register.appended.v1"

    def translate(self, fact: Any) -> Outgoing:
        """Domain event or work -> wire."""
        match fact:
            case Appended(state):
                version = len(state.values)
                data: BaseModel = RegisterV1(key=state.key, version=version, values=list(state.values))
                return Outgoing(self.register_topic, self.register_type, state.key, version, data)
            case Counted(total):
                data = TotalV1(root=total.root, version=total.version, count=total.count)
                return Outgoing(self.total_topic, f"{self.name}.total.counted.v1", total.root, total.version, data)
            case Work(_, root):
                return Outgoing(self.work_topic, f"{self.name}.total-work.requested.v1", root, 0, WorkV1(root=root))
        raise TypeError(f"{type(fact).__name__} has no contract")

    def groups(self) -> tuple[ConsumerGroup, ...]:
        """First and second stage."""
        first = route(RegisterV1, lambda data, meta: Observe(meta, data.key, data.version, tuple(data.values)))
        second = route(WorkV1, lambda data, meta: Recount(meta, data.root))
        return (
            ConsumerGroup(
                f"{self.name}.deciding",
                (self.register_topic,),
                {self.register_type: first},
                {Observe: ObserveHandler()},
            ),
            ConsumerGroup(
                f"{self.name}.totals",
                (self.work_topic,),
                {f"{self.name}.total-work.requested.v1": second},
                {Recount: RecountHandler()},
            ),
        )

    def parts(self) -> ServiceParts:
        """Return what the worker and the relay need."""
        return ServiceParts(self.name, (REGISTERS, SEEN, TOTALS, IDEMPOTENCY), {}, self.groups(), self.translate)


API_HANDLERS: Final[dict[type[Any], Any]] = {Append: AppendHandler()}

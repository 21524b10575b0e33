"""The service that the core's unit tests run: registers to which numbers are appended, their projection, and work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from pydantic import BaseModel, Field

from services.chassis.handler import Handlers
from services.chassis.kernel import NOTHING, Change, Decision, Key, Kind, Loaded, Meta, Need, Refusal, Work, is_newer
from services.chassis.outbox import Outgoing, outbox_row, work_topic, work_type
from services.chassis.routes import ConsumerGroup, route
from tests.unit.chassis.core_parts import meta

TOPIC: Final = "probe.register.v1"
APPENDED: Final = "probe.register.appended.v1"
DEFECT_VALUE: Final = 666
"""The handlers raise on it, as handlers with a defect would."""
UNSTORABLE_VALUE: Final = 777
"""The handlers decide a state that no store can hold."""


@dataclass(frozen=True, slots=True)
class Register:
    """Written by the API; its version is the number of its values."""

    key: str
    values: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Projection:
    """Written by the worker; `versions` lists what took effect, in that order."""

    key: str
    versions: tuple[int, ...] = ()
    value: int = 0


@dataclass(frozen=True, slots=True)
class Appended:
    """Event."""

    key: str
    version: int
    value: int


REGISTERS: Final = Kind("registers", Register, "api")
PROJECTIONS: Final = Kind("projections", Projection, "worker")


class NegativeValueError(Refusal):
    """Numbers are 0 or more."""

    code = "negative_value"


@dataclass(frozen=True, slots=True)
class Append:
    """API: append a number."""

    meta: Meta
    key: str
    value: int


@dataclass(frozen=True, slots=True)
class Project:
    """Worker: take over what an event tells."""

    meta: Meta
    event: Appended


class AppendHandler:
    def needs(self, command: Append, loaded: Loaded) -> Iterable[Need]:
        return [Key(REGISTERS, command.key)]

    def decide(self, loaded: Loaded, command: Append) -> Decision:
        value = _checked(command.value)
        before = loaded.get(REGISTERS, command.key) or Register(command.key)
        after = replace(before, values=(*before.values, value))
        event = Appended(after.key, len(after.values), command.value)
        return Decision((Change(REGISTERS, after.key, after),), (event,), result=event.version)


class ProjectHandler:
    def needs(self, command: Project, loaded: Loaded) -> Iterable[Need]:
        return [Key(PROJECTIONS, command.event.key)]

    def decide(self, loaded: Loaded, command: Project) -> Decision:
        event = command.event
        value = _checked(event.value)
        known = loaded.get(PROJECTIONS, event.key) or Projection(event.key)
        if not is_newer(known.versions[-1] if known.versions else None, event.version):
            return NOTHING
        after = replace(known, versions=(*known.versions, event.version), value=value)
        return Decision((Change(PROJECTIONS, after.key, after),), work=(Work("total", "all", "changed"),))


def _checked(value: int) -> int:
    if value < 0:
        raise NegativeValueError(f"{value} is negative", field="/value", remedy="append 0 or more")
    if value == DEFECT_VALUE:
        raise ZeroDivisionError("a defect")
    return 2**70 if value == UNSTORABLE_VALUE else value


API_HANDLERS: Final[Handlers] = {Append: AppendHandler()}


class AppendedV1(BaseModel):
    """Contract of the event."""

    key: str = Field(min_length=1, max_length=200)
    version: int = Field(ge=1)
    value: int


class TotalWorkV1(BaseModel):
    """Contract of the work."""

    root: str


def translate(fact: object) -> Outgoing:
    """Put an event or work into its contract."""
    match fact:
        case Appended(key, version, value):
            return Outgoing(TOPIC, APPENDED, key, version, AppendedV1(key=key, version=version, value=value))
        case Work():
            name = work_topic("probe", fact)
            return Outgoing(name, work_type("probe", fact), fact.key, 0, TotalWorkV1(root=fact.key))
        case _:
            raise TypeError(f"no contract for {type(fact).__name__}")


GROUP: Final = ConsumerGroup(
    name="probe.deciding",
    topics=(TOPIC,),
    routes={
        APPENDED: route(AppendedV1, lambda data, meta: Project(meta, Appended(data.key, data.version, data.value))),
    },
    handlers={Project: ProjectHandler()},
)


def message(key: str, version: int, value: int = 1) -> bytes:
    """Return the event as the topic holds it."""
    raw = outbox_row(translate(Appended(key, version, value)), meta(f"cause of {key}"), f"{key}:{version}").value
    assert raw is not None
    return raw

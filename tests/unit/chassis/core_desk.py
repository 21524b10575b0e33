"""A command bus on a scripted store, and the ways its tests use it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.chassis.idempotency import Reply, fingerprint, record_key
from services.chassis.kernel import Change, Decision, Key, Loaded, Meta, Need
from services.chassis.unit import CommandBus
from tests.unit.chassis.core_parts import ScriptedStore, ids, meta
from tests.unit.chassis.core_register import API_HANDLERS, REGISTERS, Append, Register, translate

KEY = record_key("tenant", "append", "client-key")


@dataclass(frozen=True, slots=True)
class Poke:
    """A command whose handler has a defect, or decides what can't be stored."""

    meta: Meta
    storable: bool = False


class PokeHandler:
    def needs(self, command: Poke, loaded: Loaded) -> Iterable[Need]:
        return [Key(REGISTERS, "poke")]

    def decide(self, loaded: Loaded, command: Poke) -> Decision:
        if command.storable:
            return Decision((Change(REGISTERS, "poke", Register("poke", (2**70,))),))
        raise ZeroDivisionError("defect")


def render(result: Any) -> Reply:
    return Reply(201, f"version {result}".encode(), {"etag": str(result)})


class Desk:
    """One process with its store."""

    def __init__(self) -> None:
        self.store = ScriptedStore()
        self.bus = self.another_bus()
        self._next = 0

    def another_bus(self) -> CommandBus:
        return CommandBus(self.store, {**API_HANDLERS, Poke: PokeHandler()}, translate, ids())

    def command(self, key: str = "a", value: int = 1) -> Append:
        self._next += 1
        return Append(meta(f"command-{self._next}"), key, value)

    async def append(self, key: str = "a", value: int = 1) -> Reply:
        return await self.bus.execute(self.command(key, value), render)

    async def idempotent(self, value: int, *, key: str = KEY, body: bytes = b"{}") -> Reply:
        return await self.bus.execute(self.command("a", value), render, key=key, fingerprint=fingerprint(body))

    def values(self, key: str = "a") -> tuple[int, ...]:
        register = self.store.states(REGISTERS).get(key)
        return () if register is None else register.values

"""Commands and handlers that ask and decide in every way the fold must bear."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from services.chassis.handler import Defective, Fold, Folded, Handlers
from services.chassis.kernel import Change, Decision, Key, Kind, Loaded, Meta, Need
from services.chassis.outbox import Outgoing
from services.chassis.testing.memory_store import MemoryStore
from tests.unit.chassis.core_parts import CountingTx, ids, meta


@dataclass(frozen=True, slots=True)
class Account:
    balance: int
    owner: str = ""


ACCOUNTS = Kind("accounts", Account, "worker", frozenset({"owner"}))
OWNERS = Kind("owners", Account, "worker")
NO_KEY: Any = None
API_WRITTEN = Kind("api_written", Account, "api")


@dataclass(frozen=True, slots=True)
class Deposit:
    """Add to an account and leave `events` events; `after` runs in `decide` before anything else."""

    key: str
    amount: int = 1
    events: int = 0
    after: Callable[[Loaded], object] = field(default=lambda _: None)
    changes: tuple[Change, ...] = ()
    meta: Meta = field(default_factory=meta)


class Event(BaseModel):
    text: str = "x"


class DepositHandler:
    def needs(self, command: Deposit, loaded: Loaded) -> Iterable[Need]:
        yield Key(ACCOUNTS, command.key)

    def decide(self, loaded: Loaded, command: Deposit) -> Decision:
        command.after(loaded)
        before = loaded.get(ACCOUNTS, command.key) or Account(0)
        after = replace(before, balance=before.balance + command.amount)
        change = Change(ACCOUNTS, command.key, after)
        return Decision((change, *command.changes), (Event(),) * command.events, result=after.balance)


@dataclass(frozen=True, slots=True)
class Chain:
    """Follow owners from account to account, `rounds` times."""

    key: str
    rounds: int
    meta: Meta = field(default_factory=meta)


class ChainHandler:
    def needs(self, command: Chain, loaded: Loaded) -> Iterable[Need]:
        key = command.key
        for _ in range(command.rounds):
            need = Key(OWNERS, key)
            yield need
            if not loaded.has(need):
                return
            found = loaded.get(OWNERS, key)
            key = found.owner if found is not None else f"{key}+"

    def decide(self, loaded: Loaded, command: Chain) -> Decision:
        return Decision(result="done")


@dataclass(frozen=True, slots=True)
class Ask:
    """Yield whatever needs it is given, and read through `read`."""

    needs: Callable[[Loaded], Iterable[Need]]
    read: Callable[[Loaded], Any]
    meta: Meta = field(default_factory=meta)


class AskHandler:
    def needs(self, command: Ask, loaded: Loaded) -> Iterable[Need]:
        return command.needs(loaded)

    def decide(self, loaded: Loaded, command: Ask) -> Decision:
        return Decision(result=command.read(loaded))


HANDLERS: Handlers = {Deposit: DepositHandler(), Chain: ChainHandler(), Ask: AskHandler()}


def translate(fact: Any) -> Outgoing:
    return Outgoing("probe.topic.v1", "probe.fact.v1", "key", 1, fact)


async def fold(commands: Sequence[Any], store: MemoryStore | None = None, writer: str = "worker") -> Folded:
    tx = CountingTx(store or MemoryStore())
    return await Fold(tx, HANDLERS, translate, ids(), writer=writer).run(commands)


def defect(folded: Folded, number: int) -> Exception:
    outcome = folded.outcomes[number]
    assert isinstance(outcome, Defective), outcome
    return outcome.error


def fail(error: Exception) -> Callable[[Loaded], object]:
    def act(_: Loaded) -> object:
        raise error

    return act

"""The fold: one prefetch a batch, later commands see earlier ones, and no command harms a neighbour."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import BaseModel

from services.chassis import handler
from services.chassis.handler import (
    MAX_ROUNDS,
    Accepted,
    Defective,
    Fold,
    Folded,
    HandlerDefectError,
    Handlers,
    Refused,
)
from services.chassis.identity_map import UndeclaredReadError
from services.chassis.kernel import Change, Decision, Key, Kind, Loaded, Match, Meta, Need, Refusal
from services.chassis.outbox import Outgoing
from services.chassis.store import RowWrite, StoreError, TransientStoreError, UnstorableError
from services.chassis.testing.memory_store import MemoryStore
from tests.unit.chassis.core_parts import CountingTx, ids, meta, seed


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


# -- prefetch ---------------------------------------------------------------------------------------------------


async def test_a_batch_asks_once_per_collection_and_round() -> None:
    store = MemoryStore()
    await seed(store, OWNERS, {f"o{number}": Account(0, owner=f"o{number + 1}") for number in range(20)})
    tx = CountingTx(store)
    commands = [Deposit(f"a{number % 7}") for number in range(50)] + [Chain(f"o{number}", 3) for number in range(15)]
    folded = await Fold(tx, HANDLERS, translate, ids(), writer="worker").run(commands)
    assert len(folded.outcomes) == len(commands)
    # Round 1: 7 accounts and owners 0..14; round 2: the one owner that is new (15); round 3: the next (16).
    assert tx.queries == [("keys", "accounts", 7), ("keys", "owners", 15), ("keys", "owners", 1), ("keys", "owners", 1)]


async def test_matches_of_a_batch_share_a_query() -> None:
    store = MemoryStore()
    await seed(store, ACCOUNTS, {f"a{number}": Account(number, owner=f"o{number % 3}") for number in range(9)})
    tx = CountingTx(store)
    commands = [
        Ask(
            lambda _, owner=f"o{number}": [Match(ACCOUNTS, "owner", owner)],  # type: ignore[misc] # bound at once
            lambda loaded, owner=f"o{number}": len(loaded.match(ACCOUNTS, "owner", owner)),  # type: ignore[misc]
        )
        for number in range(4)
    ]
    folded = await Fold(tx, HANDLERS, translate, ids(), writer="worker").run(commands)
    assert folded.outcomes == [Accepted(3), Accepted(3), Accepted(3), Accepted(0)]
    assert tx.queries == [("owner", "accounts", 4)]


async def test_an_empty_batch_asks_nothing() -> None:
    assert await fold([]) == Folded()


# -- order ------------------------------------------------------------------------------------------------------


async def test_later_commands_see_earlier_results() -> None:
    folded = await fold([Deposit("a", 5), Deposit("b", 1), Deposit("a", 7)])
    assert folded.outcomes == [Accepted(5), Accepted(1), Accepted(12)]
    assert folded.writes == [RowWrite(ACCOUNTS, "a", Account(12), 0), RowWrite(ACCOUNTS, "b", Account(1), 0)]


async def test_a_command_that_needs_more_because_of_an_earlier_one_is_served() -> None:
    store = MemoryStore()
    await seed(store, OWNERS, {"x": Account(77)})
    give = Deposit("a", changes=(Change(ACCOUNTS, "a", Account(1, owner="x")),))

    def needs(loaded: Loaded) -> Iterable[Need]:
        yield Key(ACCOUNTS, "a")
        if loaded.has(Key(ACCOUNTS, "a")) and (account := loaded.get(ACCOUNTS, "a")) is not None:
            yield Key(OWNERS, account.owner)

    folded = await fold([give, Ask(needs, lambda loaded: loaded.get(OWNERS, "x"))], store)
    assert folded.outcomes == [Accepted(1), Accepted(Account(77))]


async def test_rows_carry_ids_and_stand_in_order_of_commands() -> None:
    folded = await fold([Deposit("a", events=2), Deposit("b", events=1)])
    assert [row.id for row in folded.outbox] == ["id-000001", "id-000002", "id-000003"]


# -- isolation --------------------------------------------------------------------------------------------------


async def test_a_refusal_touches_no_neighbour() -> None:
    refusal = Refusal("no", field="/amount")
    folded = await fold([Deposit("a", 1, events=1), Deposit("a", 100, events=1, after=fail(refusal)), Deposit("a", 1)])
    assert folded.outcomes == [Accepted(1), Refused(refusal), Accepted(2)]
    assert folded.writes == [RowWrite(ACCOUNTS, "a", Account(2), 0)]
    assert len(folded.outbox) == 1


@pytest.mark.parametrize("error", [ZeroDivisionError("defect"), KeyError("k"), AssertionError("a"), RecursionError()])
async def test_a_defect_touches_no_neighbour(error: Exception) -> None:
    folded = await fold([Deposit("a", 1), Deposit("a", 100, after=fail(error)), Deposit("a", 1)])
    assert folded.outcomes == [Accepted(1), Defective(error), Accepted(2)]


@pytest.mark.parametrize(
    ("needs", "read", "expected"),
    [
        pytest.param(lambda _: [], lambda loaded: loaded.get(ACCOUNTS, "z"), UndeclaredReadError, id="undeclared-key"),
        pytest.param(
            lambda _: [],
            lambda loaded: loaded.match(ACCOUNTS, "owner", "x"),
            UndeclaredReadError,
            id="undeclared-match",
        ),
        pytest.param(lambda _: [Key(ACCOUNTS, NO_KEY)], lambda _: 0, UndeclaredReadError, id="key-is-none"),
        pytest.param(lambda _: [Match(OWNERS, "owner", "x")], lambda _: 0, UndeclaredReadError, id="no-match-field"),
        pytest.param(lambda _: ["garbage"], lambda _: 0, AttributeError, id="garbage"),
        pytest.param(fail(ZeroDivisionError()), lambda _: 0, ZeroDivisionError, id="needs-raises"),
    ],
)
async def test_a_handler_that_asks_wrongly_is_a_defect_of_its_own_command(
    needs: Callable[[Loaded], Iterable[Need]], read: Callable[[Loaded], Any], expected: type[Exception]
) -> None:
    folded = await fold([Deposit("a"), Ask(needs, read), Deposit("b")])
    assert isinstance(defect(folded, 1), expected)
    assert folded.outcomes[0] == folded.outcomes[2] == Accepted(1)


async def test_a_refusal_from_needs_is_a_refusal() -> None:
    refusal = Refusal("no")
    folded = await fold([Ask(fail(refusal), lambda _: 0)])  # type: ignore[arg-type] # it never returns
    assert folded.outcomes == [Refused(refusal)]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Change(API_WRITTEN, "a", Account(1)), "written by the api role alone"),
        (Change(ACCOUNTS, "another", Account(1)), "not named by needs"),
        (Change(ACCOUNTS, "a", "a string"), "can't hold a str"),
    ],
)
async def test_a_change_that_must_not_be_is_a_defect_and_leaves_no_trace(change: Change, text: str) -> None:
    folded = await fold([Deposit("a", 1, events=1), Deposit("a", 100, events=1, changes=(change,)), Deposit("a", 1)])
    assert text in str(defect(folded, 1))
    assert folded.outcomes[2] == Accepted(2)
    assert folded.writes == [RowWrite(ACCOUNTS, "a", Account(2), 0)]
    assert len(folded.outbox) == 1


async def test_the_api_may_not_write_what_the_worker_writes() -> None:
    folded = await fold([Deposit("a")], writer="api")
    assert "written by the worker role alone" in str(defect(folded, 0))


async def test_a_command_without_handler_is_a_defect() -> None:
    folded = await fold([Deposit("a"), "no command", Deposit("a")])
    assert isinstance(defect(folded, 1), KeyError)
    assert folded.outcomes[2] == Accepted(2)


async def test_an_event_that_cannot_be_translated_is_a_defect() -> None:
    def refuse(fact: object) -> Outgoing:
        raise TypeError(fact)

    folded = await Fold(CountingTx(MemoryStore()), HANDLERS, refuse, ids(), writer="worker").run(
        [Deposit("a", events=1), Deposit("a")]
    )
    assert isinstance(defect(folded, 0), TypeError)
    assert folded.outcomes[1] == Accepted(1)


@pytest.mark.parametrize("error", [TransientStoreError("conflict"), StoreError("driver"), UnstorableError("key")])
async def test_a_store_error_is_never_taken_for_poison(error: StoreError, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in the prefetch, and not in a load that comes up while the batch is decided."""
    tx = CountingTx(MemoryStore())

    async def by_keys(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(tx, "by_keys", by_keys)
    with pytest.raises(type(error)):
        await Fold(tx, HANDLERS, translate, ids(), writer="worker").run([Deposit("a")])
    run = Fold(tx, HANDLERS, translate, ids(), writer="worker")
    with pytest.raises(type(error)):
        await run._one(Deposit("a"))


# -- limits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rounds", "accepted"), [(MAX_ROUNDS, True), (MAX_ROUNDS + 1, False)])
async def test_needs_may_ask_in_four_rounds(rounds: int, accepted: bool) -> None:
    """Asked alone, `needs` names one document a round; a prefetch of four rounds has them all."""
    fresh = Fold(CountingTx(MemoryStore()), HANDLERS, translate, ids(), writer="worker")
    outcome = await fresh._one(Chain("o", rounds - 1 if accepted else rounds))
    assert (outcome == Accepted("done")) is accepted
    folded = await fold([Chain("o", 2 * MAX_ROUNDS)])
    assert isinstance(defect(folded, 0), HandlerDefectError)


async def test_the_write_limit_ends_a_fold_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "MAX_DOCUMENTS", 10)
    folded = await fold([Deposit(f"a{number}", events=2) for number in range(8)])
    assert len(folded.outcomes) == 3
    assert len(folded.writes) + len(folded.outbox) == 9


async def test_documents_are_counted_once_however_often_they_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "MAX_DOCUMENTS", 10)
    folded = await fold([Deposit("a") for _ in range(30)])
    assert folded.outcomes[-1] == Accepted(30)


async def test_a_command_over_the_limit_alone_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "MAX_DOCUMENTS", 10)
    folded = await fold([Deposit("a", events=8), Deposit("b", events=10), Deposit("c"), Deposit("d")])
    assert folded.outcomes[0] == folded.outcomes[2] == Accepted(1)
    assert "fan out by pages" in str(defect(folded, 1))
    assert len(folded.outcomes) == 3, "then the transaction is full"


async def test_bytes_are_limited_too(monkeypatch: pytest.MonkeyPatch) -> None:
    size = len((await fold([Deposit("a", events=1)])).outbox[0].value or b"")
    monkeypatch.setattr(handler, "MAX_OUTBOX_BYTES", 3 * size)
    folded = await fold(
        [Deposit("a", events=2), Deposit("a", events=4), Deposit("b", events=1), Deposit("c", events=1)]
    )
    assert folded.outcomes[0] == folded.outcomes[2] == Accepted(1)
    assert "bytes: fan out by pages" in str(defect(folded, 1))
    assert len(folded.outcomes) == 3

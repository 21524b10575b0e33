"""The fold: no command harms a neighbour, and no failure of the store is taken for poison."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from services.chassis.handler import Accepted, Defective, Fold, Refused
from services.chassis.identity_map import UndeclaredReadError
from services.chassis.kernel import Change, Key, Loaded, Match, Need, Refusal
from services.chassis.outbox import Outgoing
from services.chassis.store import RowWrite, StoreError, TransientStoreError, UnstorableError
from services.chassis.testing.memory_store import MemoryStore
from tests.unit.chassis.core_accounts import (
    ACCOUNTS,
    API_WRITTEN,
    HANDLERS,
    NO_KEY,
    OWNERS,
    Account,
    Ask,
    Deposit,
    defect,
    fail,
    fold,
    translate,
)
from tests.unit.chassis.core_parts import CountingTx, ids


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

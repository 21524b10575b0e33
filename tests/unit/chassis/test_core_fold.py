"""The fold: one prefetch a batch, later commands see earlier ones, and a limit on what one transaction holds."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from services.chassis import handler
from services.chassis.handler import MAX_ROUNDS, Accepted, Fold, Folded, HandlerDefectError
from services.chassis.kernel import Change, Key, Loaded, Match, Need
from services.chassis.store import RowWrite
from services.chassis.testing.memory_store import MemoryStore
from tests.unit.chassis.core_accounts import (
    ACCOUNTS,
    HANDLERS,
    OWNERS,
    Account,
    Ask,
    Chain,
    Deposit,
    defect,
    fold,
    translate,
)
from tests.unit.chassis.core_parts import CountingTx, ids, seed

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

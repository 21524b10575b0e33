"""The identity map: a batch's own image of storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import identity_map
from services.chassis.identity_map import IdentityMap, MatchTooLargeError, UndeclaredReadError
from services.chassis.kernel import MATCH_LIMIT, Change, Key, Kind, Match, Need, Page
from services.chassis.store import RowWrite
from services.chassis.testing.memory_store import MemoryStore, MemoryTx
from services.chassis.testing.store_samples import Colour
from tests.unit.chassis.core_parts import CountingTx, seed


@dataclass(frozen=True, slots=True)
class Item:
    colour: Colour | None = None
    tags: tuple[str, ...] = ()
    label: str = ""


ITEMS = Kind("items", Item, "worker", frozenset({"colour", "tags", "label"}))
OTHERS = Kind("others", Item, "worker", frozenset({"label"}))
KEYS = "abcdef"
TAGS = "xyz"

items = st.builds(
    Item,
    colour=st.sampled_from([None, *Colour]),
    tags=st.lists(st.sampled_from(TAGS), max_size=3).map(tuple),
    label=st.sampled_from(TAGS),
)
documents = st.dictionaries(st.sampled_from(KEYS), items)
puts = st.lists(st.tuples(st.sampled_from(KEYS), st.none() | items), max_size=12)
ALL_MATCHES = [Match(ITEMS, "label", tag) for tag in TAGS] + [Match(ITEMS, "tags", tag) for tag in TAGS]
ALL_MATCHES += [Match(ITEMS, "colour", colour.value) for colour in Colour]


async def loaded(states: Mapping[str, Item], *needs: Need) -> tuple[IdentityMap, MemoryTx]:
    store = MemoryStore()
    await seed(store, ITEMS, states)
    tx = MemoryTx(store.memory)
    image = IdentityMap()
    await image.load(tx, needs)
    return image, tx


def fits(state: Item, need: Match) -> bool:
    """Filter naively."""
    if need.field == "tags":
        return need.value in state.tags
    if need.field == "colour":
        return state.colour is not None and state.colour.value == need.value
    return state.label == need.value


@given(states=documents, changes=puts, late=st.sets(st.sampled_from(range(len(ALL_MATCHES)))))
async def test_a_match_equals_a_naive_filter_whatever_was_put(
    states: dict[str, Item], changes: list[tuple[str, Item | None]], late: set[int]
) -> None:
    """Also for a match that is loaded only after the puts, when storage no longer says what the batch knows."""
    early = [need for number, need in enumerate(ALL_MATCHES) if number not in late]
    image, tx = await loaded(states, *[Key(ITEMS, key) for key in KEYS], *early)
    now = dict[str, Item | None](states)
    for key, state in changes:
        image.put(Change(ITEMS, key, state))
        now[key] = state
    await image.load(tx, [ALL_MATCHES[number] for number in late])
    for need in ALL_MATCHES:
        expected = [state for key, state in sorted(now.items()) if state is not None and fits(state, need)]
        assert list(image.match(ITEMS, need.field, need.value)) == expected


@given(states=documents, changes=puts)
async def test_its_writes_bring_storage_to_what_it_holds(
    states: dict[str, Item], changes: list[tuple[str, Item | None]]
) -> None:
    store = MemoryStore()
    await seed(store, ITEMS, states)
    expected = dict(states)
    async with store.transaction() as tx:
        image = IdentityMap()
        await image.load(tx, [Key(ITEMS, key) for key in KEYS])
        for key, state in changes:
            image.put(Change(ITEMS, key, state))
            expected.pop(key, None)
            if state is not None:
                expected[key] = state
        await tx.write(image.writes())
    assert store.states(ITEMS) == expected
    assert image.dirty_count == len({key for key, _ in changes})


async def test_a_document_is_loaded_once() -> None:
    store = MemoryStore()
    await seed(store, ITEMS, {key: Item(label="x") for key in KEYS})
    tx, image = CountingTx(store), IdentityMap()
    needs: list[Need] = [
        Key(ITEMS, "a"),
        Key(ITEMS, "b"),
        Key(ITEMS, "a"),
        Match(ITEMS, "label", "x"),
        Match(ITEMS, "label", "y"),
    ]
    await image.load(tx, needs)
    await image.load(tx, needs)
    assert tx.queries == [("label", "items", 2), ("keys", "items", 2)]
    assert all(image.has(need) for need in needs)


async def test_many_keys_are_asked_for_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity_map, "QUERY_KEYS_LIMIT", 4)
    tx, image = CountingTx(MemoryStore()), IdentityMap()
    await image.load(tx, [Key(ITEMS, f"k{number}") for number in range(10)])
    assert tx.queries == [("keys", "items", 4), ("keys", "items", 4), ("keys", "items", 2)]


async def test_absent_documents_are_known_to_be_absent() -> None:
    image, _ = await loaded({}, Key(ITEMS, "a"), Match(ITEMS, "label", "x"))
    assert image.get(ITEMS, "a") is None
    assert image.match(ITEMS, "label", "x") == []
    assert image.declared(ITEMS, "a")
    assert image.writes() == []


async def test_a_document_put_and_removed_again_is_not_written() -> None:
    image, _ = await loaded({}, Key(ITEMS, "a"))
    image.put(Change(ITEMS, "a", Item()))
    image.put(Change(ITEMS, "a", None))
    assert image.writes() == []


async def test_a_removed_document_that_comes_back_is_replaced() -> None:
    image, _ = await loaded({"a": Item()}, Key(ITEMS, "a"))
    image.put(Change(ITEMS, "a", None))
    image.put(Change(ITEMS, "a", Item(label="new")))
    assert image.writes() == [RowWrite(ITEMS, "a", Item(label="new"), 1)]


async def test_what_was_not_declared_cannot_be_read_or_written() -> None:
    image, _ = await loaded({"a": Item(label="x")}, Key(ITEMS, "a"), Match(ITEMS, "label", "x"))
    with pytest.raises(UndeclaredReadError, match="items 'b' was read"):
        image.get(ITEMS, "b")
    with pytest.raises(UndeclaredReadError, match=r"items.label = 'y'"):
        image.match(ITEMS, "label", "y")
    with pytest.raises(UndeclaredReadError, match="page of items"):
        image.page(Page(ITEMS, "label", "x", 5))
    with pytest.raises(UndeclaredReadError, match="items 'b' was changed"):
        image.put(Change(ITEMS, "b", Item()))
    with pytest.raises(UndeclaredReadError):
        image.get(OTHERS, "a")


@pytest.mark.parametrize(
    "need",
    [
        Key(ITEMS, None),  # type: ignore[arg-type] # what a careless handler yields
        Match(ITEMS, "label", 7),  # type: ignore[arg-type] # as above
        Match(OTHERS, "colour", "red"),
        Page(OTHERS, "colour", "red", 5),
        Page(ITEMS, "label", "x", 0),
    ],
    ids=["key-none", "value-number", "field", "page-field", "page-empty"],
)
async def test_a_need_that_cannot_be_loaded_is_told_before_it_reaches_the_query(need: Need) -> None:
    image, _ = await loaded({})
    with pytest.raises(UndeclaredReadError):
        image.has(need)


async def test_a_match_field_that_is_no_text_in_storage_is_a_defect() -> None:
    @dataclass(frozen=True, slots=True)
    class Counted:
        count: int

    kind = Kind("counted", Counted, "worker", frozenset({"count"}))
    image = IdentityMap()
    await image.load(MemoryTx(MemoryStore().memory), [Key(kind, "a")])
    with pytest.raises(TypeError, match="match field count"):
        image.put(Change(kind, "a", Counted(1)))


async def test_a_match_over_the_limit_overflows_rather_than_answer_in_part() -> None:
    states = {f"k{number:04}": Item(label="x") for number in range(MATCH_LIMIT + 1)} | {"z": Item(label="y")}
    wide, narrow = Match(ITEMS, "label", "x"), Match(ITEMS, "label", "y")
    image, _ = await loaded(states, wide, narrow)
    assert image.overflows(wide)
    assert not image.overflows(narrow)
    assert image.match(ITEMS, "label", "y") == [Item(label="y")]
    with pytest.raises(MatchTooLargeError, match="more than 1000"):
        image.match(ITEMS, "label", "x")
    with pytest.raises(UndeclaredReadError):
        image.overflows(Match(ITEMS, "label", "z"))


async def test_one_wide_match_does_not_crowd_out_its_neighbours() -> None:
    states = {f"k{number:04}": Item(label="x") for number in range(2 * MATCH_LIMIT + 5)} | {"z": Item(label="y")}
    image, _ = await loaded(states, Match(ITEMS, "label", "x"), Match(ITEMS, "label", "y"))
    assert image.overflows(Match(ITEMS, "label", "x"))
    assert image.match(ITEMS, "label", "y") == [Item(label="y")]


async def test_a_match_of_exactly_the_limit_is_whole() -> None:
    states = {f"k{number:04}": Item(label="x") for number in range(MATCH_LIMIT)}
    image, _ = await loaded(states, Match(ITEMS, "label", "x"))
    assert len(image.match(ITEMS, "label", "x")) == MATCH_LIMIT


async def test_pages_come_in_order_of_keys_and_end() -> None:
    first = Page(ITEMS, "label", "x", 2)
    second = Page(ITEMS, "label", "x", 2, after="c")
    image, _ = await loaded({key: Item(label="x" if key != "b" else "y") for key in "abcd"}, first, second)
    assert list(image.page(first)) == ["a", "c"]
    assert list(image.page(second)) == ["d"]


async def test_a_page_of_a_kind_that_the_batch_changed_cannot_be_trusted() -> None:
    page = Page(ITEMS, "label", "x", 2)
    image, _ = await loaded({"a": Item(label="x")}, page, Key(ITEMS, "b"))
    image.put(Change(ITEMS, "b", Item(label="x")))
    with pytest.raises(UndeclaredReadError, match="changed in this batch"):
        image.page(page)

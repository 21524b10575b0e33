"""The documents of one batch: each loaded once, later commands see what earlier ones left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, Generic, TypeVar, cast

from services.chassis.kernel import MATCH_LIMIT, Change, Key, Kind, Match, Need, Page
from services.chassis.store import RowWrite, Tx

S = TypeVar("S")

QUERY_KEYS_LIMIT: Final = 5_000
"""Most keys in one `$in`; more are asked for in slices."""


class UndeclaredReadError(LookupError):
    """A handler read what its `needs` did not name: a defect of the handler."""


class MatchTooLargeError(ValueError):
    """A `Match` found more than `MATCH_LIMIT` documents: the handler must ask `overflows` first, or work by pages."""


@dataclass(slots=True)
class _Row(Generic[S]):
    state: S | None
    stored_version: int
    dirty: bool = False


def field_values(state: object, field: str) -> Collection[str]:
    """Return the stored value of a match field; a list or set field has several, None has none.

    Raises `TypeError` for what is no text in storage: a `Match` compares strings, there it would never match.
    """
    value = getattr(state, field)
    if value is None:
        return ()
    items = value if isinstance(value, Iterable) and not isinstance(value, str) else (value,)
    return [_stored_text(item, field) for item in items]


def _stored_text(value: object, field: str) -> str:
    stored = value.value if isinstance(value, Enum) else value
    if isinstance(stored, str):
        return stored
    if isinstance(stored, date) and not isinstance(stored, datetime):
        return stored.isoformat()
    raise TypeError(f"match field {field}: {type(value).__name__} is not stored as text")


def _check_text(value: object, need: Need) -> None:
    if not isinstance(value, str):  # one such key among the others of a batch would break the query for all of them
        raise UndeclaredReadError(f"{need.kind.name}: a need names {value!r}, which is not a string")


class IdentityMap:
    """Implements `kernel.Loaded` over one transaction."""

    def __init__(self) -> None:
        """Start empty; a new batch (and each retry of one) starts anew."""
        self._rows: dict[str, dict[str, _Row[Any]]] = defaultdict(dict)
        self._kinds: dict[str, Kind[Any]] = {}
        self._matched: set[tuple[str, str, str]] = set()
        self._index: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        self._overflowing: set[tuple[str, str, str]] = set()
        self._pages: dict[Page, tuple[str, ...]] = {}
        self._changed_kinds: set[str] = set()
        self.dirty_count = 0
        """Documents changed so far; counted, not listed, because the fold asks after every command."""

    def get(self, kind: Kind[S], key: str) -> S | None:
        """Return the state of a declared key, None where it doesn't exist."""
        row = self._rows[kind.name].get(key)
        if row is None:
            raise UndeclaredReadError(f"{kind.name} {key!r} was read but not named by needs()")
        return cast("S | None", row.state)

    def match(self, kind: Kind[S], field: str, value: str) -> Sequence[S]:
        """Return the states of a declared match, in order of their keys."""
        slot = (kind.name, field, value)
        if self.overflows(Match(kind, field, value)):
            raise MatchTooLargeError(f"{kind.name}.{field} = {value!r} matched more than {MATCH_LIMIT} documents")
        rows = self._rows[kind.name]
        states = (rows[key].state for key in sorted(self._index[slot]))
        return [cast("S", state) for state in states if state is not None]

    def overflows(self, need: Match) -> bool:
        """Tell whether a declared match found more than `MATCH_LIMIT` documents."""
        slot = (need.kind.name, need.field, need.value)
        if slot not in self._matched:
            raise UndeclaredReadError(f"{need.kind.name}.{need.field} = {need.value!r} was not named by needs()")
        return slot in self._overflowing

    def page(self, need: Page) -> Sequence[str]:
        """Return the keys of a declared page."""
        keys = self._pages.get(need)
        if keys is None:
            raise UndeclaredReadError(f"a page of {need.kind.name}.{need.field} was read but not named by needs()")
        if need.kind.name in self._changed_kinds:
            raise UndeclaredReadError(f"{need.kind.name} is changed in this batch, so its pages can't be trusted")
        return keys

    def has(self, need: Need) -> bool:
        """Tell whether a need is loaded. Raises `UndeclaredReadError` for one that can't be."""
        if isinstance(need, Key):
            if type(need.key) is not str:
                _check_text(need.key, need)
            return need.key in self._rows[need.kind.name]
        _check_text(need.value, need)
        if need.field not in need.kind.match_fields:
            raise UndeclaredReadError(f"{need.kind.name}.{need.field} is not one of the kind's match fields")
        if isinstance(need, Match):
            return (need.kind.name, need.field, need.value) in self._matched
        if need.limit < 1:
            raise UndeclaredReadError(f"a page of {need.kind.name} asks for {need.limit} documents")
        return need in self._pages

    async def load(self, tx: Tx, needs: Iterable[Need]) -> None:
        """Load what is not loaded yet: one query per collection and field, and one per page."""
        keys: dict[str, set[str]] = defaultdict(set)
        matches: dict[tuple[str, str], set[str]] = defaultdict(set)
        for need in needs:
            if self.has(need):
                continue
            self._kinds[need.kind.name] = need.kind
            if isinstance(need, Page):
                found = await tx.keys_by_field(need.kind, need.field, need.value, need.after, need.limit)
                self._pages[need] = tuple(found)
            elif isinstance(need, Match):
                matches[need.kind.name, need.field].add(need.value)
            else:
                keys[need.kind.name].add(need.key)
        for (name, field), values in matches.items():
            await self._load_matches(tx, self._kinds[name], field, values)
        for name, wanted in keys.items():
            await self._load_keys(tx, self._kinds[name], wanted)

    async def _load_keys(self, tx: Tx, kind: Kind[Any], wanted: set[str]) -> None:
        ordered = sorted(wanted)
        for start in range(0, len(ordered), QUERY_KEYS_LIMIT):
            for stored in await tx.by_keys(kind, ordered[start : start + QUERY_KEYS_LIMIT]):
                self._remember(kind, stored.key, stored.state, stored.row_version)
        for key in ordered:
            self._rows[kind.name].setdefault(key, _Row(None, 0))

    async def _load_matches(self, tx: Tx, kind: Kind[Any], field: str, values: set[str]) -> None:
        limit = MATCH_LIMIT * len(values)
        found = await tx.by_field(kind, field, sorted(values), limit + 1)
        if len(found) > limit:  # one value may crowd the others out: each is asked for alone
            found = [
                stored
                for value in sorted(values)
                for stored in await tx.by_field(kind, field, (value,), MATCH_LIMIT + 1)
            ]
        for stored in found:
            self._remember(kind, stored.key, stored.state, stored.row_version)
        slots = [(kind.name, field, value) for value in values]
        self._matched.update(slots)
        self._overflowing.update(slot for slot in slots if len(self._index[slot]) > MATCH_LIMIT)

    def _remember(self, kind: Kind[Any], key: str, state: object, version: int) -> None:
        if key not in self._rows[kind.name]:
            self._rows[kind.name][key] = _Row(state, version)
            self._reindex(kind, key, None, state)

    def _reindex(self, kind: Kind[Any], key: str, old: object | None, new: object | None) -> None:
        for field in kind.match_fields:
            if old is not None:
                for value in field_values(old, field):
                    self._index[kind.name, field, value].discard(key)
            if new is not None:
                for value in field_values(new, field):
                    self._index[kind.name, field, value].add(key)

    def declared(self, kind: Kind[Any], key: str) -> bool:
        """Tell whether a document is loaded (or known to be absent), so that a write of it has its guard."""
        return key in self._rows[kind.name]

    def put(self, change: Change) -> None:
        """Take over a decided change. The document must have been named by `needs`, or the guard has no version."""
        rows = self._rows[change.kind.name]
        row = rows.get(change.key)
        if row is None:
            raise UndeclaredReadError(f"{change.kind.name} {change.key!r} was changed but not named by needs()")
        self._kinds[change.kind.name] = change.kind
        self._changed_kinds.add(change.kind.name)
        if change.kind.match_fields:
            self._reindex(change.kind, change.key, row.state, change.state)
        row.state = change.state
        if not row.dirty:
            row.dirty = True
            self.dirty_count += 1

    def writes(self) -> list[RowWrite]:
        """Return the guarded writes that bring storage to what the map holds."""
        return [
            RowWrite(self._kinds[name], key, row.state, row.stored_version)
            for name, rows in self._rows.items()
            for key, row in rows.items()
            if row.dirty and not (row.state is None and row.stored_version == 0)
        ]

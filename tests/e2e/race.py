"""Two transactions forced to overlap, and handlers that are wrong in just the way that an overlap shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from services.certification.application.commands import DecidePart
from services.certification.application.handlers.verdicts import DecidePartHandler
from services.chassis.batch import Batch
from services.chassis.consumer import BatchConsumer
from services.chassis.kernel import Change, Decision, Handler, Key, Kind, Loaded, Match, Need, Page
from services.chassis.mongo_store import MongoStore, MongoTx
from services.chassis.store import RowWrite

MEET_LIMIT_S: Final = 10.0


class Meeting:
    """Lets nobody on before all have come; whoever comes later (a retry) passes."""

    def __init__(self, parties: int) -> None:
        self._parties = parties
        self.arrived = 0
        self._complete = asyncio.Event()

    async def come(self) -> None:
        """Wait for the others."""
        self.arrived += 1
        if self.arrived >= self._parties:
            self._complete.set()
        await asyncio.wait_for(self._complete.wait(), MEET_LIMIT_S)


class _MeetingTx(MongoTx):
    def __init__(self, tx: MongoTx, meeting: Meeting) -> None:
        super().__init__(tx._mongo, tx._session)
        self._meeting = meeting

    async def write(self, rows: Sequence[RowWrite]) -> None:
        await self._meeting.come()
        await super().write(rows)


class _MeetingStore(MongoStore):
    def __init__(self, store: MongoStore, meeting: Meeting) -> None:
        super().__init__(store._mongo, store._session)
        self._meeting = meeting

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[MongoTx]:
        async with super().transaction() as tx:
            yield _MeetingTx(tx, self._meeting)


def overlapping(meeting: Meeting) -> type[BatchConsumer]:
    """Return a consumer whose transactions meet between their last read and their first write."""

    class Overlapping(BatchConsumer):
        def _make_batch(self, session: Any) -> Batch:
            batch = super()._make_batch(session)
            assert isinstance(batch._store, MongoStore)
            batch._store = _MeetingStore(batch._store, meeting)
            return batch

    return Overlapping


class DecidesAtOnce:
    """WRONG ON PURPOSE: keeps the fact and decides a part in the first stage, from what its own transaction sees."""

    def __init__(self, keeping: Handler[Any], part_id: str) -> None:
        self._keeping = keeping
        self._part_id = part_id

    def needs(self, command: Any, loaded: Loaded) -> Iterable[Need]:
        yield from self._keeping.needs(command, loaded)
        yield from DecidePartHandler().needs(self._decide_part(command), loaded)

    def decide(self, loaded: Loaded, command: Any) -> Decision:
        kept = self._keeping.decide(loaded, command)
        decided = DecidePartHandler().decide(_With(loaded, kept.changes), self._decide_part(command))
        return Decision((*kept.changes, *decided.changes), decided.events)

    def _decide_part(self, command: Any) -> DecidePart:
        return DecidePart(command.meta, self._part_id, "decided at once")


class _With:
    """What is loaded, with the fact that is being kept."""

    def __init__(self, loaded: Loaded, changes: Sequence[Change]) -> None:
        self._loaded = loaded
        self._changes = changes

    def get(self, kind: Kind[Any], key: str) -> Any:
        return self._loaded.get(kind, key)

    def match(self, kind: Kind[Any], field: str, value: str) -> Sequence[Any]:
        known = self._loaded.match(kind, field, value) if self.has(Match(kind, field, value)) else ()
        own = [change.state for change in self._changes if change.kind is kind]
        return [*known, *(state for state in own if value in _values(state, field))]

    def overflows(self, need: Match) -> bool:
        return self.has(need) and self._loaded.overflows(need)

    def page(self, need: Page) -> Sequence[str]:
        return self._loaded.page(need)

    def has(self, need: Key | Match | Page) -> bool:
        return self._loaded.has(need)


def _values(state: object, field: str) -> tuple[str, ...]:
    found = getattr(state, field)
    return (found,) if isinstance(found, str) else tuple(found)

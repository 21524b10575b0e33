"""Telling the owner who read what: no entry, no answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from services.chassis.kernel import Kind
from services.footprints.domain.access_log import (
    AccessEntry,
    Opening,
    Reading,
    Shown,
    doors_of,
    entries_of,
    foreign,
)

ACCESS_LOG: Final = Kind("access_log", AccessEntry, "api")
"""Insert only, beside the unit of work: an entry stands alone, so two writers never meet."""


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """What a listing of entries is narrowed to; None is no condition."""

    footprint_id: str | None = None
    reader_organisation_id: str | None = None
    read_from: datetime | None = None
    """Inclusive."""
    read_until: datetime | None = None
    """Exclusive."""


@dataclass(frozen=True, slots=True)
class AccessPosition:
    """Place of an entry in a listing, newest first."""

    read_at: datetime
    entry_id: str


class AccessLog(Protocol):
    """Keeps the entries. Whatever goes wrong with it is raised as one that passes (503): the reading fails closed."""

    async def openings(self, access_keys: Collection[str], *, reader: str, at: datetime) -> Sequence[Opening]:
        """Return, for each of these keys that a grant hands over to the reader now, the first such grant."""

    async def record(self, entries: Sequence[AccessEntry]) -> None:
        """Keep the entries for good; returns when a majority has them on disk."""

    async def entries(
        self, found: AccessFilter, after: AccessPosition | None, limit: int, *, owner: str
    ) -> Sequence[AccessEntry]:
        """Return the owner's entries, newest first, beginning behind `after`."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Records what an answer is about to show. Every way out for a footprint goes through it."""

    log: AccessLog
    new_id: Callable[[], str]
    retention: timedelta

    async def record(self, shown: Iterable[Shown], reading: Reading) -> None:
        """Record before the answer leaves; the reader's own footprints need no entry.

        Raises `AccessChanged` where a grant was revoked since the footprints were read, and the store's transient
        error where the log can't be written: in both cases nothing may be answered.
        """
        theirs = [each for part in foreign(shown, reading.reader_organisation_id).values() for each in part]
        if not theirs:
            return
        keys = {key for each in theirs for key in doors_of(each)}
        openings = await self.log.openings(keys, reader=reading.reader_organisation_id, at=reading.at)
        await self.log.record(entries_of(theirs, openings, reading, reading.at + self.retention, self.new_id))

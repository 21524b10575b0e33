"""The access log over the store in memory, for component tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

from services.chassis.kernel import Kind
from services.chassis.store import RowWrite, Tx
from services.footprints.application.access_log import ACCESS_LOG, AccessFilter, AccessPosition
from services.footprints.application.ports import GRANTS
from services.footprints.domain.access_log import AccessEntry, Opening
from services.footprints.domain.grant import Grant


class CommittedStates(Protocol):
    """What the log needs of the store in memory."""

    def states(self, kind: Kind[Any]) -> Mapping[str, Any]:
        """Return all committed states of a kind."""

    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        """Begin a transaction."""


class MemoryAccessLog:
    """Implements `application.access_log.AccessLog`."""

    def __init__(self, store: CommittedStates) -> None:
        """Keep the entries beside what `store` has committed."""
        self._store = store

    async def openings(self, access_keys: Collection[str], *, reader: str, at: datetime) -> Sequence[Opening]:
        """Return, for each of these keys that a grant hands over to the reader now, the first such grant."""
        found: dict[str, Opening] = {}
        grants: Mapping[str, Grant] = self._store.states(GRANTS)
        for _, grant in sorted(grants.items()):
            if grant.grantee_organisation_id == reader and grant.holds(at) and grant.access_key in access_keys:
                found.setdefault(grant.access_key, Opening(grant.access_key, grant.grant_id))
        return [found[key] for key in sorted(found)]

    async def record(self, entries: Sequence[AccessEntry]) -> None:
        """Insert the entries."""
        async with self._store.transaction() as tx:
            await tx.write([RowWrite(ACCESS_LOG, entry.entry_id, entry, 0) for entry in entries])

    async def entries(
        self, found: AccessFilter, after: AccessPosition | None, limit: int, *, owner: str
    ) -> Sequence[AccessEntry]:
        """Return the owner's entries, newest first, beginning behind `after`."""
        entries: Mapping[str, AccessEntry] = self._store.states(ACCESS_LOG)
        chosen = [
            entry
            for entry in sorted(entries.values(), key=_place, reverse=True)
            if entry.owner_organisation_id == owner
            and _wanted(entry, found)
            and (after is None or _place(entry) < (after.read_at, after.entry_id))
        ]
        return chosen[:limit]


def _wanted(entry: AccessEntry, found: AccessFilter) -> bool:
    return (
        (found.footprint_id is None or found.footprint_id in entry.footprint_ids)
        and found.reader_organisation_id in (None, entry.reader_organisation_id)
        and (found.read_from is None or found.read_from <= entry.read_at)
        and (found.read_until is None or entry.read_at < found.read_until)
    )


def _place(entry: AccessEntry) -> tuple[datetime, str]:
    return entry.read_at, entry.entry_id

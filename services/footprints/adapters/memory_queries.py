"""The same reads over the store in memory, for component tests. No index, no page: it looks at every document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.chassis.codec import from_document, to_document
from services.chassis.testing.memory_store import MemoryStore
from services.footprints.adapters.memory_exchange import MemoryExchange
from services.footprints.adapters.memory_history import MemoryHistory
from services.footprints.adapters.memory_pact_listing import MemoryPactListing
from services.footprints.adapters.memory_validation import MemoryValidation
from services.footprints.adapters.memory_verifications import MemoryVerifications
from services.footprints.application.ports import (
    FOOTPRINTS,
    GRANTS,
    ORGANISATIONS,
    FootprintFilter,
    FootprintPosition,
    FootprintSummary,
    GrantFilter,
)
from services.footprints.application.queries import check_grant_count
from services.footprints.domain.folding import fold
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.grant import Grant
from services.footprints.domain.organisation import Organisation


class MemoryQueries:
    """Implements `application.ports.Queries`."""

    def __init__(self, store: MemoryStore) -> None:
        """Read what `store` has committed."""
        self._store = store
        self.pact = MemoryPactListing(self._footprints, self._grants)
        self.exchange = MemoryExchange(store.states)
        self.history = MemoryHistory(store.states)
        self.validation = MemoryValidation(store)
        self.verifications = MemoryVerifications(store.states)

    async def footprint(self, footprint_id: str, *, reader: str, at: datetime) -> Footprint | None:
        """Return a footprint that is the reader's own, or that a grant opens to it at this instant."""
        footprint = self._footprints().get(footprint_id)
        if footprint is None:
            return None
        return footprint if _readable(footprint, reader, self._holding(None, reader, at), at) else None

    async def footprints(
        self, found: FootprintFilter, after: FootprintPosition | None, limit: int, *, reader: str, at: datetime
    ) -> Sequence[FootprintSummary]:
        """Return what the reader may read, in order of acceptance, beginning behind `after`."""
        grants = self._holding(found.owner_organisation_id, reader, at)
        check_grant_count(len(grants))
        chosen = [
            footprint
            for footprint in sorted(self._footprints().values(), key=_place)
            if _readable(footprint, reader, grants, at)
            and _wanted(footprint, found)
            and (after is None or _place(footprint) > (after.accepted_at, after.footprint_id))
        ]
        return [from_document(to_document(footprint), FootprintSummary) for footprint in chosen[:limit]]

    async def grant(self, grant_id: str, *, reader: str) -> Grant | None:
        """Return a grant that the reader gave or got."""
        grant = self._grants().get(grant_id)
        return grant if grant is not None and _involves(grant, reader) else None

    async def grants(self, found: GrantFilter, after: str | None, limit: int, *, reader: str) -> Sequence[Grant]:
        """Return the grants that the reader gave or got, in order of their ids, beginning behind `after`."""
        chosen = [
            grant
            for key, grant in sorted(self._grants().items())
            if _involves(grant, reader)
            and found.owner_organisation_id in (None, grant.owner_organisation_id)
            and found.grantee_organisation_id in (None, grant.grantee_organisation_id)
            and found.status in (None, grant.status)
            and (after is None or key > after)
        ]
        return chosen[:limit]

    async def organisation(self, organisation_id: str) -> Organisation | None:
        """Return what is known about an organisation."""
        organisation: Organisation | None = self._store.states(ORGANISATIONS).get(organisation_id)
        return organisation

    def _footprints(self) -> dict[str, Footprint]:
        return self._store.states(FOOTPRINTS)

    def _grants(self) -> dict[str, Grant]:
        return self._store.states(GRANTS)

    def _holding(self, owner: str | None, reader: str, at: datetime) -> list[Grant]:
        return [
            grant
            for grant in self._grants().values()
            if grant.grantee_organisation_id == reader
            and grant.holds(at)
            and owner in (None, grant.owner_organisation_id)
        ]


def _readable(footprint: Footprint, reader: str, grants: Sequence[Grant], at: datetime) -> bool:
    return footprint.owner_organisation_id == reader or any(grant.opens(footprint, at) for grant in grants)


def _wanted(footprint: Footprint, found: FootprintFilter) -> bool:
    return (
        (found.product_id is None or fold(found.product_id) in map(fold, footprint.product_ids))
        and found.status in (None, footprint.status)
        and found.owner_organisation_id in (None, footprint.owner_organisation_id)
    )


def _place(footprint: Footprint) -> tuple[Any, str]:
    return footprint.accepted_at, footprint.footprint_id


def _involves(grant: Grant, reader: str) -> bool:
    return reader in (grant.owner_organisation_id, grant.grantee_organisation_id)

"""A product's history over the store in memory, for component tests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.codec import from_document, to_document
from services.chassis.kernel import Kind
from services.footprints.application.ports import FOOTPRINTS, GRANTS, FootprintPosition
from services.footprints.application.queries import check_grant_count
from services.footprints.domain.folding import fold
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.grant import Grant
from services.footprints.domain.history import Naming, Revision


class MemoryHistory:
    """Implements `application.history.HistoryQueries`."""

    def __init__(self, states: Callable[[Kind[Any]], Mapping[str, Any]]) -> None:
        """`states` returns what a store has committed."""
        self._states = states

    async def revisions(
        self,
        product_id: str,
        owner: str | None,
        after: FootprintPosition | None,
        limit: int,
        *,
        reader: str,
        at: datetime,
    ) -> Sequence[Revision]:
        """Return the footprints of a product in order of acceptance, beginning behind `after`."""
        chosen = [
            footprint
            for footprint in self._readable(owner, reader, at)
            if fold(product_id) in map(fold, footprint.product_ids)
            and owner in (None, footprint.owner_organisation_id)
            and (after is None or _place(footprint) > (after.accepted_at, after.footprint_id))
        ]
        ordered = sorted(chosen, key=_place)
        return [from_document(to_document(footprint), Revision) for footprint in ordered[:limit]]

    async def namings(
        self, footprint_ids: Collection[str], owner: str | None, limit: int, *, reader: str, at: datetime
    ) -> Sequence[Naming]:
        """Return the readable footprints that name one of these as their predecessor, in order of their ids."""
        chosen = [
            footprint
            for footprint in self._readable(owner, reader, at)
            if any(preceding_id in footprint_ids for preceding_id in footprint.preceding_ids)
        ]
        ordered = sorted(chosen, key=lambda footprint: footprint.footprint_id)
        return [from_document(to_document(footprint), Naming) for footprint in ordered[:limit]]

    def _readable(self, owner: str | None, reader: str, at: datetime) -> list[Footprint]:
        grants: Mapping[str, Grant] = self._states(GRANTS)
        held = [
            grant
            for grant in grants.values()
            if grant.grantee_organisation_id == reader
            and grant.holds(at)
            and owner in (None, grant.owner_organisation_id)
        ]
        check_grant_count(len(held))
        footprints: Mapping[str, Footprint] = self._states(FOOTPRINTS)
        return [
            footprint
            for footprint in footprints.values()
            if footprint.owner_organisation_id == reader or any(grant.opens(footprint, at) for grant in held)
        ]


def _place(footprint: Footprint) -> tuple[datetime, str]:
    return footprint.accepted_at, footprint.footprint_id

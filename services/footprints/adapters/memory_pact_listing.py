"""The same listings over the store in memory, for component tests. No index, no chunk: it looks at every document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from services.chassis.codec import from_document, to_document
from services.footprints.application.pact import ExchangedFootprint, PactPage, PageCutter, Place, order_of
from services.footprints.application.queries import check_grant_count
from services.footprints.domain.criteria import Criteria
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.grant import Grant


class MemoryPactListing:
    """Implements `application.pact.PactListing`."""

    def __init__(
        self, footprints: Callable[[], Mapping[str, Footprint]], grants: Callable[[], Mapping[str, Grant]]
    ) -> None:
        """Read what the two return: all that is committed, by id."""
        self._footprints = footprints
        self._grants = grants

    async def page(self, criteria: Criteria, after: Place | None, limit: int, *, reader: str, at: datetime) -> PactPage:
        """Return a page of what the reader may read, in `order_of(criteria)`, beginning behind `after`."""
        order = order_of(criteria)
        held = [each for each in self._grants().values() if each.grantee_organisation_id == reader and each.holds(at)]
        check_grant_count(len(held))
        found = [
            from_document(to_document(footprint), ExchangedFootprint)
            for footprint in self._footprints().values()
            if (footprint.owner_organisation_id == reader or any(grant.opens(footprint, at) for grant in held))
            and criteria.matches(footprint)
        ]
        found = [each for each in found if after is None or _key(each.place(order)) > _key(after)]
        cutter = PageCutter(order, limit)
        cutter.add(found, whole=True)
        return cutter.page()


def _key(place: Place) -> tuple[datetime, str]:
    return place.at, place.footprint_id

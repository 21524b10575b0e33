"""The same reads over the store in memory, for component tests."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from services.certification.application.ports import (
    CERTIFICATES,
    ORGANISATIONS,
    PART_LISTINGS,
    PART_VERDICTS,
    PROFILES,
    SUPPLIERS,
    TRAIL,
    Slice,
    VerdictFilter,
)
from services.certification.domain.certificate import Certificate
from services.certification.domain.facts import Organisation
from services.certification.domain.part import PartListing
from services.certification.domain.profile import BuyerProfile
from services.certification.domain.supplier import Supplier
from services.certification.domain.trail import TrailEvent
from services.certification.domain.verdict import PartVerdicts, ProfileVerdict, Verdict
from services.chassis.kernel import Kind
from services.chassis.testing.memory_store import MemoryStore

S = TypeVar("S")


class MemoryQueries:
    """Implements `ports.Queries`."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def is_in_good_standing(self, organisation_id: str) -> bool:
        """Tell whether the organisation is not suspended."""
        organisation: Organisation | None = self._all(ORGANISATIONS).get(organisation_id)
        return organisation is None or organisation.active

    async def supplier(self, supplier_id: str) -> Supplier | None:
        """Return a supplier."""
        return self._all(SUPPLIERS).get(supplier_id)

    async def certificate(self, certificate_id: str, supplier_id: str | None) -> Certificate | None:
        """Return a certificate."""
        found = self._all(CERTIFICATES).get(certificate_id)
        return found if found is not None and supplier_id in (None, found.supplier_id) else None

    async def certificates(self, supplier_id: str | None, page: Slice) -> list[Certificate]:
        """Return certificates."""
        items = self._all(CERTIFICATES).items()
        return _cut(((key, item) for key, item in items if supplier_id in (None, item.supplier_id)), page)

    async def profile(self, profile_id: str, buyer_organisation_id: str) -> BuyerProfile | None:
        """Return a profile of the buyer."""
        found = self._all(PROFILES).get(profile_id)
        return found if found is not None and found.buyer_organisation_id == buyer_organisation_id else None

    async def profiles(self, buyer_organisation_id: str, page: Slice) -> list[BuyerProfile]:
        """Return the buyer's profiles."""
        items = self._all(PROFILES).items()
        return _cut(((key, item) for key, item in items if item.buyer_organisation_id == buyer_organisation_id), page)

    async def listing(self, part_id: str, supplier_id: str) -> PartListing | None:
        """Return a part of the supplier."""
        found = self._all(PART_LISTINGS).get(part_id)
        return found if found is not None and found.supplier_id == supplier_id else None

    async def listings(self, supplier_id: str, page: Slice) -> list[PartListing]:
        """Return the supplier's parts."""
        items = self._all(PART_LISTINGS).items()
        return _cut(((key, item) for key, item in items if item.supplier_id == supplier_id), page)

    async def part_verdicts(self, part_id: str, organisation_id: str) -> PartVerdicts | None:
        """Return a part's verdicts to its supplier and to the buyers of its verdicts."""
        found = self._all(PART_VERDICTS).get(part_id)
        if found is None:
            return None
        readers = {found.supplier_id, *(verdict.buyer_organisation_id for verdict in found.verdicts)}
        return found if organisation_id in readers else None

    async def parts_of_profile(self, wanted: VerdictFilter, page: Slice) -> list[PartVerdicts]:
        """Return the parts that have the verdict asked for."""
        items = self._all(PART_VERDICTS).items()
        return _cut(((key, item) for key, item in items if any(_fits(v, wanted) for v in item.verdicts)), page)

    async def trail_by_keys(self, keys: Collection[str]) -> list[TrailEvent]:
        """Return rows of the trail by their keys."""
        return [row for key, row in sorted(self._all(TRAIL).items()) if key in keys]

    async def trail_of_aggregate(self, kind: str, aggregate_id: str, limit: int) -> list[TrailEvent]:
        """Return the newest rows of an aggregate."""
        rows = [row for row in self._all(TRAIL).values() if (row.kind, row.aggregate_id) == (kind, aggregate_id)]
        return sorted(rows, key=lambda row: row.version, reverse=True)[:limit]

    async def trail_of_correlation(self, correlation_id: str, supplier_id: str, limit: int) -> list[TrailEvent]:
        """Return rows about a supplier that one request led to."""
        rows = [row for _, row in sorted(self._all(TRAIL).items())]
        wanted = (correlation_id, supplier_id)
        return [row for row in rows if (row.correlation_id, row.supplier_id) == wanted][:limit]

    def _all(self, kind: Kind[S]) -> dict[str, S]:
        states: dict[str, Any] = self._store.states(kind)
        return states


def _cut(items: Iterable[tuple[str, S]], page: Slice) -> list[S]:
    ordered = sorted(items, key=lambda item: item[0])
    return [item for key, item in ordered if page.after is None or key > page.after][: page.limit]


def _fits(verdict: ProfileVerdict, wanted: VerdictFilter) -> bool:
    if (verdict.profile_id, verdict.buyer_organisation_id) != (wanted.profile_id, wanted.buyer_organisation_id):
        return False
    certified = verdict.verdict is Verdict.CERTIFIED and verdict.is_current(wanted.at)
    return wanted.certified in (None, certified)

"""Reads on MongoDB. Who may see a document stands in every filter: a foreign one is as absent as a missing one."""

from __future__ import annotations

from collections.abc import Collection
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
from services.certification.domain.part import PartListing
from services.certification.domain.profile import BuyerProfile
from services.certification.domain.supplier import Supplier
from services.certification.domain.trail import TrailEvent
from services.certification.domain.verdict import PartVerdicts, Verdict
from services.chassis.codec import from_document
from services.chassis.kernel import Kind
from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors

S = TypeVar("S")
Filter = dict[str, Any]
Order = list[tuple[str, int]]
BY_ID: Order = [("_id", 1)]


class MongoQueries:
    """Implements `ports.Queries`. A lost connection comes out as the store's `TransientStoreError` (503)."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def is_in_good_standing(self, organisation_id: str) -> bool:
        """Tell whether the organisation is not suspended."""
        organisation = await self._one(ORGANISATIONS, {"_id": organisation_id})
        return organisation is None or organisation.active

    async def supplier(self, supplier_id: str) -> Supplier | None:
        """Return a supplier."""
        return await self._one(SUPPLIERS, {"_id": supplier_id})

    async def certificate(self, certificate_id: str, supplier_id: str | None) -> Certificate | None:
        """Return a certificate."""
        return await self._one(CERTIFICATES, {"_id": certificate_id} | _held_by(supplier_id))

    async def certificates(self, supplier_id: str | None, page: Slice) -> list[Certificate]:
        """Return certificates."""
        return await self._page(CERTIFICATES, _held_by(supplier_id), page)

    async def profile(self, profile_id: str, buyer_organisation_id: str) -> BuyerProfile | None:
        """Return a profile of the buyer."""
        return await self._one(PROFILES, {"_id": profile_id, "buyer_organisation_id": buyer_organisation_id})

    async def profiles(self, buyer_organisation_id: str, page: Slice) -> list[BuyerProfile]:
        """Return the buyer's profiles."""
        return await self._page(PROFILES, {"buyer_organisation_id": buyer_organisation_id}, page)

    async def listing(self, part_id: str, supplier_id: str) -> PartListing | None:
        """Return a part of the supplier."""
        return await self._one(PART_LISTINGS, {"_id": part_id, "supplier_id": supplier_id})

    async def listings(self, supplier_id: str, page: Slice) -> list[PartListing]:
        """Return the supplier's parts."""
        return await self._page(PART_LISTINGS, {"supplier_id": supplier_id}, page)

    async def part_verdicts(self, part_id: str, organisation_id: str) -> PartVerdicts | None:
        """Return a part's verdicts to its supplier and to the buyers of its verdicts."""
        readers = [{"supplier_id": organisation_id}, {"verdicts.buyer_organisation_id": organisation_id}]
        return await self._one(PART_VERDICTS, {"_id": part_id, "$or": readers})

    async def parts_of_profile(self, wanted: VerdictFilter, page: Slice) -> list[PartVerdicts]:
        """Return the parts that have the verdict asked for."""
        return await self._page(PART_VERDICTS, {"verdicts": {"$elemMatch": _verdict(wanted)}}, page)

    async def trail_by_keys(self, keys: Collection[str]) -> list[TrailEvent]:
        """Return rows of the trail by their keys."""
        if not keys:
            return []
        return await self._many(TRAIL, {"_id": {"$in": list(keys)}}, BY_ID, len(keys))

    async def trail_of_aggregate(self, kind: str, aggregate_id: str, limit: int) -> list[TrailEvent]:
        """Return the newest rows of an aggregate."""
        return await self._many(TRAIL, {"kind": kind, "aggregate_id": aggregate_id}, [("version", -1)], limit)

    async def trail_of_correlation(self, correlation_id: str, supplier_id: str, limit: int) -> list[TrailEvent]:
        """Return rows about a supplier that one request led to."""
        return await self._many(TRAIL, {"correlation_id": correlation_id, "supplier_id": supplier_id}, BY_ID, limit)

    async def _one(self, kind: Kind[S], condition: Filter) -> S | None:
        with translated_errors():
            document = await self._mongo.collection(kind.name).find_one(condition)
        return None if document is None else from_document(document, kind.state)

    async def _page(self, kind: Kind[S], condition: Filter, page: Slice) -> list[S]:
        beyond = {} if page.after is None else {"_id": {"$gt": page.after}}
        return await self._many(kind, condition | beyond, BY_ID, page.limit)

    async def _many(self, kind: Kind[S], condition: Filter, order: Order, limit: int) -> list[S]:
        with translated_errors():
            found = await self._mongo.collection(kind.name).find(condition).sort(order).limit(limit).to_list(limit)
        return [from_document(document, kind.state) for document in found]


def _held_by(supplier_id: str | None) -> Filter:
    return {} if supplier_id is None else {"supplier_id": supplier_id}


def _verdict(wanted: VerdictFilter) -> Filter:
    """Match one verdict; one that a date has overtaken counts as not certified (`ProfileVerdict.is_current`)."""
    own: Filter = {"profile_id": wanted.profile_id, "buyer_organisation_id": wanted.buyer_organisation_id}
    if wanted.certified is None:
        return own
    if wanted.certified:
        current = [{"holds_until": None}, {"holds_until": {"$gt": wanted.at}}]
        return own | {"verdict": Verdict.CERTIFIED.value, "$or": current}
    return own | {"$or": [{"verdict": Verdict.NOT_CERTIFIED.value}, {"holds_until": {"$lte": wanted.at}}]}

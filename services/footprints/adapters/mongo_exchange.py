"""Reads of the exchange on MongoDB: matching, inbox, connections, deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.chassis.codec import from_document
from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.footprints.adapters.pact_listing import MongoPactListing, chunked_walks
from services.footprints.application.exchange import (
    DELIVERY_STATES,
    PARTNER_CONNECTIONS,
    REQUESTS,
    DeliveryFilter,
    DeliveryPosition,
    InboxFilter,
)
from services.footprints.application.ports import FOOTPRINTS, ORGANISATIONS
from services.footprints.domain.access import Doors, everything_key
from services.footprints.domain.criteria import Criteria
from services.footprints.domain.delivery import DeliveryState
from services.footprints.domain.partner_connection import PartnerConnection
from services.footprints.domain.request import MAX_ANSWER_FOOTPRINTS, MAX_OWNERS, Found, Request

MAX_SUPPLIERS: Final = 5_000
"""Most suppliers of one host that are searched for a request; more need an index of their own."""

Filter = dict[str, Any]


class MongoExchange:
    """Implements `application.exchange.ExchangeQueries`."""

    def __init__(self, mongo: Mongo) -> None:
        """`mongo` reads at majority."""
        self._mongo = mongo
        self._listing = MongoPactListing(mongo)

    async def found(self, criteria: Criteria, requester: str, at: datetime) -> Found:
        """Look for what is readable first; the owners of other matches are asked for only where there is none."""
        page = await self._listing.page(criteria, None, MAX_ANSWER_FOOTPRINTS, reader=requester, at=at)
        if page.footprints:
            return Found(readable_ids=tuple(each.footprint_id for each in page.footprints))
        return Found(owner_ids=await self._owners(criteria, requester))

    async def matching(self, criteria: Criteria, owner: str, limit: int) -> Sequence[str]:
        """Walk the owner's own footprints."""
        found: list[str] = []
        for walks in chunked_walks(_all_of([owner]), criteria, None):
            for walk in walks:
                with translated_errors():
                    documents = (
                        await self._mongo.collection(FOOTPRINTS.name)
                        .find(walk.condition, {"_id": 1}, hint=walk.index)
                        .sort([(field, -direction) for field, direction in walk.sort])
                        .limit(limit)
                        .to_list(limit)
                    )
                found += [document["_id"] for document in documents]
        return found[:limit]

    async def inbox(self, owner: str, found: InboxFilter, after: str | None, limit: int) -> Sequence[Request]:
        """Read along the index of entries."""
        entry: Filter = {"owner_organisation_id": owner}
        if found.state is not None:
            entry["state"] = found.state.value
        condition: Filter = {"entries": {"$elemMatch": entry}}
        if after is not None:
            condition["_id"] = {"$gt": after}
        with translated_errors():
            cursor = self._mongo.collection(REQUESTS.name).find(condition).sort("_id", 1).limit(limit)
            documents = await cursor.to_list(limit)
        return [from_document(document, Request) for document in documents]

    async def request(self, request_id: str, owner: str) -> Request | None:
        """Read one, if the owner is asked."""
        condition = {"_id": request_id, "entries.owner_organisation_id": owner}
        with translated_errors():
            document = await self._mongo.collection(REQUESTS.name).find_one(condition)
        return None if document is None else from_document(document, Request)

    async def connection(self, organisation_id: str) -> PartnerConnection | None:
        """Read by key."""
        with translated_errors():
            document = await self._mongo.collection(PARTNER_CONNECTIONS.name).find_one({"_id": organisation_id})
        return None if document is None else from_document(document, PartnerConnection)

    async def deliveries(
        self, found: DeliveryFilter, after: DeliveryPosition | None, limit: int, *, owner: str | None
    ) -> Sequence[DeliveryState]:
        """Read the newest first."""
        condition = _of_owner(owner)
        if found.progress is not None:
            condition["progress"] = found.progress.value
        if found.recipient_organisation_id is not None:
            condition["delivery.recipient_organisation_id"] = found.recipient_organisation_id
        if after is not None:
            condition["delivery.created_at"] = {"$lte": after.created_at}
            condition["$or"] = [
                {"delivery.created_at": {"$lt": after.created_at}},
                {"_id": {"$lt": after.delivery_id}},
            ]
        with translated_errors():
            documents = (
                await self._mongo.collection(DELIVERY_STATES)
                .find(condition)
                .sort([("delivery.created_at", -1), ("_id", -1)])
                .limit(limit)
                .to_list(limit)
            )
        return [from_document(document, DeliveryState) for document in documents]

    async def delivery(self, delivery_id: str, *, owner: str | None) -> DeliveryState | None:
        """Read one, if it is about the owner's footprints."""
        with translated_errors():
            document = await self._mongo.collection(DELIVERY_STATES).find_one({"_id": delivery_id} | _of_owner(owner))
        return None if document is None else from_document(document, DeliveryState)

    async def _owners(self, criteria: Criteria, requester: str) -> tuple[str, ...]:
        """Return the suppliers in good standing, but the requester, with a match; one more than may be asked."""
        with translated_errors():
            suppliers = (
                await self._mongo.collection(ORGANISATIONS.name)
                .find({"roles": "supplier", "suspended": False, "_id": {"$ne": requester}}, {"_id": 1})
                .sort("_id", 1)
                .limit(MAX_SUPPLIERS)
                .to_list(MAX_SUPPLIERS)
            )
        found: set[str] = set()
        for walks in chunked_walks(_all_of([each["_id"] for each in suppliers]), criteria, None):
            for walk in walks:
                pipeline: list[Mapping[str, Any]] = [
                    {"$match": walk.condition},
                    {"$group": {"_id": "$owner_organisation_id"}},
                    {"$limit": MAX_OWNERS + 1},
                ]
                with translated_errors():
                    groups = await self._mongo.aggregate(
                        FOOTPRINTS.name, pipeline, limit=MAX_OWNERS + 1, hint=walk.index
                    )
                found |= {group["_id"] for group in groups}
            if len(found) > MAX_OWNERS:
                break
        return tuple(sorted(found))


def _all_of(owners: Sequence[str]) -> Doors:
    """Return the doors into everything of these owners, by which their footprints are searched, not read."""
    return Doors(frozenset(map(everything_key, owners)), frozenset(owners))


def _of_owner(owner: str | None) -> Filter:
    return {} if owner is None else {"delivery.owner_organisation_ids": owner}

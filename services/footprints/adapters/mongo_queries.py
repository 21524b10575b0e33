"""Reads on MongoDB. The tenant is a part of every filter; nothing is read first and hidden afterwards.

A footprint carries the keys of its doors (`access_keys`), a grant the key it hands over (`access_key`): what a reader
may see is one `$in` on one index, the owner's own key among the granted ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from services.chassis.codec import from_document
from services.chassis.kernel import Kind
from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.footprints.adapters.mongo_exchange import MongoExchange
from services.footprints.adapters.mongo_grants import doors_held, holding
from services.footprints.adapters.mongo_history import MongoHistory
from services.footprints.adapters.mongo_validation import MongoValidation
from services.footprints.adapters.mongo_verifications import MongoVerifications
from services.footprints.adapters.pact_listing import MongoPactListing
from services.footprints.application.ports import (
    FOOTPRINTS,
    GRANTS,
    ORGANISATIONS,
    FootprintFilter,
    FootprintPosition,
    FootprintSummary,
    GrantFilter,
)
from services.footprints.domain.access import everything_key
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.grant import Grant
from services.footprints.domain.organisation import Organisation

S = TypeVar("S")
Filter = dict[str, Any]

SUMMARY_FIELDS: Final = {name: 1 for name in FootprintSummary.__dataclass_fields__ if name != "carbon"} | {
    f"carbon.{name}": 1 for name in ("unit_of_measurement", "declared_unit_amount", "product_mass_kg", "amounts")
}


class MongoQueries:
    """Implements `ports.Queries`. A lost connection comes out as the store's `TransientStoreError` (503)."""

    def __init__(self, mongo: Mongo) -> None:
        """`mongo` reads at majority."""
        self._mongo = mongo
        self.pact = MongoPactListing(mongo)
        self.exchange = MongoExchange(mongo)
        self.history = MongoHistory(mongo)
        self.validation = MongoValidation(mongo)
        self.verifications = MongoVerifications(mongo)

    async def footprint(self, footprint_id: str, *, reader: str, at: datetime) -> Footprint | None:
        """Return a footprint that is the reader's own, or that a grant opens to it at this instant."""
        pipeline: list[Mapping[str, Any]] = [
            {"$match": {"_id": footprint_id}},
            {
                "$lookup": {
                    "from": GRANTS.name,
                    "localField": "access_keys",
                    "foreignField": "access_key",
                    "pipeline": [{"$match": holding(reader, at)}, {"$limit": 1}],
                    "as": "opened_by",
                }
            },
            {"$match": {"$or": [{"access_keys": everything_key(reader)}, {"opened_by.0": {"$exists": True}}]}},
            {"$unset": "opened_by"},
        ]
        with translated_errors():
            found = await self._mongo.aggregate(FOOTPRINTS.name, pipeline, limit=1)
        return from_document(found[0], Footprint) if found else None

    async def footprints(
        self, found: FootprintFilter, after: FootprintPosition | None, limit: int, *, reader: str, at: datetime
    ) -> Sequence[FootprintSummary]:
        """Return what the reader may read, in order of acceptance, beginning behind `after`."""
        doors = await doors_held(self._mongo, found.owner_organisation_id, reader, at)
        condition = _wanted(found) | {"access_keys": {"$in": sorted(doors.keys)}}
        if found.product_id is not None:
            condition["$and"] = [{"access_keys": {"$in": doors.of_product(found.product_id)}}]
        if after is not None:
            condition["accepted_at"] = {"$gte": after.accepted_at}
            condition["$or"] = [
                {"accepted_at": {"$gt": after.accepted_at}},
                {"_id": {"$gt": after.footprint_id}},
            ]
        with translated_errors():
            documents = (
                await self._mongo.collection(FOOTPRINTS.name)
                .find(condition, SUMMARY_FIELDS)
                .sort([("accepted_at", 1), ("_id", 1)])
                .limit(limit)
                .to_list(limit)
            )
        return [from_document(document, FootprintSummary) for document in documents]

    async def grant(self, grant_id: str, *, reader: str) -> Grant | None:
        """Return a grant that the reader gave or got."""
        with translated_errors():
            document = await self._mongo.collection(GRANTS.name).find_one({"_id": grant_id} | _involving(reader))
        return None if document is None else from_document(document, Grant)

    async def grants(self, found: GrantFilter, after: str | None, limit: int, *, reader: str) -> Sequence[Grant]:
        """Return the grants that the reader gave or got, in order of their ids, beginning behind `after`."""
        condition: Filter = _involving(reader)
        if found.owner_organisation_id is not None:
            condition["owner_organisation_id"] = found.owner_organisation_id
        if found.grantee_organisation_id is not None:
            condition["grantee_organisation_id"] = found.grantee_organisation_id
        if found.status is not None:
            condition["status"] = found.status.value
        if after is not None:
            condition["_id"] = {"$gt": after}
        with translated_errors():
            cursor = self._mongo.collection(GRANTS.name).find(condition).sort("_id", 1).limit(limit)
            documents = await cursor.to_list(limit)
        return [from_document(document, Grant) for document in documents]

    async def organisation(self, organisation_id: str) -> Organisation | None:
        """Return what is known about an organisation."""
        return await self._by_id(ORGANISATIONS, organisation_id)

    async def _by_id(self, kind: Kind[S], key: str) -> S | None:
        with translated_errors():
            document = await self._mongo.collection(kind.name).find_one({"_id": key})
        return None if document is None else from_document(document, kind.state)


def _involving(reader: str) -> Filter:
    return {"$or": [{"owner_organisation_id": reader}, {"grantee_organisation_id": reader}]}


def _wanted(found: FootprintFilter) -> Filter:
    condition: Filter = {}
    if found.status is not None:
        condition["status"] = found.status.value
    if found.owner_organisation_id is not None:
        condition["owner_organisation_id"] = found.owner_organisation_id
    return condition

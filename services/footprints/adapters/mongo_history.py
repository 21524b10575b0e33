"""A product's history on MongoDB: one condition on the doors the reader may open, one on the product's keys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from services.chassis.codec import from_document
from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.footprints.adapters.mongo_grants import doors_held
from services.footprints.adapters.mongo_indexes import READABLE, SUCCESSORS
from services.footprints.application.ports import FOOTPRINTS, FootprintPosition
from services.footprints.domain.history import Naming, Revision, RevisionCarbon

REVISION_FIELDS: Final = {name: 1 for name in Revision.__dataclass_fields__ if name != "carbon"} | {
    f"carbon.{name}": 1 for name in RevisionCarbon.__dataclass_fields__
}
NAMING_FIELDS: Final = dict.fromkeys(Naming.__dataclass_fields__, 1)


class MongoHistory:
    """Implements `application.history.HistoryQueries`."""

    def __init__(self, mongo: Mongo) -> None:
        """`mongo` reads at majority."""
        self._mongo = mongo

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
        doors = await doors_held(self._mongo, owner, reader, at)
        condition: dict[str, Any] = {
            "access_keys": {"$in": doors.of_product(product_id)},
            "$and": [{"access_keys": {"$in": sorted(doors.keys)}}],
        }
        if owner is not None:
            condition["owner_organisation_id"] = owner
        if after is not None:
            condition["accepted_at"] = {"$gte": after.accepted_at}
            condition["$or"] = [{"accepted_at": {"$gt": after.accepted_at}}, {"_id": {"$gt": after.footprint_id}}]
        with translated_errors():
            documents = (
                await self._mongo.collection(FOOTPRINTS.name)
                .find(condition, REVISION_FIELDS, hint=READABLE)
                .sort([("accepted_at", 1), ("_id", 1)])
                .limit(limit)
                .to_list(limit)
            )
        return [from_document(document, Revision) for document in documents]

    async def namings(
        self, footprint_ids: Collection[str], owner: str | None, limit: int, *, reader: str, at: datetime
    ) -> Sequence[Naming]:
        """Return the readable footprints that name one of these as their predecessor, in order of their ids."""
        doors = await doors_held(self._mongo, owner, reader, at)
        condition = {"preceding_ids": {"$in": sorted(footprint_ids)}, "access_keys": {"$in": sorted(doors.keys)}}
        with translated_errors():
            documents = (
                await self._mongo.collection(FOOTPRINTS.name)
                .find(condition, NAMING_FIELDS, hint=SUCCESSORS)
                .sort("_id", 1)
                .limit(limit)
                .to_list(limit)
            )
        return [from_document(document, Naming) for document in documents]

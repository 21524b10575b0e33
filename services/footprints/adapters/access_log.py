"""The access log on MongoDB: inserts that a majority has on disk before an answer leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from services.chassis.codec import from_document, to_document
from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.chassis.store import StoreError, TransientStoreError
from services.footprints.adapters.mongo_grants import openings
from services.footprints.adapters.mongo_indexes import NEWEST_FIRST, OF_FOOTPRINT, OF_READER
from services.footprints.application.access_log import ACCESS_LOG, AccessFilter, AccessPosition
from services.footprints.domain.access_log import AccessEntry, Opening

ORDER: Final = [("read_at", -1), ("_id", -1)]


class MongoAccessLog:
    """Implements `application.access_log.AccessLog`."""

    def __init__(self, mongo: Mongo) -> None:
        """`mongo` writes with majority and journal."""
        self._mongo = mongo

    async def openings(self, access_keys: Collection[str], *, reader: str, at: datetime) -> Sequence[Opening]:
        """Return, for each of these keys that a grant hands over to the reader now, the first such grant."""
        with _failing_closed():
            return await openings(self._mongo, access_keys, reader, at)

    async def record(self, entries: Sequence[AccessEntry]) -> None:
        """Insert the entries."""
        if not entries:
            return
        with _failing_closed():
            documents = [{"_id": entry.entry_id} | to_document(entry) for entry in entries]
            await self._mongo.collection(ACCESS_LOG.name).insert_many(documents, ordered=False)

    async def entries(
        self, found: AccessFilter, after: AccessPosition | None, limit: int, *, owner: str
    ) -> Sequence[AccessEntry]:
        """Return the owner's entries, newest first, beginning behind `after`."""
        condition, index = entries_query(found, after, owner)
        with translated_errors():
            documents = (
                await self._mongo.collection(ACCESS_LOG.name)
                .find(condition, hint=index)
                .sort(ORDER)
                .limit(limit)
                .to_list(limit)
            )
        return [from_document(document, AccessEntry) for document in documents]


def entries_query(found: AccessFilter, after: AccessPosition | None, owner: str) -> tuple[dict[str, Any], str]:
    """Return the condition of a listing, and the index that walks it in `ORDER`: the narrowest filter leads."""
    condition: dict[str, Any] = {"owner_organisation_id": owner}
    index = NEWEST_FIRST
    if found.reader_organisation_id is not None:
        condition["reader_organisation_id"], index = found.reader_organisation_id, OF_READER
    if found.footprint_id is not None:
        condition["footprint_ids"], index = found.footprint_id, OF_FOOTPRINT
    within = _within(found, after)
    return condition | ({"$and": within} if within else {}), index


def _within(found: AccessFilter, after: AccessPosition | None) -> list[dict[str, Any]]:
    conditions: list[dict[str, Any]] = []
    if found.read_from is not None:
        conditions.append({"read_at": {"$gte": found.read_from}})
    if found.read_until is not None:
        conditions.append({"read_at": {"$lt": found.read_until}})
    if after is not None:
        conditions.append({"read_at": {"$lte": after.read_at}})
        conditions.append({"$or": [{"read_at": {"$lt": after.read_at}}, {"_id": {"$lt": after.entry_id}}]})
    return conditions


@contextmanager
def _failing_closed() -> Iterator[None]:
    """Make every failure one that passes: the caller gets 503 and no footprint."""
    try:
        with translated_errors():
            yield
    except TransientStoreError:
        raise
    except StoreError as error:
        raise TransientStoreError(f"the access log can't be kept: {error}") from error

"""The store on MongoDB. Positions, leases and outbox rows live in collections of the service's own database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from pymongo import ASCENDING, DeleteOne, IndexModel, InsertOne, ReplaceOne
from pymongo.errors import PyMongoError

from services.chassis.cancellation import heed_cancellation
from services.chassis.codec import from_document, to_document
from services.chassis.kernel import Kind
from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.chassis.store import (
    CommitUnknownError,
    FencedError,
    OutboxRow,
    Position,
    RowWrite,
    Stored,
    TransientStoreError,
    Tx,
)

OUTBOX: Final = "outbox"
POSITIONS: Final = "consumer_positions"
LEASES: Final = "leases"
ROW_VERSION: Final = "_v"
PUBLISHED_TTL_S: Final = 7 * 24 * 3_600
"""A published row is kept a week for the eye of an operator, then removed."""

SYSTEM_INDEXES: Final = {
    OUTBOX: (
        IndexModel(
            [("published", ASCENDING), ("_id", ASCENDING)],
            name="unpublished",
            partialFilterExpression={"published": False},
        ),
        IndexModel(
            [("topic", ASCENDING), ("key", ASCENDING), ("version", ASCENDING)],
            name="unpublished_by_key",
            partialFilterExpression={"published": False},
        ),
        IndexModel([("published_at", ASCENDING)], name="published_ttl", expireAfterSeconds=PUBLISHED_TTL_S),
    ),
    POSITIONS: (),
    LEASES: (),
}


def kind_indexes(kinds: Sequence[Kind[Any]]) -> dict[str, tuple[IndexModel, ...]]:
    """Return one index for each match field of each kind; `_id` stands in it because pages walk in its order."""
    return {
        kind.name: tuple(
            IndexModel([(field, ASCENDING), ("_id", ASCENDING)], name=f"match_{field}")
            for field in sorted(kind.match_fields)
        )
        for kind in kinds
    }


class MongoTx(Tx):
    """One transaction on one session."""

    def __init__(self, mongo: Mongo, session: Any) -> None:
        """Use through `MongoStore.transaction`."""
        self._mongo = mongo
        self._session = session

    async def by_keys(self, kind: Kind[Any], keys: Collection[str]) -> list[Stored]:
        """Read by `_id` with one `$in`."""
        return await self._find(kind, {"_id": {"$in": list(keys)}}, len(keys))

    async def by_field(self, kind: Kind[Any], field: str, values: Collection[str], limit: int) -> list[Stored]:
        """Read by an indexed field with one `$in`."""
        return await self._find(kind, {field: {"$in": list(values)}}, limit)

    async def keys_by_field(self, kind: Kind[Any], field: str, value: str, after: str, limit: int) -> list[str]:
        """Read keys alone; served by the kind's index on `(field, _id)`."""
        with translated_errors():
            documents = (
                await self._mongo.collection(kind.name)
                .find({field: value, "_id": {"$gt": after}}, {"_id": 1}, session=self._session)
                .sort("_id", ASCENDING)
                .limit(limit)
                .to_list(limit)
            )
        return [document["_id"] for document in documents]

    async def _find(self, kind: Kind[Any], condition: dict[str, Any], limit: int) -> list[Stored]:
        if limit < 1:
            return []
        with translated_errors():
            documents = (
                await self._mongo.collection(kind.name)
                .find(condition, session=self._session)
                .limit(limit)
                .to_list(limit)
            )
        return [
            Stored(document["_id"], from_document(document, kind.state), document[ROW_VERSION])
            for document in documents
        ]

    async def write(self, rows: Sequence[RowWrite]) -> None:
        """Insert, replace and remove, one bulk a collection, each guarded by its row version."""
        grouped: dict[str, list[RowWrite]] = defaultdict(list)
        for row in rows:
            grouped[row.kind.name].append(row)
        with translated_errors():
            for name, group in grouped.items():
                await self._write_collection(name, group)

    async def _write_collection(self, name: str, rows: list[RowWrite]) -> None:
        collection = self._mongo.collection(name)
        fresh = [_document(row) for row in rows if row.expected_version == 0]
        guarded = [row for row in rows if row.expected_version > 0]
        if fresh:
            await collection.insert_many(fresh, ordered=False, session=self._session)
        if guarded:
            result = await collection.bulk_write(
                [_operation(row) for row in guarded], ordered=False, session=self._session
            )
            if result.matched_count + result.deleted_count != len(guarded):
                raise TransientStoreError(f"{name}: a document changed since it was read")

    async def append_outbox(self, rows: Sequence[OutboxRow]) -> None:
        """Insert the rows in one command."""
        if not rows:
            return
        documents = [
            {
                "_id": row.id,
                "topic": row.topic,
                "key": row.key,
                "version": row.version,
                "value": row.value,
                "headers": [[name, value] for name, value in row.headers],
                "created_at": row.created_at,
                "published": False,
            }
            for row in rows
        ]
        with translated_errors():
            await self._mongo.collection(OUTBOX).insert_many(documents, ordered=False, session=self._session)

    async def advance(self, before: Position, after: Position) -> None:
        """Move the position; the guard fences a former owner."""
        with translated_errors():
            result = await self._mongo.collection(POSITIONS).update_one(
                {"_id": before.id, "offset": before.offset, "epoch": before.epoch},
                {
                    "$set": {
                        "offset": after.offset,
                        "poison_run": after.poison_run,
                        "window_seen": after.window_seen,
                        "window_poison": after.window_poison,
                    }
                },
                session=self._session,
            )
        if result.matched_count != 1:
            raise FencedError(f"{before.id}: offset {before.offset} at epoch {before.epoch} is no longer ours")

    async def guard_lease(self, lease_id: str, token: str) -> None:
        """Write the lease document: under snapshot isolation a read would guard nothing."""
        with translated_errors():
            result = await self._mongo.collection(LEASES).update_one(
                {"_id": lease_id, "token": token}, {"$inc": {"guarded_writes": 1}}, session=self._session
            )
        if result.matched_count != 1:
            raise FencedError(f"lease {lease_id} has another holder")


def _document(row: RowWrite) -> dict[str, Any]:
    return {"_id": row.key, ROW_VERSION: row.expected_version + 1} | to_document(row.state)


def _operation(row: RowWrite) -> InsertOne[Any] | ReplaceOne[Any] | DeleteOne:
    condition = {"_id": row.key, ROW_VERSION: row.expected_version}
    return DeleteOne(condition) if row.state is None else ReplaceOne(condition, _document(row))


class MongoStore:
    """Opens transactions. With `session` given, all run on it (a consumer's partition); else each takes its own."""

    def __init__(self, mongo: Mongo, session: Any | None = None) -> None:
        """`session` is an explicit session of the same client."""
        self._mongo = mongo
        self._session = session

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[MongoTx]:
        """Begin; commit on a normal exit, abort on an exception."""
        with translated_errors():
            session = self._session if self._session is not None else await self._mongo.start_session()
        try:
            with translated_errors():
                await self._mongo.begin(session)
            try:
                yield MongoTx(self._mongo, session)
                heed_cancellation()
            except BaseException:
                with suppress(PyMongoError):
                    await session.abort_transaction()
                raise
            await self._commit(session)
        finally:
            if self._session is None:
                await session.end_session()

    async def _commit(self, session: Any) -> None:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if error.has_error_label("TransientTransactionError"):
                raise TransientStoreError(str(error)) from error
            if self._session is None:
                await self._settle(session)
            raise CommitUnknownError(str(error)) from error

    async def _settle(self, session: Any) -> None:
        """End a transaction whose commit may never have arrived: left open, it would lock out its own retry.

        On a partition's session the retry's own transaction does that.
        """
        with suppress(PyMongoError):
            await self._mongo.admin_command({"killSessions": [{"id": session.session_id["id"]}]})

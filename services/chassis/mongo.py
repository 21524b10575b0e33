"""The only place that knows the driver: motor, or its successor PyMongo's `AsyncMongoClient`, by one setting.

The two differ in how a cursor, a session and a change stream are made and closed; nothing outside this file may
tell which one is in use. Everything else (`find_one`, `insert_many`, `bulk_write`, ...) is the same in both.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Literal, Protocol

from bson import CodecOptions
from pymongo import AsyncMongoClient, IndexModel, ReadPreference, WriteConcern
from pymongo.errors import CollectionInvalid, OperationFailure
from pymongo.read_concern import ReadConcern

from services.chassis.index_conflict import CONFLICT_CODES, IndexConflictError, explain_conflict

Driver = Literal["motor", "pymongo"]

MAJORITY: Final = WriteConcern(w="majority", j=True)
MAX_COMMIT_MS: Final = 4_000
NAMESPACE_EXISTS: Final = 48


class Cursor(Protocol):
    """What `Collection.find` returns."""

    def sort(self, key: Any, direction: int | None = None) -> Cursor:
        """Order the result."""

    def limit(self, limit: int) -> Cursor:
        """Bound the result."""

    async def to_list(self, length: int | None = None) -> list[dict[str, Any]]:
        """Read the result, all of it or at most `length` documents (1 or more)."""

    def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        """Stream the result."""


class Collection(Protocol):
    """The part of a collection that both drivers share, as the adapters use it."""

    name: str

    def find(self, filter: Any = None, projection: Any = None, *, session: Any = None, **options: Any) -> Cursor:  # noqa: A002 - the driver's own name
        """Query."""

    async def find_one(
        self,
        filter: Any = None,  # noqa: A002
        projection: Any = None,
        *,
        session: Any = None,
        **options: Any,
    ) -> dict[str, Any] | None:
        """Query one."""

    async def find_one_and_update(
        self,
        filter: Any,  # noqa: A002
        update: Any,
        *,
        session: Any = None,
        **options: Any,
    ) -> dict[str, Any] | None:
        """Update one and return it."""

    async def count_documents(self, filter: Any, *, session: Any = None, **options: Any) -> int:  # noqa: A002
        """Count."""

    async def insert_one(self, document: Any, *, session: Any = None) -> Any:
        """Insert one."""

    async def insert_many(self, documents: Sequence[Any], *, ordered: bool = True, session: Any = None) -> Any:
        """Insert many."""

    async def replace_one(self, filter: Any, replacement: Any, *, upsert: bool = False, session: Any = None) -> Any:  # noqa: A002
        """Replace one."""

    async def update_one(self, filter: Any, update: Any, *, upsert: bool = False, session: Any = None) -> Any:  # noqa: A002
        """Update one."""

    async def update_many(self, filter: Any, update: Any, *, session: Any = None) -> Any:  # noqa: A002
        """Update many."""

    async def delete_one(self, filter: Any, *, session: Any = None) -> Any:  # noqa: A002
        """Delete one."""

    async def delete_many(self, filter: Any, *, session: Any = None) -> Any:  # noqa: A002
        """Delete many."""

    async def bulk_write(self, requests: Sequence[Any], *, ordered: bool = True, session: Any = None) -> Any:
        """Write in bulk."""

    async def create_indexes(self, indexes: Sequence[IndexModel]) -> list[str]:
        """Create indexes; existing ones are left alone."""

    async def drop(self) -> None:
        """Drop."""


async def _maybe_await(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


class Mongo:
    """One client on one database, with the durable settings said aloud."""

    def __init__(
        self, uri: str, database: str, driver: Driver = "motor", *, app_name: str = "tierloop", **options: Any
    ) -> None:
        """Make the client; nothing connects before the first command. `options` go to the driver as they are."""
        settings: dict[str, Any] = {
            "appname": app_name,
            "tz_aware": True,
            "w": "majority",
            "journal": True,
            "readConcernLevel": "majority",
            "retryWrites": True,
            "serverSelectionTimeoutMS": 5_000,
            "connectTimeoutMS": 5_000,
            "socketTimeoutMS": 30_000,
        } | options
        self.driver: Driver = driver
        self._client: Any = _client(driver, uri, settings)
        self._database: Any = self._client[database].with_options(codec_options=CodecOptions(tz_aware=True))
        self.name = database

    def collection(self, name: str) -> Collection:
        """Return a collection of the service's database."""
        collection: Collection = self._database[name]
        return collection

    async def command(self, command: Mapping[str, Any] | str, **arguments: Any) -> dict[str, Any]:
        """Run a command on the service's database."""
        result: dict[str, Any] = await self._database.command(command, **arguments)
        return result

    async def admin_command(self, command: Mapping[str, Any] | str, **arguments: Any) -> dict[str, Any]:
        """Run a command on the admin database."""
        result: dict[str, Any] = await self._client.admin.command(command, **arguments)
        return result

    async def ping(self) -> None:
        """Ask the primary. Raises the driver's error when there is none."""
        await self._client.admin.command("ping", read_preference=ReadPreference.PRIMARY)

    async def start_session(self) -> Any:
        """Start an explicit session; the caller ends it."""
        return await _maybe_await(self._client.start_session())

    async def begin(self, session: Any) -> None:
        """Begin a transaction: snapshot reads, majority and journaled commit, set on the transaction itself."""
        await _maybe_await(
            session.start_transaction(
                read_concern=ReadConcern("snapshot"),
                write_concern=MAJORITY,
                read_preference=ReadPreference.PRIMARY,
                max_commit_time_ms=MAX_COMMIT_MS,
            )
        )

    async def aggregate(
        self, collection: str, pipeline: Sequence[Mapping[str, Any]], *, limit: int, **options: Any
    ) -> list[dict[str, Any]]:
        """Run a pipeline and read at most `limit` documents of its result."""
        cursor = await _maybe_await(self._database[collection].aggregate(list(pipeline), **options))
        documents: list[dict[str, Any]] = await cursor.to_list(limit)
        return documents

    @asynccontextmanager
    async def watch(
        self, collection: str, pipeline: Sequence[Mapping[str, Any]] = (), **options: Any
    ) -> AsyncIterator[Any]:
        """Open a change stream that sees all from now on; `async for` over it, or `await stream.try_next()`."""
        opened = await _maybe_await(self._database[collection].watch(list(pipeline), **options))
        async with opened as stream:  # motor opens it here, or else at the first read: changes before that were lost
            yield stream

    async def index_names(self, collection: str) -> list[str]:
        """Return the names of a collection's indexes."""
        return [index["name"] for index in await self._indexes(collection)]

    async def bootstrap(self, indexes: Mapping[str, Sequence[IndexModel]]) -> None:
        """Create collections and indexes where they are missing. Safe to run from several processes at once.

        Raises `IndexConflictError`, after all others are created, for indexes that are there in another form.
        """
        conflicts: list[str] = []
        for name, models in indexes.items():
            try:
                await self._database.create_collection(name)
            except CollectionInvalid:
                pass
            except OperationFailure as error:
                if error.code != NAMESPACE_EXISTS:
                    raise
            conflicts += await self._create_indexes(name, models)
        if conflicts:
            raise IndexConflictError(conflicts)

    async def _create_indexes(self, collection: str, models: Sequence[IndexModel]) -> list[str]:
        """Create them in one command; where one is in conflict, one by one. Return what is to be said of those."""
        if not models:
            return []
        try:
            await self.collection(collection).create_indexes(list(models))
        except OperationFailure as error:
            if error.code not in CONFLICT_CODES:
                raise
            if len(models) == 1:
                existing = await self._indexes(collection)
                return [explain_conflict(self.name, collection, models[0].document, existing, str(error))]
            return [text for model in models for text in await self._create_indexes(collection, [model])]
        return []

    async def _indexes(self, collection: str) -> list[dict[str, Any]]:
        cursor = await _maybe_await(self._database[collection].list_indexes())
        return [dict(index) async for index in cursor]

    async def drop_database(self) -> None:
        """Drop the whole database (tests and demos)."""
        await self._client.drop_database(self.name)

    async def close(self) -> None:
        """Close the client."""
        await _maybe_await(self._client.close())


def _client(driver: Driver, uri: str, settings: dict[str, Any]) -> Any:
    if driver == "pymongo":
        return AsyncMongoClient(uri, **settings)
    from motor.motor_asyncio import AsyncIOMotorClient  # noqa: PLC0415 - the retired driver is loaded only where it is chosen

    return AsyncIOMotorClient(uri, **settings)

"""`MongoStore` keeps the store's contract with both drivers, on sessions of its own and on a partition's session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.database import Database

from services.chassis.mongo import Mongo
from services.chassis.mongo_store import LEASES, OUTBOX, POSITIONS, SYSTEM_INDEXES, MongoStore, kind_indexes
from services.chassis.store import OutboxRow, Position
from services.chassis.testing.store_contract import StoreContract
from services.chassis.testing.store_samples import TALLIES, THINGS

SPARE_SESSIONS = 6


class MongoHarness:
    """Sets up and looks with the blocking driver."""

    def __init__(self, mongo: Mongo, database: Database[dict[str, Any]], sessions: list[Any] | None) -> None:
        self._mongo = mongo
        self._database = database
        self._sessions = sessions

    def store(self) -> MongoStore:
        return MongoStore(self._mongo, None if self._sessions is None else self._sessions.pop())

    async def outbox(self) -> list[OutboxRow]:
        return [
            OutboxRow(
                row["_id"],
                row["topic"],
                row["key"],
                row["version"],
                row["value"],
                tuple((name, value) for name, value in row["headers"]),
                row["created_at"],
            )
            for row in self._database[OUTBOX].find().sort("_id", 1)
        ]

    async def put_position(self, position: Position) -> None:
        fields = {name: getattr(position, name) for name in Position.__slots__ if name != "id"}
        self._database[POSITIONS].replace_one({"_id": position.id}, fields, upsert=True)

    async def position(self, position_id: str) -> Position:
        document = self._database[POSITIONS].find_one({"_id": position_id})
        assert document is not None
        return Position(id=document.pop("_id"), **document)

    async def put_lease(self, lease_id: str, token: str) -> None:
        self._database[LEASES].replace_one({"_id": lease_id}, {"token": token}, upsert=True)


class TestMongoStore(StoreContract):
    @pytest.fixture(params=["own-sessions", "one-session"])
    async def harness(
        self, request: pytest.FixtureRequest, mongo: Mongo, database: Database[dict[str, Any]]
    ) -> AsyncIterator[MongoHarness]:
        await mongo.bootstrap(SYSTEM_INDEXES | kind_indexes((THINGS, TALLIES)))
        sessions = None
        if request.param == "one-session":
            sessions = [await mongo.start_session() for _ in range(SPARE_SESSIONS)]
        yield MongoHarness(mongo, database, None if sessions is None else list(sessions))
        for session in sessions or ():
            await session.end_session()

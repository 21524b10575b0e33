"""What a real server does to a transaction, in the store's words: none of it is poison, all of it is settled."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure

from services.chassis.idempotency import IDEMPOTENCY, Reply
from services.chassis.mongo import Driver, Mongo
from services.chassis.mongo_store import OUTBOX, SYSTEM_INDEXES, MongoStore, kind_indexes
from services.chassis.store import CommitUnknownError, StoreError, TransientStoreError, UnstorableError
from services.chassis.testing.store_samples import THINGS, Thing, insert, read, write
from services.chassis.unit import CommandBus
from tests.unit.chassis.core_parts import ids, meta
from tests.unit.chassis.core_register import API_HANDLERS, REGISTERS, Append, translate

NOT_ENABLED = 59
"""The code of a server that knows no fail points (it was started without `enableTestCommands`)."""


class Server:
    """A client with a name of its own, and the server's fail points for that name alone."""

    def __init__(self, admin: MongoClient[dict[str, Any]], mongo: Mongo, name: str) -> None:
        self._admin = admin
        self._name = name
        self.mongo = mongo
        self.store = MongoStore(mongo)

    @contextmanager
    def failing(self, commands: Sequence[str], times: int = 1, **answer: Any) -> Iterator[None]:
        """Answer the next `times` of these commands as told."""
        data = {"failCommands": list(commands), "appName": self._name} | answer
        try:
            self._admin.admin.command("configureFailPoint", "failCommand", mode={"times": times}, data=data)
        except OperationFailure as error:
            if error.code == NOT_ENABLED:
                pytest.skip("the MongoDB given has no fail points; the suite's own has")
            raise
        try:
            yield
        finally:
            self._admin.admin.command("configureFailPoint", "failCommand", mode="off")


@pytest.fixture
async def server(mongo_uri: str, database: Database[dict[str, Any]], driver: Driver) -> AsyncIterator[Server]:
    name = f"core-{uuid.uuid4().hex[:8]}"
    mongo = Mongo(mongo_uri, database.name, driver, app_name=name)
    await mongo.bootstrap(SYSTEM_INDEXES | kind_indexes((THINGS, REGISTERS, IDEMPOTENCY)))
    yield Server(database.client, mongo, name)
    await mongo.close()


async def attempt(store: MongoStore) -> None:
    async with store.transaction() as tx:
        await tx.by_keys(THINGS, ["a"])
        await tx.write([insert("a", Thing())])


WCE = {"code": 64, "codeName": "WriteConcernFailed", "errmsg": "waiting for replication timed out"}


@pytest.mark.parametrize("commands", [["find"], ["insert"], ["commitTransaction"]], ids=lambda names: names[0])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"closeConnection": True}, TransientStoreError),
        ({"errorCode": 112, "errorLabels": ["TransientTransactionError"]}, TransientStoreError),
        ({"errorCode": 251, "errorLabels": ["TransientTransactionError"]}, TransientStoreError),
        ({"errorCode": 11601}, TransientStoreError),
    ],
    ids=["connection", "conflict", "no-such-transaction", "interrupted"],
)
async def test_what_may_pass_is_transient_and_wrote_nothing(
    server: Server, commands: list[str], answer: dict[str, Any], expected: type[StoreError]
) -> None:
    with server.failing(commands, times=2, **answer), pytest.raises(expected):
        await attempt(server.store)
    assert await read(server.store, THINGS, "a") is None
    await attempt(server.store)
    assert await read(server.store, THINGS, "a") == (Thing(), 1)


@pytest.mark.parametrize("code", [13, 8000, 20], ids=["unauthorized", "unknown", "illegal"])
async def test_any_other_error_of_the_driver_is_a_store_error(server: Server, code: int) -> None:
    """Not transient, so that nobody retries for ever; and no driver's error, which would be taken for poison."""
    with server.failing(["find"], errorCode=code), pytest.raises(StoreError) as failed:
        await attempt(server.store)
    assert not isinstance(failed.value, TransientStoreError | UnstorableError)


async def test_a_commit_that_took_effect_without_an_answer_is_unknown(server: Server) -> None:
    with server.failing(["commitTransaction"], times=2, writeConcernError=WCE), pytest.raises(CommitUnknownError):
        await attempt(server.store)
    assert await read(server.store, THINGS, "a") == (Thing(), 1)


async def test_a_commit_whose_connection_breaks_is_tried_again_by_the_driver(server: Server) -> None:
    with server.failing(["commitTransaction"], times=1, closeConnection=True):
        await attempt(server.store)
    assert await read(server.store, THINGS, "a") == (Thing(), 1)


@pytest.mark.parametrize("answer", [{"writeConcernError": WCE}, {"closeConnection": True}], ids=["done", "not-done"])
async def test_the_command_bus_acts_once_whatever_became_of_the_commit(
    server: Server, database: Database[dict[str, Any]], answer: dict[str, Any]
) -> None:
    bus = CommandBus(server.store, API_HANDLERS, translate, ids())
    with server.failing(["commitTransaction"], times=2, **answer):
        reply = await bus.execute(Append(meta("one"), "r1", 7), lambda version: Reply(201, str(version).encode()))
    assert reply == Reply(201, b"1")
    registers = await read(server.store, REGISTERS, "r1")
    assert registers is not None
    assert registers[0].values == (7,)
    assert database[OUTBOX].count_documents({}) == 1


@pytest.mark.parametrize("moment", ["before-the-write", "before-the-commit"])
async def test_a_transaction_that_was_ended_from_outside_is_transient(
    server: Server, database: Database[dict[str, Any]], moment: str
) -> None:
    session = await server.mongo.start_session()
    store = MongoStore(server.mongo, session)
    await write(store, insert("b", Thing()))

    async def be_ended() -> None:
        async with store.transaction() as tx:
            await tx.by_keys(THINGS, ["a"])
            if moment == "before-the-write":
                await server.mongo.admin_command({"killSessions": [{"id": session.session_id["id"]}]})
            await tx.write([insert("a", Thing())])
            if moment == "before-the-commit":
                await server.mongo.admin_command({"killSessions": [{"id": session.session_id["id"]}]})

    with pytest.raises(TransientStoreError) as failed:
        await be_ended()
    assert not isinstance(failed.value, CommitUnknownError), "the server said that it wrote nothing"
    await attempt(store)
    await session.end_session()
    assert database[THINGS.name].count_documents({}) == 2

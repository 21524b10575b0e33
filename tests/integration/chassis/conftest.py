"""One database for a module, emptied before each test; a client of either driver on it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from services.chassis.mongo import Driver, Mongo

DRIVERS: tuple[Driver, ...] = ("motor", "pymongo")
FORGOTTEN_SOCKET = r"unclosed <socket.socket fd=\d+, family=\d+, type=\d+, proto=\d+, laddr=\([^)]*\)>"


def pytest_configure(config: pytest.Config) -> None:
    """Bear a socket that PyMongo's async client (4.20) forgets when a cancellation meets it while it connects.

    It has no remote address yet; one that was connected and is left open (raddr) stays an error.
    """
    config.addinivalue_line("filterwarnings", f"ignore:{FORGOTTEN_SOCKET}:ResourceWarning")


@pytest.fixture(scope="module")
def blocking_database(mongo_uri: str) -> Iterator[Database[dict[str, Any]]]:
    """Give the module's database as the blocking driver sees it, for what a test sets up and looks at."""
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri, tz_aware=True, w="majority")
    name = f"tierloop_core_{uuid.uuid4().hex[:12]}"
    yield client[name]
    client.drop_database(name)
    client.close()


@pytest.fixture
def database(blocking_database: Database[dict[str, Any]]) -> Database[dict[str, Any]]:
    """Give it empty: collections and indexes stay, documents go."""
    for name in blocking_database.list_collection_names():
        blocking_database[name].delete_many({})
    return blocking_database


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> Driver:
    """Choose both drivers, one after the other."""
    chosen: Driver = request.param
    return chosen


@pytest.fixture
async def mongo(mongo_uri: str, database: Database[dict[str, Any]], driver: Driver) -> AsyncIterator[Mongo]:
    """Give a client as a service has it."""
    client = Mongo(mongo_uri, database.name, driver)
    yield client
    await client.close()

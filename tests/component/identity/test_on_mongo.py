"""On MongoDB: the reads answer as they do in memory, and of several processes at once one wins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from services.chassis.mongo import Mongo
from services.chassis.mongo_store import MongoStore
from services.chassis.parts import all_indexes
from services.chassis.testing.memory_store import MemoryStore
from services.identity.adapters.argon2_hasher import Argon2Hasher
from services.identity.adapters.memory_queries import MemoryQueries
from services.identity.adapters.mongo_queries import MongoQueries
from services.identity.application.commands import FoundKeyRing, RegisterOrganisation
from services.identity.application.ports import Queries
from services.identity.bootstrap import PARTS
from services.identity.domain.errors import IdentifierTaken
from services.identity.seed import read_definitions, seed
from tests.unit.identity.given import AT, Registry, caster_profile, key, meta

Ask = Callable[[Queries], Awaitable[Any]]
BUYER_ID = "0197a000-0000-7000-8000-000000000003"


class FixedHasher(Argon2Hasher):
    """Gives both stores the same hashes."""

    def __init__(self) -> None:
        super().__init__(memory_kib=64, passes=1)

    async def hash(self, secret: str) -> str:
        return "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$aGFzaA"


@pytest.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    database = Mongo(mongo_uri, f"identity_{uuid4().hex[:8]}", "pymongo")
    await database.bootstrap(all_indexes(PARTS))
    yield database
    await database.drop_database()
    await database.close()


async def filled(store: Any) -> None:
    counter = iter(range(1_000))
    hasher = FixedHasher()
    await seed(store, read_definitions(), hasher=hasher, clock=lambda: AT, new_id=lambda: f"id-{next(counter):04d}")
    hasher.close()
    registry = Registry(store, first_id=500)
    await registry.run(FoundKeyRing(meta(command_id="ring"), key(1), key(2)))


@pytest.mark.parametrize(
    "ask",
    [
        lambda queries: queries.organisation(BUYER_ID),
        lambda queries: queries.organisation("absent"),
        lambda queries: queries.organisations(None, 3),
        lambda queries: queries.organisations(BUYER_ID, 10),
        lambda queries: queries.organisations("zzz", 10),
        lambda queries: queries.credentials(BUYER_ID, None, 10),
        lambda queries: queries.credentials(BUYER_ID, "demo-buyer", 10),
        lambda queries: queries.credentials("absent", None, 10),
        lambda queries: queries.client("demo-buyer"),
        lambda queries: queries.client("absent"),
        lambda queries: queries.key_ring(),
    ],
)
async def test_reads_answer_as_they_do_in_memory(mongo: Mongo, ask: Ask) -> None:
    memory = MemoryStore()
    await filled(memory)
    await filled(MongoStore(mongo))

    expected = await ask(MemoryQueries(memory))

    assert await ask(MongoQueries(mongo)) == expected


async def test_before_its_first_use_there_is_no_key_ring(mongo: Mongo) -> None:
    assert await MongoQueries(mongo).key_ring() is None


async def test_processes_that_start_at_once_found_one_ring(mongo: Mongo) -> None:
    processes = [Registry(MongoStore(mongo), first_id=number * 1_000 + 1) for number in range(6)]

    rings = await asyncio.gather(
        *(
            process.run(FoundKeyRing(meta(command_id=f"c{number}"), key(2 * number), key(2 * number + 1)))
            for number, process in enumerate(processes)
        )
    )

    assert all(ring == rings[0] for ring in rings)
    assert await MongoQueries(mongo).key_ring() == rings[0]


async def test_processes_that_claim_one_identifier_at_once_cannot_both_win(mongo: Mongo) -> None:
    processes = [Registry(MongoStore(mongo), first_id=number * 1_000 + 1) for number in range(6)]

    outcomes = await asyncio.gather(
        *(
            process.run(RegisterOrganisation(meta(command_id=f"c{number}"), f"org-{number}", caster_profile()))
            for number, process in enumerate(processes)
        ),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, IdentifierTaken) for outcome in outcomes) == len(processes) - 1
    assert len(await MongoQueries(mongo).organisations(None, 10)) == 1
    assert await mongo.collection("outbox").count_documents({}) == 1

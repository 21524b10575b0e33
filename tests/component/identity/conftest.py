"""The whole API of identity over the store in memory, seeded with the demo's organisations."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
import structlog
from fastapi import FastAPI
from structlog.testing import LogCapture

from services.chassis.testing.clock import FixedClock
from services.chassis.testing.ids import SequenceIds
from services.chassis.testing.memory_store import MemoryStore
from services.identity.adapters.argon2_hasher import Argon2Hasher
from services.identity.adapters.key_smith import make_seal_key
from services.identity.adapters.memory_queries import MemoryQueries
from services.identity.bootstrap import Outside, assemble
from services.identity.seed import SeededCredential, read_definitions, seed
from services.identity.settings import IdentitySettings

BASE_URL = "https://identity.test"
LIGHT = {"argon2_memory_kib": "64", "argon2_passes": "1"}
ISSUER = {
    "public_base_url": BASE_URL,
    "token_issuer": BASE_URL,
    "token_url": f"{BASE_URL}/auth/token",
    "jwks_url": f"{BASE_URL}/.well-known/jwks.json",
}


@dataclass
class World:
    """One identity service with its clients."""

    app: FastAPI
    http: httpx.AsyncClient
    store: MemoryStore
    queries: MemoryQueries
    clock: FixedClock
    settings: IdentitySettings
    clients: dict[str, SeededCredential] = field(default_factory=dict)
    keys_used: int = 0

    def organisation_id(self, name: str) -> str:
        return self.clients[name].organisation_id

    def basic(self, name: str) -> dict[str, str]:
        """Return the Basic header of a seeded client."""
        seeded = self.clients[name]
        return basic(seeded.client_id, seeded.client_secret or "")

    async def token(self, name: str = "park") -> str:
        """Get a token from the token endpoint, as a client does."""
        answer = await self.http.post(
            "/auth/token", data={"grant_type": "client_credentials"}, headers=self.basic(name)
        )
        assert answer.status_code == 200, answer.text
        text: str = answer.json()["access_token"]
        return text

    async def bearer(self, name: str = "park") -> dict[str, str]:
        return {"Authorization": f"Bearer {await self.token(name)}"}

    def key(self, text: str | None = None) -> dict[str, str]:
        """Return an Idempotency-Key: a new one, or the one given."""
        self.keys_used += text is None
        return {"Idempotency-Key": text or f"key-{self.keys_used}"}

    def events(self) -> list[dict[str, Any]]:
        return [orjson.loads(row.value or b"") for row in self.store.memory.outbox]


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def settings_with(**fields: str) -> IdentitySettings:
    return IdentitySettings(key_encryption_key=make_seal_key(), **(ISSUER | LIGHT | fields))  # type: ignore[arg-type]  # texts, as from the environment


@asynccontextmanager
async def running(settings: IdentitySettings, store: MemoryStore | None = None) -> AsyncIterator[World]:
    """Run the application with its life cycle."""
    store, clock, queries = store or MemoryStore(), FixedClock(), None

    async def nothing() -> None:
        return None

    queries = MemoryQueries(store)
    outside = Outside(store, queries, {}, nothing, clock, SequenceIds())
    app = assemble(settings, outside)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as http:
            yield World(app, http, store, queries, clock, settings)


async def seeded(world: World) -> World:
    hasher = Argon2Hasher(memory_kib=64, passes=1)
    found = await seed(world.store, read_definitions(), hasher=hasher, clock=world.clock)
    hasher.close()
    world.clients = {item.key: item for item in found}
    return world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running(settings_with()) as running_world:
        yield await seeded(running_world)


@pytest.fixture(autouse=True)
def logs() -> Iterator[LogCapture]:
    """Every structlog event of the test; nothing is printed."""
    capture = LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    yield capture
    structlog.configure(**before)

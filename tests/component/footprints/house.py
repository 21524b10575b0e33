"""The API of footprints over the store in memory, with callers that hold tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
from fastapi import FastAPI

from services.chassis.problems import Problem
from services.chassis.testing.clock import FixedClock
from services.chassis.testing.tokens import AUDIENCE, ISSUER, JWKS_URL, TokenMint
from services.footprints.adapters.memory_access_log import MemoryAccessLog
from services.footprints.adapters.memory_intakes import MemoryIntakes
from services.footprints.adapters.memory_queries import MemoryQueries
from services.footprints.bootstrap import assemble_api
from services.footprints.settings import FootprintsSettings
from tests.support.footprints import JsonObject, raw
from tests.unit.footprints.given import BUYER, NOW, RIVAL, SUPPLIER, World, organisation

TYPE = "urn:tierloop:problem:"
NDJSON = "application/x-ndjson"


class Caller:
    """One organisation's client."""

    def __init__(self, house: House, organisation_id: str, *roles: str) -> None:
        self.house = house
        self.organisation_id = organisation_id
        self.roles = roles
        self.keys = 0

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.house.client.get(path, params=query or None, headers=self.token())

    async def submit(self, document: JsonObject, key: str | None = None) -> httpx.Response:
        return await self.send("/v1/footprints", raw(document), key=key)

    async def send(
        self, path: str, body: bytes, *, key: str | None = None, media_type: str = "application/json"
    ) -> httpx.Response:
        self.keys += 1
        headers = self.token() | {"Content-Type": media_type, "Idempotency-Key": key or f"key-{self.keys}"}
        return await self.house.client.post(path, content=body, headers=headers)

    async def batch(self, body: Any, media_type: str = NDJSON) -> httpx.Response:
        headers = self.token() | {"Content-Type": media_type}
        return await self.house.client.post("/v1/footprints:batch", content=body, headers=headers)

    async def give(self, key: str | None = None, **body: Any) -> httpx.Response:
        whole = {"grantee_organisation_id": BUYER, "scope": "everything"} | body
        return await self.send("/v1/grants", orjson.dumps(whole), key=key)

    async def revoke(self, grant_id: str, version: int | None = 1, body: bytes = b"") -> httpx.Response:
        headers = self.token() | ({} if version is None else {"If-Match": f'"{version}"'})
        if body:
            headers["Content-Type"] = "application/json"
        return await self.house.client.post(f"/v1/grants/{grant_id}:revoke", content=body, headers=headers)

    def token(self) -> dict[str, str]:
        return self.house.mint.bearer(self.organisation_id, roles=self.roles)


class House:
    """The API with a supplier, its rival, and a buyer."""

    queries: MemoryQueries

    def __init__(
        self, world: World, app: FastAPI, client: httpx.AsyncClient, mint: TokenMint, clock: FixedClock
    ) -> None:
        self.world = world
        self.app = app
        self.client = client
        self.mint = mint
        self.clock = clock
        self.supplier = Caller(self, SUPPLIER, "supplier")
        self.rival = Caller(self, RIVAL, "supplier")
        self.buyer = Caller(self, BUYER, "buyer")


@asynccontextmanager
async def open_house(**settings: Any) -> AsyncIterator[House]:
    """Start the application, its three organisations known, and close it at the end."""
    clock = FixedClock(NOW)
    world = World(clock)
    await world.record(*(organisation(each) for each in (SUPPLIER, RIVAL, BUYER)))
    mint = TokenMint(clock)
    queries = MemoryQueries(world.store)
    app = assemble_api(
        FootprintsSettings(
            token_issuer=ISSUER,
            token_audience=AUDIENCE,
            jwks_url=JWKS_URL,
            public_base_url="https://api.test",
            **settings,
        ),
        store=world.store,
        queries=queries,
        access_log=MemoryAccessLog(world.store),
        intakes=MemoryIntakes(world.store.states),
        verifier=mint.verifier(),
        health_checks={},
        close=_nothing,
        clock=clock,
        new_id=world.ids,
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="https://api.test") as client,
    ):
        house = House(world, app, client, mint, clock)
        house.queries = queries
        yield house


async def _nothing() -> None:
    return None


def done(response: httpx.Response, status: int = 200) -> JsonObject:
    """Return the body of a success."""
    assert response.status_code == status, response.text
    body: JsonObject = response.json()
    return body


def problem(response: httpx.Response, status: int, slug: str) -> Problem:
    """Return a problem, which names its kind and says what to do."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    found = Problem.model_validate_json(response.content)
    assert (response.status_code, found.status, found.type) == (status, status, TYPE + slug), response.text
    assert all(item.remedy for item in found.errors), response.text
    return found


def lines(response: httpx.Response) -> list[JsonObject]:
    """Return the results of a batch."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith(NDJSON)
    return [orjson.loads(line) for line in response.content.splitlines()]

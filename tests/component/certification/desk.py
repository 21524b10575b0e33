"""The API of certification over the store in memory, with callers that hold tokens; the workers run when told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from services.certification.adapters.memory_queries import MemoryQueries
from services.certification.api import examples
from services.certification.bootstrap import assemble_api
from services.certification.settings import CertificationSettings
from services.chassis.testing.tokens import AUDIENCE, ISSUER, JWKS_URL, TokenMint
from tests.unit.certification import wire
from tests.unit.certification.builders import BUYER, OTHER_BUYER, SUPPLIER
from tests.unit.certification.world import World

PROBLEM = "urn:tierloop:problem:"
OTHER_SUPPLIER = "org-foundry-2"
VERIFIER = "org-verifier"
ROLES = {
    SUPPLIER: ("supplier",),
    OTHER_SUPPLIER: ("supplier",),
    BUYER: ("buyer",),
    OTHER_BUYER: ("buyer",),
    VERIFIER: ("verifier",),
}

Json = dict[str, Any]


class Caller:
    """One organisation's client."""

    def __init__(self, client: httpx.AsyncClient, mint: TokenMint, organisation_id: str) -> None:
        self.client = client
        self.mint = mint
        self.organisation_id = organisation_id
        self.keys = 0

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.client.get(path, params=query or None, headers=self.token())

    async def create(self, path: str, body: Any, key: str | None = None, **headers: str) -> httpx.Response:
        self.keys += 1
        given = {"Idempotency-Key": key or f"{self.organisation_id}-{self.keys}"}
        return await self.client.post(path, json=body, headers=self.token() | given | headers)

    async def change(self, path: str, version: int, body: Any) -> httpx.Response:
        return await self.client.put(path, json=body, headers=self.token() | {"If-Match": f'"{version}"'})

    async def step(self, path: str, version: int, body: Any) -> httpx.Response:
        return await self.client.post(path, json=body, headers=self.token() | {"If-Match": f'"{version}"'})

    def token(self) -> dict[str, str]:
        return self.mint.bearer(self.organisation_id, roles=ROLES.get(self.organisation_id, ()))


class Desk:
    """The API with two suppliers, two buyers, a verifier and a stranger."""

    def __init__(self, world: World, app: FastAPI, client: httpx.AsyncClient, mint: TokenMint) -> None:
        self.world = world
        self.app = app
        self.client = client
        self.mint = mint
        self.supplier = self.caller(SUPPLIER)
        self.other_supplier = self.caller(OTHER_SUPPLIER)
        self.buyer = self.caller(BUYER)
        self.other_buyer = self.caller(OTHER_BUYER)
        self.verifier = self.caller(VERIFIER)
        self.stranger = self.caller("org-stranger")

    def caller(self, organisation_id: str) -> Caller:
        return Caller(self.client, self.mint, organisation_id)

    async def registered(self, who: Caller | None = None) -> Json:
        return done(await (who or self.supplier).create("/v1/suppliers", examples.NEW_SUPPLIER), 201)

    async def certificate(self, who: Caller | None = None, **changes: Any) -> Json:
        return done(await (who or self.supplier).create("/v1/certificates", examples.NEW_CERTIFICATE | changes), 201)

    async def profile(self, who: Caller | None = None, **requirements: Any) -> Json:
        body = examples.NEW_PROFILE | ({"requirements": requirements} if requirements else {})
        return done(await (who or self.buyer).create("/v1/profiles", body), 201)

    async def part(self, who: Caller | None = None, **changes: Any) -> Json:
        return done(await (who or self.supplier).create("/v1/parts", examples.NEW_PART | changes), 201)

    async def footprint(self, pcf: str = "5.94", **changes: Any) -> None:
        fact = wire.footprint(pcf, **{"product_ids": [examples.PRODUCT_ID]} | changes)
        await self.world.fact(wire.message(wire.PUBLISHED, fact), "footprints.footprint.v1")
        await self.world.drain()

    async def grant(self, **changes: Any) -> None:
        await self.world.fact(wire.message(wire.GRANTED, wire.grant(**changes)), "footprints.grant.v1")
        await self.world.drain()

    async def claim(self, recycled_kg: str = "300") -> None:
        fact = wire.claim(recycled_kg, product_id=examples.PRODUCT_ID)
        await self.world.fact(wire.message(wire.ISSUED, fact), "recycling.claim.v1")
        await self.world.drain()

    async def certified(self) -> tuple[Json, Json]:
        """Return a profile and a part that is certified for it."""
        await self.registered()
        await self.certificate()
        profile = await self.profile(certificate_types=["iso14001"])
        part = await self.part()
        await self.world.drain()
        return profile, part


def done(response: httpx.Response, status: int = 200) -> Json:
    """Return the body of a success."""
    assert response.status_code == status, response.text
    body: Json = response.json()
    if "version" in body:
        assert response.headers["ETag"] == f'"{body["version"]}"'
    return body


def refused(response: httpx.Response, status: int, slug: str, field: str | None = None) -> Json:
    """Check a problem: status, type, and the broken rule's field and remedy. Return its body."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: Json = response.json()
    assert problem["type"] == PROBLEM + slug
    if field is not None:
        [item] = [item for item in problem["errors"] if item["field"] == field]
        assert item["rule"]
        assert item["message"]
    return problem


@asynccontextmanager
async def open_desk() -> AsyncIterator[Desk]:
    """Compose the API on an empty world."""
    world = World()
    mint = TokenMint(world.clock)
    settings = CertificationSettings.load(
        {
            "TIERLOOP_TOKEN_ISSUER": ISSUER,
            "TIERLOOP_TOKEN_AUDIENCE": AUDIENCE,
            "TIERLOOP_JWKS_URL": JWKS_URL,
            "TIERLOOP_PUBLIC_BASE_URL": "https://certification.test",
        }
    )
    verifier = mint.verifier()
    app = assemble_api(
        settings,
        store=world.store,
        queries=MemoryQueries(world.store),
        verifier=verifier,
        health_checks={},
        close=verifier.aclose,
        clock=world.clock,
        new_id=world.new_id,
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="https://certification.test") as client,
    ):
        yield Desk(world, app, client, mint)

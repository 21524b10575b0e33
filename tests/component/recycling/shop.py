"""The API of recycling over the store in memory, with callers that hold tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from services.chassis.testing.tokens import AUDIENCE, ISSUER, JWKS_URL, TokenMint
from services.recycling.adapters.memory_queries import MemoryQueries
from services.recycling.api import examples
from services.recycling.bootstrap import assemble_api
from services.recycling.settings import RecyclingSettings
from tests.unit.recycling.market import BUYER, SELLER, STRANGER, Market

PROBLEM = "urn:tierloop:problem:"
ROLES = {SELLER: ("recycler",), BUYER: ("supplier",), STRANGER: ("buyer",)}

Json = dict[str, Any]


class Caller:
    """One organisation's client."""

    def __init__(
        self, client: httpx.AsyncClient, mint: TokenMint, organisation_id: str, roles: tuple[str, ...]
    ) -> None:
        self.client = client
        self.mint = mint
        self.organisation_id = organisation_id
        self.roles = roles
        self.keys = 0

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.client.get(path, params=query or None, headers=self._token())

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.client.post(path, json=body, headers=self._token() | headers)

    async def create(self, path: str, body: Json, key: str | None = None) -> httpx.Response:
        self.keys += 1
        return await self.post(path, body, **{"Idempotency-Key": key or f"{self.organisation_id}-{self.keys}"})

    async def change(self, path: str, version: int, body: Any = None) -> httpx.Response:
        headers = self._token() | {"If-Match": f'"{version}"'}
        if body is None:
            return await self.client.post(path, headers=headers)
        return await self.client.post(path, json=body, headers=headers)

    def _token(self) -> dict[str, str]:
        return self.mint.bearer(self.organisation_id, roles=self.roles)


class Shop:
    """The API with a recycler, a supplier that buys, and a stranger."""

    def __init__(self, market: Market, app: FastAPI, client: httpx.AsyncClient, mint: TokenMint) -> None:
        self.market = market
        self.app = app
        self.client = client
        self.mint = mint
        self.seller = self.caller(SELLER)
        self.buyer = self.caller(BUYER)
        self.stranger = self.caller(STRANGER)

    def caller(self, organisation_id: str, roles: tuple[str, ...] | None = None) -> Caller:
        return Caller(self.client, self.mint, organisation_id, ROLES[organisation_id] if roles is None else roles)

    async def lot(self, **changes: Any) -> Json:
        return done(await self.seller.create("/v1/lots", examples.NEW_LOT | changes), 201)

    async def demand(self, **changes: Any) -> Json:
        return done(await self.buyer.create("/v1/demands", examples.NEW_DEMAND | changes), 201)

    async def matched(self, **lot_changes: Any) -> Json:
        """Return the one trade of a new lot and a new demand, worked by the book."""
        await self.market.certify()
        lot = await self.lot(**lot_changes)
        demand = await self.demand()
        await self.market.work()
        page = done(await self.buyer.get("/v1/trades", lot_id=lot["lot_id"], demand_id=demand["demand_id"]))
        (trade,) = page["items"]
        found: Json = trade
        return found

    async def settled_with(self, custody_model: str) -> Json:
        """Return a settled trade of a lot with this custody model."""
        await self.market.certify()
        await self.lot(custody_model=custody_model)
        await self.demand(accepted_custody_models=[custody_model])
        await self.market.work()
        (trade,) = done(await self.buyer.get("/v1/trades"))["items"]
        return await self.settled(trade)

    async def step(self, who: Caller, trade: Json, name: str, body: Any = None) -> Json:
        return done(await who.change(f"/v1/trades/{trade['trade_id']}:{name}", trade["version"], body))

    async def contracted(self, trade: Json | None = None) -> Json:
        found = trade or await self.matched()
        return await self.step(self.buyer, await self.step(self.seller, found, "confirm"), "confirm")

    async def weighed(self, trade: Json | None = None, **ticket_changes: Any) -> Json:
        shipped = await self.step(self.seller, await self.contracted(trade), "ship")
        ticket = examples.TICKET | {"weighed_at": "2026-06-01T07:00:00Z"} | ticket_changes
        return await self.step(self.buyer, shipped, "weigh", ticket)

    async def settled(self, trade: Json | None = None) -> Json:
        return await self.step(self.seller, await self.weighed(trade), "settle")


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
        assert field in [item["field"] for item in problem["errors"]], problem
    for item in problem["errors"]:
        assert item["rule"]
        assert item["message"]
    return problem


@asynccontextmanager
async def open_shop(**settings: str) -> AsyncIterator[Shop]:
    """Compose the API on an empty market."""
    market = Market()
    mint = TokenMint(market.clock)
    loaded = RecyclingSettings.load(
        {
            "TIERLOOP_TOKEN_ISSUER": ISSUER,
            "TIERLOOP_TOKEN_AUDIENCE": AUDIENCE,
            "TIERLOOP_JWKS_URL": JWKS_URL,
            "TIERLOOP_PUBLIC_BASE_URL": "https://market.test",
            **settings,
        }
    )
    verifier = mint.verifier()

    async def healthy() -> None:
        return None

    app = assemble_api(
        loaded,
        store=market.store,
        queries=MemoryQueries(market.store),
        verifier=verifier,
        health_checks={"store": healthy},
        close=healthy,
        clock=market.clock,
        new_id=market.new_id,
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        httpx.AsyncClient(transport=transport, base_url="https://market.test") as client,
        app.router.lifespan_context(app),
    ):
        yield Shop(market, app, client, mint)

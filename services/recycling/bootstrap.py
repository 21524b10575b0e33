"""The composition root of recycling: the one place that knows every part."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import httpx
from fastapi import FastAPI

from services.chassis.api import create_api
from services.chassis.clock import Clock, system_clock
from services.chassis.health import Check
from services.chassis.idempotency import IDEMPOTENCY
from services.chassis.ids import Ids, uuid7
from services.chassis.mongo_store import MongoStore
from services.chassis.parts import ServiceParts, open_mongo
from services.chassis.store import Store
from services.chassis.telemetry import Telemetry
from services.chassis.tokens import TokenVerifier
from services.chassis.unit import CommandBus
from services.recycling.adapters.mongo_indexes import INDEXES
from services.recycling.adapters.mongo_queries import MongoQueries
from services.recycling.adapters.translate import SERVICE, translate
from services.recycling.api.claims import claims_router
from services.recycling.api.demands import demands_router
from services.recycling.api.edge import Edge
from services.recycling.api.lots import lots_router
from services.recycling.api.problems import PROBLEMS
from services.recycling.api.trades import trades_router
from services.recycling.application.handlers import API_HANDLERS
from services.recycling.application.ports import KINDS as MARKET_KINDS
from services.recycling.application.ports import MarketQueries
from services.recycling.application.queries import may_act
from services.recycling.settings import RecyclingSettings
from services.recycling.stream.routes import GROUPS

NAME: Final = SERVICE
TRANSLATE: Final = translate
KINDS: Final = (*MARKET_KINDS, IDEMPOTENCY)
PARTS: Final = ServiceParts(NAME, KINDS, INDEXES, GROUPS, TRANSLATE)
SETTINGS: Final = RecyclingSettings
API_VERSION: Final = "1.0.0"
DESCRIPTION: Final = (
    "Recycled material finds its next use: lots and demands meet in order books, trades are weighed and settled, and "
    "recycled content is claimed once, never for more mass than was settled."
)
TAGS: Final = (
    {"name": "lots", "description": "Material on offer."},
    {"name": "demands", "description": "Material wanted; private to the buyer."},
    {"name": "trades", "description": "Matches and their steps; private to the two parties."},
    {"name": "claims", "description": "Recycled content of products."},
)

__all__ = ["GROUPS", "INDEXES", "KINDS", "NAME", "PARTS", "SETTINGS", "TRANSLATE", "assemble_api", "build_api"]


def build_api(settings: RecyclingSettings, *, telemetry: Telemetry | None = None) -> FastAPI:
    """Compose the API on MongoDB. Nothing connects before the application serves."""
    mongo = open_mongo(settings, "api")
    client = httpx.AsyncClient()

    async def close() -> None:
        await client.aclose()
        await mongo.close()

    return assemble_api(
        settings,
        store=MongoStore(mongo),
        queries=MongoQueries(mongo),
        verifier=TokenVerifier(
            issuer=settings.token_issuer,
            audience=settings.token_audience,
            jwks_url=settings.jwks_url,
            client=client,
            clock=system_clock,
        ),
        health_checks={"mongodb": mongo.ping},
        close=close,
        telemetry=telemetry,
    )


def assemble_api(
    settings: RecyclingSettings,
    *,
    store: Store,
    queries: MarketQueries,
    verifier: TokenVerifier,
    health_checks: Mapping[str, Check],
    close: Callable[[], Awaitable[None]],
    clock: Clock = system_clock,
    new_id: Ids = uuid7,
    telemetry: Telemetry | None = None,
) -> FastAPI:
    """Compose the API on any store. `close` runs when the application ends, after the commands under way."""
    bus = CommandBus(store, API_HANDLERS, translate, new_id)
    edge = Edge(
        bus=bus,
        queries=queries,
        terms=settings.terms(),
        clock=clock,
        new_id=new_id,
        idempotency_ttl=timedelta(hours=settings.idempotency_ttl_hours),
        public_base_url=settings.public_base_url,
    )

    async def in_good_standing(organisation_id: str) -> bool:
        return await may_act(queries, organisation_id)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await bus.close()
        await close()

    return create_api(
        settings,
        title="Tierloop recycling",
        version=API_VERSION,
        description=DESCRIPTION,
        tags=TAGS,
        routers=[lots_router(edge), demands_router(edge), trades_router(edge), claims_router(edge)],
        problem_table=PROBLEMS,
        verifier=verifier,
        standing=in_good_standing,
        health_checks=health_checks,
        lifespan=lifespan,
        telemetry=telemetry,
    )

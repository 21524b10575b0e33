"""The composition root of footprints: the one place that knows every part."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import httpx
from fastapi import FastAPI

from services.chassis.api import create_api
from services.chassis.clock import Clock, system_clock
from services.chassis.health import Check
from services.chassis.idempotency import IDEMPOTENCY
from services.chassis.ids import Ids, uuid7
from services.chassis.kernel import Kind
from services.chassis.mongo_store import MongoStore
from services.chassis.parts import ServiceParts, open_mongo
from services.chassis.store import Store
from services.chassis.telemetry import Telemetry
from services.chassis.tokens import TokenVerifier
from services.chassis.unit import CommandBus
from services.footprints.adapters.mongo_indexes import INDEXES
from services.footprints.adapters.mongo_queries import MongoQueries
from services.footprints.adapters.translate import translate
from services.footprints.api.batch import batch_router
from services.footprints.api.edge import Edge
from services.footprints.api.footprints import footprints_router
from services.footprints.api.grants import grants_router
from services.footprints.api.problems import PROBLEMS
from services.footprints.application.handlers import API_HANDLERS
from services.footprints.application.ports import FOOTPRINTS, GRANTS, ORGANISATIONS, SUCCESSIONS, Queries
from services.footprints.application.queries import may_act
from services.footprints.settings import FootprintsSettings
from services.footprints.stream.routes import GROUPS

NAME: Final = "footprints"
TRANSLATE: Final = translate
KINDS: Final[tuple[Kind[Any], ...]] = (FOOTPRINTS, SUCCESSIONS, GRANTS, ORGANISATIONS, IDEMPOTENCY)
PARTS: Final = ServiceParts(NAME, KINDS, INDEXES, GROUPS, TRANSLATE)
SETTINGS: Final = FootprintsSettings
API_VERSION: Final = "1.0.0"
DESCRIPTION: Final = (
    "Product carbon footprints (PACT v3): submitted by suppliers, immutable, opened to buyers by revocable grants. "
    "Every change is published as `footprints.footprint.v1` or `footprints.grant.v1`."
)
TAGS: Final = (
    {"name": "footprints", "description": "Product carbon footprints."},
    {"name": "grants", "description": "Who may read them."},
)

__all__ = ["GROUPS", "INDEXES", "KINDS", "NAME", "PARTS", "SETTINGS", "TRANSLATE", "assemble_api", "build_api"]


def build_api(settings: FootprintsSettings, *, telemetry: Telemetry | None = None) -> FastAPI:
    """Compose the API on MongoDB. Nothing connects before the application serves."""
    mongo = open_mongo(settings, "api")
    client = httpx.AsyncClient()
    verifier = TokenVerifier(
        issuer=settings.token_issuer,
        audience=settings.token_audience,
        jwks_url=settings.jwks_url,
        client=client,
        clock=system_clock,
    )

    async def close() -> None:
        await verifier.aclose()
        await client.aclose()
        await mongo.close()

    return assemble_api(
        settings,
        store=MongoStore(mongo),
        queries=MongoQueries(mongo),
        verifier=verifier,
        health_checks={"mongodb": mongo.ping},
        close=close,
        telemetry=telemetry,
    )


def assemble_api(
    settings: FootprintsSettings,
    *,
    store: Store,
    queries: Queries,
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
        title="Tierloop footprints",
        version=API_VERSION,
        description=DESCRIPTION,
        tags=TAGS,
        routers=[batch_router(edge), footprints_router(edge), grants_router(edge)],
        problem_table=PROBLEMS,
        verifier=verifier,
        standing=in_good_standing,
        health_checks=health_checks,
        lifespan=lifespan,
        telemetry=telemetry,
    )

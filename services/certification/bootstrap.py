"""The composition root of certification: the one place that knows every part."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import httpx
from fastapi import FastAPI

from services.certification.adapters.mongo_indexes import INDEXES
from services.certification.adapters.mongo_queries import MongoQueries
from services.certification.adapters.translate import SERVICE, translate
from services.certification.api.certificates import certificates_router
from services.certification.api.edge import Edge
from services.certification.api.parts import parts_router
from services.certification.api.problems import PROBLEMS
from services.certification.api.profiles import profiles_router
from services.certification.api.suppliers import suppliers_router
from services.certification.application.handlers import API_HANDLERS
from services.certification.application.ports import DOMAIN_KINDS, Queries
from services.certification.settings import CertificationSettings
from services.certification.stream.routes import GROUPS
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

NAME: Final = SERVICE
TRANSLATE: Final = translate
KINDS: Final = (*DOMAIN_KINDS, IDEMPOTENCY)
PARTS: Final = ServiceParts(NAME, KINDS, INDEXES, GROUPS, TRANSLATE)
SETTINGS: Final = CertificationSettings
API_VERSION: Final = "1.0.0"
DESCRIPTION: Final = (
    "Which parts are certified, for which buyer's profile, and why not: certificates, footprints and recycled-content "
    "claims come in as events, and every verdict names its evidence."
)
TAGS: Final = (
    {"name": "suppliers", "description": "Organisations that make parts, with their sites."},
    {"name": "certificates", "description": "What issuers certify of a supplier's sites."},
    {"name": "profiles", "description": "What a buyer asks of parts; private to the buyer."},
    {"name": "parts", "description": "Listed parts, their verdicts and the events behind them."},
)

__all__ = ["GROUPS", "INDEXES", "KINDS", "NAME", "PARTS", "SETTINGS", "TRANSLATE", "assemble_api", "build_api"]


def build_api(settings: CertificationSettings, *, telemetry: Telemetry | None = None) -> FastAPI:
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
    settings: CertificationSettings,
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

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await bus.close()
        await close()

    return create_api(
        settings,
        title="Tierloop certification",
        version=API_VERSION,
        description=DESCRIPTION,
        tags=TAGS,
        routers=[suppliers_router(edge), certificates_router(edge), profiles_router(edge), parts_router(edge)],
        problem_table=PROBLEMS,
        verifier=verifier,
        standing=queries.is_in_good_standing,
        health_checks=health_checks,
        lifespan=lifespan,
        telemetry=telemetry,
    )

"""What composing the API of a service has in common; its `bootstrap.py` says only what is its own.

`build_api` is `open_outside` and `assemble_api`; `assemble_api` is an edge made of `edge_parts`, and `compose_api`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NotRequired, TypedDict

import httpx
from fastapi import APIRouter, FastAPI

from services.chassis.api import create_api
from services.chassis.clock import Clock, system_clock
from services.chassis.handler import Handlers
from services.chassis.health import Check
from services.chassis.ids import Ids, uuid7
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import MongoStore
from services.chassis.outbox import Translate
from services.chassis.parts import open_mongo
from services.chassis.problems import ProblemTable
from services.chassis.settings import ServiceSettings
from services.chassis.standing import Standing
from services.chassis.store import Store
from services.chassis.telemetry import Telemetry
from services.chassis.tokens import TokenVerifier
from services.chassis.unit import CommandBus


class Outside(TypedDict):
    """What an API stands on: MongoDB and the issuer's keys in production, memory in component tests."""

    store: Store
    verifier: TokenVerifier
    health_checks: Mapping[str, Check]
    close: Callable[[], Awaitable[None]]
    """Runs when the application ends, after the commands under way."""
    clock: NotRequired[Clock]
    new_id: NotRequired[Ids]
    telemetry: NotRequired[Telemetry | None]


class EdgeParts(TypedDict):
    """The fields of `http.ApiEdge`."""

    bus: CommandBus
    clock: Clock
    new_id: Ids
    idempotency_ttl: timedelta
    public_base_url: str


@dataclass(frozen=True, slots=True)
class ApiTexts:
    """What the OpenAPI document says about the service as a whole."""

    title: str
    version: str
    description: str
    tags: Sequence[Mapping[str, Any]] = ()
    scopes: Mapping[str, str] | None = None


def open_outside(settings: ServiceSettings, telemetry: Telemetry | None = None) -> tuple[Mongo, Outside]:
    """Return MongoDB, for the service's queries, and all else from outside. Nothing connects before it is used."""
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
        async with AsyncExitStack() as stack:  # each is closed, whatever another raises; the last one first
            stack.push_async_callback(mongo.close)
            stack.push_async_callback(client.aclose)
            stack.push_async_callback(verifier.aclose)

    outside = Outside(
        store=MongoStore(mongo),
        verifier=verifier,
        health_checks={"mongodb": mongo.ping},
        close=close,
        telemetry=telemetry,
    )
    return mongo, outside


def edge_parts(settings: ServiceSettings, handlers: Handlers, translate: Translate, outside: Outside) -> EdgeParts:
    """Return what the edge of every service is made of, with a new bus that runs `handlers`."""
    new_id = outside.get("new_id", uuid7)
    return EdgeParts(
        bus=CommandBus(outside["store"], handlers, translate, new_id),
        clock=outside.get("clock", system_clock),
        new_id=new_id,
        idempotency_ttl=timedelta(hours=settings.idempotency_ttl_hours),
        public_base_url=settings.public_base_url,
    )


def compose_api(
    settings: ServiceSettings,
    texts: ApiTexts,
    outside: Outside,
    *,
    bus: CommandBus,
    routers: Sequence[APIRouter],
    problem_table: ProblemTable,
    standing: Standing,
) -> FastAPI:
    """Return the application; when it ends, the commands on `bus` end first, then what is outside is closed."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await bus.close()
        await outside["close"]()

    return create_api(
        settings,
        title=texts.title,
        version=texts.version,
        description=texts.description,
        tags=texts.tags,
        scopes=texts.scopes,
        routers=routers,
        problem_table=problem_table,
        verifier=outside["verifier"],
        standing=standing,
        health_checks=outside["health_checks"],
        lifespan=lifespan,
        telemetry=outside.get("telemetry"),
    )

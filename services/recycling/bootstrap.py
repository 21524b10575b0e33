"""The composition root of recycling: the one place that knows every part."""

from __future__ import annotations

from functools import partial
from typing import Final, Unpack

from fastapi import FastAPI

from services.chassis.idempotency import IDEMPOTENCY
from services.chassis.parts import ServiceParts
from services.chassis.service_api import ApiTexts, Outside, compose_api, edge_parts, open_outside
from services.chassis.telemetry import Telemetry
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
TEXTS: Final = ApiTexts(
    title="Tierloop recycling",
    version="1.0.0",
    description=(
        "Recycled material finds its next use: lots and demands meet in order books, trades are weighed and "
        "settled, and recycled content is claimed once, never for more mass than was settled."
    ),
    tags=(
        {"name": "lots", "description": "Material on offer."},
        {"name": "demands", "description": "Material wanted; private to the buyer."},
        {"name": "trades", "description": "Matches and their steps; private to the two parties."},
        {"name": "claims", "description": "Recycled content of products."},
    ),
)

__all__ = ["GROUPS", "INDEXES", "KINDS", "NAME", "PARTS", "SETTINGS", "TRANSLATE", "assemble_api", "build_api"]


def build_api(settings: RecyclingSettings, *, telemetry: Telemetry | None = None) -> FastAPI:
    """Compose the API on MongoDB. Nothing connects before the application serves."""
    mongo, outside = open_outside(settings, telemetry)
    return assemble_api(settings, queries=MongoQueries(mongo), **outside)


def assemble_api(settings: RecyclingSettings, *, queries: MarketQueries, **outside: Unpack[Outside]) -> FastAPI:
    """Compose the API on any store; `Outside` names the other arguments."""
    edge = Edge(queries=queries, terms=settings.terms(), **edge_parts(settings, API_HANDLERS, translate, outside))
    return compose_api(
        settings,
        TEXTS,
        outside,
        bus=edge.bus,
        routers=[lots_router(edge), demands_router(edge), trades_router(edge), claims_router(edge)],
        problem_table=PROBLEMS,
        standing=partial(may_act, queries),
    )

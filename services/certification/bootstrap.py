"""The composition root of certification: the one place that knows every part."""

from __future__ import annotations

from typing import Final, Unpack

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
from services.chassis.idempotency import IDEMPOTENCY
from services.chassis.parts import ServiceParts
from services.chassis.service_api import ApiTexts, Outside, compose_api, edge_parts, open_outside
from services.chassis.telemetry import Telemetry

NAME: Final = SERVICE
TRANSLATE: Final = translate
KINDS: Final = (*DOMAIN_KINDS, IDEMPOTENCY)
PARTS: Final = ServiceParts(NAME, KINDS, INDEXES, GROUPS, TRANSLATE)
SETTINGS: Final = CertificationSettings
TEXTS: Final = ApiTexts(
    title="Tierloop certification",
    version="1.0.0",
    description=(
        "Which parts are certified, for which buyer's profile, and why not: certificates, footprints and "
        "recycled-content claims come in as events, and every verdict names its evidence."
    ),
    tags=(
        {"name": "suppliers", "description": "Organisations that make parts, with their sites."},
        {"name": "certificates", "description": "What issuers certify of a supplier's sites."},
        {"name": "profiles", "description": "What a buyer asks of parts; private to the buyer."},
        {"name": "parts", "description": "Listed parts, their verdicts and the events behind them."},
    ),
)

__all__ = ["GROUPS", "INDEXES", "KINDS", "NAME", "PARTS", "SETTINGS", "TRANSLATE", "assemble_api", "build_api"]


def build_api(settings: CertificationSettings, *, telemetry: Telemetry | None = None) -> FastAPI:
    """Compose the API on MongoDB. Nothing connects before the application serves."""
    mongo, outside = open_outside(settings, telemetry)
    return assemble_api(settings, queries=MongoQueries(mongo), **outside)


def assemble_api(settings: CertificationSettings, *, queries: Queries, **outside: Unpack[Outside]) -> FastAPI:
    """Compose the API on any store; `Outside` names the other arguments."""
    edge = Edge(queries=queries, **edge_parts(settings, API_HANDLERS, translate, outside))
    return compose_api(
        settings,
        TEXTS,
        outside,
        bus=edge.bus,
        routers=[suppliers_router(edge), certificates_router(edge), profiles_router(edge), parts_router(edge)],
        problem_table=PROBLEMS,
        standing=queries.is_in_good_standing,
    )

"""The composition root of footprints: the one place that knows every part."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final, Unpack

from fastapi import FastAPI

from services.chassis.idempotency import IDEMPOTENCY
from services.chassis.kernel import Kind
from services.chassis.parts import ServiceParts
from services.chassis.service_api import ApiTexts, EdgeParts, Outside, compose_api, edge_parts, open_outside
from services.chassis.telemetry import Telemetry
from services.footprints.adapters.access_log import MongoAccessLog
from services.footprints.adapters.evidence_store import DocumentBus
from services.footprints.adapters.intake_mongo import MongoIntakes
from services.footprints.adapters.intake_reader import IntakeReader, ReaderOptions
from services.footprints.adapters.mongo_indexes import INDEXES
from services.footprints.adapters.mongo_queries import MongoQueries
from services.footprints.adapters.report.printer import Printer
from services.footprints.adapters.secret_sealer import SecretSealer, read_secret_key
from services.footprints.adapters.translate import translate
from services.footprints.api.access_log import access_log_router
from services.footprints.api.batch import batch_router
from services.footprints.api.check import check_router
from services.footprints.api.deliveries import deliveries_router
from services.footprints.api.documents import documents_router
from services.footprints.api.edge import Edge
from services.footprints.api.findings import findings_router
from services.footprints.api.footprints import footprints_router
from services.footprints.api.grants import grants_router
from services.footprints.api.history import history_router
from services.footprints.api.intake_rows import read_row
from services.footprints.api.intake_template import intake_template_router
from services.footprints.api.intake_upload import allow_uploads
from services.footprints.api.intakes import IntakeDesk, intakes_router
from services.footprints.api.pact_events import pact_events_router
from services.footprints.api.pact_host.footprints import pact_router
from services.footprints.api.pact_host.footprints_v2 import pact_v2_router
from services.footprints.api.partner_connections import partner_connections_router
from services.footprints.api.problems import PROBLEMS
from services.footprints.api.report import report_router
from services.footprints.api.requests import requests_router
from services.footprints.api.trust import trust_router
from services.footprints.api.validation import factor_sets_router, validation_router
from services.footprints.api.verifications import verification_steps_router, verifications_router
from services.footprints.api.views import views_router
from services.footprints.application.access_log import ACCESS_LOG, AccessLog, Disclosure
from services.footprints.application.exchange import (
    DELIVERIES,
    PARTNER_CONNECTIONS,
    RECEIVED_EVENTS,
    REQUESTS,
    RETRY_ORDERS,
    Sealer,
)
from services.footprints.application.handlers import API_HANDLERS
from services.footprints.application.intake import INTAKE_KINDS, Intakes
from services.footprints.application.ports import (
    FACTOR_SETS,
    FACTORS,
    FOOTPRINTS,
    GRANTS,
    ORGANISATIONS,
    SUCCESSIONS,
    VALIDATION_POLICIES,
    Queries,
)
from services.footprints.application.queries import may_act
from services.footprints.application.verifications import (
    EVIDENCE_CHUNKS,
    EVIDENCE_FOLDERS,
    PROGRAMME_CERTIFICATES,
    TRUST_FINDINGS,
    VERIFICATIONS,
)
from services.footprints.settings import FootprintsSettings
from services.footprints.stream.routes import GROUPS

NAME: Final = "footprints"
TRANSLATE: Final = translate
KINDS: Final[tuple[Kind[Any], ...]] = (
    FOOTPRINTS,
    SUCCESSIONS,
    GRANTS,
    ORGANISATIONS,
    VALIDATION_POLICIES,
    FACTOR_SETS,
    FACTORS,
    ACCESS_LOG,
    RECEIVED_EVENTS,
    REQUESTS,
    PARTNER_CONNECTIONS,
    DELIVERIES,
    RETRY_ORDERS,
    VERIFICATIONS,
    EVIDENCE_FOLDERS,
    EVIDENCE_CHUNKS,
    PROGRAMME_CERTIFICATES,
    TRUST_FINDINGS,
    *INTAKE_KINDS,
    IDEMPOTENCY,
)
PARTS: Final = ServiceParts(NAME, KINDS, INDEXES, GROUPS, TRANSLATE)
SETTINGS: Final = FootprintsSettings
TEXTS: Final = ApiTexts(
    title="Tierloop footprints",
    version="1.0.0",
    description=(
        "Product carbon footprints (PACT v3): submitted by suppliers, immutable, opened to buyers by revocable grants. "
        "Every change is published as `footprints.footprint.v1` or `footprints.grant.v1`."
    ),
    tags=(
        {"name": "footprints", "description": "Product carbon footprints."},
        {"name": "validation", "description": "Rules of the methodology, and what they find."},
        {"name": "grants", "description": "Who may read them."},
        {"name": "pact", "description": "The PACT host: version 3 under `/3`, reading in the words of 2.3 under `/2`."},
        {"name": "requests", "description": "The inbox: what partners asked for by event."},
        {"name": "partner connections", "description": "Where and how partners get events."},
        {"name": "deliveries", "description": "How far answers and notices to partners came."},
        {"name": "verification", "description": "The verifier's day: engagements, documents, attestations, trust."},
        {"name": "access log", "description": "Who has read them."},
        {"name": "views", "description": "One record in many formats, out and in, and as a printable report."},
        {"name": "intakes", "description": "Tables of footprints, sent as files."},
        {"name": "history", "description": "How a product's footprint came about, and what changed."},
    ),
)

__all__ = [
    "GROUPS",
    "INDEXES",
    "KINDS",
    "NAME",
    "PARTS",
    "SETTINGS",
    "TRANSLATE",
    "assemble_api",
    "build_api",
    "sealer_of",
]


def build_api(settings: FootprintsSettings, *, telemetry: Telemetry | None = None) -> FastAPI:
    """Compose the API on MongoDB. Nothing connects before the application serves."""
    mongo, outside = open_outside(settings, telemetry)
    return assemble_api(
        settings, queries=MongoQueries(mongo), access_log=MongoAccessLog(mongo), intakes=MongoIntakes(mongo), **outside
    )


def assemble_api(
    settings: FootprintsSettings,
    *,
    queries: Queries,
    access_log: AccessLog,
    intakes: Intakes,
    **outside: Unpack[Outside],
) -> FastAPI:
    """Compose the API on any store; `Outside` names the other arguments."""
    parts = edge_parts(settings, API_HANDLERS, translate, outside)
    retention = timedelta(days=settings.access_log_retention_days)
    edge = Edge(
        queries=queries,
        disclosure=Disclosure(access_log, parts["new_id"], retention),
        sealer=sealer_of(settings),
        outbound=settings.target_policy(),
        **parts,
    )
    desk = replace(edge, bus=DocumentBus(outside["store"], parts["new_id"]))
    app = compose_api(
        settings,
        TEXTS,
        outside,
        bus=edge.bus,
        routers=[
            batch_router(edge),
            check_router(edge),
            footprints_router(edge),
            findings_router(edge),
            validation_router(edge),
            factor_sets_router(edge),
            intakes_router(edge, _intake_desk(settings, intakes, parts, outside)),
            intake_template_router(),
            history_router(edge),
            views_router(edge),
            report_router(edge, Printer()),
            grants_router(edge),
            access_log_router(edge),
            pact_router(edge),
            pact_v2_router(edge),
            pact_events_router(edge),
            requests_router(edge),
            partner_connections_router(edge),
            deliveries_router(edge),
            verifications_router(edge),
            verification_steps_router(edge),
            documents_router(edge, desk, settings.evidence_limits()),
            trust_router(edge),
        ],
        problem_table=PROBLEMS,
        standing=partial(may_act, queries),
    )
    allow_uploads(app, settings.intake_limits())
    return app


def _intake_desk(settings: FootprintsSettings, intakes: Intakes, parts: EdgeParts, outside: Outside) -> IntakeDesk:
    """Return what intakes stand on; a process that doesn't read them receives and shows them alone."""
    reader = IntakeReader(
        outside["store"],
        intakes,
        API_HANDLERS,
        translate,
        read_row,
        clock=parts["clock"],
        new_id=parts["new_id"],
        options=ReaderOptions(claim_s=settings.intake_claim_seconds, max_rows=settings.intake_rows_limit),
    )
    retention = timedelta(days=settings.intake_retention_days)
    return IntakeDesk(intakes, retention, reader if settings.intake_reading else None)


def sealer_of(settings: FootprintsSettings) -> Sealer | None:
    """Return what keeps partners' secrets, None where there is no key."""
    key = settings.partner_secret_key
    return None if key is None else SecretSealer(read_secret_key(key))

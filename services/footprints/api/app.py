"""The HTTP application of footprints, put together from its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI

from services.chassis.api import Lifespan, create_api
from services.chassis.health import Check
from services.chassis.settings import ServiceSettings
from services.chassis.telemetry import Telemetry
from services.chassis.tokens import TokenVerifier
from services.footprints.api.batch import batch_router
from services.footprints.api.footprints import footprints_router
from services.footprints.api.grants import grants_router
from services.footprints.api.parts import ApiParts
from services.footprints.api.problems import PROBLEMS
from services.footprints.application.queries import may_act

TITLE: Final = "Tierloop footprints"
VERSION: Final = "1.0.0"
DESCRIPTION: Final = (
    "Product carbon footprints (PACT v3): submitted by suppliers, immutable, opened to buyers by revocable grants."
)
TAGS: Final = (
    {"name": "footprints", "description": "Product carbon footprints."},
    {"name": "grants", "description": "Who may read them."},
)


def footprints_api(
    settings: ServiceSettings,
    parts: ApiParts,
    *,
    verifier: TokenVerifier,
    health_checks: Mapping[str, Check],
    lifespan: Lifespan | None = None,
    telemetry: Telemetry | None = None,
) -> FastAPI:
    """Return the application."""

    async def standing(organisation_id: str) -> bool:
        return await may_act(parts.queries, organisation_id)

    return create_api(
        settings,
        title=TITLE,
        version=VERSION,
        description=DESCRIPTION,
        tags=TAGS,
        routers=(batch_router(parts), footprints_router(parts), grants_router(parts)),
        problem_table=PROBLEMS,
        verifier=verifier,
        standing=standing,
        health_checks=health_checks,
        lifespan=lifespan,
        telemetry=telemetry,
    )

"""APIs in the test's own process on real MongoDB, with an issuer in memory."""

from __future__ import annotations

import importlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
from fastapi import FastAPI

from services.chassis.mongo import Mongo
from services.chassis.mongo_store import MongoStore
from services.chassis.telemetry import Telemetry
from services.chassis.testing.tokens import AUDIENCE, ISSUER, JWKS_URL, TokenMint
from services.footprints.adapters.access_log import MongoAccessLog
from services.footprints.adapters.intake_mongo import MongoIntakes

BASE_URL: Final = "https://api.test"


def _own_ports(service: str, mongo: Mongo) -> dict[str, Any]:
    """Return what one service alone stands on."""
    if service != "footprints":
        return {}
    return {"access_log": MongoAccessLog(mongo), "intakes": MongoIntakes(mongo)}


class InProcessApi:
    """A service's API, called without a network."""

    def __init__(self, client: httpx.AsyncClient, mint: TokenMint) -> None:
        self._client = client
        self._mint = mint

    async def created(
        self, organisation_id: str, role: str, path: str, body: dict[str, Any], **headers: str
    ) -> dict[str, Any]:
        """POST as an organisation, and return what was created."""
        own = self._mint.bearer(organisation_id, roles=(role,)) | {"Idempotency-Key": uuid.uuid4().hex}
        answer = await self._client.post(path, json=body, headers=own | headers)
        assert answer.status_code == httpx.codes.CREATED, f"POST {path}: {answer.status_code} {answer.text}"
        made: dict[str, Any] = answer.json()
        return made


@asynccontextmanager
async def in_process_api(
    service: str, mongo: Mongo, telemetry: Telemetry | None = None, **settings: str
) -> AsyncIterator[InProcessApi]:
    """Run the API of `footprints`, `certification` or `recycling` on a database."""
    bootstrap = importlib.import_module(f"services.{service}.bootstrap")
    adapters = importlib.import_module(f"services.{service}.adapters.mongo_queries")
    mint = TokenMint()
    verifier = mint.verifier()
    app: FastAPI = bootstrap.assemble_api(
        bootstrap.SETTINGS(
            token_issuer=ISSUER, token_audience=AUDIENCE, jwks_url=JWKS_URL, public_base_url=BASE_URL, **settings
        ),
        store=MongoStore(mongo),
        queries=adapters.MongoQueries(mongo),
        **_own_ports(service, mongo),
        verifier=verifier,
        health_checks={},
        close=verifier.aclose,
        telemetry=telemetry,
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client,
    ):
        yield InProcessApi(client, mint)

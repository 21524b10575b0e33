"""The composition root: what identity is made of, in production and in tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import structlog
from fastapi import APIRouter, FastAPI

from services.chassis.api import create_api
from services.chassis.clock import system_clock
from services.chassis.health import Check
from services.chassis.idempotency import IDEMPOTENCY, Reply
from services.chassis.ids import uuid7
from services.chassis.kernel import Kind
from services.chassis.mongo_store import MongoStore
from services.chassis.parts import ServiceParts, open_mongo
from services.chassis.store import Store, StoreError
from services.chassis.telemetry import Telemetry
from services.chassis.tokens import TokenVerifier
from services.chassis.unit import CommandBus, OverloadedError
from services.identity.adapters.argon2_hasher import Argon2Hasher, mint_secret
from services.identity.adapters.key_smith import JoseKeySmith, read_seal_key
from services.identity.adapters.mongo_indexes import INDEXES
from services.identity.adapters.mongo_queries import MongoQueries
from services.identity.adapters.own_keys import OwnKeysTransport
from services.identity.adapters.translate import translate
from services.identity.api.credentials import credential_router
from services.identity.api.discovery import discovery_router, metadata
from services.identity.api.edge import Edge
from services.identity.api.organisations import organisation_router
from services.identity.api.problems import PROBLEMS
from services.identity.api.signing_keys import signing_key_router
from services.identity.api.token import token_router
from services.identity.application.commands import FoundKeyRing
from services.identity.application.handlers import api_handlers
from services.identity.application.ports import (
    CREDENTIALS,
    IDENTIFIER_CLAIMS,
    KEY_RINGS,
    ORGANISATIONS,
    Queries,
)
from services.identity.application.queries import in_good_standing
from services.identity.application.rate_limit import RateLimiter
from services.identity.application.signing_keys import SigningKeys
from services.identity.application.tokens import Throttles, TokenOffice
from services.identity.application.verified_secrets import VerifiedSecrets
from services.identity.domain.access_token import TokenRules
from services.identity.settings import IdentitySettings
from services.identity.stream.routes import GROUPS

__all__ = ["GROUPS", "INDEXES", "KINDS", "NAME", "PARTS", "SETTINGS", "TRANSLATE", "assemble", "build_api"]

NAME: Final = "identity"
KINDS: Final[tuple[Kind[Any], ...]] = (ORGANISATIONS, IDENTIFIER_CLAIMS, CREDENTIALS, KEY_RINGS, IDEMPOTENCY)
TRANSLATE: Final = translate
PARTS: Final = ServiceParts(NAME, KINDS, INDEXES, GROUPS, TRANSLATE)
SETTINGS: Final = IdentitySettings
VERSION: Final = "1.0.0"
DESCRIPTION: Final = (
    "Organisations of the green supply chain, their clients, and access tokens (OAuth 2.0 client credentials). "
    "Every change of an organisation is published as `identity.organisation.v1`."
)
TAGS: Final = (
    {"name": "organisations", "description": "The registry."},
    {"name": "credentials", "description": "Clients of an organisation."},
    {"name": "tokens", "description": "Access tokens, discovery and public keys."},
    {"name": "signing keys", "description": "Rotation of the keys that sign tokens."},
)
SCOPES: Final = {
    "footprint:list": "List product footprints (PACT).",
    "footprint:read": "Read product footprints (PACT).",
}

_log = structlog.get_logger("services.identity")


@dataclass(frozen=True, slots=True)
class Outside:
    """What the application stands on: MongoDB in production, memory in component tests."""

    store: Store
    queries: Queries
    health_checks: Mapping[str, Check]
    close: Callable[[], Awaitable[None]]
    clock: Callable[[], datetime] = system_clock
    new_id: Callable[[], str] = uuid7


def build_api(settings: IdentitySettings, *, telemetry: Telemetry | None = None) -> FastAPI:
    """Compose the API of the service on MongoDB."""
    mongo = open_mongo(settings, "api")
    outside = Outside(MongoStore(mongo), MongoQueries(mongo), {"mongodb": mongo.ping}, mongo.close)
    return assemble(settings, outside, telemetry=telemetry)


def new_hasher(settings: IdentitySettings) -> Argon2Hasher:
    """Make the hasher of client secrets."""
    return Argon2Hasher(
        memory_kib=settings.argon2_memory_kib,
        passes=settings.argon2_passes,
        threads=settings.argon2_threads,
        max_waiting=settings.argon2_waiting,
    )


def assemble(settings: IdentitySettings, outside: Outside, *, telemetry: Telemetry | None = None) -> FastAPI:
    """Compose the API on whatever is outside."""
    hasher = new_hasher(settings)
    handlers = api_handlers(allow_http=settings.allow_http_base_urls)
    bus = CommandBus(outside.store, handlers, translate, outside.new_id)
    edge = Edge(
        bus=bus,
        clock=outside.clock,
        new_id=outside.new_id,
        idempotency_ttl=timedelta(hours=settings.idempotency_ttl_hours),
        public_base_url=settings.public_base_url,
        queries=outside.queries,
        hasher=hasher,
        mint_secret=mint_secret,
    )
    smith = JoseKeySmith(read_seal_key(settings.key_encryption_key))
    keys = SigningKeys(outside.queries, smith, lambda command: _execute(bus, command), edge.meta)
    client = httpx.AsyncClient(transport=OwnKeysTransport(keys, outside.clock) if settings.issue_tokens else None)
    verifier = TokenVerifier(
        issuer=settings.token_issuer,
        audience=settings.token_audience,
        jwks_url=settings.jwks_url,
        client=client,
        clock=outside.clock,
    )

    async def standing(organisation_id: str) -> bool:
        return await in_good_standing(outside.queries, organisation_id)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if settings.issue_tokens:
            await _make_keys_early(keys)
        yield
        await bus.close()
        await verifier.aclose()
        await client.aclose()
        hasher.close()
        await outside.close()

    routers = [organisation_router(edge), credential_router(edge)]
    checks = dict(outside.health_checks)
    if settings.issue_tokens:
        routers += _issuer_routers(settings, edge, keys, smith)
        checks["signing keys"] = keys.check
    return create_api(
        settings,
        title="Tierloop identity",
        version=VERSION,
        description=DESCRIPTION,
        tags=TAGS,
        routers=routers,
        problem_table=PROBLEMS,
        verifier=verifier,
        standing=standing,
        health_checks=checks,
        scopes=SCOPES,
        lifespan=lifespan,
        telemetry=telemetry,
    )


def _issuer_routers(settings: IdentitySettings, edge: Edge, keys: SigningKeys, smith: JoseKeySmith) -> list[APIRouter]:
    lifetime = timedelta(seconds=settings.token_lifetime_seconds)
    office = TokenOffice(
        edge.queries,
        keys,
        edge.hasher,
        smith,
        TokenRules(settings.token_issuer, settings.token_audience, lifetime),
        VerifiedSecrets(settings.verified_secret_seconds),
        Throttles(RateLimiter(settings.secret_checks_per_minute), RateLimiter(settings.tokens_per_minute)),
        clock=edge.clock,
        new_id=edge.new_id,
    )
    document = metadata(issuer=settings.token_issuer, token_url=settings.token_url, jwks_url=settings.jwks_url)
    return [
        token_router(office),
        discovery_router(document, keys, edge.clock),
        signing_key_router(edge, keys, smith, lifetime),
    ]


async def _execute(bus: CommandBus, command: FoundKeyRing) -> None:
    await bus.execute(command, lambda _: Reply(204, b""))


async def _make_keys_early(keys: SigningKeys) -> None:
    """Make or open the keys at the start. Raises `KeySealError`; storage may come later, then the first use does it."""
    try:
        await keys.check()
    except (StoreError, OverloadedError) as error:
        _log.warning("keys.not_ready", error=f"{type(error).__name__}: {error}")

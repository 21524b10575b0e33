"""The courier as it is run: a process of its own on a real MongoDB, killed in the middle, stopped in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from infra.local.ports import free_port
from services.chassis.codec import to_document
from services.chassis.mongo import Mongo
from services.chassis.parts import all_indexes
from services.footprints.adapters.secret_sealer import SecretSealer, read_secret_key
from services.footprints.application.exchange import DELIVERIES, DELIVERY_STATES, PARTNER_CONNECTIONS
from services.footprints.application.ports import ORGANISATIONS
from services.footprints.bootstrap import PARTS
from services.footprints.domain.delivery import DeliveryKind
from services.footprints.domain.partner_connection import PartnerConnection, Terms
from tests.component.footprints.exchange import KEY, NETWORKS
from tests.support.partner import EVENTS, Answer, Partner, Received, serving
from tests.support.wait import wait_until_async
from tests.unit.footprints.errands import delivery
from tests.unit.footprints.given import BUYER, organisation

LIMIT_S = 30


@pytest.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    opened = Mongo(mongo_uri, f"tierloop_courier_{uuid4().hex[:12]}")
    await opened.bootstrap(all_indexes(PARTS))
    yield opened
    await opened.drop_database()
    await opened.close()


async def start(mongo: Mongo, mongo_uri: str, port: int) -> asyncio.subprocess.Process:
    environment = os.environ | {
        "TIERLOOP_MONGO_URI": mongo_uri,
        "TIERLOOP_FOOTPRINTS_MONGO_DATABASE": mongo.name,
        "TIERLOOP_FOOTPRINTS_COURIER_PORT": str(port),
        "TIERLOOP_FOOTPRINTS_COURIER_SWEEP_MS": "50",
        "TIERLOOP_FOOTPRINTS_REJECTION_SPREAD_SECONDS": "0",
        "TIERLOOP_FOOTPRINTS_OUTBOUND_ALLOW_HTTP": "true",
        "TIERLOOP_FOOTPRINTS_OUTBOUND_ALLOWED_NETWORKS": NETWORKS,
        "TIERLOOP_FOOTPRINTS_PARTNER_SECRET_KEY": KEY,
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.footprints",
        "courier",
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def ready(port: int) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            answer = await client.get(f"http://127.0.0.1:{port}/health/ready")
        except httpx.HTTPError:
            return False
        return answer.status_code == 200


async def test_a_courier_that_is_killed_in_the_middle_loses_nothing(mongo: Mongo, mongo_uri: str) -> None:
    async with serving(Partner()) as partner:
        sealed = SecretSealer(read_secret_key(KEY)).seal("s3cr3t", BUYER)
        connection = PartnerConnection(BUYER, 1, Terms(partner.url, "tierloop", sealed), datetime.now(UTC))
        registered = replace(organisation(BUYER), base_urls=(partner.url,))
        made = [delivery(number, DeliveryKind.REJECTED, at=datetime.now(UTC)) for number in range(6)]
        documents: list[tuple[str, str, Any]] = [
            (PARTNER_CONNECTIONS.name, BUYER, connection),
            (ORGANISATIONS.name, BUYER, registered),
            *((DELIVERIES.name, each.delivery_id, each) for each in made),
        ]
        for name, key, state in documents:
            await mongo.collection(name).insert_one({"_id": key, "_v": 1} | to_document(state))

        held = asyncio.Event()

        async def hold(_: Received) -> Answer:
            await held.wait()
            return Answer(200)

        partner.handlers[EVENTS] = hold
        port = free_port()
        killed = await start(mongo, mongo_uri, port)
        await wait_until_async(lambda: len(partner.of(EVENTS)) >= 2, LIMIT_S, "two attempts under way")
        killed.kill()
        await killed.wait()
        held.set()
        partner.answer(EVENTS, Answer(200))

        heir = await start(mongo, mongo_uri, port)
        states = mongo.collection(DELIVERY_STATES)

        async def all_delivered() -> bool:
            return await states.count_documents({"progress": "delivered"}) == len(made)

        try:
            await wait_until_async(all_delivered, LIMIT_S, "all deliveries")
            await wait_until_async(lambda: ready(port), LIMIT_S, "readiness")
        finally:
            heir.send_signal(signal.SIGTERM)
            assert await heir.wait() == 0
        told = [each["id"] for each in partner.events]
        assert set(told) == {each.delivery_id for each in made}
        assert len(told) <= len(made) + 2, "only what was under way is told again, under the same id"

"""The exchange with a partner: its events over the API, the worker's turn, and a courier that takes answers to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx

from services.chassis.handler import Fold
from services.chassis.http_out import OutboundClient, OutboundLimits, TargetPolicy, read_networks
from services.chassis.routes import read_command
from services.footprints.adapters.courier import Courier
from services.footprints.adapters.courier_send import SendToPartner
from services.footprints.adapters.memory_access_log import MemoryAccessLog
from services.footprints.adapters.partner_gate import PartnerGate
from services.footprints.adapters.secret_sealer import SecretSealer, read_secret_key
from services.footprints.adapters.translate import translate
from services.footprints.api.pact_host.render import document_of, exchanged
from services.footprints.application.access_log import Disclosure
from services.footprints.application.exchange import DELIVERIES, RETRY_ORDERS
from services.footprints.stream.routes import GROUPS
from tests.component.footprints.house import Caller, House, open_house
from tests.support.partner import Partner, serving
from tests.unit.footprints.errands import MemoryCourierStore, courier
from tests.unit.footprints.given import BUYER, organisation

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
CLOUD_EVENT = "application/cloudevents+json; charset=utf-8"
PREFIX = "org.wbcsd.pact.ProductFootprint."
NETWORKS = "127.0.0.0/8"
WORKER_GROUPS = [group for group in GROUPS if group.name != "footprints.deciding"]


def event(kind: str, data: dict[str, Any], /, **changes: Any) -> dict[str, Any]:
    """Return an event of a partner."""
    whole = {
        "type": f"{PREFIX}{kind}.3",
        "specversion": "1.0",
        "id": "requests/2026/0417 ü",
        "source": "//pact.partner.example/3/events",
        "time": "2026-06-01T08:00:00Z",
        "data": data,
    } | changes
    return {name: value for name, value in whole.items() if value is not ...}


class Exchange:
    """A house whose buyer has a system of its own."""

    def __init__(self, house: House, partner: Partner, client: OutboundClient) -> None:
        self.house = house
        self.partner = partner
        self.store = MemoryCourierStore()
        self.operator = Caller(house, "the-operator", "operator")
        self._client = client
        self._seen = 0

    async def tell(self, body: Any, by: Caller | None = None, media_type: str = CLOUD_EVENT) -> httpx.Response:
        """Post an event as the buyer."""
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = (by or self.house.buyer).token() | {"Content-Type": media_type}
        return await self.house.client.post("/3/events", content=content, headers=headers)

    async def ask(self, by: Caller | None = None, event_id: str = "requests/2026/0417 ü", **criteria: Any) -> None:
        """Ask for footprints, once the worker has followed what was there before."""
        await self.work()
        response = await self.tell(event("RequestCreatedEvent", criteria, id=event_id), by)
        assert (response.status_code, response.content) == (200, b""), response.text

    async def connect(self, by: Caller | None = None, **changes: Any) -> httpx.Response:
        """Put the buyer's connection."""
        body = {"base_url": self.partner.url, "client_id": "tierloop", "client_secret": "s3cr3t"} | changes
        whole = {name: value for name, value in body.items() if value is not ...}
        return await self.put(whole, by)

    async def put(self, body: Any, by: Caller | None = None, version: int | None = None) -> httpx.Response:
        headers = (by or self.house.buyer).token() | {"Content-Type": "application/json"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.house.client.put(
            f"/v1/partner-connections/{BUYER}", content=json.dumps(body), headers=headers
        )

    async def answer(
        self, request_id: str, verb: str, by: Caller | None = None, version: int = 1, key: str = "k", **body: Any
    ) -> httpx.Response:
        """Accept or reject as a supplier."""
        headers = (by or self.house.supplier).token() | {"If-Match": f'"{version}"', "Idempotency-Key": key}
        if body:
            headers["Content-Type"] = "application/json"
        content = json.dumps(body) if body else b""
        return await self.house.client.post(f"/v1/requests/{request_id}:{verb}", content=content, headers=headers)

    async def work(self) -> None:
        """Let the worker follow every fact it has not seen yet; facts it makes by that are followed too."""
        world = self.house.world
        while self._seen < len(world.store.memory.outbox):
            row = world.store.memory.outbox[self._seen]
            self._seen += 1
            for group in WORKER_GROUPS:
                command = read_command(row.value, group, world.clock()) if row.topic in group.topics else None
                if command is None:
                    continue
                async with world.store.transaction() as tx:
                    folded = await Fold(tx, group.handlers, translate, world.ids, writer="worker").run([command])
                    await tx.write(folded.writes)
                    await tx.append_outbox(folded.outbox)

    async def replay(self) -> None:
        """Let the worker see every fact once more."""
        self._seen = 0
        await self.work()

    async def deliver(self, turns: int = 1) -> None:
        """Let a new courier look, with nothing in its memory."""
        for _ in range(turns):
            await self.work()
            self.store.deliveries = self.house.world.store.states(DELIVERIES)
            self.store.orders = self.house.world.store.states(RETRY_ORDERS)
            at_work = self.courier()
            await at_work.turn()
            await at_work.settle()
            self.house.queries.exchange.delivery_states = dict(self.store.states)

    def courier(self) -> Courier:
        world, queries = self.house.world, self.house.queries
        disclosure = Disclosure(MemoryAccessLog(world.store), world.ids, timedelta(days=1))
        send = SendToPartner(
            queries,
            queries.exchange,
            PartnerGate(self._client, SecretSealer(read_secret_key(KEY)), world.clock),
            disclosure,
            source="https://api.test",
            document_of=lambda footprint: document_of(exchanged(footprint)),
        )
        return courier(self.store, send, self.house.clock)


@asynccontextmanager
async def open_exchange() -> AsyncIterator[Exchange]:
    """Open a house and its partner's system."""
    limits = OutboundLimits(connect_s=2, total_s=2)
    client = OutboundClient(TargetPolicy(allow_http=True, allowed_networks=read_networks(NETWORKS)), limits)
    settings = {"partner_secret_key": KEY, "outbound_allow_http": True, "outbound_allowed_networks": NETWORKS}
    async with serving(Partner()) as partner, open_house(**settings) as house:
        await house.world.record(replace(organisation(BUYER, version=2), base_urls=(partner.url + "/",)))
        try:
            yield Exchange(house, partner, client)
        finally:
            await client.aclose()

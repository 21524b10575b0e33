from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args

import orjson
import pytest

from schemas.contracts import recycling_v1
from schemas.topics import load_topics
from services.chassis.codec import from_document, to_document
from services.chassis.envelope import CloudEvent, decode, encode
from services.chassis.kernel import Kind
from services.chassis.routes import ContractError, read_command
from services.recycling.adapters.mongo_indexes import INDEXES
from services.recycling.adapters.translate import translate
from services.recycling.application import commands
from services.recycling.application.ports import (
    DEMAND_BALANCES,
    KINDS,
    LOT_BALANCES,
    ORGANISATIONS,
    SUPPLIER_CERTIFICATES,
    SUPPLIERS,
)
from services.recycling.domain import events
from services.recycling.stream.routes import BOOKS, DECIDING, GROUPS
from tests.unit.recycling.market import NOW, SELLER, Market

INSTANT = "2026-05-01T00:00:00.000Z"


async def a_whole_life() -> Market:
    """Return a market in which every kind of fact has happened."""
    market = Market()
    trade = await market.settled(await market.matched())
    await market.revoke(await market.claim(trade, Decimal(100)))
    await market.claim(trade, Decimal(200))
    await market.demand()
    await market.work()
    (other,) = [item for item in market.trades().values() if item.trade_id != trade.trade_id]
    await market.cancel(other)
    await market.register()
    await market.suspend("org-x")
    lot = next(iter(market.lots().values()))
    await market.api(commands.WithdrawLot(market.meta(SELLER), lot.lot_id, lot.version, "sold elsewhere"))
    await market.work()
    return market


async def test_every_fact_keeps_its_contract_its_topic_and_its_type() -> None:
    market = await a_whole_life()
    seen = set()
    for row in market.store.memory.outbox:
        event = decode(row.value)
        contract = recycling_v1.EVENT_TYPES[event.type]
        data = contract.model_validate(event.data)
        assert event.type in recycling_v1.TOPICS[row.topic]
        assert orjson.loads(data.model_dump_json()) == event.data
        assert row.key == event.subject.encode()
        seen.add(event.type)
    assert seen == set(recycling_v1.EVENT_TYPES)


def test_every_event_name_has_a_type() -> None:
    names = {
        f"recycling.{aggregate}.{name}.v1"
        for aggregate, literal in (
            ("lot", events.LotEventName),
            ("trade", events.TradeEventName),
            ("claim", events.ClaimEventName),
        )
        for name in get_args(literal)
    }
    assert names == set(recycling_v1.EVENT_TYPES) - set(recycling_v1.WORK_TYPES)


def test_nothing_else_is_published() -> None:
    with pytest.raises(TypeError):
        translate("gossip")  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_every_kind_survives_its_document(kind: Kind[Any]) -> None:
    states = (await a_whole_life()).store.states(kind)
    assert states, "the test's market has none of these"
    for state in states.values():
        assert from_document(to_document(state), kind.state) == state


def test_every_kind_has_its_indexes_and_every_index_its_fields() -> None:
    by_name = {kind.name: kind for kind in KINDS}
    assert set(INDEXES) == {*by_name, "idempotency"}
    for name, models in INDEXES.items():
        known = {item.name for item in fields(by_name[name].state)} if name in by_name else {"expires_at"}
        for model in models:
            assert set(model.document["key"]) <= {*known, "_id"}


def test_groups_read_what_the_catalogue_lets_recycling_read() -> None:
    catalogue = {topic.name for topic in load_topics() if "recycling" in topic.consumers}
    assert {topic for group in GROUPS for topic in group.topics} == catalogue


def event(kind: str, data: dict[str, Any], version: int) -> bytes:
    return encode(
        CloudEvent(
            "e-1", "/tierloop/x", kind, "s-1", NOW, data, version, f"urn:tierloop:schema:{kind}", partitionkey="s-1"
        )
    )


ORGANISATION = {
    "organisation_id": SELLER,
    "name": "Recycler Ltd",
    "roles": ["recycler"],
    "status": "suspended",
    "status_reason": "unpaid fees",
    "changed_at": INSTANT,
    "version": 2,
}
SUPPLIER = {"supplier_id": SELLER, "name": "Recycler Ltd", "sites": [], "changed_at": INSTANT, "version": 1}
CERTIFICATE: dict[str, Any] = {
    "certificate_id": "cert-1",
    "supplier_id": SELLER,
    "certificate_type": "iso14001",
    "number": "CN-14001-77",
    "issuer": "Northern Certification",
    "site_ids": ["site-1"],
    "valid_from": "2026-01-01",
    "valid_until": "2026-12-31",
    "status": "active",
    "effective_on": "2026-01-01",
    "changed_at": INSTANT,
    "version": 1,
    "a_later_field": "is ignored",
}


async def test_the_facts_of_others_become_standing() -> None:
    market = Market()
    await market.consume(DECIDING, event("identity.organisation.suspended.v1", ORGANISATION, 2))
    await market.consume(DECIDING, event("certification.supplier.registered.v1", SUPPLIER, 1))
    await market.consume(DECIDING, event("certification.certificate.recorded.v1", CERTIFICATE, 1))
    assert market.store.states(ORGANISATIONS)[SELLER].suspended
    assert market.store.states(SUPPLIERS)[SELLER].name == "Recycler Ltd"
    (known,) = market.store.states(SUPPLIER_CERTIFICATES)[f"{SELLER}/iso14001"].certificates
    assert (known.valid_until, known.version) == (date(2026, 12, 31), 1)
    assert not market.store.memory.outbox, "a projection is nobody else's news"


async def test_old_news_and_repeats_change_nothing_and_a_skipped_version_does_no_harm() -> None:
    market = Market()
    versions = [
        CERTIFICATE | {"version": number, "status": status}
        for number, status in ((1, "active"), (6, "withdrawn"), (5, "active"), (6, "withdrawn"))
    ]
    for data in versions:
        await market.consume(DECIDING, event("certification.certificate.recorded.v1", data, data["version"]))
    (known,) = market.store.states(SUPPLIER_CERTIFICATES)[f"{SELLER}/iso14001"].certificates
    assert (known.version, known.status) == (6, "withdrawn")


def test_an_unknown_type_is_skipped_and_a_broken_contract_is_not() -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    assert read_command(event("identity.organisation.dissolved.v1", ORGANISATION, 2), DECIDING, at) is None
    with pytest.raises(ContractError, match="/book_id"):
        read_command(event("recycling.book-work.requested.v1", {"reason": "x"}, 0), BOOKS, at)


def test_only_open_orders_are_matched_on() -> None:
    assert LOT_BALANCES.match_fields == DEMAND_BALANCES.match_fields == {"open_book_id"}

"""Two facts that arrive by two topics at the same moment must not miss each other.

A footprint alone is `no_access` to a buyer and a grant alone is nothing: only whoever sees both can say `met`.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from kafka import KafkaProducer

from infra.demo import scenery
from services.certification import bootstrap as certification
from services.certification.application.commands import StoreFootprint, StoreGrant
from services.certification.application.handlers import DECIDING_HANDLERS
from services.certification.stream.routes import DECIDING, PARTS
from services.chassis.relay import make_producer
from services.chassis.routes import ConsumerGroup
from tests.e2e.race import DecidesAtOnce, Meeting, overlapping
from tests.support.inprocess import in_process_api
from tests.support.pipeline import Pipeline
from tests.support.stack import Stack
from tests.support.tenant import Tenant
from tests.support.wait import wait_until
from tests.unit.certification import wire

PARTS_IN_ALL: Final = 40
PARTS_AT_A_TIME: Final = 4
VERDICT_LIMIT_S: Final = 20.0
FOOTPRINT_TOPIC: Final = "footprints.footprint.v1"
GRANT_TOPIC: Final = "footprints.grant.v1"
Message = tuple[str, str, bytes]


@dataclass(frozen=True, slots=True)
class Parties:
    supplier: str
    buyer: str


def two_facts(parties: Parties, run: str) -> list[Message]:
    """Return a part's footprint and the grant on its product, as the topics would hold them."""
    footprint = wire.footprint(
        pcf=scenery.PCF_KGCO2E,
        footprint_id=str(uuid.uuid4()),
        owner_organisation_id=parties.supplier,
        product_ids=[scenery.product_id(run)],
        declared_unit_of_measurement="piece",
    )
    grant = wire.grant(
        grant_id=str(uuid.uuid4()),
        owner_organisation_id=parties.supplier,
        grantee_organisation_id=parties.buyer,
        scope="product",
        scope_value=scenery.product_id(run),
    )
    return [
        (FOOTPRINT_TOPIC, footprint.footprint_id, wire.message(wire.PUBLISHED, footprint)),
        (GRANT_TOPIC, grant.grant_id, wire.message(wire.GRANTED, grant)),
    ]


def pcf_result(verdict: Mapping[str, Any], outcomes: str) -> str:
    results = {outcome["requirement"]: outcome["result"] for outcome in verdict[outcomes]}
    found: str = results["pcf_ceiling"]
    return found


# -- many times, on the running worker ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def supplier(stack: Stack) -> Iterator[Tenant]:
    with stack.newcomer("Two Facts Castings Co., Ltd. 双证铸造有限公司", ["supplier"]) as newcomer:
        newcomer.created("certification", "/v1/suppliers", scenery.supplier())
        yield newcomer


@pytest.fixture(scope="module")
def buyer(stack: Stack) -> Iterator[Tenant]:
    with stack.newcomer("Two Facts Drives AG", ["buyer"]) as newcomer:
        yield newcomer


@pytest.fixture
def producer(stack: Stack) -> Iterator[KafkaProducer]:
    opened = make_producer(stack.kafka_bootstrap)
    yield opened
    opened.close()


def test_no_part_misses_a_fact_on_the_running_worker(supplier: Tenant, buyer: Tenant, producer: KafkaProducer) -> None:
    profile = buyer.created("certification", "/v1/profiles", scenery.profile("TWO-FACTS"))["profile_id"]
    parties = Parties(supplier.organisation_id, buyer.organisation_id)
    for first in range(0, PARTS_IN_ALL, PARTS_AT_A_TIME):
        runs = [f"TWO-FACTS-{number}" for number in range(first, first + PARTS_AT_A_TIME)]
        parts = [supplier.created("certification", "/v1/parts", scenery.part(run))["part_id"] for run in runs]
        for part in parts:
            wait_until(result_is(buyer, part, profile, "missing"), VERDICT_LIMIT_S, f"{part} to be decided")
        for number, run in enumerate(runs):
            facts = two_facts(parties, run)
            for topic, key, value in facts if number % 2 else reversed(facts):
                producer.send(topic, key=key.encode(), value=value)
        producer.flush(VERDICT_LIMIT_S)
        for part in parts:
            wait_until(result_is(buyer, part, profile, "met"), VERDICT_LIMIT_S, f"{part} to see both facts")


def result_is(buyer: Any, part: str, profile: str, expected: str) -> Callable[[], bool]:
    """Return the question whether the ceiling's result is the expected one."""
    return lambda: result_of(buyer, part, profile) == expected


def result_of(buyer: Tenant, part: str, profile: str) -> str | None:
    answer = buyer.get("certification", f"/v1/parts/{part}/verdict", profile=profile)
    return pcf_result(answer.json(), "requirements") if answer.is_success else None


# -- forced to overlap, beside a twin that is wrong --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Room:
    """A listed part, decided once without facts, and the two facts that nobody has heard of yet."""

    pipeline: Pipeline
    part: str
    facts: list[Message]

    async def result(self) -> str:
        [stored] = await self.pipeline.rows("certification", "part_verdicts", _id=self.part)
        [verdict] = stored["verdicts"]
        return pcf_result(verdict, "outcomes")


@pytest.fixture
async def room(kafka_bootstrap: str, mongo_uri: str) -> AsyncIterator[Room]:
    parties = Parties("0197a000-0000-7000-8000-0000000000f1", "0197a000-0000-7000-8000-0000000000f2")
    async with Pipeline(kafka_bootstrap, mongo_uri, (certification.PARTS,)) as pipeline:
        async with in_process_api("certification", pipeline.mongo("certification")) as api:
            await api.created(parties.buyer, "buyer", "/v1/profiles", scenery.profile("FORCED"))
            await api.created(parties.supplier, "supplier", "/v1/suppliers", scenery.supplier())
            part = await api.created(parties.supplier, "supplier", "/v1/parts", scenery.part("FORCED"))
        await pipeline.settle("certification", [PARTS])
        opened = Room(pipeline, part["part_id"], two_facts(parties, "FORCED"))
        assert await opened.result() == "missing"
        yield opened


def real(_: str) -> ConsumerGroup:
    return DECIDING


def broken(part_id: str) -> ConsumerGroup:
    """Return the group with handlers that decide in the first stage."""
    at_once = {kind: DecidesAtOnce(DECIDING_HANDLERS[kind], part_id) for kind in (StoreFootprint, StoreGrant)}
    return replace(DECIDING, handlers={**DECIDING_HANDLERS, **at_once})


@pytest.mark.parametrize(("group_of", "result"), [(real, "met"), (broken, "no_access")])
async def test_what_two_overlapping_transactions_come_to(
    room: Room, group_of: Callable[[str], ConsumerGroup], result: str
) -> None:
    meeting = Meeting(parties=2)
    await room.pipeline.send(*room.facts)
    await room.pipeline.consume("certification", group_of(room.part), overlapping(meeting))
    await room.pipeline.settle("certification", [PARTS])
    assert meeting.arrived == 2, "each fact in a transaction of its own, none tried again"
    assert await room.result() == result


@pytest.mark.parametrize("order", [1, -1], ids=["footprint first", "grant first"])
async def test_the_broken_twin_is_right_while_nothing_overlaps(room: Room, order: int) -> None:
    for fact in room.facts[::order]:
        await room.pipeline.send(fact)
        await room.pipeline.consume("certification", broken(room.part))
    assert await room.result() == "met"

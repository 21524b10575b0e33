"""The thread of certification on a real MongoDB: handlers, pages, matches and the codec, without Kafka."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from services.certification.adapters.mongo_queries import MongoQueries
from services.certification.adapters.translate import translate
from services.certification.application.commands import CreateProfile, ListPart, RecordCertificate, RegisterSupplier
from services.certification.application.handlers import API_HANDLERS
from services.certification.application.ports import Slice, VerdictFilter
from services.certification.application.queries import verdict_view
from services.certification.application.trail import Role, trail_view
from services.certification.bootstrap import GROUPS, PARTS
from services.certification.domain.profile import Requirements
from services.chassis.handler import Accepted, Fold
from services.chassis.kernel import Meta
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import OUTBOX, MongoStore
from services.chassis.parts import all_indexes
from services.chassis.routes import read_command
from services.chassis.testing.ids import SequenceIds
from tests.unit.certification import builders, wire
from tests.unit.certification.builders import AT, BUYER, ISO, PART, PRODUCT, SITE, SUPPLIER

MOST_ROUNDS = 20


@pytest.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    database = Mongo(mongo_uri, f"certification_story_{uuid4().hex[:8]}", "pymongo")
    await database.bootstrap(all_indexes(PARTS))
    yield database
    await database.drop_database()
    await database.close()


class Stage:
    """Runs commands and messages in transactions; the outbox is its topic."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self.store = MongoStore(mongo)
        self.new_id = SequenceIds()
        self.seen: set[str] = set()

    def meta(self, organisation_id: str = SUPPLIER) -> Meta:
        return Meta(self.new_id(), AT, organisation_id, correlation_id=self.new_id())

    async def run(self, commands: list[Any], handlers: Any, writer: str) -> None:
        async with self.store.transaction() as tx:
            folded = await Fold(tx, handlers, translate, self.new_id, writer=writer).run(commands)
            assert all(isinstance(outcome, Accepted) for outcome in folded.outcomes), folded.outcomes
            await tx.write(folded.writes)
            await tx.append_outbox(folded.outbox)

    async def deliver(self, raws: list[bytes], topic: str) -> None:
        """Apply messages of one topic as one batch for each group that reads it."""
        for group in GROUPS:
            if topic in group.topics:
                commands = [read_command(raw, group, AT) for raw in raws]
                await self.run(commands, group.handlers, "worker")

    async def drain(self) -> None:
        for _ in range(MOST_ROUNDS):
            rows = await self.mongo.collection(OUTBOX).find({}).sort([("_id", 1)]).to_list(1_000)
            fresh = [row for row in rows if row["_id"] not in self.seen]
            if not fresh:
                return
            self.seen.update(row["_id"] for row in fresh)
            for topic in dict.fromkeys(row["topic"] for row in fresh):
                await self.deliver([row["value"] for row in fresh if row["topic"] == topic], topic)
        raise AssertionError("the work never ends")


async def test_a_part_turns_to_certified_on_mongodb(mongo: Mongo) -> None:
    stage = Stage(mongo)
    sites, known = builders.supplier().sites, builders.certificate()
    asked = Requirements((ISO,), builders.ceiling(), Decimal(25))
    await stage.run([RegisterSupplier(stage.meta(), SUPPLIER, "Castings", sites)], API_HANDLERS, "api")
    commands = [
        CreateProfile(stage.meta(BUYER), "profile-1", BUYER, "Castings", asked),
        ListPart(stage.meta(), PART, SUPPLIER, SITE, "HSG-1", "Housing", PRODUCT),
        RecordCertificate(
            stage.meta(),
            "cert-1",
            SUPPLIER,
            ISO,
            known.number,
            known.issuer,
            (SITE,),
            known.valid_from,
            known.valid_until,
        ),
    ]
    await stage.run(commands, API_HANDLERS, "api")
    await stage.drain()
    right = wire.grant(scope="footprint", scope_value="footprint-1")
    await stage.deliver([wire.message(wire.GRANTED, right)], "footprints.grant.v1")
    await stage.deliver([wire.message(wire.PUBLISHED, wire.footprint())], "footprints.footprint.v1")
    await stage.drain()
    queries = MongoQueries(mongo)
    before = (await verdict_view(queries, PART, "profile-1", BUYER, AT)).verdict
    assert [outcome.result for outcome in before.outcomes] == ["met", "met", "missing"]

    await stage.deliver([wire.message(wire.ISSUED, wire.claim())], "recycling.claim.v1")
    await stage.drain()
    after = (await verdict_view(queries, PART, "profile-1", BUYER, AT)).verdict
    assert (after.verdict, after.verdict_version) == ("certified", before.verdict_version + 1)
    certified = VerdictFilter("profile-1", BUYER, certified=True, at=AT)
    assert [part.part_id for part in await queries.parts_of_profile(certified, Slice(10))] == [PART]
    roles = {step.role for step in await trail_view(queries, PART, "profile-1", BUYER)}
    assert {Role.EVIDENCE, Role.VERDICT} <= roles

    confirmed = await queries.part_verdicts(PART, SUPPLIER)
    await stage.deliver([wire.message(wire.ISSUED, wire.claim(version=2))], "recycling.claim.v1")
    await stage.drain()
    again = await queries.part_verdicts(PART, SUPPLIER)
    assert confirmed is not None
    assert again is not None
    assert again.version == confirmed.version + 1
    await stage.deliver([wire.message(wire.ISSUED, wire.claim(version=2))], "recycling.claim.v1")
    await stage.drain()
    assert await queries.part_verdicts(PART, SUPPLIER) == again

"""Policies, factor sets and findings on MongoDB: what is stored is what is read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from services.chassis.ids import uuid7
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import MongoStore
from services.chassis.parts import all_indexes
from services.chassis.unit import CommandBus
from services.footprints.adapters.mongo_queries import MongoQueries
from services.footprints.adapters.translate import translate
from services.footprints.api.render import submitted_reply
from services.footprints.api.validation import factor_set_reply, policy_reply
from services.footprints.application.commands import LoadFactorSet, SetValidationPolicy
from services.footprints.application.handlers import API_HANDLERS
from services.footprints.application.ports import FACTORS
from services.footprints.bootstrap import PARTS
from services.footprints.domain.errors import MethodologyBroken
from services.footprints.domain.findings import FactorFigure, ValidationMode
from services.footprints.domain.findings.factors import MAX_FACTORS
from services.footprints.domain.terms import UnitOfMeasurement
from tests.support.footprints import footprint_id, housing
from tests.unit.footprints.findings_cases import CLASSIFICATION
from tests.unit.footprints.given import NOW, RIVAL, SUPPLIER, World


@pytest.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    database = Mongo(mongo_uri, f"footprints_findings_{uuid4().hex[:8]}", "pymongo")
    await database.bootstrap(all_indexes(PARTS))
    yield database
    await database.drop_database()
    await database.close()


@pytest.fixture
def bus(mongo: Mongo) -> CommandBus:
    return CommandBus(MongoStore(mongo), API_HANDLERS, translate, uuid7)


def load(world: World, *figures: FactorFigure, name: str = "tests-invented") -> LoadFactorSet:
    return LoadFactorSet(world.meta("park-operator"), name, "2026.1", "invented for tests", "own figures", figures)


def figure(urn: str, typical: str, low: str | None = None) -> FactorFigure:
    return FactorFigure(urn, UnitOfMeasurement.KILOGRAM, Decimal(typical), None if low is None else Decimal(low))


async def test_findings_come_back_as_they_were_stored(mongo: Mongo, bus: CommandBus) -> None:
    world, queries = World(), MongoQueries(mongo)
    await bus.execute(load(world, figure(CLASSIFICATION.upper(), "0.84", "0.1")), factor_set_reply)
    changes: dict[str, Any] = {"primaryDataShare": "0.72", "packagingEmissionsIncluded": False}
    await bus.execute(world.submit(housing(1, pcf=changes)), submitted_reply)
    read = await queries.footprint(footprint_id(1), reader=SUPPLIER, at=NOW)
    assert read is not None
    assert [finding.code for finding in read.findings] == [
        "packaging_emissions_contradict_flag", "primary_data_share_looks_like_fraction", "total_implausible",
    ]  # fmt: skip
    assert read.findings[-1].values == {
        "lowest": "0.0846", "highest": "71.064", "classification": CLASSIFICATION, "set": "tests-invented",
        "edition": "2026.1",
    }  # fmt: skip
    (factor,) = await queries.validation.factors({CLASSIFICATION, "urn:other:1"})
    assert (factor.low_kgco2e, factor.typical_kgco2e) == (Decimal("0.1"), Decimal("0.84"))
    (loaded,) = await queries.validation.factor_sets()
    assert (loaded.name, loaded.factor_count, loaded.version) == ("tests-invented", 1, 1)


async def test_a_strict_policy_holds_for_its_organisation(mongo: Mongo, bus: CommandBus) -> None:
    world, queries = World(), MongoQueries(mongo)
    assert await queries.validation.policy(SUPPLIER) is None
    command = SetValidationPolicy(world.meta(SUPPLIER), ValidationMode.STRICT, 1)
    await bus.execute(command, policy_reply)
    policy = await queries.validation.policy(SUPPLIER)
    assert policy is not None
    assert (policy.version, policy.mode) == (2, ValidationMode.STRICT)
    broken = housing(1, pcf={"packagingEmissionsIncluded": False})
    with pytest.raises(MethodologyBroken):
        await bus.execute(world.submit(broken), submitted_reply)
    assert (await bus.execute(world.submit(broken, by=RIVAL), submitted_reply)).status == 201


async def test_the_largest_set_is_replaced_by_another_one_at_once(mongo: Mongo, bus: CommandBus) -> None:
    world = World()
    for number in range(2):
        figures = [figure(f"urn:tests:{number}:{index}", "1") for index in range(MAX_FACTORS)]
        await bus.execute(load(world, *figures), factor_set_reply)
    stored = await mongo.collection(FACTORS.name).find({}, {"_id": 1}).to_list(None)
    assert len(stored) == MAX_FACTORS
    assert all(":1:" in document["_id"] for document in stored)

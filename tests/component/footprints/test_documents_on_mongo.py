"""Documents and engagements on MongoDB, with both drivers: whole or not at all, once, and back to the byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from services.chassis.handler import Fold
from services.chassis.idempotency import Reply
from services.chassis.ids import uuid7
from services.chassis.kernel import Refusal
from services.chassis.mongo import Driver, Mongo
from services.chassis.mongo_store import MongoStore
from services.chassis.parts import all_indexes
from services.chassis.unit import CommandBus
from services.footprints.adapters.evidence_store import DocumentBus
from services.footprints.adapters.mongo_queries import MongoQueries
from services.footprints.adapters.mongo_verifications import MongoVerifications
from services.footprints.adapters.translate import translate
from services.footprints.api.render import submitted_reply
from services.footprints.api.verification_render import opened_reply, stored_reply, verification_reply
from services.footprints.application.commands import RecordOrganisation
from services.footprints.application.handlers import API_HANDLERS, DECIDING_HANDLERS, TRUST_HANDLERS
from services.footprints.application.verifications import (
    EVIDENCE_CHUNKS,
    RecordProgrammeCertificate,
    StoreDocument,
    VerificationFilter,
)
from services.footprints.bootstrap import PARTS
from services.footprints.domain.document_types import EXTENSIONS, PDF
from services.footprints.domain.evidence import MAX_DOCUMENTS, EvidenceLimits
from services.footprints.domain.programme_certificate import CertificateStatus
from services.footprints.domain.trust import Subject, trust_of
from services.footprints.domain.verification import VerificationState
from tests.support.footprints import footprint_id
from tests.unit.footprints.given import NOW, RIVAL, SUPPLIER, World, organisation
from tests.unit.footprints.verifying import (
    OTHER_VERIFIER,
    VERIFIER,
    Engagements,
    certificate,
    revision,
    sited,
    verifier,
)

LIMITS = EvidenceLimits(16 * 1024 * 1024, frozenset(EXTENSIONS))
CONTENT = b"%PDF-1.7\n" + bytes(range(256)) * 20_000
"""5 MB: five chunks, among them every byte there is."""
RECORD = footprint_id(1)


@pytest.fixture(params=["motor", "pymongo"])
async def mongo(mongo_uri: str, request: pytest.FixtureRequest) -> AsyncIterator[Mongo]:
    driver: Driver = request.param
    database = Mongo(mongo_uri, f"footprints_evidence_{uuid4().hex[:8]}", driver)
    await database.bootstrap(all_indexes(PARTS))
    yield database
    await database.drop_database()
    await database.close()


@pytest.fixture
async def world(mongo: Mongo) -> World:
    world = World()
    kinds = [organisation(SUPPLIER), verifier(), verifier(OTHER_VERIFIER)]
    async with MongoStore(mongo).transaction() as tx:
        commands = [RecordOrganisation(world.meta(None), each) for each in kinds]
        folded = await Fold(tx, DECIDING_HANDLERS, translate, uuid7, writer="worker").run(commands)
        await tx.write(folded.writes)
    await run(mongo, world.submit(sited(1)), submitted_reply)
    return world


async def run(mongo: Mongo, command: Any, render: Any = verification_reply) -> Reply:
    return await CommandBus(MongoStore(mongo), API_HANDLERS, translate, uuid7).execute(command, render)


def storing(world: World, content: bytes = CONTENT, *, by: str = SUPPLIER, number: int = 1) -> StoreDocument:
    digest = sha256(content).hexdigest()
    return StoreDocument(world.meta(by), footprint_id(number), digest, "x.pdf", PDF, content, LIMITS)


async def test_a_document_comes_back_to_the_byte(mongo: Mongo, world: World) -> None:
    bus, reads = DocumentBus(MongoStore(mongo), uuid7), MongoVerifications(mongo)
    assert (await bus.execute(storing(world), stored_reply)).status == 201
    folder = await reads.folder(RECORD, reader=SUPPLIER)
    assert folder is not None
    (document,) = folder.documents
    assert document.chunk_count == 5
    parts = [await reads.chunk(RECORD, document.sha256, number) for number in range(document.chunk_count)]
    assert b"".join(part or b"" for part in parts) == CONTENT
    assert await reads.chunk(RECORD, document.sha256, document.chunk_count) is None


async def test_the_same_bytes_from_two_processes_are_one_document(mongo: Mongo, world: World) -> None:
    buses = [DocumentBus(MongoStore(mongo), uuid7) for _ in range(2)]
    replies = await asyncio.gather(*(bus.execute(storing(world), stored_reply) for bus in buses for _ in range(2)))
    assert sorted(reply.status for reply in replies) == [200, 200, 200, 201]
    assert await mongo.collection(EVIDENCE_CHUNKS.name).count_documents({}) == 5


async def test_a_folder_never_overflows_and_a_refusal_leaves_no_chunk(mongo: Mongo, world: World) -> None:
    buses = [DocumentBus(MongoStore(mongo), uuid7) for _ in range(2)]
    for start in range(0, MAX_DOCUMENTS + 4, 6):
        group = [storing(world, b"%%PDF-%d" % number) for number in range(start, start + 6)]
        each = (buses[number % 2].execute(command, stored_reply) for number, command in enumerate(group))
        outcomes = await asyncio.gather(*each, return_exceptions=True)
        assert all(isinstance(found, Reply | Refusal) for found in outcomes)
    folder = await MongoVerifications(mongo).folder(RECORD, reader=SUPPLIER)
    assert folder is not None
    assert len(folder.documents) == MAX_DOCUMENTS
    assert await mongo.collection(EVIDENCE_CHUNKS.name).count_documents({}) == MAX_DOCUMENTS


async def test_reads_have_the_tenant_in_them(mongo: Mongo, world: World) -> None:
    reads, steps = MongoVerifications(mongo), Engagements(world)
    await DocumentBus(MongoStore(mongo), uuid7).execute(storing(world), stored_reply)
    opening = steps.open()
    identity = opening.verification_id
    assert await reads.folder(RECORD, reader=VERIFIER) is None
    assert (await run(mongo, opening, opened_reply)).status == 201
    for reader, sees in ((SUPPLIER, True), (VERIFIER, True), (OTHER_VERIFIER, False), (RIVAL, False)):
        folder = await reads.folder(RECORD, reader=reader)
        assert (folder is not None and folder.owner_organisation_id == SUPPLIER) is sees
        assert (await reads.verification(identity, reader=reader) is not None) is sees
        found = await reads.verifications(VerificationFilter(RECORD, VerificationState.OPENED), None, 9, reader=reader)
        assert (len(found) == 1) is sees
        assert (await reads.under_verification(identity, reader=reader) is not None) is (reader == VERIFIER)
        assert (await reads.opened_by(RECORD, reader=reader) is not None) is (reader == VERIFIER)
    assert await reads.verifications(VerificationFilter(), identity, 9, reader=SUPPLIER) == []
    await run(mongo, steps.withdraw(identity, 1))
    assert await reads.folder(RECORD, reader=VERIFIER) is None
    assert await reads.under_verification(identity, reader=VERIFIER) is None
    assert await reads.folder(RECORD, reader=SUPPLIER) is not None


async def test_two_verifiers_attest_and_one_wins(mongo: Mongo, world: World) -> None:
    steps = Engagements(world)
    opened = [steps.open(), steps.open(to=OTHER_VERIFIER)]
    for command in opened:
        await run(mongo, command, opened_reply)
    outcomes = await asyncio.gather(
        run(mongo, steps.attest(opened[0].verification_id, 1)),
        run(mongo, steps.attest(opened[1].verification_id, 1, by=OTHER_VERIFIER)),
        return_exceptions=True,
    )
    (refusal,) = [each for each in outcomes if isinstance(each, Refusal)]
    assert refusal.code == "verified_record_inactive"
    assert await mongo.collection("footprints").count_documents({"status": "Active"}) == 1


async def test_trust_is_computed_from_what_the_worker_stored(mongo: Mongo, world: World) -> None:
    suspended = certificate(revision(2, CertificateStatus.SUSPENDED, date(2026, 5, 4)))
    async with MongoStore(mongo).transaction() as tx:
        facts = [certificate(), suspended, certificate(certificate_id="c-2", supplier=RIVAL)]
        commands = [RecordProgrammeCertificate(world.meta(None), "pcfprogramme", each) for each in facts]
        folded = await Fold(tx, TRUST_HANDLERS, translate, uuid7, writer="worker").run(commands)
        await tx.write(folded.writes)
    queries = MongoQueries(mongo)
    footprint = await queries.footprint(RECORD, reader=SUPPLIER, at=NOW)
    assert footprint is not None
    certificates = await queries.verifications.programme_certificates(SUPPLIER)
    findings = await queries.verifications.trust_findings(SUPPLIER)
    trust = trust_of(Subject.of(footprint), certificates, findings, NOW)
    assert (trust.level, [each.certificate_version for each in trust.findings]) == (2, [2])

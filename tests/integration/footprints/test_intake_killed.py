"""ONCE, on a real MongoDB: readers are killed (-9) in the middle of a file; no row is lost, none takes effect twice."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from services.chassis.clock import system_clock
from services.chassis.ids import uuid7
from services.chassis.kernel import Meta
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import MongoStore
from services.chassis.parts import all_indexes
from services.chassis.unit import CommandBus
from services.footprints.adapters.intake_mongo import MongoIntakes
from services.footprints.adapters.translate import translate
from services.footprints.api.intake_resources import received_reply
from services.footprints.application.handlers import API_HANDLERS
from services.footprints.application.intake import INTAKE_RESULTS, Chunk, ReceiveIntake
from services.footprints.application.ports import FOOTPRINTS
from services.footprints.bootstrap import PARTS
from services.footprints.domain.intake.intake import Intake, IntakeFormat, IntakeOptions, IntakeState, Upload
from services.footprints.domain.intake.rows import row_id
from tests.support.intakes import csv_file, row
from tests.support.wait import wait_until_async
from tests.unit.footprints.given import SUPPLIER

ROWS = 1_500
BAD_EVERY = 50
KILLS = 3
CHUNK_BYTES = 64 * 1024


@pytest.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    database = Mongo(mongo_uri, f"footprints_intake_{uuid4().hex[:8]}", "pymongo")
    await database.bootstrap(all_indexes(PARTS))
    yield database
    await database.drop_database()
    await database.close()


async def receive(mongo: Mongo, body: bytes) -> str:
    """Store a file and its intake, as the API does."""
    intakes, now = MongoIntakes(mongo), system_clock()
    expires_at = now + timedelta(days=1)
    pieces = [body[start : start + CHUNK_BYTES] for start in range(0, len(body), CHUNK_BYTES)]
    upload = Upload(uuid7(), len(body), sha256(body).hexdigest(), CHUNK_BYTES, len(pieces))
    for number, piece in enumerate(pieces):
        await intakes.put_chunk(upload.upload_id, number, Chunk(piece, expires_at))
    bus = CommandBus(MongoStore(mongo), API_HANDLERS, translate, uuid7)
    intake_id = uuid7()
    meta = Meta(command_id=uuid7(), at=now, organisation_id=SUPPLIER)
    command = ReceiveIntake(meta, intake_id, IntakeOptions(IntakeFormat.CSV), upload, expires_at)
    await bus.execute(command, received_reply)
    return intake_id


@contextmanager
def reader(mongo_uri: str, database: str) -> Iterator[subprocess.Popen[bytes]]:
    arguments = [sys.executable, "-m", "tests.integration.footprints.intake_process", mongo_uri, database]
    process = subprocess.Popen(arguments)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)


async def test_killed_readers_leave_no_double_and_no_gap(mongo: Mongo, mongo_uri: str) -> None:
    body = csv_file([row(n, fossilGhgEmissions="" if n % BAD_EVERY == 0 else "71.31") for n in range(1, ROWS + 1)])
    intake_id = await receive(mongo, body)
    intakes = MongoIntakes(mongo)

    async def beyond(rows: int) -> Intake | None:
        found = await intakes.present(intake_id)
        return found if found is not None and found.counts.read > rows else None

    read = 0
    for _ in range(KILLS):
        with reader(mongo_uri, mongo.name):
            before = read
            found = await wait_until_async(lambda: beyond(before + 60), 30, "progress")  # noqa: B023 - called at once
            assert found is not None
            read = found.counts.read
    assert 0 < read < ROWS, "the readers were killed in the middle"

    async def finished() -> Intake | None:
        found = await intakes.present(intake_id)
        return found if found is not None and not found.is_open else None

    with reader(mongo_uri, mongo.name), reader(mongo_uri, mongo.name):
        done = await wait_until_async(finished, 90, "the end")
    assert done is not None
    bad = ROWS // BAD_EVERY
    assert (done.state, done.failure) == (IntakeState.DONE, None)
    counts = done.counts
    assert (counts.found, counts.read, counts.accepted, counts.refused) == (ROWS, ROWS, ROWS - bad, bad)
    assert counts.known == 0, "a row that took effect twice would meet its own footprint"
    wanted = {row_id(SUPPLIER, intake_id, n + 1) for n in range(1, ROWS + 1) if n % BAD_EVERY}
    stored = await mongo.collection(FOOTPRINTS.name).find({}, {"_id": 1}).to_list(None)
    assert {each["_id"] for each in stored} == wanted
    rows = (
        await mongo.collection("outbox")
        .find({"topic": "footprints.footprint.v1"}, {"key": 1, "version": 1})
        .to_list(None)
    )
    facts = Counter((bytes(each["key"]).decode(), each["version"]) for each in rows)
    assert facts == dict.fromkeys(((identity, 1) for identity in wanted), 1)
    results = await mongo.collection(INTAKE_RESULTS.name).find({}, {"row": 1}).to_list(None)
    assert sorted(each["row"] for each in results) == list(range(2, ROWS + 2))

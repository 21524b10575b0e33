"""BOUNDED: a hundred thousand rows through a real MongoDB, in a process whose memory does not grow with them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.chassis.mongo import Mongo
from services.footprints.adapters.intake_mongo import MongoIntakes
from services.footprints.application.ports import FOOTPRINTS
from services.footprints.domain.intake.intake import Intake
from tests.integration.footprints.test_intake_killed import mongo, reader, receive
from tests.support.intakes import csv_file, row
from tests.support.wait import wait_until_async

__all__ = ["mongo"]

ROWS = 100_000
EARLY_ROWS = 10_000
GROWTH_BYTES = 48 * 1024 * 1024
"""What an allocator may keep; a result held for each row would be several times that."""


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory of a process as Linux tells it")
@pytest.mark.timeout(1_800)
async def test_memory_does_not_grow_with_the_rows(mongo: Mongo, mongo_uri: str) -> None:
    intake_id = await receive(mongo, csv_file([row(number) for number in range(1, ROWS + 1)]))
    intakes = MongoIntakes(mongo)

    async def beyond(rows: int) -> Intake | None:
        found = await intakes.present(intake_id)
        return found if found is not None and (found.counts.read >= rows or not found.is_open) else None

    with reader(mongo_uri, mongo.name) as process:
        await wait_until_async(lambda: beyond(EARLY_ROWS), 300, "the first rows")
        early = resident_bytes(process.pid)
        done = await wait_until_async(lambda: beyond(ROWS), 1_400, "the last rows")
        late = resident_bytes(process.pid)
    assert done is not None
    assert (done.counts.accepted, done.failure) == (ROWS, None)
    assert await mongo.collection(FOOTPRINTS.name).count_documents({}) == ROWS
    assert late - early < GROWTH_BYTES, f"{early} bytes after {EARLY_ROWS} rows, {late} after {ROWS}"

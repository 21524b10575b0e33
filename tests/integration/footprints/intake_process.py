"""A process that reads intakes until it is killed; takes the URI and the database."""

from __future__ import annotations

import asyncio
import sys

from services.chassis.clock import system_clock
from services.chassis.ids import uuid7
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import MongoStore
from services.footprints.adapters.intake_mongo import MongoIntakes
from services.footprints.adapters.intake_reader import IntakeReader, ReaderOptions
from services.footprints.adapters.translate import translate
from services.footprints.api.intake_rows import read_row
from services.footprints.application.handlers import API_HANDLERS

CLAIM_S = 2.0


def make_reader(mongo: Mongo) -> IntakeReader:
    """Return a reader that soon takes over from one that died."""
    return IntakeReader(
        MongoStore(mongo),
        MongoIntakes(mongo),
        API_HANDLERS,
        translate,
        read_row,
        clock=system_clock,
        new_id=uuid7,
        options=ReaderOptions(claim_s=CLAIM_S, sweep_s=0.1, slice_rows=20, turn_slices=10),
    )


async def main(uri: str, database: str) -> None:
    mongo = Mongo(uri, database, "pymongo")
    await make_reader(mongo).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))

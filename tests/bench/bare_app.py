"""What a newcomer would write in ten lines: FastAPI, a pydantic model, one `insert_one` a request."""

from __future__ import annotations

import os
from typing import Any

from fastapi import FastAPI, Request
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern

from services.footprints.api.pact_v3 import ProductFootprint

app = FastAPI()
client: Any = AsyncIOMotorClient(os.environ["BENCH_MONGO_URI"])
collection = client[os.environ["BENCH_DATABASE"]].get_collection("bare", write_concern=WriteConcern("majority", j=True))


@app.post("/v1/footprints", status_code=201)
async def submit(request: Request) -> dict[str, str]:
    """Validate the body in one pass, dump, insert: no owner, no outbox, no idempotency."""
    footprint = ProductFootprint.model_validate_json(await request.body())
    document = footprint.model_dump(mode="json")
    await collection.insert_one(document | {"_id": document["id"]})
    return {"id": document["id"]}

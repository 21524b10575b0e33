"""Intakes on MongoDB: chunks and blocks as bounded documents, progress and results for their owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.chassis.codec import from_document, to_document
from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.footprints.application.intake import (
    INTAKE_BLOCKS,
    INTAKE_CHUNKS,
    INTAKE_RESULTS,
    INTAKES,
    Block,
    Chunk,
    piece_key,
    result_key,
)
from services.footprints.domain.intake.intake import Intake, IntakeState, RowOutcome, RowResult, Upload

OPEN = [IntakeState.RECEIVED.value, IntakeState.READING.value]


class MongoIntakes:
    """Implements `application.intake.Intakes`."""

    def __init__(self, mongo: Mongo) -> None:
        """`mongo` reads and writes at majority."""
        self._mongo = mongo

    async def intake(self, intake_id: str, *, owner: str) -> Intake | None:
        """Return an intake of the owner."""
        return await self._one({"_id": intake_id, "owner_organisation_id": owner})

    async def present(self, intake_id: str) -> Intake | None:
        """Return an intake, whoever owns it."""
        return await self._one({"_id": intake_id})

    async def _one(self, condition: dict[str, Any]) -> Intake | None:
        with translated_errors():
            document = await self._mongo.collection(INTAKES.name).find_one(condition)
        return None if document is None else from_document(document, Intake)

    async def intakes(self, after: str | None, limit: int, *, owner: str) -> Sequence[Intake]:
        """Return the owner's intakes, newest first."""
        condition: dict[str, Any] = {"owner_organisation_id": owner}
        if after is not None:
            condition["_id"] = {"$lt": after}
        with translated_errors():
            cursor = self._mongo.collection(INTAKES.name).find(condition).sort("_id", -1).limit(limit)
            documents = await cursor.to_list(limit)
        return [from_document(document, Intake) for document in documents]

    async def results(
        self, intake_id: str, outcome: RowOutcome | None, after: int | None, limit: int
    ) -> Sequence[RowResult]:
        """Return results in order of the rows."""
        condition: dict[str, Any] = {
            "intake_id": intake_id,
            "_id": {"$gt": result_key(intake_id, 0 if after is None else after), "$lt": f"{intake_id};"},
        }
        if outcome is not None:
            condition["outcome"] = outcome.value
        with translated_errors():
            cursor = self._mongo.collection(INTAKE_RESULTS.name).find(condition).sort("_id", 1).limit(limit)
            documents = await cursor.to_list(limit)
        return [from_document(document, RowResult) for document in documents]

    async def waiting(self, now: datetime) -> str | None:
        """Return the intake that nobody reads and that waits longest for its turn."""
        condition = {"state": {"$in": OPEN}, "$or": [{"claim": None}, {"claim.until": {"$lte": now}}]}
        with translated_errors():
            cursor = self._mongo.collection(INTAKES.name).find(condition, {"_id": 1}).sort("turn_at", 1).limit(1)
            documents = await cursor.to_list(1)
        return documents[0]["_id"] if documents else None

    async def put_chunk(self, upload_id: str, number: int, chunk: Chunk) -> None:
        """Store a chunk."""
        await self._put(INTAKE_CHUNKS.name, piece_key(upload_id, number), chunk)

    async def chunk(self, upload_id: str, number: int) -> bytes | None:
        """Return a chunk, None where it is not there any more."""
        document = await self._piece(INTAKE_CHUNKS.name, upload_id, number)
        return None if document is None else from_document(document, Chunk).data

    async def put_block(self, extraction_id: str, number: int, block: Block) -> None:
        """Store a block."""
        await self._put(INTAKE_BLOCKS.name, piece_key(extraction_id, number), block)

    async def block(self, extraction_id: str, number: int) -> Block | None:
        """Return a block, None where it is not there any more."""
        document = await self._piece(INTAKE_BLOCKS.name, extraction_id, number)
        return None if document is None else from_document(document, Block)

    async def drop(self, upload: Upload, extraction_id: str | None, blocks: int) -> None:
        """Remove what an intake that is finished left; what this misses expires."""
        with translated_errors():
            await self._drop(INTAKE_CHUNKS.name, upload.upload_id, upload.chunks)
            if extraction_id is not None:
                await self._drop(INTAKE_BLOCKS.name, extraction_id, blocks)

    async def _drop(self, collection: str, identity: str, count: int) -> None:
        span = {"$gte": piece_key(identity, 0), "$lt": piece_key(identity, count)}
        await self._mongo.collection(collection).delete_many({"_id": span})

    async def _put(self, collection: str, key: str, piece: Chunk | Block) -> None:
        """Write a piece; the same one may come twice, after an answer that was lost."""
        with translated_errors():
            await self._mongo.collection(collection).replace_one({"_id": key}, to_document(piece), upsert=True)

    async def _piece(self, collection: str, identity: str, number: int) -> dict[str, Any] | None:
        with translated_errors():
            return await self._mongo.collection(collection).find_one({"_id": piece_key(identity, number)})

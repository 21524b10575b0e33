"""Intakes over the store in memory, for component tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.kernel import Kind
from services.footprints.application.intake import INTAKE_RESULTS, INTAKES, Block, Chunk, piece_key
from services.footprints.domain.intake.intake import Intake, RowOutcome, RowResult, Upload


class MemoryIntakes:
    """Implements `application.intake.Intakes`."""

    def __init__(self, states: Callable[[Kind[Any]], Mapping[str, Any]]) -> None:
        """Read committed states by their kind; chunks and blocks are kept here."""
        self._states = states
        self.chunks: dict[str, Chunk] = {}
        self.blocks: dict[str, Block] = {}

    async def intake(self, intake_id: str, *, owner: str) -> Intake | None:
        """Return an intake of the owner."""
        found = await self.present(intake_id)
        return found if found is not None and found.owner_organisation_id == owner else None

    async def present(self, intake_id: str) -> Intake | None:
        """Return an intake, whoever owns it."""
        return self._intakes().get(intake_id)

    async def intakes(self, after: str | None, limit: int, *, owner: str) -> Sequence[Intake]:
        """Return the owner's intakes, newest first."""
        chosen = [
            intake
            for key, intake in sorted(self._intakes().items(), reverse=True)
            if intake.owner_organisation_id == owner and (after is None or key < after)
        ]
        return chosen[:limit]

    async def results(
        self, intake_id: str, outcome: RowOutcome | None, after: int | None, limit: int
    ) -> Sequence[RowResult]:
        """Return results in order of the rows."""
        results: Mapping[str, RowResult] = self._states(INTAKE_RESULTS)
        chosen = [
            result
            for _, result in sorted(results.items())
            if result.intake_id == intake_id
            and outcome in (None, result.outcome)
            and (after is None or result.row > after)
        ]
        return chosen[:limit]

    async def waiting(self, now: datetime) -> str | None:
        """Return the intake that nobody reads and that waits longest for its turn."""
        free = [
            intake
            for intake in self._intakes().values()
            if intake.is_open and (intake.claim is None or intake.claim.until <= now)
        ]
        return min(free, key=lambda intake: intake.turn_at or intake.received_at).intake_id if free else None

    async def put_chunk(self, upload_id: str, number: int, chunk: Chunk) -> None:
        """Store a chunk."""
        self.chunks[piece_key(upload_id, number)] = chunk

    async def chunk(self, upload_id: str, number: int) -> bytes | None:
        """Return a chunk, None where it is not there any more."""
        found = self.chunks.get(piece_key(upload_id, number))
        return None if found is None else found.data

    async def put_block(self, extraction_id: str, number: int, block: Block) -> None:
        """Store a block."""
        self.blocks[piece_key(extraction_id, number)] = block

    async def block(self, extraction_id: str, number: int) -> Block | None:
        """Return a block, None where it is not there any more."""
        return self.blocks.get(piece_key(extraction_id, number))

    async def drop(self, upload: Upload, extraction_id: str | None, blocks: int) -> None:
        """Remove what an intake that is finished left."""
        for number in range(upload.chunks):
            self.chunks.pop(piece_key(upload.upload_id, number), None)
        for number in range(blocks if extraction_id is not None else 0):
            self.blocks.pop(piece_key(str(extraction_id), number), None)

    def _intakes(self) -> Mapping[str, Intake]:
        return self._states(INTAKES)

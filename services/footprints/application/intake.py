"""Bulk intake: documents, commands, and what is asked of the outside.

Three kinds of documents are written beside the unit of work, insert only, because each stands alone: chunks of the
file, blocks of rows that a reading of it found, and nothing else. What counts (an intake's state, the results of its
rows, the footprints) is written by commands alone, in one transaction with each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from services.chassis.kernel import Kind, Meta
from services.footprints.domain.carbon import Submission
from services.footprints.domain.intake.intake import (
    FileFailure,
    Intake,
    IntakeOptions,
    Place,
    RowOutcome,
    RowResult,
    Upload,
)
from services.footprints.domain.intake.remarks import Remark


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an uploaded file."""

    data: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A row as the file has it: the document as JSON text, and what its cells did not say for certain."""

    number: int
    text: str
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive rows of a file."""

    rows: tuple[BlockRow, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RowReading:
    """A row on its way to the rules: a submission, or why there is none."""

    submission: Submission | None
    remarks: tuple[Remark, ...] = ()
    footprint_id: str | None = None


INTAKES: Final = Kind("intakes", Intake, "api", frozenset({"open_owner_id"}))
INTAKE_RESULTS: Final = Kind("intake_results", RowResult, "api")
"""Key: `result_key`."""
INTAKE_CHUNKS: Final = Kind("intake_chunks", Chunk, "api")
INTAKE_BLOCKS: Final = Kind("intake_blocks", Block, "api")

INTAKE_KINDS: Final = (INTAKES, INTAKE_RESULTS, INTAKE_CHUNKS, INTAKE_BLOCKS)

MAX_OPEN_INTAKES: Final = 20
"""Most intakes of one organisation that are neither done nor failed."""


@dataclass(frozen=True, slots=True)
class ReceiveIntake:
    """Take in a file of the acting organisation; its chunks are stored."""

    meta: Meta
    intake_id: str
    options: IntakeOptions
    upload: Upload
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimIntake:
    """Begin a turn."""

    meta: Meta
    intake_id: str
    token: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ReadOn:
    """Tell how far the reading of the file is."""

    meta: Meta
    intake_id: str
    token: str
    rows_found: int
    until: datetime


@dataclass(frozen=True, slots=True)
class ReadThrough:
    """Tell that the file is read to its end."""

    meta: Meta
    intake_id: str
    token: str
    extraction_id: str
    blocks: int
    rows: int
    until: datetime


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Record what became of the rows from `before` to `after`, in the transaction that stores what they made."""

    meta: Meta
    intake_id: str
    token: str
    before: Place
    after: Place
    results: tuple[RowResult, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class EndTurn:
    """Let another intake have its turn."""

    meta: Meta
    intake_id: str
    token: str


@dataclass(frozen=True, slots=True)
class FailIntake:
    """End an intake whose file can't be read."""

    meta: Meta
    intake_id: str
    token: str
    failure: FileFailure


class IntakeReads(Protocol):
    """Reads of committed state, at majority. Where an owner is asked for, it is a part of the condition."""

    async def intake(self, intake_id: str, *, owner: str) -> Intake | None:
        """Return an intake of the owner."""

    async def intakes(self, after: str | None, limit: int, *, owner: str) -> Sequence[Intake]:
        """Return the owner's intakes, newest first (by id, which grows with time), beginning behind `after`."""

    async def results(
        self, intake_id: str, outcome: RowOutcome | None, after: int | None, limit: int
    ) -> Sequence[RowResult]:
        """Return results in order of the rows, beginning behind the row `after`; the caller has seen the intake."""

    async def waiting(self, now: datetime) -> str | None:
        """Return the intake that nobody reads and that waits longest for its turn."""

    async def present(self, intake_id: str) -> Intake | None:
        """Return an intake, whoever owns it; for the reader alone."""


class IntakeFiles(Protocol):
    """Keeps chunks and blocks until they are dropped or expire."""

    async def put_chunk(self, upload_id: str, number: int, chunk: Chunk) -> None:
        """Store a chunk."""

    async def chunk(self, upload_id: str, number: int) -> bytes | None:
        """Return a chunk, None where it is not there any more."""

    async def put_block(self, extraction_id: str, number: int, block: Block) -> None:
        """Store a block."""

    async def block(self, extraction_id: str, number: int) -> Block | None:
        """Return a block, None where it is not there any more."""

    async def drop(self, upload: Upload, extraction_id: str | None, blocks: int) -> None:
        """Remove what an intake that is finished left."""


class Intakes(IntakeReads, IntakeFiles, Protocol):
    """Both of them: one adapter."""


class ReadsIntakes(Protocol):
    """What reads the files that were received."""

    def wake(self) -> None:
        """Look now: something was received."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Read until `stopping` is set."""


def result_key(intake_id: str, row: int) -> str:
    """Return the key of a row's result; keys sort as the rows do."""
    return f"{intake_id}:{row:09}"


def piece_key(identity: str, number: int) -> str:
    """Return the key of a chunk or block."""
    return f"{identity}:{number:09}"

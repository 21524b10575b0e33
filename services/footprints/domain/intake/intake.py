"""A bulk intake: one uploaded file on its way to footprints.

received -> reading -> done | failed. A file that can't be read to its end fails as a whole, before any of it is taken
in. After that every row stands for itself, and `place` says how far they came: it moves in the transaction that stores
what the rows made, so a row has its effect exactly once, whoever reads and however often it begins anew.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.footprints.domain.errors import IntakeMoved
from services.footprints.domain.intake.encoding import TextEncoding
from services.footprints.domain.intake.numbers import NumberFormat
from services.footprints.domain.intake.remarks import Remark

MAX_STALLS: Final = 5
"""Beginnings in a row without any progress, after which an intake fails: what ends a process is not tried for ever."""
MAX_REMARKS: Final = 50
"""Most remarks kept with a row."""


class IntakeState(StrEnum):
    """How far it is."""

    RECEIVED = "received"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"


class IntakeFormat(StrEnum):
    """What was uploaded."""

    CSV = "csv"
    XLSX = "xlsx"
    NDJSON = "ndjson"


class RowOutcome(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    """A new footprint; in a dry run, there would be one."""
    KNOWN = "known"
    """The same footprint was there already."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """What the supplier said with the file."""

    format: IntakeFormat
    dry_run: bool = False
    decimal: NumberFormat | None = None
    encoding: TextEncoding | None = None
    utc_offset_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Upload:
    """Where the file is: `chunks` documents of `chunk_bytes` each, but for the last."""

    upload_id: str
    size_bytes: int
    sha256: str
    chunk_bytes: int
    chunks: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Progress in rows. `found` is final once the file is read through."""

    found: int = 0
    read: int = 0
    accepted: int = 0
    known: int = 0
    refused: int = 0
    with_findings: int = 0
    """Rows with at least one finding, accepted ones too."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who reads now. It spares work; it guards nothing (`place` does)."""

    token: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """The next row to take in."""

    block: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class FileFailure:
    """Why a file could not be read; the texts stand in the message catalogue."""

    code: str
    found: str | None = None
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row."""

    intake_id: str
    row: int
    outcome: RowOutcome
    footprint_id: str | None
    remarks: tuple[Remark, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Intake:
    """State of the aggregate. Nothing is published of it: it is a way in, not a fact for others."""

    intake_id: str
    owner_organisation_id: str
    client_id: str | None
    options: IntakeOptions
    upload: Upload
    received_at: datetime
    expires_at: datetime
    state: IntakeState = IntakeState.RECEIVED
    open_owner_id: str | None = None
    """The owner, while it is neither done nor failed."""
    counts: Counts = Counts()
    extraction_id: str | None = None
    """The reading of the file that came to its end; its blocks of rows are the ones taken in."""
    blocks: int = 0
    place: Place = Place()
    claim: Claim | None = None
    turn_at: datetime | None = None
    """When it was received, or its last turn ended; the longest waiting intake is next."""
    stalls: int = 0
    finished_at: datetime | None = None
    failure: FileFailure | None = None
    correlation_id: str = ""
    traceparent: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is anything left to do."""
        return self.state in (IntakeState.RECEIVED, IntakeState.READING)


def claim(intake: Intake, token: str, at: datetime, until: datetime) -> Intake | None:
    """Take the intake, None where somebody has it or nothing is left to do. One that never gets on fails."""
    if not intake.is_open or (intake.claim is not None and intake.claim.until > at):
        return None
    if intake.stalls >= MAX_STALLS:
        return fail(intake, FileFailure("reading_gave_up", values={"times": str(MAX_STALLS)}), at)
    return replace(intake, state=IntakeState.READING, claim=Claim(token, until), stalls=intake.stalls + 1)


def read_on(intake: Intake, token: str, rows_found: int, until: datetime) -> Intake:
    """Note how many rows the reading of the file has found so far. Raises `IntakeMoved`."""
    _check(intake, token)
    return replace(intake, counts=replace(intake.counts, found=rows_found), claim=Claim(token, until))


def read_through(
    intake: Intake, token: str, *, extraction_id: str, blocks: int, rows: int, at: datetime, until: datetime
) -> Intake:
    """Note that the file is read to its end; without a row it is done. Raises `IntakeMoved`."""
    _check(intake, token)
    if intake.extraction_id is not None:
        raise _moved()
    whole = replace(
        intake,
        extraction_id=extraction_id,
        blocks=blocks,
        counts=replace(intake.counts, found=rows),
        claim=Claim(token, until),
        stalls=0,
    )
    return whole if blocks else _finished(whole, IntakeState.DONE, at)


def take_in(
    intake: Intake, token: str, before: Place, after: Place, results: Sequence[RowResult], at: datetime, until: datetime
) -> Intake:
    """Move on by the rows decided in this transaction. Raises `IntakeMoved`: then none of it may be stored."""
    _check(intake, token)
    if intake.place != before or intake.extraction_id is None:
        raise _moved()
    counts = intake.counts
    outcomes = [result.outcome for result in results]
    moved = replace(
        intake,
        place=after,
        counts=replace(
            counts,
            read=counts.read + len(results),
            accepted=counts.accepted + outcomes.count(RowOutcome.ACCEPTED),
            known=counts.known + outcomes.count(RowOutcome.KNOWN),
            refused=counts.refused + outcomes.count(RowOutcome.REFUSED),
            with_findings=counts.with_findings + sum(bool(result.remarks) for result in results),
        ),
        claim=Claim(token, until),
        stalls=0,
    )
    return _finished(moved, IntakeState.DONE, at) if after.block >= intake.blocks else moved


def give_up_claim(intake: Intake, token: str, at: datetime) -> Intake:
    """Let the next one have it: an orderly end of a turn is no stall. Raises `IntakeMoved`."""
    _check(intake, token)
    return replace(intake, claim=None, turn_at=at, stalls=0)


def fail_reading(intake: Intake, token: str, failure: FileFailure, at: datetime) -> Intake:
    """End it as unreadable. Raises `IntakeMoved`."""
    _check(intake, token)
    return fail(intake, failure, at)


def fail(intake: Intake, failure: FileFailure, at: datetime) -> Intake:
    """End it without a claim."""
    return replace(_finished(intake, IntakeState.FAILED, at), failure=failure)


def _finished(intake: Intake, state: IntakeState, at: datetime) -> Intake:
    return replace(intake, state=state, finished_at=at, open_owner_id=None, claim=None)


def _check(intake: Intake, token: str) -> None:
    if not intake.is_open or intake.claim is None or intake.claim.token != token:
        raise _moved()


def _moved() -> IntakeMoved:
    return IntakeMoved("another reader has this intake, or it is finished", remedy="Read the intake again.")

"""One slice of an intake: its rows decided by the handler of a submission, and the place moved, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import structlog

from services.chassis.handler import Accepted, Defective, Fold, Outcome, Refused
from services.chassis.kernel import Meta, Refusal
from services.chassis.retry import RetryPolicy, with_retries
from services.chassis.store import Store, UnstorableError
from services.footprints.application.commands import SubmitFootprint
from services.footprints.application.handlers.submit import Submitted
from services.footprints.application.intake import BlockRow, RowReading, TakeIn
from services.footprints.domain.errors import MethodologyBroken
from services.footprints.domain.findings import Finding, Severity
from services.footprints.domain.intake.columns import ISSUER_DOMAIN, PART_NUMBER, PRODUCT_IDS, column_at
from services.footprints.domain.intake.intake import (
    MAX_REMARKS,
    Intake,
    IntakeFormat,
    Place,
    RowOutcome,
    RowResult,
)
from services.footprints.domain.intake.remarks import Remark
from services.footprints.domain.intake.rows import row_id

log = structlog.get_logger(__name__)

RETRIES: Final = RetryPolicy(attempts=10, budget_s=20.0)

ReadRow = Callable[[str, str], RowReading]
"""Makes a submission of a row's document; the second text is its id where it names none."""


class SliceTooLargeError(Exception):
    """The rows are more than one transaction may hold."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows to take in, and where the intake stands after them."""

    intake: Intake
    token: str
    rows: Sequence[BlockRow]
    after: Place
    until: datetime


async def take_slice(
    store: Store,
    new_fold: Callable[[Any], Fold],
    read_row: ReadRow,
    piece: Slice,
    meta: Callable[[Intake], Meta],
) -> Intake:
    """Take the rows in, or only grade them in a dry run. Raises `IntakeMoved`, `SliceTooLargeError`."""
    readings = await asyncio.to_thread(_readings, piece, read_row)
    submits = [
        SubmitFootprint(meta(piece.intake), reading.submission)
        for reading in readings
        if reading.submission is not None
    ]

    async def attempt(_: int) -> Intake:
        async with store.transaction() as tx:
            fold = new_fold(tx)
            outcomes = (await fold.run(submits)).outcomes
            if len(outcomes) < len(submits):
                raise SliceTooLargeError
            results = _results(piece, readings, outcomes)
            command = TakeIn(
                meta(piece.intake),
                piece.intake.intake_id,
                piece.token,
                piece.intake.place,
                piece.after,
                results,
                piece.until,
            )
            # In a dry run nothing that the rows would make leaves this transaction: a second fold writes alone.
            folded = await (new_fold(tx) if piece.intake.options.dry_run else fold).run([command])
            after = _after(folded.outcomes)
            await tx.write(folded.writes)
            await tx.append_outbox(folded.outbox)
        return after

    try:
        return await with_retries(attempt, RETRIES)
    except UnstorableError as error:
        if len(piece.rows) > 1:
            raise SliceTooLargeError from error
        return await with_retries(lambda _: _refuse_row(store, new_fold, piece, meta), RETRIES)


async def _refuse_row(
    store: Store, new_fold: Callable[[Any], Fold], piece: Slice, meta: Callable[[Intake], Meta]
) -> Intake:
    """Refuse a row that storage can't hold, so that those behind it get their turn."""
    remark = Remark("row_not_storable", Severity.ERROR, "")
    result = _result(piece, piece.rows[0], RowOutcome.REFUSED, None, (remark,))
    intake = piece.intake
    async with store.transaction() as tx:
        command = TakeIn(meta(intake), intake.intake_id, piece.token, intake.place, piece.after, (result,), piece.until)
        folded = await new_fold(tx).run([command])
        after = _after(folded.outcomes)
        await tx.write(folded.writes)
    return after


def _after(outcomes: Sequence[Outcome]) -> Intake:
    if not outcomes:
        raise SliceTooLargeError
    match outcomes[0]:
        case Accepted(result):
            after: Intake = result
            return after
        case Refused(refusal):
            raise refusal
        case Defective(error):
            raise error


def _readings(piece: Slice, read_row: ReadRow) -> list[RowReading]:
    return [_reading(piece.intake, row, read_row) for row in piece.rows]


def _reading(intake: Intake, row: BlockRow, read_row: ReadRow) -> RowReading:
    """Read a row by the schema. One with a cell that could not be read goes no further, whatever the rest is like."""
    if not row.text:
        return RowReading(None)
    reading = read_row(row.text, row_id(intake.owner_organisation_id, intake.intake_id, row.number))
    places = tuple(replace(each, column=place_of(each.column, intake.options.format)) for each in reading.remarks)
    unreadable = any(remark.severity is Severity.ERROR for remark in row.remarks)
    return replace(reading, submission=None if unreadable else reading.submission, remarks=places)


def _results(piece: Slice, readings: Sequence[RowReading], outcomes: Sequence[Outcome]) -> tuple[RowResult, ...]:
    decided = iter(outcomes)
    results = []
    for row, reading in zip(piece.rows, readings, strict=True):
        if reading.submission is None:
            outcome, more = RowOutcome.REFUSED, tuple(_other_places(reading.remarks, row.remarks))
        else:
            outcome, more = _decided(next(decided), piece.intake.options.format)
        results.append(_result(piece, row, outcome, reading.footprint_id, (*row.remarks, *more)))
    return tuple(results)


def _other_places(remarks: Sequence[Remark], said: Sequence[Remark]) -> list[Remark]:
    """Leave out what the schema misses where a cell could not be read: it is said already."""
    places = {remark.column for remark in said}
    if places & {PART_NUMBER, ISSUER_DOMAIN}:
        places.add(PRODUCT_IDS)
    return [remark for remark in remarks if remark.column not in places]


def _decided(outcome: Outcome, form: IntakeFormat) -> tuple[RowOutcome, tuple[Remark, ...]]:
    match outcome:
        case Accepted(Submitted(footprint, created)):
            kind = RowOutcome.ACCEPTED if created else RowOutcome.KNOWN
            return kind, _remarks(footprint.findings, form)
        case Refused(MethodologyBroken() as broken):
            return RowOutcome.REFUSED, _remarks(broken.findings, form)
        case Refused(refusal):
            return RowOutcome.REFUSED, (_refused(refusal, form),)
        case Defective(error):
            log.error("intake.row_defect", exc_info=error)
            return RowOutcome.REFUSED, (Remark("row_defect", Severity.ERROR, ""),)
    raise TypeError(f"a submission came to {outcome!r}")


def _remarks(findings: Sequence[Finding], form: IntakeFormat) -> tuple[Remark, ...]:
    return tuple(
        Remark(each.code, each.severity, place_of(each.field, form), each.found, each.values) for each in findings
    )


def _refused(refusal: Refusal, form: IntakeFormat) -> Remark:
    return Remark(
        refusal.code,
        Severity.ERROR,
        place_of(refusal.field or "", form),
        expected=refusal.detail,
        remedy=refusal.remedy,
    )


def place_of(pointer: str, form: IntakeFormat) -> str:
    """Return the column of a place in the document; a line of NDJSON has places alone."""
    return pointer if form is IntakeFormat.NDJSON else column_at(pointer)


def _result(
    piece: Slice, row: BlockRow, outcome: RowOutcome, identity: str | None, remarks: Sequence[Remark]
) -> RowResult:
    return RowResult(
        piece.intake.intake_id, row.number, outcome, identity, tuple(remarks[:MAX_REMARKS]), piece.intake.expires_at
    )

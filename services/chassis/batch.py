"""Apply one batch of messages: decide, write, move the position, all in ONE transaction.

Invariants, named as the fault tests name them:
- ATOMIC-BATCH: states, outbox rows, dead letters and the position commit together or not at all.
- FENCED: a former owner's late transaction finds another epoch and writes nothing.
- POISON-ALONE: an unreadable message never takes a neighbour with it.
- NEVER-STEPPED-OVER: a gap above the expected offset is an error, a record below it is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from schemas.topics import dead_letter_topic
from services.chassis.deadletter import PoisonLimitError, PoisonLimits, RawRecord, dead_letter
from services.chassis.envelope import EnvelopeError
from services.chassis.handler import Accepted, Defective, Fold, Outcome, Refused
from services.chassis.kernel import Kind, Refusal, struct
from services.chassis.outbox import Translate
from services.chassis.routes import ConsumerGroup, ContractError, read_command
from services.chassis.store import OutboxRow, Position, RowWrite, Store, UnstorableError
from services.chassis.trace import batch_span


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A refused message, kept for the eye of an operator: a domain "no" is a recorded outcome."""

    topic: str
    partition: int
    offset: int
    code: str
    detail: str
    at: datetime


REFUSALS: Final[Kind[RefusedMessage]] = Kind("refusals", RefusedMessage, "worker")


class GapError(Exception):
    """The broker handed out a record above the expected offset: facts are missing in between."""


@struct(frozen=True, slots=True)
class _Read:
    """One record with its command, or why it has none."""

    record: RawRecord
    command: Any | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What one transaction did."""

    position: Position
    taken: int
    skipped: int = 0
    refused: int = 0
    dead_reasons: tuple[str, ...] = ()
    """Why each dead letter was one: `decode`, `contract` or `handler`."""


class Batch:
    """Applies messages of one partition for one group. Holds no state between calls but its configuration."""

    def __init__(
        self,
        service: str,
        group: ConsumerGroup,
        store: Store,
        translate: Translate,
        *,
        new_id: Callable[[], str],
        clock: Callable[[], datetime],
        limits: PoisonLimits,
    ) -> None:
        """`store` runs its transactions on the partition's session."""
        self._service = service
        self._group = group
        self._store = store
        self._translate = translate
        self._new_id = new_id
        self._clock = clock
        self._limits = limits

    async def apply(self, before: Position, records: Sequence[RawRecord], attempts: int = 1) -> Applied:
        """Apply a prefix of `records` (`taken` of them) in one transaction; call again with the rest.

        Raises `GapError`; `PoisonLimitError` (what stands before the offending message is stored by then);
        `FencedError`, `TransientStoreError` and `CommitUnknownError` from the store.
        """
        expected = _expected(before, records)
        dropped = len(records) - len(expected)
        if not expected:
            return Applied(before, dropped)
        now = self._clock()
        reads = [self._read(record, now) for record in expected]
        traces = [read.command.meta.traceparent for read in reads if read.command is not None]
        with batch_span(f"{self._group.name} {records[0].topic}", traces, messages=len(reads)):
            applied = await self._apply(before, reads, now, attempts)
        return replace(applied, taken=applied.taken + dropped)

    async def _apply(self, before: Position, reads: list[_Read], now: datetime, attempts: int) -> Applied:
        try:
            return await self._transact(before, reads, now, attempts)
        except _CutShortError as cut:
            return await self._apply(before, reads[: cut.at], now, attempts)
        except UnstorableError as error:
            if len(reads) > 1:
                return await self._apply(before, reads[: len(reads) // 2], now, attempts)
            return await self._transact(before, [replace(reads[0], command=None, error=error)], now, attempts)

    def _read(self, record: RawRecord, now: datetime) -> _Read:
        try:
            return _Read(record, read_command(record.value, self._group, now))
        except Exception as error:  # noqa: BLE001 - decode, contract or route defect: this message alone is poison
            return _Read(record, error=error)

    async def _transact(self, before: Position, reads: Sequence[_Read], now: datetime, attempts: int) -> Applied:
        async with self._store.transaction() as tx:
            fold = Fold(tx, self._group.handlers, self._translate, self._new_id, writer="worker")
            folded = await fold.run([read.command for read in reads if read.command is not None])
            tally = self._tally(before, reads, folded.outcomes)
            rows = [self._refusal_row(read.record, refusal, now) for read, refusal in tally.refused]
            letters = [self._letter(read.record, error, now, attempts) for read, error in tally.dead]
            await tx.write([*folded.writes, *rows])
            await tx.append_outbox([*folded.outbox, *letters])
            await tx.advance(before, tally.position)
        return Applied(
            tally.position, tally.taken, tally.skipped, len(rows), tuple(_reason(error) for _, error in tally.dead)
        )

    def _tally(self, before: Position, reads: Sequence[_Read], outcomes: Sequence[Outcome]) -> _Tally:
        """Walk records and outcomes side by side. The fold may have stopped early, at its write limit."""
        tally = _Tally()
        counters = self._limits.tally(before)
        waiting = iter(outcomes)
        for read in reads:
            outcome = next(waiting, None) if read.command is not None else _unread(read)
            if outcome is None:
                break
            try:
                counters.count(poison=isinstance(outcome, Defective))
            except PoisonLimitError:
                if tally.taken == 0:
                    raise
                raise _CutShortError(tally.taken) from None
            tally.add(read, outcome)
        tally.position = counters.position(before, before.offset + tally.taken)
        return tally

    def _refusal_row(self, record: RawRecord, refusal: Refusal, now: datetime) -> RowWrite:
        kept = RefusedMessage(record.topic, record.partition, record.offset, refusal.code, refusal.detail, now)
        return RowWrite(REFUSALS, f"{self._group.name}:{record.topic}:{record.partition}:{record.offset}", kept, 0)

    def _letter(self, record: RawRecord, error: Exception, now: datetime, attempts: int) -> OutboxRow:
        topic = dead_letter_topic(self._service, record.topic)
        return dead_letter(record, error, _reason(error), topic=topic, attempts=attempts, row_id=self._new_id(), at=now)


@dataclass(slots=True)
class _Tally:
    position: Position = field(init=False)
    taken: int = 0
    skipped: int = 0
    refused: list[tuple[_Read, Refusal]] = field(default_factory=list)
    dead: list[tuple[_Read, Exception]] = field(default_factory=list)

    def add(self, read: _Read, outcome: Outcome) -> None:
        self.taken += 1
        self.skipped += int(read.command is None and read.error is None)
        if isinstance(outcome, Refused):
            self.refused.append((read, outcome.refusal))
        elif isinstance(outcome, Defective):
            self.dead.append((read, outcome.error))


class _CutShortError(Exception):
    """The poison limit is reached in the middle: store what stands before it, then stop."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def _unread(read: _Read) -> Outcome:
    return Accepted(None) if read.error is None else Defective(read.error)


def _reason(error: Exception) -> str:
    if isinstance(error, EnvelopeError):
        return "decode"
    return "contract" if isinstance(error, ContractError) else "handler"


def _expected(before: Position, records: Sequence[RawRecord]) -> list[RawRecord]:
    """Drop what lies below the position; raise `GapError` where a record is missing."""
    expected = [record for record in records if record.offset >= before.offset]
    for number, record in enumerate(expected):
        if record.offset != before.offset + number:
            raise GapError(
                f"{before.id}: record {record.offset} came where {before.offset + number} was expected. "
                "Facts are missing in between; the topic may have been truncated."
            )
    return expected

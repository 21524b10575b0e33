"""The reader of intakes: from a received file to footprints, block by block.

Footprints are written by the API role (one collection, one writing role), so this runs in an API process, with the same
handler that a single submission meets: there is no second set of rules and no second writer. Any number of API
processes may read; each takes the intake that waits longest, works on it for a turn, and lets go of it. An
installation that wants its requests undisturbed runs one API process more that no client knows, and switches reading
off (`TIERLOOP_FOOTPRINTS_INTAKE_READING`) in the others.

Invariants, named as the tests name them:
- WHOLE-OR-NOT: a file is read to its end into blocks before any row is taken in; one that can't be read stores nothing.
- ONCE: the place moves in the transaction that stores the rows' footprints, events and results, guarded by what it was.
  A reader that was killed, frozen or robbed of its claim leaves nothing half done and nothing to do twice.
- SAME-ROWS: rows come from the one extraction that ended; another reader, or another release, sees the same blocks.
- BOUNDED: a few chunks, one block and one transaction are in memory, whatever the file's size.
- FAIR: a turn is short, so a large file keeps no small one waiting.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final, Literal

import structlog

from services.chassis.clock import Clock
from services.chassis.handler import Accepted, Fold, Handlers, Refused
from services.chassis.ids import Ids
from services.chassis.kernel import Meta
from services.chassis.outbox import Translate
from services.chassis.retry import BudgetSpentError, RetryPolicy, with_retries
from services.chassis.store import Store, StoreError
from services.footprints.adapters.intake_chunks import ChunkFile
from services.footprints.adapters.intake_extract import ExtractLimits, blocks_of
from services.footprints.adapters.intake_rows import ReadRow, Slice, SliceTooLargeError, take_slice
from services.footprints.application.intake import (
    Block,
    ClaimIntake,
    EndTurn,
    FailIntake,
    Intakes,
    ReadOn,
    ReadThrough,
)
from services.footprints.domain.errors import IntakeMoved
from services.footprints.domain.intake.intake import FileFailure, Intake, Place
from services.footprints.domain.intake.remarks import FileUnreadableError

log = structlog.get_logger(__name__)

RETRIES: Final = RetryPolicy(attempts=10, budget_s=20.0)
FETCH_LIMIT_S: Final = 60.0
"""Time one chunk may take to come."""
TELL_EVERY_S: Final = 0.5
"""While a file is read, progress is stored, and the claim prolonged, as often."""


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """Bounds."""

    claim_s: float = 30.0
    """A reader that says nothing for so long has lost its intake to the next one."""
    sweep_s: float = 2.0
    slice_rows: int = 50
    """Rows of one transaction."""
    turn_slices: int = 40
    max_rows: int = 250_000


class IntakeReader:
    """Implements `application.intake.ReadsIntakes`."""

    def __init__(
        self,
        store: Store,
        intakes: Intakes,
        handlers: Handlers,
        translate: Translate,
        read_row: ReadRow,
        *,
        clock: Clock,
        new_id: Ids,
        options: ReaderOptions | None = None,
    ) -> None:
        """`handlers` are the API's; `read_row` makes a submission of a row's document."""
        self._store = store
        self._intakes = intakes
        self._handlers = handlers
        self._read_row = read_row
        self._clock = clock
        self._new_id = new_id
        self._options = options or ReaderOptions()
        self._fold = partial(Fold, handlers=handlers, translate=translate, new_id=new_id, writer="api")
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look now: something was received."""
        self._woken.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Read until `stopping` is set. What goes wrong with storage, or with one intake, is tried again later."""
        stop = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                self._woken.clear()
                try:
                    busy = await self.turn(stopping)
                except (StoreError, BudgetSpentError, IntakeMoved) as error:
                    log.warning("intake.interrupted", error=f"{type(error).__name__}: {error}")
                    busy = False
                except Exception:  # a defect met by one file must not end the reading of all others
                    log.exception("intake.defect")
                    busy = False
                if not busy:
                    await self._rest(stop)
        finally:
            stop.cancel()

    async def _rest(self, stop: asyncio.Task[Literal[True]]) -> None:
        woken = asyncio.create_task(self._woken.wait())
        await asyncio.wait([stop, woken], timeout=self._options.sweep_s, return_when=asyncio.FIRST_COMPLETED)
        woken.cancel()

    async def turn(self, stopping: asyncio.Event | None = None) -> bool:
        """Work on the intake that waits longest, for a turn; False where none waits."""
        waiting = await self._intakes.waiting(self._clock())
        if waiting is None:
            return False
        token = self._new_id()
        intake = await self._step(ClaimIntake(self._meta(None), waiting, token, self._until()))
        if intake is None:
            return False  # another reader was quicker: look again after a rest
        try:
            if intake.is_open and intake.extraction_id is None:
                intake = await self._extract(intake, token, stopping)
            slices = 0
            while intake.is_open and slices < self._options.turn_slices and not (stopping and stopping.is_set()):
                intake = await self._take(intake, token)
                slices += 1
        except FileUnreadableError as error:
            failure = FileFailure(error.code, error.found, error.values)
            intake = await self._moved_on(FailIntake(self._meta(intake), waiting, token, failure))
        if intake.is_open:
            await self._step(EndTurn(self._meta(intake), waiting, token))
        else:
            log.info("intake.ended", intake_id=waiting, state=intake.state.value, rows=intake.counts.read)
            await self._intakes.drop(intake.upload, intake.extraction_id, intake.blocks)
        return True

    async def _extract(self, intake: Intake, token: str, stopping: asyncio.Event | None) -> Intake:
        """Read the file to its end; the blocks of a reading that did not get there are never looked at."""
        extraction, blocks, rows = self._new_id(), 0, 0
        found = self._blocks(intake)
        told = time.monotonic()

        async def tell() -> None:
            nonlocal told
            await self._moved_on(ReadOn(self._meta(intake), intake.intake_id, token, rows, self._until()))
            told = time.monotonic()

        while (block := await self._next_block(found, tell)) is not None:
            await self._intakes.put_block(extraction, blocks, block)
            blocks, rows = blocks + 1, rows + len(block.rows)
            if stopping is not None and stopping.is_set():
                return intake
            if time.monotonic() - told > TELL_EVERY_S:
                await tell()
        return await self._moved_on(
            ReadThrough(self._meta(intake), intake.intake_id, token, extraction, blocks, rows, self._until())
        )

    async def _next_block(self, found: Iterator[Block], tell: Callable[[], Awaitable[None]]) -> Block | None:
        """Wait for the thread; a block that takes long (the strings of a workbook) does not cost the claim."""
        coming = asyncio.ensure_future(asyncio.to_thread(next, found, None))
        while not (await asyncio.wait([coming], timeout=self._options.claim_s / 3))[0]:
            await tell()
        return coming.result()

    def _blocks(self, intake: Intake) -> Iterator[Block]:
        loop = asyncio.get_running_loop()

        def fetch(number: int) -> bytes | None:
            chunk = self._intakes.chunk(intake.upload.upload_id, number)
            return asyncio.run_coroutine_threadsafe(chunk, loop).result(FETCH_LIMIT_S)

        limits = ExtractLimits(self._options.max_rows, intake.expires_at)
        return blocks_of(ChunkFile(intake.upload, fetch), intake.options, limits)

    async def _take(self, intake: Intake, token: str) -> Intake:
        """Take in the next rows, in smaller and smaller slices where one is more than a transaction may hold."""
        block = await self._intakes.block(intake.extraction_id or "", intake.place.block)
        if block is None:
            raise FileUnreadableError("upload_expired")
        rows = block.rows[intake.place.offset :][: self._options.slice_rows]
        while True:
            end = intake.place.offset + len(rows)
            after = Place(intake.place.block + 1) if end >= len(block.rows) else Place(intake.place.block, end)
            piece = Slice(intake, token, rows, after, self._until())
            try:
                return await take_slice(self._store, self._fold, self._read_row, piece, self._meta)
            except SliceTooLargeError:
                rows = rows[: max(1, len(rows) // 2)]
            except IntakeMoved:  # by somebody else, or by ourselves in a commit whose answer was lost
                return await self._still_ours(intake, token)

    async def _still_ours(self, intake: Intake, token: str) -> Intake:
        """Look again where it stands. Raises `IntakeMoved` where another reader has it."""
        present = await self._intakes.present(intake.intake_id)
        if present is None or (present.is_open and (present.claim is None or present.claim.token != token)):
            raise IntakeMoved("another reader has this intake")
        return present

    async def _moved_on(self, command: Any) -> Intake:
        after = await self._step(command)
        if after is None:
            raise IntakeMoved("the intake is not there any more")
        return after

    async def _step(self, command: Any) -> Intake | None:
        """Run one command of ours. Raises `IntakeMoved`, and what the handler raised."""

        async def attempt(_: int) -> Intake | None:
            async with self._store.transaction() as tx:
                folded = await self._fold(tx).run([command])
                await tx.write(folded.writes)
            (outcome,) = folded.outcomes
            match outcome:
                case Accepted(result):
                    after: Intake | None = result
                    return after
                case Refused(refusal):
                    raise refusal
                case _:
                    raise outcome.error

        return await with_retries(attempt, RETRIES)

    def _meta(self, intake: Intake | None) -> Meta:
        if intake is None:
            return Meta(command_id=self._new_id(), at=self._clock())
        return Meta(
            command_id=self._new_id(),
            at=self._clock(),
            organisation_id=intake.owner_organisation_id,
            client_id=intake.client_id,
            correlation_id=intake.correlation_id,
            traceparent=intake.traceparent,
        )

    def _until(self) -> Any:
        return self._clock() + timedelta(seconds=self._options.claim_s)

"""The probe's worker and relay as real processes, with crashes at named points and deliberately broken variants.

`python -m tests.faults.probe_process worker|relay`; environment:
PROBE_NAME; PROBE_CRASH = `<before|inside|after|publish>:<n>` (at the n-th time); PROBE_SIGNAL = KILL (default) or STOP;
PROBE_VARIANT = a broken twin, see `VARIANTS`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from services.chassis.batch import Batch
from services.chassis.consumer import BatchConsumer
from services.chassis.handler import Fold
from services.chassis.mongo_store import POSITIONS, MongoStore, MongoTx
from services.chassis.relay import Relay
from services.chassis.relay_role import run_relay
from services.chassis.store import Position
from services.chassis.worker import build_worker_app, run_worker
from tests.faults.probe import Probe, ProbeSettings

VARIANT = os.environ.get("PROBE_VARIANT", "")


class CrashPoint:
    """Kills or stops this process the n-th time a point is passed."""

    def __init__(self) -> None:
        point, _, number = os.environ.get("PROBE_CRASH", "").partition(":")
        self._point = point
        self._left = int(number or 1)
        self._signal = getattr(signal, f"SIG{os.environ.get('PROBE_SIGNAL', 'KILL')}")

    def passed(self, point: str) -> None:
        if point != self._point:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), self._signal)


CRASH = CrashPoint()


class CrashingTx(MongoTx):
    """Passes the crash points of a transaction: before the first write, and inside, with everything written."""

    async def write(self, rows: Sequence[Any]) -> None:
        CRASH.passed("before")
        await super().write(rows)

    async def advance(self, before: Position, after: Position) -> None:
        if VARIANT == "unfenced":
            await self._mongo.collection(POSITIONS).update_one(
                {"_id": before.id}, {"$set": {"offset": after.offset}}, session=self._session
            )
        else:
            await super().advance(before, after)
        CRASH.passed("inside")


class CrashingStore(MongoStore):
    """A MongoDB store with crash points."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[MongoTx]:
        async with super().transaction() as tx:
            yield CrashingTx(self._mongo, tx._session)
        CRASH.passed("after")


class CommitFirstBatch(Batch):
    """Broken on purpose: moves the position in a transaction of its own, then writes."""

    async def _transact(self, before: Position, reads: Any, now: datetime, attempts: int) -> Any:
        async with self._store.transaction() as tx:
            fold = Fold(tx, self._group.handlers, self._translate, self._new_id, writer="worker")
            folded = await fold.run([read.command for read in reads if read.command is not None])
            tally = self._tally(before, reads, folded.outcomes)
            await tx.advance(before, tally.position)
        async with self._store.transaction() as tx:
            fold = Fold(tx, self._group.handlers, self._translate, self._new_id, writer="worker")
            folded = await fold.run([read.command for read in reads if read.command is not None])
            await tx.write(folded.writes)
            await tx.append_outbox(folded.outbox)
        from services.chassis.batch import Applied  # noqa: PLC0415 - only the broken twin needs it

        return Applied(tally.position, tally.taken)


class ProbeConsumer(BatchConsumer):
    """The consumer with crash points."""

    def _make_batch(self, session: Any) -> Batch:
        kind = CommitFirstBatch if VARIANT == "commit-first" else Batch
        return kind(
            self._service_name,
            self._group,
            CrashingStore(self._mongo, session),
            self._translate,
            new_id=self._new_id,
            clock=self._clock,
            limits=self._options.poison,
        )


class ProbeRelay(Relay):
    """The relay with a crash point between publishing and marking, and two broken twins."""

    _watermark = ""

    def select(self) -> list[dict[str, Any]]:
        if VARIANT != "watermark":
            return super().select()
        rows = list(self._outbox.find({"_id": {"$gt": self._watermark}}).sort("_id", 1).limit(500))
        self._watermark = rows[-1]["_id"] if rows else self._watermark
        return rows

    def publish_page(self) -> int:
        if VARIANT != "mark-first":
            return super().publish_page()
        page = self.select()
        self._mark(page)
        CRASH.passed("publish")
        for row in page:
            self._send(row).get(timeout=10)
        return len(page)

    def _mark(self, page: Sequence[dict[str, Any]]) -> None:
        if VARIANT != "mark-first":
            CRASH.passed("publish")
        super()._mark(page)


VARIANTS = ("commit-first", "unfenced", "watermark", "mark-first")


def main() -> None:
    """Run one role."""
    probe = Probe(os.environ["PROBE_NAME"])
    settings = ProbeSettings.load()
    if sys.argv[1] == "worker":
        run_worker(
            probe.parts(),
            settings,
            build=lambda parts, given, metrics: build_worker_app(parts, given, metrics, ProbeConsumer),
        )
    else:
        run_relay(probe.name, settings, ProbeRelay)


if __name__ == "__main__":
    main()

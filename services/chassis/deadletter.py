"""Dead letters: raw bytes and the reason, as an outbox row in the transaction that moves the position past them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from services.chassis.store import OutboxRow, Position

MAX_ERROR_CHARACTERS: Final = 1_000


class PoisonLimitError(Exception):
    """So many messages can't be read that something else is wrong: stop, rather than drain the topic."""


class RawRecord(Protocol):
    """What the consumer gets from the broker."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class PoisonLimits:
    """When to stop. Counters live in the position document: a restart doesn't reset them."""

    run: int = 50
    """Most consecutive dead letters."""
    share: float = 0.10
    """Most dead letters among the messages of the window."""
    window: int = 1_000
    """Messages in a full window; the share is judged from then on, and both counters are halved."""

    def tally(self, before: Position) -> PoisonTally:
        """Start counting from where the position document stands."""
        return PoisonTally(self, before.id, before.poison_run, before.window_seen, before.window_poison)


@dataclass(slots=True)
class PoisonTally:
    """The counters of one batch, plain integers because every message passes here."""

    limits: PoisonLimits
    position_id: str
    run: int
    seen: int
    poison: int

    def count(self, *, poison: bool) -> None:
        """Count one message. Raises `PoisonLimitError`, and counts nothing, if it is the one too many."""
        run = self.run + 1 if poison else 0
        seen, bad = self.seen + 1, self.poison + int(poison)
        if run > self.limits.run:
            raise PoisonLimitError(
                f"{self.position_id}: {run} unreadable messages in a row (limit {self.limits.run}). Mend the producer "
                "or the reader; then list and replay the dead letters, and reset the counter with `deadletters reset`."
            )
        if seen >= self.limits.window:
            if bad > self.limits.share * seen:
                raise PoisonLimitError(
                    f"{self.position_id}: {bad} of the last {seen} messages are unreadable (limit "
                    f"{self.limits.share:.0%}). Mend the producer or the reader, then reset the counter with "
                    "`deadletters reset`."
                )
            seen, bad = seen // 2, bad // 2
        self.run, self.seen, self.poison = run, seen, bad

    def position(self, before: Position, offset: int) -> Position:
        """Return the position after the batch."""
        return replace(before, offset=offset, poison_run=self.run, window_seen=self.seen, window_poison=self.poison)


def dead_letter(
    record: RawRecord, error: Exception, reason: str, *, topic: str, attempts: int, row_id: str, at: datetime
) -> OutboxRow:
    """Make the row. `reason` is `decode`, `contract` or `handler`; the value stays byte for byte, null included."""
    headers = {
        "dlq-reason": reason,
        "dlq-error": f"{type(error).__name__}: {error}"[:MAX_ERROR_CHARACTERS],
        "dlq-topic": record.topic,
        "dlq-partition": str(record.partition),
        "dlq-offset": str(record.offset),
        "dlq-attempts": str(attempts),
        "dlq-at": at.isoformat(),
    }
    encoded = tuple((name, value.encode("utf-8", "replace")) for name, value in headers.items())
    key = record.key
    if key is None and record.value is None:  # the producer sends nothing that has neither
        key = f"{record.topic}:{record.partition}:{record.offset}".encode()
    return OutboxRow(row_id, topic, key, record.offset, record.value, encoded, at)

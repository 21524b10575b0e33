"""A clock that stands still until it is told to move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from services.chassis.clock import to_milliseconds

DEFAULT_INSTANT: Final = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


class FixedClock:
    """Returns the same instant at each call; `advance` and `set` move it."""

    def __init__(self, instant: datetime = DEFAULT_INSTANT) -> None:
        self.instant = to_milliseconds(instant)

    def __call__(self) -> datetime:
        """Return the instant."""
        return self.instant

    def set(self, instant: datetime) -> None:
        """Jump to `instant` (aware), forwards or backwards."""
        self.instant = to_milliseconds(instant)

    def advance(self, *, seconds: float = 0, days: float = 0) -> datetime:
        """Move by a span and return the new instant."""
        self.instant = to_milliseconds(self.instant + timedelta(days=days, seconds=seconds))
        return self.instant

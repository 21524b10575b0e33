"""Time comes in from outside: a clock is a callable, so that a test can hold it still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns an aware UTC instant, truncated to milliseconds (the resolution MongoDB stores)."""


def to_milliseconds(instant: datetime) -> datetime:
    """Return `instant` in UTC, truncated to milliseconds.

    Raises `ValueError` for a naive instant: without an offset it names no point in time.
    """
    if instant.tzinfo is None:
        raise ValueError("instant: must carry a UTC offset; build it with datetime.now(UTC) or parse an RFC 3339 text")
    utc = instant.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def system_clock() -> datetime:
    """Return the present instant."""
    return to_milliseconds(datetime.now(UTC))

"""Instants in cursors: milliseconds since the epoch as text, because a cursor holds texts and integers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from services.chassis.http import bad_cursor

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_DIGITS: Final = 14


def write_instant(instant: datetime) -> str:
    """Return the milliseconds of an instant."""
    return str((instant - _EPOCH) // timedelta(milliseconds=1))


def read_instant(text: str) -> datetime:
    """Read what `write_instant` wrote. Raises `HttpProblem` 400 for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise bad_cursor()
    return _EPOCH + timedelta(milliseconds=int(text))

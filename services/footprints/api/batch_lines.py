"""Reading NDJSON so that a line over its limit harms only itself: its bytes are counted and dropped, never kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

MAX_LINES: Final = 1_000
MAX_LINE_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `raw` is None where it had more than `MAX_LINE_BYTES`."""

    number: int
    """From 1; blank lines count."""
    raw: bytes | None


class TooManyLinesError(Exception):
    """The body goes on after `MAX_LINES` lines that were not blank."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is over the limit of {MAX_LINES} footprints")
        self.line = line
        """The first line that was not read."""


async def batch_lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[Line]:
    """Yield the lines of a body as it arrives, blank ones left out. Raises `TooManyLinesError` after `MAX_LINES`."""
    number, taken = 1, 0
    parts: list[bytes] = []
    size = 0
    async for chunk in chunks:
        pieces = chunk.split(b"\n")
        for index, piece in enumerate(pieces):
            if index > 0:
                line = _line(number, parts, size)
                if line is not None:
                    taken += 1
                    _check_count(taken, number)
                    yield line
                number, parts, size = number + 1, [], 0
            size += len(piece)
            if size <= MAX_LINE_BYTES:
                parts.append(piece)
    line = _line(number, parts, size)
    if line is not None:
        _check_count(taken + 1, number)
        yield line


def _line(number: int, parts: list[bytes], size: int) -> Line | None:
    if size > MAX_LINE_BYTES:
        return Line(number, None)
    raw = b"".join(parts)
    return Line(number, raw) if raw.strip() else None


def _check_count(taken: int, number: int) -> None:
    if taken > MAX_LINES:
        raise TooManyLinesError(number)

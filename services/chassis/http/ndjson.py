"""Reading NDJSON so that a line over its limit harms only itself: its bytes are counted and dropped, never kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

NDJSON: Final = ("application/x-ndjson", "application/ndjson", "application/jsonl")


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `raw` is None where it had more bytes than a line may have."""

    number: int
    """From 1; blank lines count."""
    raw: bytes | None


class TooManyLinesError(Exception):
    """The body goes on after the last line that is taken; blank lines don't count."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is over the limit")
        self.line = line
        """The first line that was not read."""


async def ndjson_lines(chunks: AsyncIterator[bytes], *, max_lines: int, max_line_bytes: int) -> AsyncIterator[Line]:
    """Yield the lines of a body as it arrives, blank ones left out. Raises `TooManyLinesError` after `max_lines`."""
    number, taken = 1, 0
    parts: list[bytes] = []
    size = 0
    async for chunk in chunks:
        for index, piece in enumerate(chunk.split(b"\n")):
            if index > 0:
                line = _line(number, parts, size, max_line_bytes)
                if line is not None:
                    taken += 1
                    _check_count(taken, number, max_lines)
                    yield line
                number, parts, size = number + 1, [], 0
            size += len(piece)
            if size <= max_line_bytes:
                parts.append(piece)
    line = _line(number, parts, size, max_line_bytes)
    if line is not None:
        _check_count(taken + 1, number, max_lines)
        yield line


def ndjson_content(model: type[BaseModel], example: str) -> dict[str, Any]:
    """Return the `content` of a body of lines in the document, each of them a `model`."""
    schema = {"type": "string", "description": f"Lines of {model.__name__}."}
    return {NDJSON[0]: {"schema": schema, "example": example}}


def ndjson_request_body(model: type[BaseModel], example: str) -> dict[str, Any]:
    """Return the `openapi_extra` of a route that reads lines of `model` with `ndjson_lines`."""
    return {"requestBody": {"required": True, "content": ndjson_content(model, example)}}


def _line(number: int, parts: list[bytes], size: int, max_line_bytes: int) -> Line | None:
    if size > max_line_bytes:
        return Line(number, None)
    raw = b"".join(parts)
    return Line(number, raw) if raw.strip() else None


def _check_count(taken: int, number: int, max_lines: int) -> None:
    if taken > max_lines:
        raise TooManyLinesError(number)

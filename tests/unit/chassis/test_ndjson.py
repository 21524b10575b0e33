"""Lines of an NDJSON body, however the network cuts them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.http import Line, TooManyLinesError, ndjson_lines

MAX_LINES = 20
MAX_LINE_BYTES = 1024


async def chunks(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def lines_of(*pieces: bytes) -> AsyncIterator[Line]:
    return ndjson_lines(chunks(*pieces), max_lines=MAX_LINES, max_line_bytes=MAX_LINE_BYTES)


async def read(*pieces: bytes) -> list[Line]:
    return [line async for line in lines_of(*pieces)]


@given(st.lists(st.binary(max_size=6).filter(lambda line: b"\n" not in line), max_size=8), st.lists(st.integers(0, 60)))
async def test_cuts_make_no_difference(lines: list[bytes], cuts: list[int]) -> None:
    body = b"\n".join(lines)
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    pieces = [body[start:end] for start, end in pairwise(edges)]
    expected = [Line(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    assert await read(*pieces) == expected


async def test_a_line_over_its_limit_harms_only_itself() -> None:
    fits, over = b"x" * MAX_LINE_BYTES, b"y" * (MAX_LINE_BYTES + 1)
    lines = await read(fits + b"\n" + over[:-1], over[-1:] + b"\nz")
    assert [line.number for line in lines] == [1, 2, 3]
    assert [line.raw for line in lines] == [fits, None, b"z"]


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n \n"])
async def test_the_limit_of_lines_counts_what_is_written(end: bytes) -> None:
    body = b"\n\n".join([b"{}"] * MAX_LINES) + end
    assert len(await read(body)) == MAX_LINES


@pytest.mark.parametrize("rest", [(b"\n{}\n", b"{}"), (b"\n{}",), (b"\n", b"{", b"}")])
async def test_lines_over_their_number_end_the_reading(rest: tuple[bytes, ...]) -> None:
    taken: list[Line] = []

    async def take() -> None:
        async for line in lines_of(b"{}\n" * MAX_LINES, *rest):
            taken.append(line)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(TooManyLinesError) as caught:
        await take()
    assert len(taken) == MAX_LINES
    assert caught.value.line == MAX_LINES + 2

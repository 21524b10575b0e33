"""CSV: the delimiter by the header, records by RFC 4180, a file that is not well-formed refused as a whole.

Rows are numbered as a spreadsheet numbers them: by record, blank ones included, not by line of text.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from typing import Final

from services.footprints.domain.findings.finding import shortened
from services.footprints.domain.intake.cells import Cell, Record
from services.footprints.domain.intake.encoding import TextEncoding
from services.footprints.domain.intake.header import known_columns
from services.footprints.domain.intake.remarks import FileUnreadableError

MAX_LINE_CHARACTERS: Final = 256 * 1024
MAX_FIELD_CHARACTERS: Final = 128 * 1024
"""Limit of the csv module; a quote that is never closed runs into it."""
MAX_LINES_BEFORE_HEADER: Final = 20
DELIMITERS: Final = (",", ";", "\t")

_SEPARATOR_LINE: Final = re.compile(r'"?sep=.\s*"?\s*', re.IGNORECASE)
"""Excel's own hint in the first line."""


def csv_records(chunks: Iterable[bytes], encoding: TextEncoding) -> Iterator[Record]:
    """Yield the records from the header on: its number, its cells.

    Raises `FileUnreadableError`: `csv_malformed`, `line_too_long`, `header_missing`.
    """
    lines = text_lines(chunks, encoding)
    before: list[str] = []
    for line in lines:
        delimiter = _delimiter(line)
        if delimiter is not None:
            yield from _records(line, lines, delimiter, len(before) + 1)
            return
        before.append(line)
        if len(before) > MAX_LINES_BEFORE_HEADER:
            break
    first = next((line for line in before if not _SEPARATOR_LINE.fullmatch(line)), "")
    raise FileUnreadableError("header_missing", shortened(first.strip()) or None)


def text_lines(chunks: Iterable[bytes], encoding: TextEncoding) -> Iterator[str]:
    """Yield lines with their line ends, without a byte order mark. Raises `FileUnreadableError`: `line_too_long`."""
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding is TextEncoding.UTF_8 else encoding.value)()
    rest = ""
    for chunk in chunks:
        *whole, rest = (rest + decoder.decode(chunk)).split("\n")
        for line in whole:
            yield line + "\n"
        if len(rest) > MAX_LINE_CHARACTERS:
            raise FileUnreadableError("line_too_long", limit=str(MAX_LINE_CHARACTERS))
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest


def _delimiter(line: str) -> str | None:
    """Return the delimiter under which a line names most columns, None where it names none."""
    counts = {delimiter: known_columns(_fields(line, delimiter)) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: counts[delimiter])
    return best if counts[best] > 1 else None


def _fields(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _records(header: str, rest: Iterator[str], delimiter: str, number: int) -> Iterator[Record]:
    def lines() -> Iterator[str]:
        yield header
        yield from rest

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileUnreadableError("csv_malformed", row=str(number), reason=str(error)) from None
        yield number, [Cell(text) if text.strip() else None for text in fields]
        number += 1

"""From an uploaded file to blocks of rows, whatever its format. Runs in a thread: it is all computing and waiting.

Nothing is kept between two rows, so the memory it takes does not depend on the number of rows; only the shared strings
of a workbook are held, up to a limit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.footprints.adapters.intake_chunks import ChunkFile
from services.footprints.adapters.intake_xlsx import open_workbook
from services.footprints.application.intake import Block, BlockRow
from services.footprints.domain.findings import Severity
from services.footprints.domain.intake.cells import Cell, Record, TableFormat
from services.footprints.domain.intake.csv_table import csv_records
from services.footprints.domain.intake.encoding import TextEncoding, check_encoding, find_encoding
from services.footprints.domain.intake.header import MAX_COLUMNS, known_columns, read_header
from services.footprints.domain.intake.intake import IntakeFormat, IntakeOptions
from services.footprints.domain.intake.remarks import FileUnreadableError, Remark
from services.footprints.domain.intake.rows import is_skipped, read_row

BLOCK_ROWS: Final = 100
BLOCK_CHARACTERS: Final = 512 * 1024
MAX_LINE_BYTES: Final = 1024 * 1024
"""Of a line of NDJSON, as in a batch."""
MAX_ROWS_BEFORE_HEADER: Final = 20
UTF_8_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ExtractLimits:
    """Bounds of one file."""

    rows: int
    expires_at: datetime


def blocks_of(file: ChunkFile, options: IntakeOptions, limits: ExtractLimits) -> Iterator[Block]:
    """Yield the rows of a file, block by block. Raises `FileUnreadableError`."""
    rows = _lines(file.chunks()) if options.format is IntakeFormat.NDJSON else _table_rows(file, options)
    gathered: list[BlockRow] = []
    characters = found = 0
    for row in rows:
        found += 1
        if found > limits.rows:
            raise FileUnreadableError("too_many_rows", limit=str(limits.rows))
        gathered.append(row)
        characters += len(row.text)
        if len(gathered) >= BLOCK_ROWS or characters >= BLOCK_CHARACTERS:
            yield Block(tuple(gathered), limits.expires_at)
            gathered, characters = [], 0
    if not found:
        raise FileUnreadableError("no_rows")
    if gathered:
        yield Block(tuple(gathered), limits.expires_at)


def _table_rows(file: ChunkFile, options: IntakeOptions) -> Iterator[BlockRow]:
    form = TableFormat(utc_offset_minutes=options.utc_offset_minutes)
    if options.format is IntakeFormat.XLSX:
        workbook = open_workbook(file)
        form = replace(form, since_1904=workbook.since_1904)
        records = _from_header(workbook.rows)
    else:
        records = csv_records(file.chunks(), _encoding(file, options))
    header = read_header([_text(cell) for cell in next(records)[1]], options.decimal)
    form = replace(form, decimal=header.decimal)
    for number, cells in records:
        if not is_skipped(cells):
            row = read_row(number, cells[: MAX_COLUMNS + 1], header, form)
            yield BlockRow(number, json.dumps(row.document, ensure_ascii=False), row.remarks)


def _encoding(file: ChunkFile, options: IntakeOptions) -> TextEncoding:
    if options.encoding is None:
        return find_encoding(file.chunks)
    check_encoding(file.chunks, options.encoding)
    return options.encoding


def _from_header(rows: Iterator[Record]) -> Iterator[Record]:
    """Leave out what stands above the header: a title, a logo's row. Raises `FileUnreadableError`: `header_missing`."""
    for _, record in zip(range(MAX_ROWS_BEFORE_HEADER), rows, strict=False):
        if known_columns([_text(cell) for cell in record[1]]) > 1:
            yield record
            yield from rows
            return
    raise FileUnreadableError("header_missing")


def _text(cell: Cell | None) -> str:
    return "" if cell is None else cell.text


def _lines(chunks: Iterable[bytes]) -> Iterator[BlockRow]:
    """Yield the lines of NDJSON that are not blank; one over the limit is dropped as it is read."""
    number, kept, size = 1, list[bytes](), 0
    for index, chunk in enumerate(chunks):
        pieces = (chunk.removeprefix(UTF_8_BOM) if index == 0 else chunk).split(b"\n")
        for last, piece in zip([*[False] * (len(pieces) - 1), True], pieces, strict=True):
            size += len(piece)
            if size <= MAX_LINE_BYTES:
                kept.append(piece)
            if not last:
                yield from _line(number, b"".join(kept), size)
                number, kept, size = number + 1, [], 0
    yield from _line(number, b"".join(kept), size)


def _line(number: int, raw: bytes, size: int) -> Iterator[BlockRow]:
    if size > MAX_LINE_BYTES:
        yield BlockRow(number, "", (Remark("row_too_large", Severity.ERROR, "", None, {"limit": str(MAX_LINE_BYTES)}),))
    elif raw.strip():
        try:
            yield BlockRow(number, raw.decode())
        except UnicodeDecodeError:
            yield BlockRow(number, "", (Remark("row_not_utf_8", Severity.ERROR, ""),))

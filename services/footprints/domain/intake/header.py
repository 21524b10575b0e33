"""The header row: which column stands where, and what it declares. Refused early, before its rows are."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.footprints.domain.findings.finding import shortened
from services.footprints.domain.intake.columns import (
    BY_NAME,
    COLUMNS,
    ISSUER_DOMAIN,
    PART_NUMBER,
    PRODUCT_IDS,
    Column,
    column_called,
)
from services.footprints.domain.intake.numbers import NumberFormat
from services.footprints.domain.intake.remarks import FileUnreadableError

COMMENT_MARK: Final = "#"
"""A column whose header begins with it is the supplier's own; a row whose first cell does is skipped."""
MAX_COLUMNS: Final = 256

_DECLARATION: Final = re.compile(r"decimal\s*=\s*(comma|point)", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Header:
    """What the first row says. `columns` has one entry for each place; None is not read."""

    columns: tuple[Column | None, ...]
    decimal: NumberFormat | None = None


def read_header(cells: Sequence[str], declared: NumberFormat | None = None) -> Header:
    """Read the header; `declared` is the number format of the request.

    Raises `FileUnreadableError`: `column_unknown`, `column_twice`, `columns_missing`, `too_many_columns`,
    `number_format_contradicts`.
    """
    if len(cells) > MAX_COLUMNS:
        raise FileUnreadableError("too_many_columns", limit=str(MAX_COLUMNS))
    columns: list[Column | None] = []
    formats = set() if declared is None else {declared}
    for text in (cell.strip() for cell in cells):
        declaration = _DECLARATION.fullmatch(text)
        if declaration is not None:
            formats.add(NumberFormat(declaration[1].lower()))
        ignored = declaration is not None or not text or text.startswith(COMMENT_MARK)
        columns.append(None if ignored else _column(text))
    if len(formats) > 1:
        raise FileUnreadableError("number_format_contradicts")
    _check_whole(columns)
    return Header(tuple(columns), next(iter(formats), None))


def known_columns(cells: Sequence[str]) -> int:
    """Count the cells that name a column; tells a header from anything else, and one delimiter from another."""
    return len({column.name for cell in cells if (column := column_called(cell.strip())) is not None})


def _column(text: str) -> Column:
    column = column_called(text)
    if column is None:
        near = difflib.get_close_matches(text, list(BY_NAME), n=1)
        raise FileUnreadableError("column_unknown", shortened(text), nearest=near[0] if near else "-")
    return column


def _check_whole(columns: Sequence[Column | None]) -> None:
    names = [column.name for column in columns if column is not None]
    for name in names:
        if names.count(name) > 1:
            raise FileUnreadableError("column_twice", name)
    missing = [column.name for column in COLUMNS if column.required and column.name not in names]
    if PRODUCT_IDS not in names and not {PART_NUMBER, ISSUER_DOMAIN} <= set(names):
        missing.append(PRODUCT_IDS)
    if missing:
        raise FileUnreadableError("columns_missing", columns=", ".join(missing))

"""One cell of a table, and what each kind of column makes of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from services.footprints.domain.intake.columns import Column, ColumnKind
from services.footprints.domain.intake.dates import excel_instant, read_instant
from services.footprints.domain.intake.numbers import NumberFormat, read_number
from services.footprints.domain.intake.remarks import CellUnreadableError

MAX_CELL_LENGTH: Final = 10_000
"""Characters; the longest text of a footprint has as many."""
MAX_LIST_ITEMS: Final = 100

_SCIENTIFIC: Final = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+", re.ASCII)
_YES: Final = frozenset({"true", "yes", "y", "1", "wahr", "ja", "j", "是", "真"})
_NO: Final = frozenset({"false", "no", "n", "0", "falsch", "nein", "否", "假"})
_LIST_MARKS: Final = re.compile(r"[|｜\r\n]+")
_URL_DOMAIN: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.IGNORECASE | re.ASCII)


class CellKind(StrEnum):
    """What a cell holds. A CSV file has texts alone."""

    TEXT = "text"
    NUMBER = "number"
    """Stored as a number, so that no mark is in doubt; `text` is a plain decimal."""
    PERCENT = "percent"
    """A number shown as a percentage: what is seen is a hundred times what is stored."""
    DATE = "date"
    """A number shown as a date; `text` is the serial as a plain decimal."""
    FLAG = "flag"
    """`text` is `true` or `false`."""
    ERROR = "error"
    """`text` is the spreadsheet's own word, such as `#DIV/0!`."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty."""

    text: str
    kind: CellKind = CellKind.TEXT
    is_formula: bool = False
    """The value is the one that the spreadsheet computed last; formulas are never evaluated here."""


Record = tuple[int, list[Cell | None]]
"""A row's number, and its cells by place; None is an empty one."""


@dataclass(frozen=True, slots=True)
class TableFormat:
    """What a file says of its values."""

    decimal: NumberFormat | None = None
    utc_offset_minutes: int = 0
    since_1904: bool = False
    """The workbook counts its days from 1904."""


def read_cell(cell: Cell, column: Column, form: TableFormat) -> Any:
    """Return what goes into the document: a text, a list of texts, or a boolean. Raises `CellUnreadableError`."""
    if cell.kind is CellKind.ERROR:
        raise CellUnreadableError("cell_error")
    if len(cell.text) > MAX_CELL_LENGTH:
        raise CellUnreadableError("cell_too_long", limit=str(MAX_CELL_LENGTH))
    if cell.kind is CellKind.TEXT and cell.text.lstrip().startswith("="):
        raise CellUnreadableError("formula_not_evaluated")
    return _READERS[column.kind](cell, form)


def _number(cell: Cell, form: TableFormat) -> str:
    if cell.kind is CellKind.NUMBER:
        return cell.text
    if cell.kind is CellKind.PERCENT:
        raise CellUnreadableError("percent_format")
    if cell.kind is not CellKind.TEXT:
        raise CellUnreadableError("number_not_read")
    return read_number(cell.text, form.decimal)


def _instant(cell: Cell, form: TableFormat) -> str:
    if cell.kind is CellKind.DATE:
        return excel_instant(Decimal(cell.text), form.utc_offset_minutes, since_1904=form.since_1904)
    if cell.kind is CellKind.TEXT:
        return read_instant(cell.text, form.utc_offset_minutes)
    raise CellUnreadableError("date_not_formatted" if cell.kind is CellKind.NUMBER else "date_not_read")


def _text(cell: Cell, _: TableFormat) -> str:
    return cell.text.strip()


def _identifier(cell: Cell, _: TableFormat) -> str:
    """Take a text alone: a number has lost its leading zeros, and perhaps digits."""
    if cell.kind is not CellKind.TEXT:
        raise CellUnreadableError("identifier_not_text")
    text = cell.text.strip()
    if _SCIENTIFIC.fullmatch(text):
        raise CellUnreadableError("identifier_scientific")
    return text


def _identifiers(cell: Cell, form: TableFormat) -> list[str]:
    items = [item.strip() for item in _LIST_MARKS.split(_identifier(cell, form)) if item.strip()]
    if len(items) > MAX_LIST_ITEMS:
        raise CellUnreadableError("too_many_items", limit=str(MAX_LIST_ITEMS))
    return items


def _domain(cell: Cell, form: TableFormat) -> str:
    text = _identifier(cell, form)
    if _URL_DOMAIN.fullmatch(text) is None:
        raise CellUnreadableError("domain_malformed")
    return text.lower()


def _flag(cell: Cell, _: TableFormat) -> bool:
    word = unicodedata.normalize("NFKC", cell.text).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CellUnreadableError("flag_not_read")


_READERS: Final[dict[ColumnKind, Callable[[Cell, TableFormat], Any]]] = {
    ColumnKind.NUMBER: _number,
    ColumnKind.INSTANT: _instant,
    ColumnKind.TEXT: _text,
    ColumnKind.IDENTIFIER: _identifier,
    ColumnKind.IDENTIFIERS: _identifiers,
    ColumnKind.DOMAIN: _domain,
    ColumnKind.FLAG: _flag,
}

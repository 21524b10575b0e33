"""XLSX: the first visible sheet as rows of cells. Formulas are not evaluated, macros are refused, nothing is guessed.

Only what a table needs is read: shared strings, number formats (is it a date?), the 1904 flag, the sheet. The standard
library does it, so that every limit is ours and a formula's cached value can be told from a value.
Source: ECMA-376 part 1, sections 18.2.28 (date1904), 18.3.1.4 (c), 18.8.30 (number formats), 18.18.11 (cell types).
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.footprints.adapters.intake_xml import Element, elements
from services.footprints.adapters.intake_zip import Archive, ArchiveLimits
from services.footprints.domain.intake.cells import Cell, CellKind, Record
from services.footprints.domain.intake.header import MAX_COLUMNS
from services.footprints.domain.intake.remarks import FileUnreadableError

MAX_SHARED_CHARACTERS: Final = 32 * 1024 * 1024
"""They are kept in memory; a file with more of them is better sent as CSV."""
MAX_SHARED_STRINGS: Final = 1_000_000
MAX_ROW: Final = 1_048_576
SIGNIFICANT_DIGITS: Final = 15
"""As many as Excel keeps; a file may write the noise behind them (ECMA-376 stores doubles)."""
WORKBOOK: Final = "xl/workbook.xml"
RELATIONS: Final = "xl/_rels/workbook.xml.rels"

_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_PERCENT_FORMATS: Final = frozenset({9, 10})
_NO_CODE: Final = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.', re.IGNORECASE)
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Workbook:
    """An opened workbook; `rows` reads its sheet once."""

    since_1904: bool
    rows: Iterator[Record]


def open_workbook(file: io.RawIOBase, limits: ArchiveLimits | None = None) -> Workbook:
    """Open it and find its first visible sheet.

    Raises `FileUnreadableError`: `xlsx_malformed`, `xlsx_protected`, `xlsx_too_large`, `xlsx_macros`; reading the rows
    may raise the same, and `too_many_columns`.
    """
    archive = Archive(file, limits)
    if any(name.endswith("vbaproject.bin") for name in archive.names()):
        raise FileUnreadableError("xlsx_macros")
    since_1904, relation = _first_sheet(archive)
    targets = _relations(archive)
    if relation not in targets:
        raise FileUnreadableError("xlsx_malformed", reason="its sheet is missing")
    sheet = targets[relation][1]
    by_type = dict(targets.values())
    shared = _shared_strings(archive, by_type.get("sharedStrings"))
    formats = _formats(archive, by_type.get("styles"))
    return Workbook(since_1904, _Sheet(shared, formats).rows(archive, sheet))


def _first_sheet(archive: Archive) -> tuple[bool, str]:
    since_1904, relation = False, None
    for element in elements(archive.read(WORKBOOK), WORKBOOK):
        if element.kind != "start":
            continue
        if element.name == "workbookPr":
            since_1904 = element.attributes.get("date1904", "0") in ("1", "true")
        elif element.name == "sheet" and relation is None and element.attributes.get("state", "visible") == "visible":
            relation = next((value for name, value in element.attributes.items() if name.endswith(" id")), None)
    if relation is None:
        raise FileUnreadableError("xlsx_malformed", reason="it has no visible sheet")
    return since_1904, relation


def _relations(archive: Archive) -> dict[str, tuple[str, str]]:
    """Return the workbook's relations: id -> last word of the type, part name."""
    found = {}
    for element in elements(archive.read(RELATIONS), RELATIONS):
        if element.kind == "start" and element.name == "Relationship" and "TargetMode" not in element.attributes:
            target = element.attributes.get("Target", "")
            part = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            kind = element.attributes.get("Type", "").rpartition("/")[2]
            found[element.attributes.get("Id", "")] = (kind, part)
    return found


def _shared_strings(archive: Archive, part: str | None) -> Sequence[str]:
    strings: list[str] = []
    if part is None or part not in archive:
        return strings
    characters, pieces, phonetic = 0, list[str](), 0
    for element in elements(archive.read(part), part):
        if element.name == "rPh":
            phonetic += 1 if element.kind == "start" else -1
        elif element.kind == "end" and element.name == "t" and not phonetic:
            pieces.append(element.text)
        elif element.kind == "end" and element.name == "si":
            strings.append(_unescaped("".join(pieces)))
            characters += len(strings[-1])
            pieces.clear()
            if characters > MAX_SHARED_CHARACTERS or len(strings) > MAX_SHARED_STRINGS:
                raise FileUnreadableError("xlsx_too_large", limit=f"{MAX_SHARED_CHARACTERS} characters of text")
    return strings


def _formats(archive: Archive, part: str | None) -> Sequence[CellKind]:
    """Return what each cell style makes of a number."""
    if part is None or part not in archive:
        return []
    codes: dict[int, str] = {}
    kinds: list[CellKind] = []
    in_cells = False
    for element in elements(archive.read(part), part):
        if element.name == "cellXfs":
            in_cells = element.kind == "start"
        elif element.kind == "start" and element.name == "numFmt":
            codes[_integer(element.attributes.get("numFmtId"))] = element.attributes.get("formatCode", "")
        elif element.kind == "start" and element.name == "xf" and in_cells:
            kinds.append(_kind(_integer(element.attributes.get("numFmtId")), codes))
    return kinds


def _kind(number: int, codes: Mapping[int, str]) -> CellKind:
    if number in _DATE_FORMATS:
        return CellKind.DATE
    if number in _PERCENT_FORMATS:
        return CellKind.PERCENT
    code = _NO_CODE.sub("", codes.get(number, "").split(";")[0])
    if "%" in code:
        return CellKind.PERCENT
    return CellKind.DATE if any(letter in code.lower() for letter in "ymdhs") else CellKind.NUMBER


class _Sheet:
    """Reads one sheet; holds one row."""

    def __init__(self, shared: Sequence[str], formats: Sequence[CellKind]) -> None:
        self._shared = shared
        self._formats = formats
        self._row = 0
        self._cells: list[Cell | None] = []
        self._at: Mapping[str, str] = {}
        self._value: str | None = None
        self._inline: list[str] = []
        self._is_formula = False
        self._phonetic = 0

    def rows(self, archive: Archive, part: str) -> Iterator[Record]:
        """Yield the rows that the sheet has; blank ones in between are left out by most writers."""
        for element in elements(archive.read(part), part):
            if element.kind == "start":
                self._start(element)
            elif element.name == "row":
                yield self._row, self._cells
            else:
                self._end(element)

    def _start(self, element: Element) -> None:
        if element.name == "row":
            self._row = _integer(element.attributes.get("r"), self._row + 1)
            self._cells = []
            if not 0 < self._row <= MAX_ROW:
                raise FileUnreadableError("xlsx_malformed", reason=f"row {self._row}")
        elif element.name == "c":
            self._at, self._value, self._is_formula = element.attributes, None, False
            self._inline.clear()
        elif element.name == "rPh":
            self._phonetic += 1

    def _end(self, element: Element) -> None:
        if element.name == "v":
            self._value = element.text
        elif element.name == "t" and not self._phonetic:
            self._inline.append(element.text)
        elif element.name == "f":
            self._is_formula = True
        elif element.name == "rPh":
            self._phonetic -= 1
        elif element.name == "c":
            self._place(self._cell())

    def _place(self, cell: Cell | None) -> None:
        reference = _REFERENCE.fullmatch(self._at.get("r", ""))
        place = len(self._cells) if reference is None else _column_number(reference[1])
        if place >= MAX_COLUMNS and cell is not None:
            raise FileUnreadableError("too_many_columns", limit=str(MAX_COLUMNS))
        if place < len(self._cells):
            raise FileUnreadableError("xlsx_malformed", reason=f"row {self._row}: cells out of order")
        if cell is not None:
            self._cells.extend([None] * (place - len(self._cells)))
            self._cells.append(cell)

    def _cell(self) -> Cell | None:
        kind, value = self._at.get("t", "n"), self._value
        if kind == "inlineStr":
            value = "".join(self._inline)
        if value is None or (not value.strip() and kind != "s"):
            return Cell("=", CellKind.TEXT, is_formula=True) if self._is_formula else None
        if kind == "b":
            return Cell("true" if value.strip() == "1" else "false", CellKind.FLAG, self._is_formula)
        if kind == "e":
            return Cell(value, CellKind.ERROR, self._is_formula)
        if kind == "n":
            return Cell(self._number(value), self._format(), self._is_formula)
        return self._text(self._shared_string(value) if kind == "s" else _unescaped(value))

    def _text(self, text: str) -> Cell | None:
        return Cell(text, CellKind.TEXT, self._is_formula) if text.strip() else None

    def _shared_string(self, value: str) -> str:
        number = _integer(value, -1)
        if not 0 <= number < len(self._shared):
            raise FileUnreadableError("xlsx_malformed", reason=f"row {self._row}: no shared string {value[:20]}")
        return self._shared[number]

    def _format(self) -> CellKind:
        style = _integer(self._at.get("s"), 0)
        return self._formats[style] if 0 <= style < len(self._formats) else CellKind.NUMBER

    def _number(self, value: str) -> str:
        try:
            number = Decimal(f"{float(value):.{SIGNIFICANT_DIGITS}g}")
        except ValueError:
            number = Decimal("NaN")
        if not number.is_finite():
            raise FileUnreadableError("xlsx_malformed", reason=f"row {self._row}: {value[:20]} is no number")
        return format(number, "f")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _integer(text: str | None, default: int = 0) -> int:
    return int(text) if text is not None and text.strip().isascii() and text.strip().isdigit() else default

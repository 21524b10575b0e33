"""Writes one sheet as XLSX, for the template: texts alone, columns formatted as text where they hold texts.

Source: ECMA-376 part 1, sections 18.2, 18.3 and 18.8; number format 49 is `@`, text (section 18.8.30).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

WIDTH: Final = 24
NOT_BEFORE: Final = (1980, 1, 1, 0, 0, 0)
"""A zip archive has no earlier date; the same sheet gives the same bytes."""

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_DOCUMENT: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_CONTENT_TYPES: Final = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
)
_ROOT: Final = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_RELATIONS: Final = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_DOCUMENT}/styles" Target="styles.xml"/></Relationships>'
)
_STYLES: Final = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf numFmtId="49" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def write_sheet(name: str, rows: Sequence[Sequence[str]], is_text: Sequence[bool]) -> bytes:
    """Return a workbook with one sheet; `is_text` says which columns hold texts to the character."""
    workbook = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>'
        f'<sheet name={quoteattr(name)} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _ROOT,
        "xl/workbook.xml": workbook,
        "xl/_rels/workbook.xml.rels": _RELATIONS,
        "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": _sheet(rows, is_text),
    }
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            info = ZipInfo(part, NOT_BEFORE)
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, _HEAD + text)
    return file.getvalue()


def _sheet(rows: Sequence[Sequence[str]], is_text: Sequence[bool]) -> str:
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{WIDTH}" customWidth="1" style="{int(text)}"/>'
        for number, text in enumerate(is_text, 1)
    )
    body = "".join(
        f'<row r="{number}">{"".join(_cell(number, place, text, is_text) for place, text in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{_MAIN}"><cols>{columns}</cols><sheetData>{body}</sheetData></worksheet>'


def _cell(row: int, place: int, text: str, is_text: Sequence[bool]) -> str:
    if not text:
        return ""
    reference = f"{_letters(place)}{row}"
    inline = f'<is><t xml:space="preserve">{escape(text)}</t></is>'
    return f'<c r="{reference}" s="{int(is_text[place])}" t="inlineStr">{inline}</c>'


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters

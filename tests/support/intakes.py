"""Tables of footprints for tests: rows by column name, as CSV and as XLSX with every kind of cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

Row = dict[str, str]

GOOD: Final[Row] = {
    "created": "2026-02-16",
    "companyName": "Liaodong Precision Casting Co., Ltd.",
    "companyIds": "urn:pact:company:customcode:supplier-id:LPC-0417",
    "productDescription": "Die-cast housing",
    "partNumber": "0047110",
    "issuerDomain": "liaodong-casting.example",
    "productNameCompany": "Housing 0047110",
    "declaredUnitOfMeasurement": "piece",
    "declaredUnitAmount": "1",
    "productMassPerDeclaredUnit": "8.46",
    "referencePeriodStart": "2025-01-01",
    "referencePeriodEnd": "2026-01-01",
    "pcfExcludingBiogenicUptake": "71.31",
    "pcfIncludingBiogenicUptake": "71.31",
    "fossilGhgEmissions": "71.31",
    "fossilCarbonContent": "0",
    "ipccCharacterizationFactors": "AR6",
    "crossSectoralStandards": "ISO14067|PACT-3.0",
    "exemptedEmissionsPercent": "1.8",
    "packagingEmissionsIncluded": "false",
    "primaryDataShare": "46.5",
}


def row(number: int = 1, **changes: str) -> Row:
    """Return a good row with a part number of its own; `changes` replace cells, an empty one empties."""
    return GOOD | {"partNumber": f"{number:07}", "productNameCompany": f"Housing {number:07}"} | changes


def table(rows: Sequence[Mapping[str, str]], *, extra_columns: Sequence[str] = ()) -> list[list[str]]:
    """Return header and rows as lists of texts."""
    names = [*dict.fromkeys(name for each in rows for name in each), *extra_columns]
    return [names, *([each.get(name, "") for name in names] for each in rows)]


def csv_file(rows: Sequence[Mapping[str, str]], *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Return the rows as a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(table(rows))
    return text.getvalue().encode(encoding)


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric cell; `style` is 0 general, 1 date, 2 percent, 3 a date by a format code, 4 text."""

    value: str
    style: int = 0


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula with the value that was computed last, None for none."""

    formula: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Raw:
    """A cell's own type and value, such as `e` and `#DIV/0!`."""

    kind: str
    value: str


XlsxCell = str | Number | Formula | Raw | None

STYLES: Final = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd;@"/></numFmts>'
    '<cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/><xf numFmtId="164"/>'
    '<xf numFmtId="49"/></cellXfs></styleSheet>'
)
RELATIONS: Final = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://example.org/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Type="http://example.org/relationships/sharedStrings" Target="sharedStrings.xml"/>'
    '<Relationship Id="rId3" Type="http://example.org/relationships/styles" Target="/xl/styles.xml"/></Relationships>'
)


def xlsx_file(rows: Sequence[Sequence[XlsxCell]], *, since_1904: bool = False, **parts: bytes) -> bytes:
    """Return the rows as a workbook; texts are shared strings. `parts` replace or add parts, `__` standing for `/`."""
    shared: dict[str, int] = {}
    body = "".join(
        f'<row r="{number}">{"".join(_cell(number, place, cell, shared) for place, cell in enumerate(cells))}</row>'
        for number, cells in enumerate(rows, 1)
    )
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    strings = "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
    content = {
        "[Content_Types].xml": b"<Types/>",
        "xl/workbook.xml": (
            f'<workbook {main} xmlns:r="http://example.org/r"><workbookPr date1904="{int(since_1904)}"/>'
            '<sheets><sheet name="notes" sheetId="2" state="hidden" r:id="rId9"/>'
            '<sheet name="one" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": RELATIONS.encode(),
        "xl/styles.xml": STYLES.encode(),
        "xl/sharedStrings.xml": f"<sst {main}>{strings}</sst>".encode(),
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{body}</sheetData></worksheet>".encode(),
    } | {name.replace("__", "/").replace("_DOT_", "."): part for name, part in parts.items()}
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return file.getvalue()


def _cell(row_number: int, place: int, cell: XlsxCell, shared: dict[str, int]) -> str:
    if cell is None or cell == "":
        return ""
    at = f"{_letters(place)}{row_number}"
    match cell:
        case Number(value, style):
            return f'<c r="{at}" s="{style}"><v>{value}</v></c>'
        case Formula(formula, value):
            cached = "" if value is None else f"<v>{escape(value)}</v>"
            return f'<c r="{at}" t="str"><f>{escape(formula)}</f>{cached}</c>'
        case Raw(kind, value):
            return f'<c r="{at}" t="{kind}"><v>{escape(value)}</v></c>'
        case text:
            return f'<c r="{at}" t="s"><v>{shared.setdefault(text, len(shared))}</v></c>'


def _letters(place: int) -> str:
    first, second = divmod(place, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + second)

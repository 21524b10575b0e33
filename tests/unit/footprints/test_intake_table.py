"""Tables: delimiters, headers, rows and files that are refused as a whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.footprints.domain.findings import Severity
from services.footprints.domain.intake.cells import Cell, CellKind, TableFormat
from services.footprints.domain.intake.columns import BY_NAME, COLUMNS, column_at, column_called
from services.footprints.domain.intake.csv_table import csv_records
from services.footprints.domain.intake.encoding import TextEncoding
from services.footprints.domain.intake.header import Header, read_header
from services.footprints.domain.intake.numbers import NumberFormat
from services.footprints.domain.intake.remarks import FileUnreadableError
from services.footprints.domain.intake.rows import Row, is_skipped, read_row, row_id
from tests.support.footprints import MINIMAL_CARBON_FIELDS, MINIMAL_FIELDS
from tests.support.intakes import GOOD, csv_file, row

REQUIRED = [column.name for column in COLUMNS if column.required]


def records(body: bytes, encoding: TextEncoding = TextEncoding.UTF_8, size: int = 1000) -> list[list[str | None]]:
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    return [[None if cell is None else cell.text for cell in cells] for _, cells in csv_records(chunks, encoding)]


def unreadable(body: bytes) -> FileUnreadableError:
    with pytest.raises(FileUnreadableError) as refused:
        records(body)
    return refused.value


def refused_header(*names: str, declared: NumberFormat | None = None) -> FileUnreadableError:
    with pytest.raises(FileUnreadableError) as refused:
        read_header(names, declared)
    return refused.value


def reading(cells: Sequence[Cell | None], *names: str, **form: Any) -> Row:
    return read_row(2, cells, Header(tuple(BY_NAME[name] for name in names)), TableFormat(**form))


def test_the_columns_cover_what_pact_requires() -> None:
    assert {*MINIMAL_FIELDS, *MINIMAL_CARBON_FIELDS} - {"pcf"} <= set(BY_NAME)


CELLS = st.text(alphabet='abc ,;\t"\n中ü1.', max_size=8)


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6),
    st.sampled_from(",;\t"),
    st.sampled_from(list(TextEncoding)),
    st.integers(1, 50),
    st.booleans(),
)
def test_any_table_comes_back_from_any_delimiter_encoding_and_chunking(
    rows: list[list[str]], delimiter: str, encoding: TextEncoding, size: int, mark: bool
) -> None:
    text = io.StringIO(newline="")
    header = ["companyName", "created", "comment"]
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    body = text.getvalue().encode(encoding.value)
    if mark and encoding is TextEncoding.UTF_8:
        body = b"\xef\xbb\xbf" + body
    wanted = [[cell if cell.strip() else None for cell in cells] for cells in rows]
    assert records(body, encoding, size) == [header, *wanted]


def test_a_header_may_stand_below_a_separator_hint_and_rows_count_as_a_spreadsheet_counts() -> None:
    body = b"sep=;\r\n" + csv_file([row(1)], delimiter=";")
    found = list(csv_records([body], TextEncoding.UTF_8))
    assert [number for number, _ in found] == [2, 3]


def test_files_that_are_no_table() -> None:
    assert unreadable(b"").code == "header_missing"
    assert unreadable(b"a,b,c\n1,2,3\n").code == "header_missing"
    assert unreadable(b'created,comment\n1,"open\n').code == "csv_malformed"
    assert unreadable(b'created,comment\n1,"a"b\n').code == "csv_malformed"
    assert unreadable(b"created,comment\r1,2\r").code in ("csv_malformed", "header_missing")
    assert unreadable(b"created,comment\n" + b"x" * 300_000).code == "line_too_long"
    assert records(b'created,comment\n1,"a""b\nc"\n')[1] == ["1", 'a"b\nc']


def test_headers() -> None:
    names = list(GOOD)
    assert read_header(names).decimal is None
    assert read_header(["decimal=comma", *names]).decimal is NumberFormat.COMMA
    assert read_header(["Decimal = Point", "# mine", "", *names]).columns[:3] == (None, None, None)
    assert column_called("Product_Mass Per-Declared unit [kg]") is BY_NAME["productMassPerDeclaredUnit"]
    assert column_called("mass") is None
    unknown = refused_header(*names, "pcfExcludingBiogenicUptak")
    assert (unknown.code, unknown.values["nearest"]) == ("column_unknown", "pcfExcludingBiogenicUptake")
    assert refused_header(*names, "created").code == "column_twice"
    assert refused_header(*[name for name in names if name != "created"]).values == {"columns": "created"}
    assert refused_header(*[name for name in names if name != "issuerDomain"]).values == {"columns": "productIds"}
    assert refused_header(*[""] * 300).code == "too_many_columns"
    contradiction = refused_header("decimal=comma", *names, declared=NumberFormat.POINT)
    assert contradiction.code == "number_format_contradicts"


@pytest.mark.parametrize(("name", "cell", "code"), [
    ("fossilGhgEmissions", Cell("1.234"), "number_ambiguous"),
    ("fossilGhgEmissions", Cell("0.465", CellKind.PERCENT), "percent_format"),
    ("fossilGhgEmissions", Cell("45000", CellKind.DATE), "number_not_read"),
    ("fossilGhgEmissions", Cell("#DIV/0!", CellKind.ERROR), "cell_error"),
    ("created", Cell("46069", CellKind.NUMBER), "date_not_formatted"),
    ("created", Cell("true", CellKind.FLAG), "date_not_read"),
    ("created", Cell("60", CellKind.DATE), "date_not_in_calendar"),
    ("partNumber", Cell("4711", CellKind.NUMBER), "identifier_not_text"),
    ("productIds", Cell("4711", CellKind.NUMBER), "identifier_not_text"),
    ("partNumber", Cell("1.23457E+11"), "identifier_scientific"),
    ("precedingPfIds", Cell("|".join("x" * 101)), "too_many_items"),
    ("issuerDomain", Cell("https://a.example"), "domain_malformed"),
    ("packagingEmissionsIncluded", Cell("maybe"), "flag_not_read"),
    ("comment", Cell("=A1"), "formula_not_evaluated"),
    ("comment", Cell("x" * 10_001), "cell_too_long"),
])  # fmt: skip
def test_a_cell_that_is_not_certain_is_left_out_with_a_remark(name: str, cell: Cell, code: str) -> None:
    read = reading([cell], name)
    assert [(each.column, each.code, each.severity) for each in read.remarks] == [(name, code, Severity.ERROR)]
    assert name not in str(read.document)
    assert read.unreadable


@pytest.mark.parametrize(("name", "cell", "value"), [
    ("fossilGhgEmissions", Cell("1.234", CellKind.NUMBER), "1.234"),
    ("fossilGhgEmissions", Cell("1234,5"), "1234.5"),
    ("primaryDataShare", Cell("46.5", CellKind.NUMBER), "46.5"),
    ("packagingEmissionsIncluded", Cell("WAHR"), True),
    ("packagingEmissionsIncluded", Cell("否"), False),
    ("packagingEmissionsIncluded", Cell("true", CellKind.FLAG), True),
    ("ipccCharacterizationFactors", Cell("AR5 | AR6"), ["AR5", "AR6"]),
    ("crossSectoralStandards", Cell("ISO14067\nPACT-3.0"), ["ISO14067", "PACT-3.0"]),
    ("geographyCountry", Cell(" CN "), "CN"),
])  # fmt: skip
def test_a_cell_that_is_certain_is_read(name: str, cell: Cell, value: object) -> None:
    read = reading([cell], name)
    assert not read.remarks
    assert read.document["pcf"] == {name: value}


def test_a_part_number_keeps_its_zeros_and_becomes_a_urn() -> None:
    read = reading([Cell("00 47/1"), Cell("Liaodong.example")], "partNumber", "issuerDomain")
    assert read.document["productIds"] == ["urn:pact:liaodong.example:product-id:00%2047%2F1"]
    both = reading([Cell("urn:a:b"), Cell("1"), Cell("x.example")], "productIds", "partNumber", "issuerDomain")
    assert both.document["productIds"] == ["urn:a:b", "urn:pact:x.example:product-id:1"]
    (missing,) = reading([Cell("1")], "partNumber").remarks
    assert (missing.column, missing.code) == ("issuerDomain", "issuer_domain_missing")


def test_formulas_give_their_last_value_with_a_warning() -> None:
    (taken,) = reading([Cell("8.46", CellKind.NUMBER, is_formula=True)], "fossilGhgEmissions").remarks
    assert (taken.code, taken.severity) == ("formula_value_taken", Severity.WARNING)


def test_a_row_with_too_many_cells_and_rows_that_are_skipped() -> None:
    (long,) = reading([Cell("1"), Cell("5")], "fossilGhgEmissions").remarks
    assert (long.code, long.found) == ("row_too_long", "5")
    assert not reading([Cell("1"), None], "fossilGhgEmissions").remarks
    assert is_skipped([None, None])
    assert is_skipped([None, Cell("# a note")])
    assert not is_skipped([None, Cell("a # b")])


def test_ids_belong_to_owner_intake_and_row() -> None:
    ids = {row_id(owner, intake, number) for owner in "ab" for intake in "xy" for number in (1, 2)}
    assert len(ids) == 8
    assert row_id("a", "x", 1) == row_id("a", "x", 1)


def test_places_of_a_document_are_columns() -> None:
    assert column_at("/pcf/fossilGhgEmissions") == "fossilGhgEmissions"
    assert column_at("/companyIds/3") == "companyIds"
    assert column_at("/pcf/dqi/temporalDQR") == "temporalDQR"
    assert column_at("/pcf/verification/coverage") == "/pcf/verification/coverage"
    assert column_at("") == ""

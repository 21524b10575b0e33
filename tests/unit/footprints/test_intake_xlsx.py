"""Workbooks: what a cell is, and archives and documents that are made to hurt."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.footprints.adapters.intake_chunks import ChunkFile
from services.footprints.adapters.intake_xlsx import open_workbook
from services.footprints.adapters.intake_zip import ArchiveLimits
from services.footprints.domain.intake.cells import Cell, CellKind
from services.footprints.domain.intake.intake import Upload
from services.footprints.domain.intake.remarks import FileUnreadableError
from tests.support.intakes import Formula, Number, Raw, XlsxCell, xlsx_file

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def cells_of(rows: Sequence[Sequence[XlsxCell]], **parts: bytes) -> list[list[Cell | None]]:
    return [cells for _, cells in open_workbook(io.BytesIO(xlsx_file(rows, **parts)), None).rows]  # type: ignore[arg-type]  # seekable, as a raw file is


def refused(body: bytes, limits: ArchiveLimits | None = None) -> FileUnreadableError:
    with pytest.raises(FileUnreadableError) as caught:
        list(open_workbook(io.BytesIO(body), limits).rows)  # type: ignore[arg-type]  # as above
    return caught.value


def test_what_a_cell_is() -> None:
    (cells,) = cells_of([[
        "00123", Number("71.310000000000002"), Number("46069", 1), Number("46069.5", 3), Number("0.465", 2),
        None, Formula("A1", "x"), Formula("A1", None), Raw("b", "1"), Raw("e", "#N/A"), Number("1E-7"), Number("5", 4),
    ]])  # fmt: skip
    assert cells == [
        Cell("00123"),
        Cell("71.31", CellKind.NUMBER),
        Cell("46069", CellKind.DATE),
        Cell("46069.5", CellKind.DATE),
        Cell("0.465", CellKind.PERCENT),
        None,
        Cell("x", is_formula=True),
        Cell("=", is_formula=True),
        Cell("true", CellKind.FLAG),
        Cell("#N/A", CellKind.ERROR),
        Cell("0.0000001", CellKind.NUMBER),
        Cell("5", CellKind.NUMBER),
    ]


def test_rows_keep_their_numbers_and_the_1904_flag_is_read() -> None:
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="3"><c r="B3" t="inlineStr"><is><r><t>a</t></r><r><t>b_x0041_</t>'
        "</r><rPh><t>no</t></rPh></is></c></row><row><c><v>7</v></c></row></sheetData></worksheet>"
    ).encode()
    body = xlsx_file([[]], since_1904=True, xl__worksheets__sheet1_DOT_xml=sheet)
    workbook = open_workbook(io.BytesIO(body))  # type: ignore[arg-type]  # as above
    assert workbook.since_1904
    assert list(workbook.rows) == [(3, [None, Cell("abA")]), (4, [Cell("7", CellKind.NUMBER)])]


def test_workbooks_that_are_none() -> None:
    assert refused(b"").code == "xlsx_malformed"
    assert refused(b"created,comment\n").code == "xlsx_malformed"
    assert refused(b"\xd0\xcf\x11\xe0" + bytes(500)).code == "xlsx_protected"
    assert refused(xlsx_file([["a"]])[:-30]).code == "xlsx_malformed"
    assert refused(xlsx_file([["a"]], xl__vbaProject_DOT_bin=b"x")).code == "xlsx_macros"
    assert refused(xlsx_file([["a"]], xl__workbook_DOT_xml=b"<workbook/>")).code == "xlsx_malformed"
    assert refused(xlsx_file([["a"]], xl__worksheets__sheet1_DOT_xml=b"<worksheet>")).code == "xlsx_malformed"
    assert refused(xlsx_file([[Raw("s", "99")]])).code == "xlsx_malformed"
    assert refused(xlsx_file([[Number("much")]])).code == "xlsx_malformed"
    assert refused(xlsx_file([[None] * 256 + ["far"]])).code == "too_many_columns"


def test_entities_are_refused_before_they_expand() -> None:
    for text in (
        '<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>',
        '<!DOCTYPE w SYSTEM "file:///etc/hostname"><worksheet/>',
    ):
        error = refused(xlsx_file([["a"]], xl__worksheets__sheet1_DOT_xml=text.encode()))
        assert (error.code, error.values["reason"]) == ("xlsx_malformed", "it has a document type")


def test_an_archive_that_unpacks_to_too_much_is_stopped_on_the_way() -> None:
    bomb = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode() + b"<x/>" * 5_000_000 + b"</sheetData></worksheet>"
    body = xlsx_file([["a"]], xl__worksheets__sheet1_DOT_xml=bomb)
    assert len(body) < 100_000
    assert refused(body).code == "xlsx_too_large"
    patient = ArchiveLimits(ratio=10_000, unpacked_bytes=5_000_000)
    assert refused(body, patient).values["limit"].startswith("5000000")


def test_an_archive_of_too_many_parts_is_refused_by_its_end_record() -> None:
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for number in range(2_001):
            archive.writestr(f"part{number}", b"")
    assert refused(file.getvalue()).code == "xlsx_too_large"
    whole = bytearray(xlsx_file([["a"]]))
    at = whole.rfind(b"PK\x05\x06")
    struct.pack_into("<I", whole, at + 12, 1_000_000)  # the directory says that it is large
    assert refused(bytes(whole)).code == "xlsx_too_large"


@given(
    st.binary(min_size=1, max_size=300),
    st.integers(1, 40),
    st.lists(st.tuples(st.integers(0, 320), st.integers(0, 90))),
)
def test_a_file_in_chunks_reads_as_the_file(body: bytes, chunk_bytes: int, reads: list[tuple[int, int]]) -> None:
    chunks = [body[start : start + chunk_bytes] for start in range(0, len(body), chunk_bytes)]
    file = ChunkFile(Upload("u", len(body), "", chunk_bytes, len(chunks)), lambda number: chunks[number])
    whole, buffered = io.BytesIO(body), io.BufferedReader(file, 16)
    for place, length in reads:
        assert buffered.seek(place) == whole.seek(place)
        assert buffered.read(length) == whole.read(length)
    assert b"".join(file.chunks()) == body


def test_a_chunk_that_is_gone_ends_the_reading() -> None:
    file = ChunkFile(Upload("u", 10, "", 5, 2), lambda _: None)
    with pytest.raises(FileUnreadableError, match="upload_expired"):
        file.read(3)

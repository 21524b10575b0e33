"""Numbers, dates and encodings of tables: both sides of each rule, and nothing guessed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.footprints.domain.intake.dates import excel_instant, offset_text, read_instant
from services.footprints.domain.intake.encoding import TextEncoding, check_encoding, find_encoding
from services.footprints.domain.intake.numbers import NumberFormat, read_number
from services.footprints.domain.intake.remarks import CellUnreadableError, FileUnreadableError

POINT, COMMA = NumberFormat.POINT, NumberFormat.COMMA


def refused_number(text: str, declared: NumberFormat | None = None) -> str:
    with pytest.raises(CellUnreadableError) as refused:
        read_number(text, declared)
    return refused.value.code


def refused_date(text: str) -> str:
    with pytest.raises(CellUnreadableError) as refused:
        read_instant(text, 0)
    return refused.value.code


@pytest.mark.parametrize(("text", "plain"), [
    ("0", "0"), ("007", "007"), ("-3", "-3"), ("+3", "+3"), ("1,5", "1.5"), ("1.5", "1.5"), ("1,50", "1.50"),
    ("0,234", "0.234"), ("0.234", "0.234"), ("1234.567", "1234.567"), ("1234,567", "1234.567"), ("1.2345", "1.2345"),
    ("1.234,5", "1234.5"), ("1,234.5", "1234.5"), ("1.234,567", "1234.567"), ("1.234.567", "1234567"),
    ("1 234,5", "1234.5"), ("1 234.567", "1234.567"), ("1\u00a0234", "1234"), ("1'234.50", "1234.50"),
    ("１．５", "1.5"), ("\u22120.5", "-0.5"), (" 8.46 ", "8.46"), ("012.345", "012.345"),
])  # fmt: skip
def test_a_number_that_is_certain_is_read(text: str, plain: str) -> None:
    assert read_number(text) == plain


@pytest.mark.parametrize("text", ["1.234", "1,234", "-12.345", "123,456", "+1.000"])
def test_a_number_that_has_two_readings_is_not(text: str) -> None:
    assert refused_number(text) == "number_ambiguous"


@pytest.mark.parametrize(("text", "declared", "plain"), [
    ("1.234", POINT, "1.234"), ("1.234", COMMA, "1234"), ("1,234", POINT, "1234"), ("1,234", COMMA, "1.234"),
    ("1.234.567,8", COMMA, "1234567.8"), ("12", COMMA, "12"),
])  # fmt: skip
def test_a_declared_format_settles_it(text: str, declared: NumberFormat, plain: str) -> None:
    assert read_number(text, declared) == plain


@pytest.mark.parametrize(("text", "declared"), [
    ("1,5", POINT), ("1.5", COMMA), ("1.23.456", COMMA), ("0.234", COMMA), ("1,2,3", COMMA), ("1.2,3", POINT),
])  # fmt: skip
def test_a_number_outside_the_declared_format_is_refused(text: str, declared: NumberFormat) -> None:
    assert refused_number(text, declared) == "number_breaks_format"


@pytest.mark.parametrize(
    "text", ["", "abc", "1.2.3", "1,2,3", "5.", ".5", "8 kg", "1..5", "12.34.567", "1" * 65, "--1"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert refused_number(text) == "number_not_read"


@pytest.mark.parametrize("text", ["1E-3", "1,5e+10", "1.23457E+11"])
def test_an_exponent_tells_of_a_rounded_number(text: str) -> None:
    assert refused_number(text) == "number_exponent"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None, min_value=-(10**15), max_value=10**15))
def test_a_declared_format_reads_back_what_it_wrote(value: Decimal) -> None:
    text = format(value, "f")
    if len(text) > 60:
        return
    whole, _, decimals = text.lstrip("-").partition(".")
    sign = "-" if text.startswith("-") else ""
    grouped = f"{int(whole):,}"
    for declared, group in ((POINT, ","), (COMMA, ".")):
        written = sign + grouped.replace(",", group) + (declared.mark + decimals if decimals else "")
        assert Decimal(read_number(written, declared)) == value


@given(st.text(alphabet="0123456789.,", min_size=1, max_size=12))
def test_without_a_declaration_a_number_is_read_only_if_both_formats_agree_or_one_is_impossible(text: str) -> None:
    """The heart of it: if it is read, no declaration could have made another number of it."""
    try:
        read = Decimal(read_number(text))
    except CellUnreadableError:
        return
    for declared in NumberFormat:
        try:
            assert Decimal(read_number(text, declared)) == read
        except CellUnreadableError:
            continue


@pytest.mark.parametrize(("text", "instant"), [
    ("2025-01-01", "2025-01-01T00:00:00+08:00"), ("2025/1/2", "2025-01-02T00:00:00+08:00"),
    ("2025年1月2日", "2025-01-02T00:00:00+08:00"), ("31.12.2025", "2025-12-31T00:00:00+08:00"),
    ("01.02.2025", "2025-02-01T00:00:00+08:00"), ("31/12/2025", "2025-12-31T00:00:00+08:00"),
    ("12/31/2025", "2025-12-31T00:00:00+08:00"), ("5/5/2025", "2025-05-05T00:00:00+08:00"),
    ("2025-01-01 08:30", "2025-01-01T08:30:00+08:00"), ("2025-01-01T08:30:15", "2025-01-01T08:30:15+08:00"),
    ("2025-01-01T08:30:15Z", "2025-01-01T08:30:15Z"), ("2025-01-01t08:30:15.5-03:30", "2025-01-01T08:30:15.5-03:30"),
    ("2025-01-01 08:30+02:00", "2025-01-01T08:30:00+02:00"), ("29.02.2024", "2024-02-29T00:00:00+08:00"),
])  # fmt: skip
def test_a_date_that_is_certain_is_read(text: str, instant: str) -> None:
    assert read_instant(text, 8 * 60) == instant


def test_dates_that_are_not_certain_or_are_none() -> None:
    assert {refused_date(text) for text in ("03/04/2026", "12-11-2026", "1/2/2026")} == {"date_ambiguous"}
    assert {refused_date(text) for text in ("20260101", "46023", "1.1.26", "soon", "2026-1")} == {"date_not_read"}
    impossible = ("29.02.2025", "2025-13-01", "31/31/2025", "2025-01-01T25:00:00Z", "2025-02-30")
    assert {refused_date(text) for text in impossible} == {"date_not_in_calendar"}


@given(st.dates(min_value=date(1900, 3, 1), max_value=date(9999, 12, 31)))
def test_serials_of_the_1900_system_step_over_the_day_that_never_was(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    assert excel_instant(Decimal(serial), 0, since_1904=False) == f"{day.isoformat()}T00:00:00Z"


@given(st.dates(min_value=date(1904, 1, 1), max_value=date(9999, 12, 31)))
def test_serials_of_the_1904_system(day: date) -> None:
    serial = (day - date(1904, 1, 1)).days
    assert excel_instant(Decimal(serial), 0, since_1904=True) == f"{day.isoformat()}T00:00:00Z"


def test_serials_at_the_edges() -> None:
    assert excel_instant(Decimal(1), 0, since_1904=False) == "1900-01-01T00:00:00Z"
    assert excel_instant(Decimal(59), 0, since_1904=False) == "1900-02-28T00:00:00Z"
    assert excel_instant(Decimal(61), 0, since_1904=False) == "1900-03-01T00:00:00Z"
    assert excel_instant(Decimal("45658.354166666667"), 60, since_1904=False) == "2025-01-01T08:30:00+01:00"
    for serial, since_1904 in (("60", False), ("60.5", False), ("0", False), ("-1", True), ("99999999", False)):
        with pytest.raises(CellUnreadableError, match="date_not_in_calendar"):
            excel_instant(Decimal(serial), 0, since_1904=since_1904)


@given(st.integers(-13 * 60, 13 * 60))
def test_offsets_are_written_as_they_are_meant(minutes: int) -> None:
    read = datetime.fromisoformat("2025-01-01T00:00:00" + offset_text(minutes))
    assert read.utcoffset() == timedelta(minutes=minutes)


FREQUENT = st.sampled_from(
    [bytes([lead, trail]).decode("gb2312") for lead in range(0xB0, 0xD7) for trail in (0xA1, 0xC3, 0xFE)]
)
CHINESE = st.lists(FREQUENT, min_size=3, max_size=40).map("".join)
GERMAN = st.sampled_from(
    ["Gehäuse", "für", "Lüfter", "Größe", "Straße", "Maßänderung", "Öse", "Überwurf", "größere Äste"]
)


def pieces(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


@given(CHINESE, st.integers(1, 7))
def test_chinese_text_is_told_by_its_bytes_wherever_chunks_end(text: str, size: int) -> None:
    for encoding in TextEncoding:
        body = f"id,productNameCompany\n1,{text}\n".encode(encoding.value)
        if encoding is TextEncoding.GB_18030 and _is_utf_8(body):
            continue  # what is UTF-8 counts as UTF-8
        assert find_encoding(partial(pieces, body, size)) is encoding


@given(st.lists(GERMAN, min_size=1, max_size=5).map(" ".join), st.sampled_from(["cp1252", "latin-1", "iso8859-15"]))
def test_western_text_is_never_taken_for_chinese(text: str, encoding: str) -> None:
    body = text.encode(encoding)
    with pytest.raises(FileUnreadableError, match="encoding_unknown"):
        find_encoding(lambda: [body])


def test_encodings_at_the_edges() -> None:
    assert find_encoding(lambda: [b""]) is TextEncoding.UTF_8
    assert find_encoding(lambda: [b"plain"]) is TextEncoding.UTF_8
    assert find_encoding(lambda: [b"\xef\xbb\xbfid"]) is TextEncoding.UTF_8
    for body, code in ((b"\xff\xfei\x00", "encoding_unsupported"), (b"\xd6\xd0\xce", "encoding_unknown")):
        with pytest.raises(FileUnreadableError, match=code):
            find_encoding(partial(pieces, body, 100))
    rare = "镕".encode("gb18030")
    with pytest.raises(FileUnreadableError, match="encoding_unknown"):
        find_encoding(lambda: [rare])
    check_encoding(lambda: [rare], TextEncoding.GB_18030)
    with pytest.raises(FileUnreadableError, match="encoding_contradicts"):
        check_encoding(lambda: [rare], TextEncoding.UTF_8)


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True

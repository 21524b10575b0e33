"""A report as PDF (ReportLab, A4). Chinese is set in a font that every reader of PDF brings along.

Latin text stands in Helvetica, anything it lacks in STSong-Light: a CID font, named in the file and not embedded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from services.footprints.adapters.report.words import SAID
from services.footprints.application.report import Particular, Report, Said, Section, Words
from services.footprints.application.report_sections import instant
from services.footprints.application.report_words import MISSING, NOT_AT_HAND

CHINESE_FONT: Final = "STSong-Light"
MARGIN: Final = 18 * mm
COLUMNS: Final = (54 * mm, 88 * mm, 27 * mm)
PIECE: Final = 1_000
"""Characters of a value in one row: even the widest of them fill less than a page."""
_GREEN, _SOFT, _AMBER, _LINE = HexColor("#14513f"), HexColor("#5a6b70"), HexColor("#9a5b00"), HexColor("#d5dde0")
_OTHER: Final = re.compile(r"[^\u0000-\u00ff\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u20ac]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

registerFont(UnicodeCIDFont(CHINESE_FONT))
_BODY: Final = ParagraphStyle("body", fontName="Helvetica", fontSize=9, leading=12.5, splitLongWords=1)
_SMALL: Final = ParagraphStyle("small", parent=_BODY, fontSize=7.5, leading=10, textColor=_SOFT)
_MISSING: Final = ParagraphStyle("missing", parent=_BODY, textColor=_AMBER)
_MARK: Final = ParagraphStyle("mark", parent=_MISSING, keepWithNext=1)
_TITLE: Final = ParagraphStyle("title", parent=_BODY, fontSize=19, leading=24, spaceAfter=4)
_HEADING: Final = ParagraphStyle(
    "heading", parent=_BODY, fontSize=12, leading=16, spaceBefore=12, spaceAfter=4, textColor=_GREEN, keepWithNext=1
)
_GRID: Final[tuple[Any, ...]] = (("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0))


def pdf_of(report: Report) -> bytes:
    """Return the file."""
    target = BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=f"{report.subtitle.english}: {report.title}", author=report.company, invariant=1,
    )  # fmt: skip
    story: list[Any] = [
        _paragraph(_both(report.subtitle), _SMALL),
        _paragraph(_text(report.title), _TITLE),
        _paragraph(_text(report.company), _BODY),
        _paragraph(_both(report.status), _BODY if report.is_active else _MISSING),
        Spacer(1, 4 * mm),
        _table(report.headline),
    ]
    for number, section in enumerate(report.sections, 1):
        story += _chapter(number, section)
    story += [Spacer(1, 6 * mm), _paragraph(f"Printed by Tierloop at {instant(report.printed_at)}.", _SMALL)]
    document.build(story)
    return target.getvalue()


def _chapter(number: int, section: Section) -> list[Any]:
    parts: list[Any] = [_paragraph(f"{number} {_both(section.heading)}", _HEADING)]
    if not section.source_at_hand:
        parts.append(_paragraph(_both(NOT_AT_HAND), _MARK))
    parts.append(_table(section.particulars) if section.particulars else _paragraph("None.", _BODY))
    parts.append(_paragraph(f"Source: {_text(section.source)}", _SMALL))
    return parts


def _table(particulars: tuple[Particular, ...]) -> Table:
    """Set a row for each value; a long one goes on in rows of its own, because a row stands on one page."""
    rows: list[list[Any]] = []
    lines: list[Any] = []
    for each in particulars:
        lines.append(("LINEABOVE", (0, len(rows)), (-1, len(rows)), 0.4, _LINE))
        name: Any = _paragraph(_both(each.name), _BODY)
        said: Any = _paragraph(_both(SAID[each.said]), _SMALL)
        style = _MISSING if each.said is Said.MISSING else _BODY
        for piece in _pieces(each):
            rows.append([name, _paragraph(piece, style), said])
            name, said = "", ""
    return Table(rows, colWidths=COLUMNS, style=TableStyle([*_GRID, *lines]), hAlign="LEFT")


def _pieces(particular: Particular) -> Iterator[str]:
    unit = f" {_text(particular.unit)}" if particular.unit else ""
    for value in particular.values:
        cut = [value[start : start + PIECE] for start in range(0, len(value), PIECE)]
        yield from (_text(piece) for piece in cut[:-1])
        yield _text(cut[-1]) + unit
    if not particular.values:
        yield _both(MISSING)


def _paragraph(markup: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(markup, style)


def _both(words: Words) -> str:
    return f"{_text(words.english)} {_text(words.chinese)}"


def _text(text: str) -> str:
    """Return text as the paragraph's markup: escaped first, then each run in a font that has it."""
    safe = escape(_CONTROL.sub(" ", text))
    return _OTHER.sub(lambda run: f'<font name="{CHINESE_FONT}">{run[0]}</font>', safe)

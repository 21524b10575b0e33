"""The printers take any text there is, and the report invents nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.footprints.adapters.report.printer import Printer
from services.footprints.api.report import checks
from services.footprints.application.report import Report, Said
from services.footprints.application.report_sections import report_of
from services.footprints.application.report_words import CONTENTS, RESULTS, STAGES, TOTALS, UNITS
from services.footprints.domain.terms import UnitOfMeasurement
from tests.support.footprints import JsonObject, housing, maximal, minimal
from tests.unit.footprints.given import NOW
from tests.unit.footprints.view_documents import footprint

PRINTER: Final = Printer()


def report(document: JsonObject) -> Report:
    made = footprint(document)
    return report_of(made, checks(made.findings), NOW)


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_text_is_printed(text: str) -> None:
    made = replace(report(minimal()), title=text, company=text)
    assert PRINTER.pdf(made).startswith(b"%PDF-")
    assert b"</html>" in PRINTER.html(made)


@pytest.mark.parametrize(
    "text", ["😀 smile", "\u202eright to left", "\x00\x07control", "&amp; <para>", "\uffff", "\t\n"]
)
def test_awkward_texts_are_printed(text: str) -> None:
    made = replace(report(minimal()), title=text)
    assert PRINTER.pdf(made).startswith(b"%PDF-")


def test_every_stated_amount_is_in_the_report() -> None:
    record = maximal()
    values = {value for section in report(record).sections for each in section.particulars for value in each.values}
    names = set(TOTALS | RESULTS | STAGES | CONTENTS)
    assert {record["pcf"][name] for name in names if name in record["pcf"]} <= values


def test_a_minimal_record_states_little_and_nothing_is_filled_in() -> None:
    particulars = [each for section in report(minimal()).sections for each in section.particulars]
    missing = [each for each in particulars if each.said is Said.MISSING]
    assert all(each.values == () for each in missing)
    assert len(missing) > len([each for each in particulars if each.said is Said.STATED])


def test_every_unit_has_its_chinese_word() -> None:
    assert set(UNITS) == {unit.value for unit in UnitOfMeasurement}


def test_what_was_read_from_secondary_sources_is_marked() -> None:
    marked = [section.heading.english for section in report(housing()).sections if not section.source_at_hand]
    assert marked == ["Interpretation", "Particulars of GB/T 24067-2024"]

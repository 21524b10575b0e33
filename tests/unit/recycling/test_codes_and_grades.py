from __future__ import annotations

import pytest

from services.recycling.domain.errors import HazardousWasteCode, RuleBroken
from services.recycling.domain.grades import grade_of
from services.recycling.domain.waste_codes import Jurisdiction, classify, tradable_code


@pytest.mark.parametrize("code", ["12 01 09*", "120109*", "12 01 09", "900-006-09", "90000609", "321-026-48"])
def test_a_hazardous_code_is_refused_whatever_the_seller_ticks(code: str) -> None:
    with pytest.raises(HazardousWasteCode) as refused:
        tradable_code(code)
    assert refused.value.field == "/waste_code"
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("code", "printed"), [("120103", "12 01 03"), ("12 01 03", "12 01 03"), ("900-001-S17", "900-001-S17")]
)
def test_other_codes_are_kept_in_their_printed_form(code: str, printed: str) -> None:
    assert tradable_code(code) == printed


def test_no_code_is_material_that_is_no_waste() -> None:
    assert tradable_code(None) is None


@pytest.mark.parametrize("code", ["12 01", "900-001-X17", "scrap", "１２０１０３", "12 01 03\n"])
def test_what_is_no_code_is_refused_with_examples(code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        tradable_code(code)
    assert "12 01 03" in str(refused.value.remedy)


def test_a_code_tells_whose_list_it_is_of() -> None:
    assert classify("900-001-S17").jurisdiction is Jurisdiction.CN
    assert classify("12 01 03").jurisdiction is Jurisdiction.EU


def test_spelling_does_not_split_a_book() -> None:
    assert grade_of("rema", "Twitch").book_id("USD") == grade_of("rema", "TWITCH").book_id("USD") == "rema/TWITCH/USD"
    assert grade_of("gbt38472", "AC  1").code == "AC 1"


@pytest.mark.parametrize(
    ("scheme", "code", "field"),
    [
        ("EN13920", "2", "/grade_scheme"),
        ("", "2", "/grade_scheme"),
        ("en13920", "2/3", "/grade_code"),
        ("en13920", " 2", "/grade_code"),
    ],
)
def test_a_malformed_grade_names_its_field(scheme: str, code: str, field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        grade_of(scheme, code)
    assert refused.value.field == field

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain import identifiers
from services.identity.domain.errors import IdentifierMalformed, IdentifierRepeated, TooMany
from services.identity.domain.identifiers import (
    MAX_IDENTIFIERS,
    USCC_ALPHABET,
    ExternalIdentifier,
    gln_check_digit,
    is_gln,
    is_lei,
    is_uscc,
    lei_check_digits,
    read_identifier,
    read_identifiers,
    uscc_check_character,
)

DIGITS = "0123456789"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

uscc_bodies = st.builds(
    "{}{}{}".format,
    st.text(USCC_ALPHABET, min_size=2, max_size=2),
    st.text(DIGITS, min_size=6, max_size=6),
    st.text(USCC_ALPHABET, min_size=9, max_size=9),
)
gln_bodies = st.text(DIGITS, min_size=12, max_size=12)
lei_bodies = st.text(DIGITS + CAPITALS, min_size=18, max_size=18)


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("bpn", "BPNL00000003CRHK"),  # check characters of the legacy rule
        ("bpn", "BPNL000000000065"),  # of the current rule
        ("bpn", "BPNL00000000IF61"),  # of neither: the standard's own example
        ("uscc", "91350100M000100Y43"),
        ("duns", "012345678"),
        ("gln", "4012345000009"),
        ("lei", "5493001KJTIIGC8Y1R12"),
        ("vat", "DE 123 456 789"),
        ("hrb_munich", "HRB 12345"),
    ],
)
def test_well_formed_values_are_taken_as_they_are(scheme: str, value: str) -> None:
    assert read_identifier(scheme, value, "/identifiers/0") == ExternalIdentifier(scheme, value)


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("bpn", "BPNS00000003AYRE"),  # a site
        ("bpn", "BPNL00000003CRH"),
        ("bpn", "bpnl00000003crhk"),
        ("bpn", "BPNL00000003CRHK\n"),
        ("uscc", "91350100M000100Y44"),  # check character
        ("uscc", "9135010IM000100Y43"),  # letter I is not in the alphabet
        ("uscc", "91350100M000100Y4"),
        ("duns", "12-345-6789"),
        ("duns", "१२३४५६७८९"),  # digits, but not ASCII
        ("gln", "4012345000008"),
        ("gln", "401234500000"),
        ("lei", "5493001KJTIIGC8Y1R13"),
        ("lei", "5493001kjtiigc8y1r12"),
        ("vat", ""),
        ("vat", " DE1"),
        ("vat", "DE\x001"),
        ("vat", "D" * 129),
    ],
)
def test_malformed_values_are_refused_with_field_and_remedy(scheme: str, value: str) -> None:
    with pytest.raises(IdentifierMalformed) as refused:
        read_identifier(scheme, value, "/identifiers/3")

    assert refused.value.field == "/identifiers/3/value"
    assert refused.value.remedy
    assert scheme in refused.value.detail


@pytest.mark.parametrize("scheme", ["", "G", "GLN", "a" * 21, "vat-id", "vat\n"])
def test_a_malformed_scheme_is_refused(scheme: str) -> None:
    with pytest.raises(IdentifierMalformed) as refused:
        read_identifier(scheme, "x", "/identifiers/0")

    assert refused.value.field == "/identifiers/0/scheme"


@given(uscc_bodies, st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_uscc_detects_every_single_wrong_character(body: str, place: int, wrong: str) -> None:
    value = body + uscc_check_character(body)

    assert is_uscc(value)
    assert is_uscc(value[:place] + wrong + value[place + 1 :]) == (value[place] == wrong)


@given(gln_bodies, st.integers(0, 12), st.sampled_from(DIGITS))
def test_gln_detects_every_single_wrong_digit(body: str, place: int, wrong: str) -> None:
    value = body + gln_check_digit(body)

    assert is_gln(value)
    assert is_gln(value[:place] + wrong + value[place + 1 :]) == (value[place] == wrong)


@given(lei_bodies, st.integers(0, 17), st.sampled_from(DIGITS + CAPITALS))
def test_lei_detects_every_single_wrong_character(body: str, place: int, wrong: str) -> None:
    value = body + lei_check_digits(body)

    assert is_lei(value)
    if (value[place] in DIGITS) == (wrong in DIGITS):  # MOD 97-10 promises it within digits and within letters
        assert is_lei(value[:place] + wrong + value[place + 1 :]) == (value[place] == wrong)


@given(st.text(max_size=40))
def test_no_text_breaks_a_check(value: str) -> None:
    for scheme in identifiers.SCHEMES.values():
        assert scheme.is_valid(value) in (True, False)


def test_a_list_is_ordered_and_each_item_stands_once() -> None:
    read = read_identifiers((("vat", "DE1"), ("bpn", "BPNL00000003CRHK")))

    assert [item.scheme for item in read] == ["bpn", "vat"]


@pytest.mark.parametrize("twin", ["de1", "DE1", "ＤＥ1"])
def test_what_looks_alike_is_alike(twin: str) -> None:
    with pytest.raises(IdentifierRepeated) as refused:
        read_identifiers((("vat", "DE1"), ("vat", twin)))

    assert refused.value.field == "/identifiers/1"


def test_a_list_has_a_limit() -> None:
    pairs = tuple(("vat", f"DE{number}") for number in range(MAX_IDENTIFIERS + 1))

    assert len(read_identifiers(pairs[:-1])) == MAX_IDENTIFIERS
    with pytest.raises(TooMany):
        read_identifiers(pairs)

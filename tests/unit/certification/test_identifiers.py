from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.certification.domain.identifiers import canonical_urn, guard_key, product_key

URNS = st.from_regex(r"[uU][rR][nN]:[A-Za-z0-9-]{1,8}:[A-Za-z0-9%:.-]{1,20}", fullmatch=True)


def test_scheme_and_namespace_have_no_case_the_rest_has() -> None:
    assert canonical_urn("URN:GTIN:Ab%c3%a9") == "urn:gtin:Ab%C3%A9"
    assert canonical_urn("urn:gtin:AB") != canonical_urn("urn:gtin:ab")


@given(URNS)
def test_the_canonical_form_is_a_fixed_point(urn: str) -> None:
    once = canonical_urn(urn)
    assert canonical_urn(once) == once
    assert canonical_urn(urn.replace("urn", "URN", 1)) == once


def test_equal_products_of_two_suppliers_are_two_products() -> None:
    assert product_key("a", "urn:x:1") != product_key("b", "urn:x:1")


def test_a_guard_ignores_case_and_spaces_and_keeps_its_parts_apart() -> None:
    assert guard_key("TÜV  Nord", "A-1 ") == guard_key("tüv nord", "a-1")
    assert guard_key("ab", "c") != guard_key("a", "bc")

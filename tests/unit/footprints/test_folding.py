"""Letter case means nothing where ids are compared, and everything where they are shown."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from services.footprints.domain.access import GrantScope, access_keys, granted_key, product_key
from services.footprints.domain.folding import fold


def test_every_character_folds_once_and_never_into_a_space() -> None:
    for code in range(sys.maxunicode + 1):
        folded = fold(chr(code))
        assert fold(folded) == folded
        assert len(folded) <= 3
        assert chr(code).isspace() or not any(character.isspace() for character in folded)


@given(st.text(max_size=20))
def test_cases_of_a_text_are_equal(text: str) -> None:
    assert fold(text) == fold(text.casefold()) == fold(fold(text))
    if text.isascii():
        assert fold(text.upper()) == fold(text.lower()) == fold(text)


def test_a_product_grant_opens_whatever_the_case() -> None:
    written, granted = "URN:GTIN:4711-Ä", "urn:gtin:4711-ä"
    assert granted_key("owner", GrantScope.PRODUCT, granted) in access_keys("owner", "id", [written])
    assert access_keys("owner", "id", [written, granted]) == (
        "everything owner",
        "footprint id",
        product_key("owner", granted),
    )
    assert granted_key("owner", GrantScope.PRODUCT, "urn:gtin:4711") not in access_keys("owner", "id", [written])

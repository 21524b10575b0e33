"""The keys by which storage finds what partners ask for: one for each id, code and geography that a footprint states.

A key names the owner, so that a search never walks through the footprints of others; values are folded, because
partners compare them without regard to letter case (PACT Technical Specifications 3.0.3, ListFootprints). A footprint
that states a value of each term asked for meets the criteria of that kind; `criteria.py` says the same, one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from services.footprints.domain.folding import fold
from services.footprints.domain.terms import Geography

if TYPE_CHECKING:
    from services.footprints.domain.criteria import Criteria


class Term(StrEnum):
    """What a search key is about; in order of how much each narrows a search down."""

    PRODUCT = "product"
    CLASSIFICATION = "classification"
    COMPANY = "company"
    GEOGRAPHY = "geography"
    OWNER = "owner"


def search_key(owner_organisation_id: str, term: Term, value: str = "") -> str:
    """Return the key of a value among one owner's footprints. An organisation's id has no spaces in it."""
    return f"{term} {owner_organisation_id} {fold(value)}"


def search_keys(
    owner_organisation_id: str,
    product_ids: Iterable[str],
    company_ids: Iterable[str],
    classifications: Iterable[str],
    geography: Geography,
) -> tuple[str, ...]:
    """Return the keys under which a footprint is found. They hold for good, as the record does."""
    stated: dict[Term, Iterable[str]] = {
        Term.PRODUCT: product_ids,
        Term.CLASSIFICATION: classifications,
        Term.COMPANY: company_ids,
        Term.GEOGRAPHY: (geography.code,) if geography.code else (),
        Term.OWNER: ("",),
    }
    keys = (search_key(owner_organisation_id, term, value) for term, values in stated.items() for value in values)
    return tuple(dict.fromkeys(keys))


def terms_of(criteria: Criteria) -> dict[Term, tuple[str, ...]]:
    """Return the folded values asked for by term, the narrowest term first, without terms that are no condition."""
    asked = {
        Term.PRODUCT: criteria.product_ids,
        Term.CLASSIFICATION: criteria.classifications,
        Term.COMPANY: criteria.company_ids,
        Term.GEOGRAPHY: criteria.geographies,
    }
    return {term: tuple(dict.fromkeys(fold(value) for value in values)) for term, values in asked.items() if values}

"""Who may read what: every way into a footprint is a key, and every grant opens one of them.

A footprint carries the keys of all its doors (its owner's, its own, one for each product) and a grant carries the key
it hands over, so that "what may this organisation read" is one condition on one index. The parts of a key are set
apart by spaces; a URN has none, so two doors never have the same key. Product ids are folded in it: a grant of
`urn:gtin:4711-A` opens what was submitted as `URN:GTIN:4711-a` (PACT compares ids without regard to letter case).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.footprints.domain.folding import fold


class GrantScope(StrEnum):
    """What a grant opens: one footprint, every footprint of a product, or all of the owner's."""

    FOOTPRINT = "footprint"
    PRODUCT = "product"
    EVERYTHING = "everything"


def everything_key(owner_organisation_id: str) -> str:
    """Return the key to all footprints of an owner; the owner itself holds it without a grant."""
    return f"everything {owner_organisation_id}"


def product_key(owner_organisation_id: str, product_id: str) -> str:
    """Return the key to an owner's footprints of a product; the letter case of the product id means nothing."""
    return f"product {owner_organisation_id} {fold(product_id)}"


def footprint_key(footprint_id: str) -> str:
    """Return the key to one footprint."""
    return f"footprint {footprint_id}"


def access_keys(owner_organisation_id: str, footprint_id: str, product_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of all doors into a footprint."""
    products = dict.fromkeys(product_key(owner_organisation_id, product_id) for product_id in product_ids)
    return (everything_key(owner_organisation_id), footprint_key(footprint_id), *products)


def granted_key(owner_organisation_id: str, scope: GrantScope, scope_value: str | None) -> str:
    """Return the key that a grant of this scope hands over; `scope_value` is None for `everything` alone."""
    if scope is GrantScope.EVERYTHING or scope_value is None:
        return everything_key(owner_organisation_id)
    if scope is GrantScope.PRODUCT:
        return product_key(owner_organisation_id, scope_value)
    return footprint_key(scope_value)


@dataclass(frozen=True, slots=True)
class Doors:
    """What a reader may open at an instant."""

    keys: frozenset[str]
    """Keys of doors: the reader's own to everything, and what grants hand over."""
    owners: frozenset[str]
    """The reader itself and who granted it something."""

    def of_product(self, product_id: str) -> list[str]:
        """Return the keys that all footprints of a product carry, whichever of these owners has them; in order."""
        return sorted(product_key(owner, product_id) for owner in self.owners)


def doors(reader: str, granted: Iterable[tuple[str, str]]) -> Doors:
    """Return what a reader may open by its own right and by `granted`, pairs of owner and access key."""
    pairs = [(reader, everything_key(reader)), *granted]
    return Doors(frozenset(key for _, key in pairs), frozenset(owner for owner, _ in pairs))

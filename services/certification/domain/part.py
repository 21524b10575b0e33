"""A part as its supplier lists it: this part number, made at this site, is this product.

Invariant: LISTED-ONCE (a part number of a supplier's site is listed once, by a guarding document).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.certification.domain.selection import Selection


@dataclass(frozen=True, slots=True)
class PartListing:
    """State of the `part_listings` collection."""

    part_id: str
    supplier_id: str
    site_id: str
    part_number: str
    """The manufacturer's part number."""
    name: str
    product_id: str
    """The product's URN in its canonical form (`canonical_urn`): what footprints and claims are matched by."""
    version: int
    listed_at: datetime
    selections: tuple[str, ...]
    """The fan-outs that reach the part; see `selections_of`."""


@dataclass(frozen=True, slots=True)
class PartNumber:
    """Guarding document: which listing holds a part number of a supplier's site."""

    supplier_id: str
    site_id: str
    part_number: str
    part_id: str


def selections_of(supplier_id: str, product_id: str) -> tuple[str, ...]:
    """Return the values by which a fan-out finds a part: all, its supplier, its supplier's product."""
    return (
        Selection.all_parts().value,
        Selection.of_supplier(supplier_id).value,
        Selection.of_product(supplier_id, product_id).value,
    )

"""Which parts a fact may concern, told from the fact alone.

Invariant: WORK-COVERS-THE-FACT. Whoever stores a fact leaves work for every part the fact could touch, whatever else is
known: other facts may narrow the work by what never changes in them, their absence widens it. Of two facts stored at
the same moment the later commit's work is then decided from a state that holds both, so they can't miss each other
(docs/architecture.md, "Second stage").
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.certification.domain.identifiers import guard_key, product_key

MAX_PRODUCTS: Final = 100
"""Products of one footprint that are selected one by one; with more, all the owner's parts are."""
PAGE_PARTS: Final = 500
"""Parts of one page of a fan-out; each is a work row, and a transaction writes 2,000 documents at most."""


class SelectionKind(StrEnum):
    """What a selection is about."""

    ALL = "all"
    SUPPLIER = "supplier"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Selection:
    """All parts, those of a supplier, or those of a supplier that are one product."""

    kind: SelectionKind
    supplier_id: str | None = None
    product_id: str | None = None

    @classmethod
    def all_parts(cls) -> Selection:
        """Select every part."""
        return cls(SelectionKind.ALL)

    @classmethod
    def of_supplier(cls, supplier_id: str) -> Selection:
        """Select a supplier's parts."""
        return cls(SelectionKind.SUPPLIER, supplier_id)

    @classmethod
    def of_product(cls, supplier_id: str, product_id: str) -> Selection:
        """Select a supplier's parts that are one product."""
        return cls(SelectionKind.PRODUCT, supplier_id, product_id)

    @classmethod
    def of_products(cls, supplier_id: str, product_ids: Collection[str]) -> tuple[Selection, ...]:
        """Select a supplier's parts that are one of several products; more than `MAX_PRODUCTS` select them all."""
        if len(product_ids) > MAX_PRODUCTS:
            return (cls.of_supplier(supplier_id),)
        return tuple(cls.of_product(supplier_id, product_id) for product_id in product_ids)

    @property
    def value(self) -> str:
        """The value by which a listing is found (`PartListing.selections`)."""
        match self.kind:
            case SelectionKind.ALL:
                return "all"
            case SelectionKind.SUPPLIER:
                return f"supplier {self.supplier_id}"
            case SelectionKind.PRODUCT:
                return f"product {product_key(self.supplier_id or '', self.product_id or '')}"

    @property
    def work_key(self) -> str:
        """The work row's key: short, because a URN may be longer than a message key should be."""
        return f"fan-out-{guard_key(self.value)[:32]}"

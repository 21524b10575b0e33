"""What the PACT host reads: pages of documents in an order that fits what is asked for.

The specification names no order, only that a page can be followed by the next one. So a listing walks the order in
which an index finds what it asks for; the place of a page is a value of that order and an id, good for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from services.footprints.domain.criteria import Criteria
from services.footprints.domain.search import terms_of
from services.footprints.domain.terms import FootprintStatus, Period

MAX_PAGE_BYTES: Final = 8_000_000
"""Most bytes of documents in one page: a page may be shorter than its limit, and a document may have a megabyte."""


class Order(StrEnum):
    """What a listing is sorted by, then by id."""

    ACCEPTED = "accepted"
    START = "start"
    END = "end"


def order_of(criteria: Criteria) -> Order:
    """Return the order in which an index serves these criteria best.

    A date alone is a range: it is walked in the order of that date. All else is a set of keys, in order of acceptance.
    """
    if terms_of(criteria):
        return Order.ACCEPTED
    if criteria.valid_on is not None or criteria.valid_before is not None:
        return Order.END
    return Order.START if criteria.valid_after is not None else Order.ACCEPTED


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends, in the order of its listing."""

    at: datetime
    footprint_id: str


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The document as it was accepted."""

    text: str


@dataclass(frozen=True, slots=True)
class ExchangedFootprint:
    """What a partner is shown: the document, and what has happened to the record since."""

    footprint_id: str
    owner_organisation_id: str
    product_ids: tuple[str, ...]
    version: int
    status: FootprintStatus
    validity: Period
    accepted_at: datetime
    document: DocumentText
    deprecated_at: datetime | None = None

    def place(self, order: Order) -> Place:
        """Return its place in an order."""
        at = {Order.ACCEPTED: self.accepted_at, Order.START: self.validity.start, Order.END: self.validity.end}
        return Place(at[order], self.footprint_id)


@dataclass(frozen=True, slots=True)
class PactPage:
    """At most as many footprints as were asked for; `more` tells that others follow."""

    footprints: tuple[ExchangedFootprint, ...]
    more: bool


class PactListing(Protocol):
    """Listing for partners, at majority. `reader` is the tenant; it is a part of every condition."""

    async def page(self, criteria: Criteria, after: Place | None, limit: int, *, reader: str, at: datetime) -> PactPage:
        """Return what the reader may read at the instant `at`, in `order_of(criteria)`, beginning behind `after`.

        Raises `TooManyGrants` where more than `MAX_GRANTS_READ` grants hold for the reader.
        """


class PageCutter:
    """Joins sorted parts into one page, within its limit of items and of bytes."""

    def __init__(self, order: Order, limit: int) -> None:
        """Cut a page of at most `limit` items."""
        self._order = order
        self._limit = limit
        self._found: dict[str, ExchangedFootprint] = {}
        self._ceiling: Place | None = None

    def add(self, part: Sequence[ExchangedFootprint], *, whole: bool) -> None:
        """Add a sorted part. One that is not `whole` says nothing of what lies behind its last item."""
        self._found |= {footprint.footprint_id: footprint for footprint in part}
        if not whole and part:
            last = part[-1].place(self._order)
            self._ceiling = last if self._ceiling is None else min(self._ceiling, last, key=_sort_key)

    def page(self) -> PactPage:
        """Return the page."""
        ordered = sorted(self._found.values(), key=lambda each: _sort_key(each.place(self._order)))
        known = [each for each in ordered if not self._beyond(each)]
        fitting = within_bytes(known[: self._limit])
        return PactPage(tuple(fitting), more=self._ceiling is not None or len(fitting) < len(ordered))

    def _beyond(self, footprint: ExchangedFootprint) -> bool:
        return self._ceiling is not None and _sort_key(footprint.place(self._order)) > _sort_key(self._ceiling)


def within_bytes(footprints: Iterable[ExchangedFootprint]) -> list[ExchangedFootprint]:
    """Return the first ones that fit into `MAX_PAGE_BYTES`, one at least."""
    kept: list[ExchangedFootprint] = []
    size_bytes = 0
    for footprint in footprints:
        size_bytes += len(footprint.document.text.encode())
        if kept and size_bytes > MAX_PAGE_BYTES:
            break
        kept.append(footprint)
    return kept


def _sort_key(place: Place) -> tuple[datetime, str]:
    return place.at, place.footprint_id

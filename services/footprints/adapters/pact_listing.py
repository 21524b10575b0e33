"""Partners' listings on MongoDB: every query walks one named index in the order it answers in.

What a reader may see falls into two sets of keys. Owners whose every footprint it reads (its own, and grants of
everything) are searched by the owner's search keys; single products and footprints, few by nature, by their access
keys. The tenant's access keys stand in every filter, whatever index finds it.

MongoDB gives a sorted answer for a set of keys (`$in`) without a sort in memory as long as it may open one scan a key:
200 at most. So keys are asked for in chunks, and the chunks' answers joined.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.chassis.codec import from_document
from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.footprints.adapters.mongo_grants import doors_held
from services.footprints.adapters.mongo_indexes import BY_END, BY_KEY, BY_START, READABLE
from services.footprints.application.pact import (
    MAX_PAGE_BYTES,
    ExchangedFootprint,
    Order,
    PactPage,
    PageCutter,
    Place,
    order_of,
)
from services.footprints.application.ports import FOOTPRINTS
from services.footprints.domain.access import Doors, everything_key
from services.footprints.domain.criteria import Criteria
from services.footprints.domain.folding import fold
from services.footprints.domain.search import Term, search_key, terms_of
from services.footprints.domain.terms import FootprintStatus

MAX_SCANS: Final = 200
"""Index scans one query may open and merge; MongoDB's `internalQueryMaxScansToExplode`."""
SORT_FIELDS: Final = {Order.ACCEPTED: "accepted_at", Order.START: "validity.start", Order.END: "validity.end"}
RANGE_INDEXES: Final = {Order.START: BY_START, Order.END: BY_END, Order.ACCEPTED: READABLE}
FIELDS: Final = {
    name: 1 for name in ExchangedFootprint.__dataclass_fields__ if name != "document"
} | {"document.text": 1}  # fmt: skip

Filter = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk along one index."""

    condition: Filter
    sort: tuple[tuple[str, int], ...]
    index: str


class MongoPactListing:
    """Implements `application.pact.PactListing`."""

    def __init__(self, mongo: Mongo) -> None:
        """`mongo` reads at majority."""
        self._mongo = mongo

    async def page(self, criteria: Criteria, after: Place | None, limit: int, *, reader: str, at: datetime) -> PactPage:
        """Return a page of what the reader may read, in `order_of(criteria)`, beginning behind `after`."""
        doors = await doors_held(self._mongo, None, reader, at)
        order = order_of(criteria)
        cutter = PageCutter(order, limit)
        for walks in chunked_walks(doors, criteria, after):
            await self._read(walks, limit + 1, cutter)
        return cutter.page()

    async def _read(self, walks: Sequence[Walk], limit: int, cutter: PageCutter) -> None:
        """Read one chunk, its walks one behind the other; stop at a page's items or bytes."""
        part: list[ExchangedFootprint] = []
        size_bytes = 0
        for walk in walks:
            with translated_errors():
                cursor = (
                    self._mongo.collection(FOOTPRINTS.name)
                    .find(walk.condition, FIELDS, hint=walk.index)
                    .sort(list(walk.sort))
                    .limit(limit - len(part))
                )
                async for document in cursor:
                    part.append(from_document(document, ExchangedFootprint))
                    size_bytes += len(part[-1].document.text)
                    if size_bytes > MAX_PAGE_BYTES:
                        cutter.add(part, whole=False)
                        return
            if len(part) == limit:
                cutter.add(part, whole=False)
                return
        cutter.add(part, whole=True)


def chunked_walks(doors: Doors, criteria: Criteria, after: Place | None) -> Iterator[tuple[Walk, ...]]:
    """Yield the walks of each chunk of keys."""
    order, terms, statuses = order_of(criteria), terms_of(criteria), _statuses(criteria)
    base = _dates(criteria) | ({"status": {"$in": statuses}} if criteria.statuses else {})
    by_key = bool(terms) or (bool(criteria.statuses) and order is Order.ACCEPTED)
    scans_an_owner = len(next(iter(terms.values()), ("",))) * len(statuses) if by_key else 1
    whole = sorted(owner for owner in doors.owners if everything_key(owner) in doors.keys)
    narrow = sorted(doors.keys - {everything_key(owner) for owner in whole})
    for owners in _chunks(whole, max(1, MAX_SCANS // scans_an_owner)):
        condition = base | {"access_keys": {"$in": [everything_key(owner) for owner in owners]}}
        if by_key:
            keyed = condition | _keys(terms, owners) | {"status": {"$in": statuses}}
            yield _walks(keyed, order, BY_KEY, after)
        else:
            yield _walks(condition, order, RANGE_INDEXES[order], after)
    for keys in _chunks(narrow, MAX_SCANS):
        condition = base | {"access_keys": {"$in": list(keys)}}
        if terms:  # a footprint of an owner in `whole` was found above
            condition |= _keys(terms, sorted(doors.owners.difference(whole)))
        yield _walks(condition, order, RANGE_INDEXES[order], after)


def _walks(condition: Filter, order: Order, index: str, after: Place | None) -> tuple[Walk, ...]:
    """Return the walk from the beginning; behind a place, one along what shares its value, then one beyond it."""
    field = SORT_FIELDS[order]
    sort = ((field, 1), ("_id", 1))
    if after is None:
        return (Walk(condition, sort, index),)
    bounds: Filter = condition.get(field, {})
    tied = condition | {field: bounds | {"$eq": after.at}, "_id": {"$gt": after.footprint_id}}
    beyond = condition | {field: bounds | {"$gt": max(after.at, bounds.get("$gt", after.at))}}
    return Walk(tied, (("_id", 1),), index), Walk(beyond, sort, index)


def _keys(terms: Mapping[Term, Sequence[str]], owners: Sequence[str]) -> Filter:
    """Match search keys: those of the narrowest term lead the index, the others check what it finds."""
    sets = [
        [search_key(owner, term, value) for owner in owners for value in values]
        for term, values in (terms or {Term.OWNER: ("",)}).items()
    ]
    leading: Filter = {"search_keys": {"$in": sets[0]}}
    return leading if len(sets) == 1 else leading | {"$and": [{"search_keys": {"$in": each}} for each in sets[1:]]}


def _statuses(criteria: Criteria) -> list[str]:
    """Return the statuses asked for as they are stored; the word of a status that there is not matches nothing."""
    asked = {fold(each) for each in criteria.statuses}
    known = [each.value for each in FootprintStatus if not asked or fold(each.value) in asked]
    return known or sorted(asked)[:1]


def _dates(criteria: Criteria) -> Filter:
    start: Filter = {}
    end: Filter = {}
    if criteria.valid_on is not None:
        start["$lte"] = end["$gte"] = criteria.valid_on
    if criteria.valid_after is not None:
        start["$gt"] = criteria.valid_after
    if criteria.valid_before is not None:
        end["$lt"] = criteria.valid_before
    return {name: bounds for name, bounds in (("validity.start", start), ("validity.end", end)) if bounds}


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]

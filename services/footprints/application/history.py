"""Reading a product's history: what is not visible to the reader does not exist for it, successors neither."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from services.footprints.domain.history import Naming, Revision, successors

if TYPE_CHECKING:
    from services.footprints.application.ports import FootprintPosition

MAX_NAMINGS: Final = 2_000
"""Most successors that one page of a history looks at; the first ones by id."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A revision with its successors, as far as the reader may read them."""

    revision: Revision
    successor_ids: tuple[str, ...]


class HistoryQueries(Protocol):
    """Reads of committed state, at majority. `reader` is the tenant; it is a part of every condition."""

    async def revisions(
        self,
        product_id: str,
        owner: str | None,
        after: FootprintPosition | None,
        limit: int,
        *,
        reader: str,
        at: datetime,
    ) -> Sequence[Revision]:
        """Return the footprints of a product in order of acceptance, beginning behind `after`.

        The letter case of `product_id` means nothing; `owner` narrows it to one organisation's footprints.
        Raises `TooManyGrants` where more than `MAX_GRANTS_READ` grants would have to be followed.
        """

    async def namings(
        self, footprint_ids: Collection[str], owner: str | None, limit: int, *, reader: str, at: datetime
    ) -> Sequence[Naming]:
        """Return the readable footprints that name one of these as their predecessor, in order of their ids."""


async def timeline(
    queries: HistoryQueries,
    product_id: str,
    owner: str | None,
    after: FootprintPosition | None,
    limit: int,
    *,
    reader: str,
    at: datetime,
) -> list[Moment]:
    """Return a part of a product's history, successors included."""
    revisions = await queries.revisions(product_id, owner, after, limit, reader=reader, at=at)
    ids = [revision.footprint_id for revision in revisions]
    namings = await queries.namings(ids, owner, MAX_NAMINGS, reader=reader, at=at) if ids else ()
    after_each = successors(tuple(revisions), tuple(namings))
    return [Moment(revision, after_each[revision.footprint_id]) for revision in revisions]

"""Reading parts and verdicts. The supplier of a part and the buyers of its verdicts see it; to others it is absent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.certification.application.ports import Queries
from services.certification.domain.errors import PartNotFound, VerdictNotFound
from services.certification.domain.part import PartListing
from services.certification.domain.verdict import PartVerdicts, ProfileVerdict


@dataclass(frozen=True, slots=True)
class PartView:
    """A part as one organisation may see it: a buyer sees the verdicts of its own profiles alone."""

    part_id: str
    supplier_id: str
    site_id: str
    part_number: str
    name: str
    product_id: str
    verdicts: tuple[ProfileVerdict, ...] = ()

    def of_profile(self, profile_id: str) -> ProfileVerdict:
        """Return a visible verdict. Raises `VerdictNotFound`."""
        for verdict in self.verdicts:
            if verdict.profile_id == profile_id:
                return verdict
        raise VerdictNotFound("the part has no verdict for this profile")


@dataclass(frozen=True, slots=True)
class VerdictView:
    """A verdict as it is read at an instant."""

    part: PartView
    verdict: ProfileVerdict
    is_current: bool
    """False: a date has passed that may have changed it; it certifies nothing until it is decided again."""


async def part_view(queries: Queries, part_id: str, organisation_id: str) -> PartView:
    """Return a part. Raises `PartNotFound` where the organisation may not see it."""
    decided = await queries.part_verdicts(part_id, organisation_id)
    if decided is not None:
        return view_of(decided, organisation_id)
    listing = await queries.listing(part_id, organisation_id)
    if listing is None:
        raise PartNotFound("no such part")
    return view_of_listing(listing)


async def verdict_view(
    queries: Queries, part_id: str, profile_id: str, organisation_id: str, at: datetime
) -> VerdictView:
    """Return a verdict. Raises `PartNotFound`, `VerdictNotFound`."""
    part = await part_view(queries, part_id, organisation_id)
    verdict = part.of_profile(profile_id)
    return VerdictView(part, verdict, verdict.is_current(at))


def view_of(part: PartVerdicts, organisation_id: str) -> PartView:
    """Leave out the verdicts of other buyers, unless it is the supplier who asks."""
    own = part.supplier_id == organisation_id
    return _view(part, (item for item in part.verdicts if own or item.buyer_organisation_id == organisation_id))


def view_of_profile(part: PartVerdicts, profile_id: str) -> PartView:
    """Show one profile's verdict alone."""
    return _view(part, (item for item in part.verdicts if item.profile_id == profile_id))


def view_of_listing(listing: PartListing) -> PartView:
    """Show a part without its verdicts."""
    return _view(listing, ())


def _view(part: PartVerdicts | PartListing, verdicts: Iterable[ProfileVerdict]) -> PartView:
    return PartView(
        part_id=part.part_id,
        supplier_id=part.supplier_id,
        site_id=part.site_id,
        part_number=part.part_number,
        name=part.name,
        product_id=part.product_id,
        verdicts=tuple(verdicts),
    )

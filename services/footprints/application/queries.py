"""Reading: what is not visible to the reader does not exist for it."""

from __future__ import annotations

from services.footprints.application.ports import MAX_GRANTS_READ, Queries
from services.footprints.domain.errors import TooManyGrants


async def may_act(queries: Queries, organisation_id: str) -> bool:
    """Tell whether an organisation is in good standing; one that is not known yet is (see `check_standing`)."""
    organisation = await queries.organisation(organisation_id)
    return organisation is None or not organisation.suspended


def check_grant_count(count: int) -> None:
    """Refuse a listing that would follow too many grants: a part of them would be a wrong answer."""
    if count > MAX_GRANTS_READ:
        raise TooManyGrants(
            f"more than {MAX_GRANTS_READ} grants open footprints to you; one listing follows no more",
            field="/query/owner",
            remedy="Ask owner by owner, and ask owners with many grants for one of their products or of everything.",
        )

"""Reading for the grading: policies, reference factors, and a grading that stores nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, Protocol

from services.footprints.domain.carbon import CarbonFootprint, Submission
from services.footprints.domain.findings import (
    Evidence,
    Factor,
    FactorSet,
    Finding,
    ValidationPolicy,
    classification_key,
    first_policy,
    review,
)
from services.footprints.domain.footprint import Footprint

MAX_FACTOR_SETS: Final = 200
"""Most sets a listing shows."""
MAX_FACTORS_READ: Final = 1_000
"""Most factors one grading compares with."""


class ValidationReads(Protocol):
    """Reads of committed state, at majority. Factor sets belong to the installation, not to a tenant."""

    async def policy(self, organisation_id: str) -> ValidationPolicy | None:
        """Return the policy of an organisation that ever set one."""

    async def factors(self, classifications: Collection[str]) -> Sequence[Factor]:
        """Return the reference factors of these classifications (in lower case), in order of their keys."""

    async def factor_sets(self) -> Sequence[FactorSet]:
        """Return what is loaded, in order of the names, `MAX_FACTOR_SETS` at most."""


class FootprintReads(Protocol):
    """The one read of footprints that a grading needs."""

    async def footprint(self, footprint_id: str, *, reader: str, at: datetime) -> Footprint | None:
        """Return a footprint that is the reader's own, or that a grant opens to it at this instant."""


async def policy_of(reads: ValidationReads, organisation_id: str) -> ValidationPolicy:
    """Return an organisation's policy, the first one where it never set any."""
    return await reads.policy(organisation_id) or first_policy(organisation_id)


async def graded_now(
    reads: ValidationReads,
    footprints: FootprintReads,
    submission: Submission,
    owner: str,
    at: datetime,
    unread: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Grade with what a submission would meet now; nothing is stored. `unread`: see `review`."""
    factors = await reads.factors({classification_key(urn) for urn in submission.product_classifications})
    predecessors: dict[str, CarbonFootprint | None] = {}
    for footprint_id in submission.preceding_ids:
        known = await footprints.footprint(footprint_id, reader=owner, at=at)
        is_own = known is not None and known.owner_organisation_id == owner
        predecessors[footprint_id] = known.carbon if known is not None and is_own else None
    return review(Evidence.of(submission, at, predecessors, tuple(factors)), unread)

"""Verdicts of a part: what a decision comes to, what is kept of it, and when it is news.

Invariants: VERDICT-IS-NEWS (an event exactly when a verdict, a result, its reason or its evidence changes; a decision
that comes to the same as before writes nothing), OWN-VERSION (each verdict counts its own changes, so that a buyer
learns nothing from the changes of other buyers' verdicts).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.certification.domain.events import PartVerdictChanged
from services.certification.domain.part import PartListing


class Result(StrEnum):
    """What became of one requirement."""

    MET = "met"
    MISSING = "missing"
    """No evidence is known."""
    FAILED = "failed"
    """Evidence is known and does not suffice."""
    NO_ACCESS = "no_access"
    """Evidence is known and the buyer may not read it: neither value nor outcome is told."""


class Verdict(StrEnum):
    """Certified means: every requirement is met."""

    CERTIFIED = "certified"
    NOT_CERTIFIED = "not_certified"


class EvidenceKind(StrEnum):
    """What evidence there is."""

    CERTIFICATE = "certificate"
    FOOTPRINT = "footprint"
    GRANT = "grant"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True, order=True)
class EvidenceRef:
    """A piece of evidence in the version that was read."""

    kind: EvidenceKind
    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """One requirement, decided. `requirement` is `certificate:<type>`, `pcf_ceiling` or `recycled_share`."""

    requirement: str
    result: Result
    detail: str
    evidence: tuple[EvidenceRef, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileVerdict:
    """The verdict of a part for one profile. Equal verdicts say the same, whenever they were decided."""

    profile_id: str
    profile_version: int
    buyer_organisation_id: str
    verdict: Verdict
    outcomes: tuple[Outcome, ...]
    decided_at: datetime = field(compare=False)
    """When this verdict was reached; a decision that confirms it leaves it as it is."""
    holds_until: datetime | None = field(default=None, compare=False)
    """First instant at which a date of the evidence alone may change it; None: no date will."""
    verdict_version: int = field(default=0, compare=False)

    def is_current(self, at: datetime) -> bool:
        """Tell whether no date has passed since that could have changed the verdict."""
        return self.holds_until is None or at < self.holds_until


@dataclass(frozen=True, slots=True)
class PartVerdicts:
    """State of the `part_verdicts` collection: the listing as it was read, and the verdicts by profile id."""

    part_id: str
    supplier_id: str
    site_id: str
    part_number: str
    name: str
    product_id: str
    verdicts: tuple[ProfileVerdict, ...]
    version: int
    changed_at: datetime

    def of_profile(self, profile_id: str) -> ProfileVerdict | None:
        """Return a profile's verdict, None where there is none."""
        return next((verdict for verdict in self.verdicts if verdict.profile_id == profile_id), None)


def next_verdicts(
    part: PartListing, known: PartVerdicts | None, decided: Iterable[ProfileVerdict], at: datetime
) -> tuple[PartVerdicts | None, PartVerdictChanged | None]:
    """Compare what was decided with what is known.

    Returns the state to store (None: nothing to store) and its event. A verdict that says the same keeps its version
    and instant; where only `holds_until` moved, the state is stored under its version, without an event: that field is
    book-keeping for the clock and no part of the fact.
    """
    before = {verdict.profile_id: verdict for verdict in known.verdicts} if known else {}
    verdicts = tuple(_next_verdict(before.get(new.profile_id), new) for new in sorted(decided, key=_by_profile))
    if known is not None and verdicts == known.verdicts:
        if [v.holds_until for v in verdicts] == [v.holds_until for v in known.verdicts]:
            return None, None
        return replace(known, verdicts=verdicts), None
    state = PartVerdicts(
        part_id=part.part_id,
        supplier_id=part.supplier_id,
        site_id=part.site_id,
        part_number=part.part_number,
        name=part.name,
        product_id=part.product_id,
        verdicts=verdicts,
        version=known.version + 1 if known else 1,
        changed_at=at,
    )
    return state, PartVerdictChanged(state)


def _next_verdict(before: ProfileVerdict | None, new: ProfileVerdict) -> ProfileVerdict:
    if before is None:
        return replace(new, verdict_version=1)
    if before == new:
        return replace(before, holds_until=new.holds_until)
    return replace(new, verdict_version=before.verdict_version + 1)


def _by_profile(verdict: ProfileVerdict) -> str:
    return verdict.profile_id

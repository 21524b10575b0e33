"""A product carbon footprint as a record: immutable but for one step, from Active to Deprecated.

Source: PACT Technical Specifications 3.0.3, "Product Footprint Lifecycle": any change of a property is a new id that
names the old one in `precedingPfIds`; the old record becomes Deprecated, and a Deprecated record never changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.footprints.domain.access import access_keys
from services.footprints.domain.carbon import CarbonFootprint, Submission
from services.footprints.domain.document import Document, differences
from services.footprints.domain.errors import (
    FootprintIdTaken,
    FootprintImmutable,
    PrecedesItself,
    PredecessorNotOwn,
    StatusNotActive,
)
from services.footprints.domain.findings import Finding, review
from services.footprints.domain.terms import FootprintStatus, Period
from services.footprints.domain.validity import effective_validity

SUCCESSOR_REMEDY = "A correction is a new footprint: give it a new id and name this one in precedingPfIds."


@dataclass(frozen=True, slots=True)
class Footprint:
    """State of the aggregate. Version 1 is the record as accepted, version 2 its deprecation."""

    footprint_id: str
    owner_organisation_id: str
    version: int
    status: FootprintStatus
    """The present status; the document keeps the one it was submitted with."""
    spec_version: str
    company_name: str
    company_ids: tuple[str, ...]
    product_ids: tuple[str, ...]
    product_classifications: tuple[str, ...]
    product_name: str
    preceding_ids: tuple[str, ...]
    carbon: CarbonFootprint
    validity: Period
    """The effective period, defaults filled in."""
    access_keys: tuple[str, ...]
    findings: tuple[Finding, ...]
    document: Document
    accepted_at: datetime
    deprecated_at: datetime | None = None
    deprecated_by_id: str | None = None
    """The successor that deprecated it."""

    @property
    def changed_at(self) -> datetime:
        """When the present version came about."""
        return self.deprecated_at or self.accepted_at


def accept(submission: Submission, owner_organisation_id: str, at: datetime) -> Footprint:
    """Make the record of a submission. Raises `StatusNotActive`, `PrecedesItself`."""
    if submission.status is not FootprintStatus.ACTIVE:
        raise StatusNotActive(
            "a footprint is submitted as Active; it becomes Deprecated when a successor names it",
            field="/status",
            remedy="Send status Active, or submit the successor and name this footprint in its precedingPfIds.",
        )
    if submission.footprint_id in submission.preceding_ids:
        raise PrecedesItself(
            "a footprint can't precede itself",
            field="/precedingPfIds",
            remedy="Name the older footprints that this one replaces; give this one an id of its own.",
        )
    validity = effective_validity(
        submission.carbon.reference_period.end, submission.validity_start, submission.validity_end
    )
    return Footprint(
        footprint_id=submission.footprint_id,
        owner_organisation_id=owner_organisation_id,
        version=1,
        status=FootprintStatus.ACTIVE,
        spec_version=submission.spec_version,
        company_name=submission.company_name,
        company_ids=submission.company_ids,
        product_ids=submission.product_ids,
        product_classifications=submission.product_classifications,
        product_name=submission.product_name,
        preceding_ids=submission.preceding_ids,
        carbon=submission.carbon,
        validity=validity,
        access_keys=access_keys(owner_organisation_id, submission.footprint_id, submission.product_ids),
        findings=review(submission),
        document=submission.document,
        accepted_at=at,
    )


def check_repeat(known: Footprint, submission: Submission, owner_organisation_id: str) -> None:
    """Let the same content pass under an id that is known. Raises `FootprintIdTaken`, `FootprintImmutable`."""
    if known.owner_organisation_id != owner_organisation_id:
        raise FootprintIdTaken(
            "this id stands for another record already",
            field="/id",
            remedy="Give your footprint a new random UUID (version 4).",
        )
    different = differences(known.document, submission.document)
    if different:
        raise FootprintImmutable(
            f"a footprint never changes, and the one with this id differs in {', '.join(different)}",
            field=different[0],
            remedy=SUCCESSOR_REMEDY,
        )


def check_predecessors(predecessors: Iterable[Footprint], owner_organisation_id: str) -> None:
    """Let an organisation succeed its own footprints alone. Raises `PredecessorNotOwn`."""
    if any(predecessor.owner_organisation_id != owner_organisation_id for predecessor in predecessors):
        raise PredecessorNotOwn(
            "precedingPfIds names an id that is not yours: only your own footprints can be succeeded",
            field="/precedingPfIds",
            remedy="Name footprints of your own organisation, or leave the property out.",
        )


def deprecate(footprint: Footprint, successor_id: str, at: datetime) -> Footprint | None:
    """Return the deprecated record, None where it is Deprecated already and never changes again."""
    if footprint.status is FootprintStatus.DEPRECATED:
        return None
    return replace(
        footprint,
        version=footprint.version + 1,
        status=FootprintStatus.DEPRECATED,
        deprecated_at=at,
        deprecated_by_id=successor_id,
    )

"""A product carbon footprint as a record: immutable but for one step, from Active to Deprecated.

Source: PACT Technical Specifications 3.0.3, "Product Footprint Lifecycle": any change of a property is a new id that
names the old one in `precedingPfIds`; the old record becomes Deprecated, and a Deprecated record never changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from services.footprints.domain.access import access_keys
from services.footprints.domain.attestation import Attestation
from services.footprints.domain.carbon import CarbonFootprint, Submission
from services.footprints.domain.document import Document, differences
from services.footprints.domain.errors import (
    FootprintDeprecatedAlready,
    FootprintIdTaken,
    FootprintImmutable,
    FootprintNotFound,
    FootprintVersionChanged,
    PrecedesItself,
    PredecessorNotOwn,
    StatusNotActive,
)
from services.footprints.domain.findings import Finding
from services.footprints.domain.search import search_keys
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
    """The successor that deprecated it; None for one that was withdrawn."""
    deprecation_reason: str | None = None
    """Why it was withdrawn."""
    comment: str | None = None
    """The supplier's comment: what changed and why (PACT 3 has no other place for it)."""
    search_keys: tuple[str, ...] = ()
    """Under which partners find it, see `search.py`."""
    attestations: tuple[Attestation, ...] = ()
    """What verifiers attested of it here, the newest last; only an attestation makes a record that has any."""

    @property
    def changed_at(self) -> datetime:
        """When the present version came about."""
        return self.deprecated_at or self.accepted_at


def accept(
    submission: Submission, owner_organisation_id: str, at: datetime, findings: tuple[Finding, ...] = ()
) -> Footprint:
    """Make the record of a submission, which was graded. Raises `StatusNotActive`, `PrecedesItself`."""
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
        findings=findings,
        document=submission.document,
        accepted_at=at,
        comment=submission.comment,
        search_keys=search_keys(
            owner_organisation_id,
            submission.product_ids,
            submission.company_ids,
            submission.product_classifications,
            submission.carbon.geography,
        ),
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


def withdraw(
    footprint: Footprint | None, organisation_id: str, expected_version: int, reason: str, at: datetime
) -> Footprint:
    """Deprecate a record that has no successor, for good.

    Raises `FootprintNotFound` (also for a foreign one), `FootprintVersionChanged`, `FootprintDeprecatedAlready`.
    """
    if footprint is None or footprint.owner_organisation_id != organisation_id:
        raise FootprintNotFound("you have no footprint with this id")
    if footprint.version != expected_version:
        raise FootprintVersionChanged(
            f"If-Match names version {expected_version}, the footprint is at version {footprint.version} now",
            field="/headers/If-Match",
            remedy="Read the footprint again, and send its ETag as If-Match.",
        )
    if footprint.status is FootprintStatus.DEPRECATED:
        raise FootprintDeprecatedAlready(
            "the footprint is Deprecated already; that is final",
            field="/path/footprint_id",
            remedy="Nothing is left to do. For a product that is made again, submit a new footprint.",
        )
    return replace(
        footprint,
        version=footprint.version + 1,
        status=FootprintStatus.DEPRECATED,
        deprecated_at=at,
        deprecation_reason=reason,
    )

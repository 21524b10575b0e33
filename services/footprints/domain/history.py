"""A product's history: its footprints in order of acceptance, each with what came before and after it, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.footprints.domain.terms import Amounts, FootprintStatus, Period, UnitOfMeasurement


@dataclass(frozen=True, slots=True)
class RevisionCarbon:
    """The part of a `CarbonFootprint` that a timeline shows."""

    unit_of_measurement: UnitOfMeasurement
    declared_unit_amount: Decimal
    reference_period: Period
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Revision:
    """A footprint as a timeline shows it: without its document."""

    footprint_id: str
    owner_organisation_id: str
    version: int
    status: FootprintStatus
    product_ids: tuple[str, ...]
    product_name: str
    preceding_ids: tuple[str, ...]
    carbon: RevisionCarbon
    validity: Period
    """The effective period."""
    accepted_at: datetime
    deprecated_at: datetime | None = None
    deprecated_by_id: str | None = None
    deprecation_reason: str | None = None
    """Why it was withdrawn."""
    comment: str | None = None
    """The supplier's comment: what changed and why."""


@dataclass(frozen=True, slots=True)
class Naming:
    """A footprint that names others as its predecessors."""

    footprint_id: str
    owner_organisation_id: str
    preceding_ids: tuple[str, ...]


def successors(revisions: tuple[Revision, ...], namings: tuple[Naming, ...]) -> dict[str, tuple[str, ...]]:
    """Return the successors of each revision in order of their ids; only an owner's own footprint can succeed one."""
    owners = {revision.footprint_id: revision.owner_organisation_id for revision in revisions}
    found: dict[str, list[str]] = {footprint_id: [] for footprint_id in owners}
    for naming in sorted(namings, key=lambda each: each.footprint_id):
        for preceding_id in naming.preceding_ids:
            if owners.get(preceding_id) == naming.owner_organisation_id:
                found[preceding_id].append(naming.footprint_id)
    return {footprint_id: tuple(ids) for footprint_id, ids in found.items()}

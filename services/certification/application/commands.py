"""What can be asked of this service, by a request, a fact or a work row. Plain data; `meta` is who, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.certification.domain.facts import Claim, Footprint, Grant, Organisation
from services.certification.domain.profile import Requirements
from services.certification.domain.selection import Selection
from services.certification.domain.supplier import Site
from services.certification.domain.trail import TrailEvent
from services.chassis.kernel import Meta


@dataclass(frozen=True, slots=True)
class RegisterSupplier:
    """An organisation registers itself as a supplier."""

    meta: Meta
    supplier_id: str
    name: str
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class ChangeSupplier:
    """A supplier replaces its name and sites."""

    meta: Meta
    supplier_id: str
    expected_version: int
    name: str
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class RecordCertificate:
    """A supplier records a certificate it holds."""

    meta: Meta
    certificate_id: str
    supplier_id: str
    certificate_type: str
    number: str
    issuer: str
    site_ids: tuple[str, ...]
    valid_from: date
    valid_until: date


class CertificateStep(StrEnum):
    """What an operator or verifier passes on from the issuer."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class MoveCertificate:
    """A step in a certificate's life, effective since a day that may lie in the past."""

    meta: Meta
    certificate_id: str
    step: CertificateStep
    expected_version: int
    effective_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class CreateProfile:
    """A buyer says what it asks of parts."""

    meta: Meta
    profile_id: str
    buyer_organisation_id: str
    name: str
    requirements: Requirements


@dataclass(frozen=True, slots=True)
class ChangeProfile:
    """A buyer replaces a profile's name and requirements."""

    meta: Meta
    profile_id: str
    buyer_organisation_id: str
    expected_version: int
    name: str
    requirements: Requirements


@dataclass(frozen=True, slots=True)
class ListPart:
    """A supplier lists a part."""

    meta: Meta
    part_id: str
    supplier_id: str
    site_id: str
    part_number: str
    name: str
    product_id: str


@dataclass(frozen=True, slots=True)
class StoreOrganisation:
    """A fact of `identity.organisation.v1`."""

    meta: Meta
    organisation: Organisation


@dataclass(frozen=True, slots=True)
class StoreFootprint:
    """A fact of `footprints.footprint.v1`."""

    meta: Meta
    footprint: Footprint


@dataclass(frozen=True, slots=True)
class StoreGrant:
    """A fact of `footprints.grant.v1`."""

    meta: Meta
    grant: Grant


@dataclass(frozen=True, slots=True)
class StoreClaim:
    """A fact of `recycling.claim.v1`."""

    meta: Meta
    claim: Claim


@dataclass(frozen=True, slots=True)
class FanOutParts:
    """Leave work for each part of a page of a selection."""

    meta: Meta
    selection: Selection
    after: str
    """Part id beyond which the page begins."""
    reason: str


@dataclass(frozen=True, slots=True)
class DecidePart:
    """Decide the verdicts of one part from committed state."""

    meta: Meta
    part_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoteEvent:
    """Keep an event's row of the trail."""

    meta: Meta
    event: TrailEvent

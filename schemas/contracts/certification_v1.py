"""Facts of `certification`, major version 1: suppliers with sites, certificates, and parts with their verdicts."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from schemas.contracts.types import Contract, CountryCode, Fact, Identifier, Instant, Name, Text, Urn


class Site(Contract):
    """A place where a supplier makes parts."""

    site_id: Identifier
    name: Name
    country: CountryCode
    identifiers: list[str] = []


class SupplierV1(Fact):
    """A supplier as certification knows it: the organisation and its sites."""

    supplier_id: Identifier
    """Equals the organisation id of `identity.organisation.v1`."""
    name: Name
    sites: list[Site]
    changed_at: Instant


class CertificateStatus(StrEnum):
    """The issuer's word. Expiry is not a status: it follows from the dates at the moment of decision."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


class CertificateV1(Fact):
    """A certificate of a supplier for some of its sites."""

    certificate_id: Identifier
    supplier_id: Identifier
    certificate_type: Identifier
    """Lower-case type such as `iso14001` or `iatf16949` (Catena-X CX-0135)."""
    number: Identifier
    issuer: Name
    site_ids: list[Identifier]
    valid_from: date
    valid_until: date
    """Calendar dates, both inclusive."""
    status: CertificateStatus
    effective_on: date
    """Since when the status holds; may lie in the past."""
    reason: Text | None = None
    changed_at: Instant


class Verdict(StrEnum):
    """A part is certified for a profile when every requirement is met."""

    CERTIFIED = "certified"
    NOT_CERTIFIED = "not_certified"


class RequirementResult(StrEnum):
    """`missing`: no evidence; `failed`: it does not suffice; `no_access`: there is some that the buyer may not read."""

    MET = "met"
    MISSING = "missing"
    FAILED = "failed"
    NO_ACCESS = "no_access"


class Evidence(Contract):
    """What a result rests on: kind `certificate`, `footprint`, `grant` or `claim`, with the version that was read.

    `grant` is the buyer's right to read the footprint beside it.
    """

    kind: Identifier
    id: Identifier
    version: int


class RequirementOutcome(Contract):
    """One requirement of a profile, decided."""

    requirement: Identifier
    """`certificate:iso14001`, `pcf_ceiling`, `recycled_share`."""
    result: RequirementResult
    detail: Text
    evidence: list[Evidence] = []


class ProfileVerdict(Contract):
    """The verdict of a part for one buyer profile."""

    profile_id: Identifier
    profile_version: int
    buyer_organisation_id: Identifier
    verdict_version: int
    """Counts the changes of this one verdict, so that its buyer learns nothing of other buyers' verdicts."""
    verdict: Verdict
    requirements: list[RequirementOutcome]
    decided_at: Instant


class PartV1(Fact):
    """A listed part with its verdicts; published when a verdict changes."""

    part_id: Identifier
    supplier_id: Identifier
    site_id: Identifier
    part_number: Identifier
    name: Name
    product_id: Urn
    verdicts: list[ProfileVerdict]
    changed_at: Instant


class SelectionKind(StrEnum):
    """Which parts a fan-out walks: all, those of a supplier, or those of a supplier that are one product."""

    ALL = "all"
    SUPPLIER = "supplier"
    PRODUCT = "product"


class FanOut(Contract):
    """One page of a fan-out: the parts of a selection beyond `after`, in order of their ids."""

    kind: SelectionKind
    supplier_id: Identifier | None = None
    product_id: Urn | None = None
    after: str = ""


class PartWorkV1(Contract):
    """A work item: decide the verdicts of one part again, or fan out to the parts of a selection (one of the two)."""

    reason: Text
    part_id: Identifier | None = None
    fan_out: FanOut | None = None


SUPPLIER_TYPES = ("certification.supplier.registered.v1", "certification.supplier.changed.v1")
CERTIFICATE_TYPES = (
    "certification.certificate.recorded.v1",
    "certification.certificate.suspended.v1",
    "certification.certificate.reinstated.v1",
    "certification.certificate.withdrawn.v1",
)
PART_TYPES = ("certification.part.verdict-changed.v1",)
WORK_TYPES = ("certification.part-work.requested.v1",)
EVENT_TYPES: dict[str, type[Contract]] = (
    dict.fromkeys(SUPPLIER_TYPES, SupplierV1)
    | dict.fromkeys(CERTIFICATE_TYPES, CertificateV1)
    | dict.fromkeys(PART_TYPES, PartV1)
    | dict.fromkeys(WORK_TYPES, PartWorkV1)
)
TOPICS: dict[str, tuple[str, ...]] = {
    "certification.supplier.v1": SUPPLIER_TYPES,
    "certification.certificate.v1": CERTIFICATE_TYPES,
    "certification.part.v1": PART_TYPES,
    "certification.part-work.v1": WORK_TYPES,
}

"""Facts of `footprints`, major version 1. Topics `footprints.footprint.v1`, `.grant.v1` and `.request.v1`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from schemas.contracts.types import (
    Contract,
    DecimalString,
    Fact,
    Identifier,
    Instant,
    Name,
    NonNegativeDecimal,
    PositiveDecimal,
    Text,
    Urn,
)


class FootprintStatus(StrEnum):
    """PACT Technical Specifications v3, ProductFootprint.status."""

    ACTIVE = "Active"
    DEPRECATED = "Deprecated"


class Geography(Contract):
    """At most one of the three is set; none means global (PACT v3, CarbonFootprint)."""

    region_or_subregion: str | None = None
    country: str | None = None
    country_subdivision: str | None = None


class FootprintV1(Fact):
    """A product carbon footprint. Totals are kgCO2e per declared unit (amount x unit of measurement)."""

    footprint_id: Identifier
    owner_organisation_id: Identifier
    status: FootprintStatus
    spec_version: str
    company_name: Name
    company_ids: list[Urn]
    product_ids: list[Urn]
    product_classifications: list[Urn] = []
    product_name: Name
    preceding_footprint_ids: list[Identifier] = []
    declared_unit_of_measurement: str
    declared_unit_amount: PositiveDecimal
    product_mass_kg_per_declared_unit: NonNegativeDecimal
    pcf_excluding_biogenic_uptake_kgco2e: DecimalString
    pcf_including_biogenic_uptake_kgco2e: DecimalString
    fossil_ghg_emissions_kgco2e: NonNegativeDecimal
    primary_data_share_percent: DecimalString | None = None
    geography: Geography = Geography()
    reference_period_start: Instant
    reference_period_end: Instant
    """Exclusive."""
    valid_from: Instant
    valid_until: Instant
    """Exclusive; the effective validity period, defaults filled in (PACT v3: reference period end + 3 years)."""
    document: dict[str, Any] | None = None
    """The PACT v3 ProductFootprint as it was accepted, unknown properties kept; None when it is over 400 kB.

    Its own `status` is the one it was submitted with; the present one is above.
    """
    document_sha256: str
    """SHA-256 of the document's canonical JSON (members sorted by name, no white space, UTF-8)."""
    accepted_at: Instant
    deprecated_at: Instant | None = None
    deprecated_by_footprint_id: Identifier | None = None
    """The successor that took its place; None for one that was withdrawn."""
    deprecation_reason: Text | None = None
    """Why it was withdrawn."""
    verification_ids: list[Identifier] = []
    """Engagements whose attestations it carries, the newest last (`footprints.verification.v1`)."""
    changed_at: Instant


class GrantScope(StrEnum):
    """What a grant opens: one footprint, every footprint of a product, or all of the owner's."""

    FOOTPRINT = "footprint"
    PRODUCT = "product"
    EVERYTHING = "everything"


class GrantStatus(StrEnum):
    """Revocation is final; a new grant is a new id."""

    ACTIVE = "active"
    REVOKED = "revoked"


class GrantV1(Fact):
    """A supplier opens footprints to a buyer."""

    grant_id: Identifier
    owner_organisation_id: Identifier
    grantee_organisation_id: Identifier
    scope: GrantScope
    scope_value: str | None = None
    """Footprint id or product URN; None for `everything`."""
    valid_from: Instant
    valid_until: Instant | None = None
    """Exclusive; None is open-ended."""
    status: GrantStatus
    reason: Text | None = None
    changed_at: Instant


class RequestCriteria(Contract):
    """Criteria of a request (PACT v3, RequestCreatedEvent): OR within one, AND across, an empty one is none."""

    product_ids: list[str] = []
    company_ids: list[str] = []
    geographies: list[str] = []
    classifications: list[str] = []
    valid_on: Instant | None = None
    valid_after: Instant | None = None
    valid_before: Instant | None = None
    statuses: list[str] = []


class RequestState(StrEnum):
    """Fulfilled and rejected are final: each request has one terminal event."""

    WAITING = "waiting"
    FULFILLED = "fulfilled"
    REJECTED = "rejected"


class RequestAnswerState(StrEnum):
    """One owner's answer."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class RequestAnswer(Contract):
    """What an owner that was asked has answered; its reason for a no stays with it."""

    owner_organisation_id: Identifier
    version: int
    """1 as asked, 2 as answered."""
    state: RequestAnswerState
    footprint_ids: list[Identifier] = []
    answered_at: Instant | None = None


class RequestV1(Fact):
    """A request for footprints that came in as an event of a partner."""

    request_id: Identifier
    requester_organisation_id: Identifier
    event_id: str
    """Id of the partner's event, byte for byte."""
    criteria: RequestCriteria
    comment: str | None = None
    state: RequestState
    footprint_ids: list[Identifier] = []
    """The answer: what the requester may read."""
    answers: list[RequestAnswer] = []
    """Of every owner that was asked; none where the answer was there at once, or nothing was found."""
    received_at: Instant
    changed_at: Instant


class NoticeWorkV1(Contract):
    """A work item: tell partners of a footprint, one page of the grants that open it by one door."""

    reason: Text
    footprint_id: Identifier
    footprint_version: int
    owner_organisation_id: Identifier
    changed_at: Instant
    access_key: str
    after: str = ""
    """Grant id behind which the page begins."""


class VerificationState(StrEnum):
    """While it is one of the first three, the verifier may read record and documents."""

    OPENED = "opened"
    FINDINGS_RAISED = "findings_raised"
    ANSWERED = "answered"
    ATTESTED = "attested"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class VerifierFinding(Contract):
    """What a verifier found at one place of the record, and the supplier's answer."""

    finding_id: Identifier
    round_number: int
    field: Text
    """JSON pointer into the record's document; empty for the whole."""
    severity: str
    """`material`, `minor`, `observation`."""
    text: Text
    raised_at: Instant
    answer: Text | None = None
    answered_at: Instant | None = None


class Attestation(Contract):
    """What the verifier attests of the record."""

    kind: str
    """`product_pcf`, `pcf_programme`, `pcf_calculation_model`."""
    assurance: str
    """`limited`, `reasonable`."""
    party: str
    """`second`, `third`."""
    coverage_percent: PositiveDecimal
    standard: Name
    completed_at: Instant
    valid_until: Instant | None = None
    """Exclusive; None is as long as the footprint."""
    statement_sha256: str
    attested_at: Instant


class VerificationV1(Fact):
    """An engagement of a supplier and a verifier on one record and its corrections."""

    verification_id: Identifier
    supplier_organisation_id: Identifier
    verifier_organisation_id: Identifier
    footprint_id: Identifier
    """The record under verification."""
    footprint_ids: list[Identifier]
    """It, and before it those that it corrected during the engagement."""
    scope_kind: str
    scope_note: Text | None = None
    state: VerificationState
    rounds: int = 0
    findings: list[VerifierFinding] = []
    attestation: Attestation | None = None
    successor_footprint_id: Identifier | None = None
    """The record that carries the attestation, its figures equal."""
    closing_reason: Text | None = None
    opened_at: Instant
    changed_at: Instant


FOOTPRINT_TYPES = ("footprints.footprint.published.v1", "footprints.footprint.deprecated.v1")
GRANT_TYPES = ("footprints.grant.granted.v1", "footprints.grant.revoked.v1")
REQUEST_TYPES = (
    "footprints.request.received.v1",
    "footprints.request.accepted.v1",
    "footprints.request.rejected.v1",
)
NOTICE_WORK_TYPES = ("footprints.notice-work.requested.v1",)
VERIFICATION_TYPES = tuple(
    f"footprints.verification.{name}.v1"
    for name in ("opened", "findings-raised", "answered", "attested", "declined", "withdrawn")
)
EVENT_TYPES: dict[str, type[Contract]] = (
    dict.fromkeys(FOOTPRINT_TYPES, FootprintV1)
    | dict.fromkeys(GRANT_TYPES, GrantV1)
    | dict.fromkeys(REQUEST_TYPES, RequestV1)
    | dict.fromkeys(VERIFICATION_TYPES, VerificationV1)
    | dict.fromkeys(NOTICE_WORK_TYPES, NoticeWorkV1)
)
TOPICS: dict[str, tuple[str, ...]] = {
    "footprints.footprint.v1": FOOTPRINT_TYPES,
    "footprints.grant.v1": GRANT_TYPES,
    "footprints.request.v1": REQUEST_TYPES,
    "footprints.verification.v1": VERIFICATION_TYPES,
    "footprints.notice-work.v1": NOTICE_WORK_TYPES,
}

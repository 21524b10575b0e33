"""Bodies and answers of verification, documents and trust. Instants are RFC 3339 in UTC, shares are percent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.chassis.wire_types import PositiveDecimalString
from services.footprints.api.pact_v3.values import Instant
from services.footprints.api.resources import DecimalText, Resource
from services.footprints.api.verification_examples import (
    DOCUMENT_EXAMPLE,
    TRUST_EXAMPLE,
    TRUST_FINDING_EXAMPLE,
    VERIFICATION_EXAMPLE,
)
from services.footprints.domain.attestation import AssuranceLevel, AttestationKind, AttestationTerms, VerifyingParty
from services.footprints.domain.verification import (
    MAX_ROUND_FINDINGS,
    FindingSeverity,
    Remark,
    VerificationScope,
    VerificationState,
)

MAX_TEXT: Final = 1_000
"""Characters of a finding, an answer, a note or a reason: two full rounds stay within one event."""
POINTER: Final = r"^(/([^~/]|~0|~1)*)*$"
"""RFC 6901."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Body(BaseModel):
    """Base: exactly these members."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ScopeBody(Body):
    """What the verifier is asked for."""

    kind: AttestationKind
    note: Annotated[str, StringConstraints(max_length=MAX_TEXT)] = ""


class OpenRequest(Body):
    """Which record to open to whom."""

    footprint_id: Id
    verifier_organisation_id: Id
    scope: ScopeBody

    def domain_scope(self) -> VerificationScope:
        """Return the scope."""
        return VerificationScope(self.scope.kind, self.scope.note)


class RemarkBody(Body):
    """One finding of a round."""

    field: Annotated[str, StringConstraints(max_length=300, pattern=POINTER)] = Field(
        description="JSON pointer into the record's document; empty for the whole."
    )
    severity: FindingSeverity
    text: Prose


class FindingsRequest(Body):
    """A round of findings."""

    findings: Annotated[list[RemarkBody], Field(min_length=1, max_length=MAX_ROUND_FINDINGS)]

    def remarks(self) -> tuple[Remark, ...]:
        """Return the remarks in their order."""
        return tuple(Remark(each.field, each.severity, each.text) for each in self.findings)


class AnswerBody(Body):
    """The answer to one finding."""

    finding_id: Id
    text: Prose


class AnswersRequest(Body):
    """Answers to every finding of the round."""

    answers: Annotated[list[AnswerBody], Field(min_length=1, max_length=MAX_ROUND_FINDINGS)]
    corrected_footprint_id: Id | None = Field(
        default=None, description="A successor of the record that takes its place in the engagement."
    )

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return finding ids with their answers."""
        return tuple((each.finding_id, each.text) for each in self.answers)


class AttestationRequest(Body):
    """What the verifier attests."""

    kind: AttestationKind
    assurance: AssuranceLevel
    party: VerifyingParty
    coverage_percent: PositiveDecimalString = Field(
        description="Part of the footprint that was verified, by emissions."
    )
    standard: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    completed_at: Instant
    valid_until: Instant | None = Field(default=None, description="Exclusive; absent is as long as the footprint.")
    statement_sha256: Digest

    def terms(self) -> AttestationTerms:
        """Return the statement."""
        return AttestationTerms(
            kind=self.kind,
            assurance=self.assurance,
            party=self.party,
            coverage_percent=self.coverage_percent,
            standard=self.standard,
            completed_at=self.completed_at,
            valid_until=self.valid_until,
            statement_sha256=self.statement_sha256,
        )


class ReasonRequest(Body):
    """Why the engagement ends."""

    reason: Prose


class VerifierFindingResource(Resource):
    """A finding of the verifier and the supplier's answer."""

    finding_id: str = Field(description="Round and number.")
    round_number: int
    field: str
    severity: FindingSeverity
    text: str
    raised_at: datetime
    answer: str | None
    answered_at: datetime | None


class AttestationResource(Resource):
    """What was attested."""

    kind: AttestationKind
    assurance: AssuranceLevel
    party: VerifyingParty
    coverage_percent: DecimalText
    standard: str
    completed_at: datetime
    valid_until: datetime | None
    statement_sha256: str
    attested_at: datetime
    verifier_name: str


class VerificationResource(Resource):
    """An engagement."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [VERIFICATION_EXAMPLE]})

    verification_id: str
    version: int = Field(ge=1, description="Aggregate version, also in the ETag.")
    state: VerificationState
    is_open: bool = Field(description="Whether the verifier may read record and documents.")
    supplier_organisation_id: str
    verifier_organisation_id: str
    footprint_id: str = Field(description="The record under verification.")
    footprint_ids: list[str] = Field(description="It, and before it those that it corrected during the engagement.")
    scope: dict[str, Any]
    rounds: int = Field(description="Rounds of findings so far.")
    rounds_left: int
    findings: list[VerifierFindingResource]
    attestation: AttestationResource | None
    successor_footprint_id: str | None = Field(description="The record that carries the attestation.")
    closing_reason: str | None
    opened_at: datetime
    changed_at: datetime


class VerificationPage(Resource):
    """A page of engagements; `Link` leads to the next one."""

    items: list[VerificationResource]


class DocumentResource(Resource):
    """A document without its bytes."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [DOCUMENT_EXAMPLE]})

    footprint_id: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Of the bytes; also its id beside the footprint.")
    name: str = Field(description="Sanitised.")
    media_type: str = Field(description="As the bytes say.")
    size_bytes: int
    stored_at: datetime


class DocumentList(Resource):
    """All documents of a footprint, in order of their storing."""

    items: list[DocumentResource]


class TrustFindingResource(Resource):
    """A programme certificate was suspended or withdrawn."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [TRUST_FINDING_EXAMPLE]})

    certificate_id: str
    certificate_version: int
    number: str
    status: Literal["suspended", "withdrawn"]
    effective_on: date
    reason: str | None
    site_ids: list[str]
    recorded_at: datetime


class TrustFindingList(Resource):
    """What suspensions and withdrawals of the caller's programme certificates raised."""

    items: list[TrustFindingResource]


class TrustResource(Resource):
    """The trust level of a footprint, and why."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [TRUST_EXAMPLE]})

    footprint_id: str
    pcf_trust_level: Literal[1, 2, 3]
    computed_for: datetime
    created: datetime = Field(description="As the supplier states it in the document.")
    valid_until: datetime = Field(description="Exclusive; above level 1 a footprint counts until then.")
    site_id: str | None = Field(description="The site that the document names by the extension of Tierloop.")
    shares: dict[str, int] = Field(description="Whole percent; a missing share is 0.")
    reasons: list[dict[str, Any]] = Field(description="Each with its level, whether it holds, and the facts behind it.")
    findings: list[TrustFindingResource]

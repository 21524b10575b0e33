"""An engagement: a supplier opens a record to a verifier, who raises findings and attests it or declines.

opened -> findings_raised -> answered (-> findings_raised -> answered) -> attested | declined; the supplier may
withdraw at any step. Findings are raised in two rounds at most.
Source: Catena-X verification and programme certification framework 2.0.

Records alone: a record never changes, so a correction is a successor, which an answer brings into the engagement.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.footprints.domain.attestation import Attestation, AttestationKind
from services.footprints.domain.verification_errors import (
    VerificationClosed,
    VerificationNotFound,
    VerificationNotYourStep,
    VerificationVersionChanged,
)

VERIFIER_ROLE: Final = "verifier"
MAX_ROUNDS: Final = 2
MAX_ROUND_FINDINGS: Final = 50
"""Most findings of one round; with their texts the whole state stays below what an event may carry."""


class VerificationState(StrEnum):
    """Where the engagement stands."""

    OPENED = "opened"
    FINDINGS_RAISED = "findings_raised"
    ANSWERED = "answered"
    ATTESTED = "attested"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OPEN_STATES: Final = frozenset(
    {VerificationState.OPENED, VerificationState.FINDINGS_RAISED, VerificationState.ANSWERED}
)
VERIFIERS_TURN: Final = frozenset({VerificationState.OPENED, VerificationState.ANSWERED})


class FindingSeverity(StrEnum):
    """How much a verifier's finding matters."""

    MATERIAL = "material"
    """Would change what a reader does with the figure."""
    MINOR = "minor"
    OBSERVATION = "observation"


@dataclass(frozen=True, slots=True)
class Remark:
    """What a verifier says of one place."""

    field: str
    """JSON pointer into the record's document; empty for the whole."""
    severity: FindingSeverity
    text: str


@dataclass(frozen=True, slots=True)
class VerifierFinding:
    """A remark of a round, and what the supplier said to it."""

    finding_id: str
    """Round and number: `1.3`."""
    round_number: int
    remark: Remark
    raised_at: datetime
    answer: str | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VerificationScope:
    """What the verifier is asked for."""

    kind: AttestationKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """State of the aggregate."""

    verification_id: str
    version: int
    state: VerificationState
    supplier_organisation_id: str
    verifier_organisation_id: str
    footprint_id: str
    """The record under verification now."""
    footprint_ids: tuple[str, ...]
    """It, and before it those that it corrected during the engagement."""
    scope: VerificationScope
    opened_at: datetime
    changed_at: datetime
    rounds: int = 0
    findings: tuple[VerifierFinding, ...] = ()
    attestation: Attestation | None = None
    successor_footprint_id: str | None = None
    """The record that carries the attestation."""
    closing_reason: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the verifier may read record and documents."""
        return self.state in OPEN_STATES

    @property
    def parties(self) -> tuple[str, str]:
        """Supplier and verifier."""
        return self.supplier_organisation_id, self.verifier_organisation_id

    @property
    def open_findings(self) -> tuple[VerifierFinding, ...]:
        """The findings that wait for an answer."""
        return tuple(each for each in self.findings if each.answer is None)


@dataclass(frozen=True, slots=True)
class Step:
    """Who takes a step, on which version, when."""

    organisation_id: str
    expected_version: int
    at: datetime


def acting(verification: Verification | None, step: Step, *, supplier: bool) -> Verification:
    """Return the engagement if this party may take a step in it.

    Raises `VerificationNotFound` (also for a foreign one), `VerificationNotYourStep`, `VerificationVersionChanged`,
    `VerificationClosed`.
    """
    if verification is None or step.organisation_id not in verification.parties:
        raise VerificationNotFound("no engagement with this id is visible to you")
    if verification.parties[0 if supplier else 1] != step.organisation_id:
        raise VerificationNotYourStep(
            f"this step is the {'supplier' if supplier else 'verifier'}'s",
            field="/path/verification_id",
            remedy="Wait for the other party, or end the engagement on your side.",
        )
    if verification.version != step.expected_version:
        raise VerificationVersionChanged(
            f"If-Match names version {step.expected_version}, the engagement is at version {verification.version} now",
            field="/headers/If-Match",
            remedy="Read the engagement again, and send its ETag as If-Match.",
        )
    if not verification.is_open:
        raise VerificationClosed(
            f"the engagement is {verification.state}; that is final",
            field="/path/verification_id",
            remedy="Open a new engagement.",
        )
    return verification


def moved(verification: Verification, state: VerificationState, step: Step) -> Verification:
    """Return the next version."""
    return replace(verification, version=verification.version + 1, state=state, changed_at=step.at)

"""Verification: its documents and commands, and what it asks of the outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from services.chassis.kernel import Kind, Meta
from services.footprints.domain.attestation import AttestationTerms
from services.footprints.domain.evidence import EvidenceChunk, EvidenceFolder, EvidenceLimits
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.programme_certificate import ProgrammeCertificate, TrustFinding
from services.footprints.domain.verification import Remark, Verification, VerificationScope, VerificationState

VERIFICATIONS: Final = Kind("verifications", Verification, "api")
EVIDENCE_FOLDERS: Final = Kind("evidence_folders", EvidenceFolder, "api")
"""Key: the footprint."""
EVIDENCE_CHUNKS: Final = Kind("evidence_chunks", EvidenceChunk, "api")
PROGRAMME_CERTIFICATES: Final = Kind(
    "programme_certificates", ProgrammeCertificate, "worker", frozenset({"supplier_id"})
)
TRUST_FINDINGS: Final = Kind("trust_findings", TrustFinding, "worker", frozenset({"supplier_id"}))

MAX_TRUST_FACTS: Final = 1_000
"""Most programme certificates, and most findings about them, that one answer looks at."""


@dataclass(frozen=True, slots=True)
class OpenVerification:
    """Open a record of the acting organisation to a verifier."""

    meta: Meta
    verification_id: str
    footprint_id: str
    verifier_organisation_id: str
    scope: VerificationScope


@dataclass(frozen=True, slots=True)
class RaiseFindings:
    """Begin a round of findings, as the verifier."""

    meta: Meta
    verification_id: str
    expected_version: int
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class AnswerFindings:
    """Answer the findings of the round, as the supplier."""

    meta: Meta
    verification_id: str
    expected_version: int
    answers: tuple[tuple[str, str], ...]
    """Pairs of finding id and text."""
    corrected_footprint_id: str | None


@dataclass(frozen=True, slots=True)
class AttestFootprint:
    """Attest the record, as the verifier; its successor gets the id `successor_id`."""

    meta: Meta
    verification_id: str
    expected_version: int
    successor_id: str
    terms: AttestationTerms


@dataclass(frozen=True, slots=True)
class DeclineVerification:
    """End the engagement without an attestation, as the verifier."""

    meta: Meta
    verification_id: str
    expected_version: int
    reason: str


@dataclass(frozen=True, slots=True)
class WithdrawVerification:
    """Close the record to the verifier again, as the supplier."""

    meta: Meta
    verification_id: str
    expected_version: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class StoreDocument:
    """Lay a document beside a footprint of the acting organisation."""

    meta: Meta
    footprint_id: str
    digest: str
    """SHA-256 of the content: needs ask for its chunks."""
    name: str
    media_type: str
    content: bytes
    limits: EvidenceLimits


@dataclass(frozen=True, slots=True)
class RecordProgrammeCertificate:
    """Take over a version of a certificate; one that is no programme's changes nothing."""

    meta: Meta
    certificate_type: str
    certificate: ProgrammeCertificate


@dataclass(frozen=True, slots=True)
class VerificationFilter:
    """What a listing is narrowed to; None is no condition."""

    footprint_id: str | None = None
    state: VerificationState | None = None


class VerificationReads(Protocol):
    """Reads of committed state, at majority. `reader` is the tenant; it is a part of every condition."""

    async def verification(self, verification_id: str, *, reader: str) -> Verification | None:
        """Return an engagement that the reader opened or was opened to."""

    async def verifications(
        self, found: VerificationFilter, after: str | None, limit: int, *, reader: str
    ) -> Sequence[Verification]:
        """Return the reader's engagements on either side, in order of their ids, beginning behind `after`."""

    async def under_verification(self, verification_id: str, *, reader: str) -> Footprint | None:
        """Return the present record of an open engagement of which the reader is the verifier."""

    async def folder(self, footprint_id: str, *, reader: str) -> EvidenceFolder | None:
        """Return the documents of a footprint that is the reader's own, or that an open engagement opens to it.

        Empty where there are none; None where the footprint is not the reader's to see.
        """

    async def opened_by(self, footprint_id: str, *, reader: str) -> Verification | None:
        """Return the open engagement that has the footprint and the reader for its verifier, the first by its id."""

    async def chunk(self, footprint_id: str, digest: str, number: int) -> bytes | None:
        """Return a part of a document, whose folder the reader has got."""

    async def programme_certificates(self, supplier_id: str) -> Sequence[ProgrammeCertificate]:
        """Return what is known of a supplier's programmes, `MAX_TRUST_FACTS` at most."""

    async def trust_findings(self, supplier_id: str) -> Sequence[TrustFinding]:
        """Return what suspensions and withdrawals raised, in order of their keys, `MAX_TRUST_FACTS` at most."""

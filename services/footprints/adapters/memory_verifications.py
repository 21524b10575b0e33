"""Engagements, documents and trust facts over the store in memory, for component tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from services.chassis.kernel import Kind
from services.footprints.application.ports import FOOTPRINTS
from services.footprints.application.verifications import (
    EVIDENCE_CHUNKS,
    EVIDENCE_FOLDERS,
    PROGRAMME_CERTIFICATES,
    TRUST_FINDINGS,
    VERIFICATIONS,
    VerificationFilter,
)
from services.footprints.domain.evidence import EvidenceFolder, chunk_key
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.programme_certificate import ProgrammeCertificate, TrustFinding
from services.footprints.domain.verification import Verification

S = TypeVar("S")


class MemoryVerifications:
    """Implements `application.verifications.VerificationReads`."""

    def __init__(self, states: Callable[[Kind[Any]], Mapping[str, Any]]) -> None:
        """`states` returns what a store has committed."""
        self._states = states

    async def verification(self, verification_id: str, *, reader: str) -> Verification | None:
        """Return an engagement that the reader opened or was opened to."""
        found = self._all(VERIFICATIONS).get(verification_id)
        return found if found is not None and reader in found.parties else None

    async def verifications(
        self, found: VerificationFilter, after: str | None, limit: int, *, reader: str
    ) -> Sequence[Verification]:
        """Return the reader's engagements on either side, in order of their ids, beginning behind `after`."""
        chosen = [
            each
            for key, each in sorted(self._all(VERIFICATIONS).items())
            if reader in each.parties
            and (found.footprint_id is None or found.footprint_id in each.footprint_ids)
            and found.state in (None, each.state)
            and (after is None or key > after)
        ]
        return chosen[:limit]

    async def under_verification(self, verification_id: str, *, reader: str) -> Footprint | None:
        """Return the present record of an open engagement of which the reader is the verifier."""
        found = self._all(VERIFICATIONS).get(verification_id)
        if found is None or not found.is_open or found.verifier_organisation_id != reader:
            return None
        return self._all(FOOTPRINTS).get(found.footprint_id)

    async def folder(self, footprint_id: str, *, reader: str) -> EvidenceFolder | None:
        """Return the documents of a footprint that is the reader's own, or that an open engagement opens to it."""
        footprint = self._all(FOOTPRINTS).get(footprint_id)
        is_own = footprint is not None and footprint.owner_organisation_id == reader
        engagement = await self.opened_by(footprint_id, reader=reader)
        if not is_own and engagement is None:
            return None
        owner = reader if engagement is None else engagement.supplier_organisation_id
        return self._all(EVIDENCE_FOLDERS).get(footprint_id) or EvidenceFolder(footprint_id, owner)

    async def opened_by(self, footprint_id: str, *, reader: str) -> Verification | None:
        """Return the open engagement that has the footprint and the reader for its verifier, the first by its id."""
        for _, each in sorted(self._all(VERIFICATIONS).items()):
            if each.is_open and each.verifier_organisation_id == reader and footprint_id in each.footprint_ids:
                return each
        return None

    async def chunk(self, footprint_id: str, digest: str, number: int) -> bytes | None:
        """Return a part of a document, whose folder the reader has got."""
        chunk = self._all(EVIDENCE_CHUNKS).get(chunk_key(footprint_id, digest, number))
        return None if chunk is None else chunk.content

    async def programme_certificates(self, supplier_id: str) -> Sequence[ProgrammeCertificate]:
        """Return what is known of a supplier's programmes."""
        return [
            each for _, each in sorted(self._all(PROGRAMME_CERTIFICATES).items()) if each.supplier_id == supplier_id
        ]

    async def trust_findings(self, supplier_id: str) -> Sequence[TrustFinding]:
        """Return what suspensions and withdrawals raised, in order of their keys."""
        return [each for _, each in sorted(self._all(TRUST_FINDINGS).items()) if each.supplier_id == supplier_id]

    def _all(self, kind: Kind[S]) -> Mapping[str, S]:
        return self._states(kind)

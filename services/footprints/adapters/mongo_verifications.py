"""Engagements, documents and trust facts on MongoDB. The tenant is a part of every condition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from services.chassis.codec import from_document
from services.chassis.kernel import Kind
from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.footprints.application.ports import FOOTPRINTS
from services.footprints.application.verifications import (
    EVIDENCE_CHUNKS,
    EVIDENCE_FOLDERS,
    MAX_TRUST_FACTS,
    PROGRAMME_CERTIFICATES,
    TRUST_FINDINGS,
    VERIFICATIONS,
    VerificationFilter,
)
from services.footprints.domain.evidence import EvidenceFolder, chunk_key
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.programme_certificate import ProgrammeCertificate, TrustFinding
from services.footprints.domain.verification import OPEN_STATES, Verification

S = TypeVar("S")
Filter = dict[str, Any]

OPEN: Final = {"$in": sorted(state.value for state in OPEN_STATES)}


class MongoVerifications:
    """Implements `application.verifications.VerificationReads`."""

    def __init__(self, mongo: Mongo) -> None:
        """`mongo` reads at majority."""
        self._mongo = mongo

    async def verification(self, verification_id: str, *, reader: str) -> Verification | None:
        """Return an engagement that the reader opened or was opened to."""
        return await self._one(VERIFICATIONS, {"_id": verification_id} | _party(reader))

    async def verifications(
        self, found: VerificationFilter, after: str | None, limit: int, *, reader: str
    ) -> Sequence[Verification]:
        """Return the reader's engagements on either side, in order of their ids, beginning behind `after`."""
        condition = _party(reader)
        if found.footprint_id is not None:
            condition["footprint_ids"] = found.footprint_id
        if found.state is not None:
            condition["state"] = found.state.value
        if after is not None:
            condition["_id"] = {"$gt": after}
        return await self._many(VERIFICATIONS, condition, limit)

    async def under_verification(self, verification_id: str, *, reader: str) -> Footprint | None:
        """Return the present record of an open engagement of which the reader is the verifier."""
        condition = {"_id": verification_id, "verifier_organisation_id": reader, "state": OPEN}
        verification = await self._one(VERIFICATIONS, condition)
        if verification is None:
            return None
        return await self._one(FOOTPRINTS, {"_id": verification.footprint_id})

    async def folder(self, footprint_id: str, *, reader: str) -> EvidenceFolder | None:
        """Return the documents of a footprint that is the reader's own, or that an open engagement opens to it."""
        owner = await self._owner_for(footprint_id, reader)
        if owner is None:
            return None
        folder = await self._one(EVIDENCE_FOLDERS, {"_id": footprint_id, "owner_organisation_id": owner})
        return folder or EvidenceFolder(footprint_id, owner)

    async def _owner_for(self, footprint_id: str, reader: str) -> str | None:
        """Return whose footprint it is, to a reader who may know."""
        with translated_errors():
            own = await self._mongo.collection(FOOTPRINTS.name).find_one(
                {"_id": footprint_id, "owner_organisation_id": reader}, {"_id": 1}
            )
        if own is not None:
            return reader
        engagement = await self.opened_by(footprint_id, reader=reader)
        return None if engagement is None else engagement.supplier_organisation_id

    async def opened_by(self, footprint_id: str, *, reader: str) -> Verification | None:
        """Return the open engagement that has the footprint and the reader for its verifier, the first by its id."""
        condition = {"verifier_organisation_id": reader, "footprint_ids": footprint_id, "state": OPEN}
        found = await self._many(VERIFICATIONS, condition, 1)
        return found[0] if found else None

    async def chunk(self, footprint_id: str, digest: str, number: int) -> bytes | None:
        """Return a part of a document, whose folder the reader has got."""
        chunk = await self._one(EVIDENCE_CHUNKS, {"_id": chunk_key(footprint_id, digest, number)})
        return None if chunk is None else chunk.content

    async def programme_certificates(self, supplier_id: str) -> Sequence[ProgrammeCertificate]:
        """Return what is known of a supplier's programmes."""
        return await self._many(PROGRAMME_CERTIFICATES, {"supplier_id": supplier_id}, MAX_TRUST_FACTS)

    async def trust_findings(self, supplier_id: str) -> Sequence[TrustFinding]:
        """Return what suspensions and withdrawals raised, in order of their keys."""
        return await self._many(TRUST_FINDINGS, {"supplier_id": supplier_id}, MAX_TRUST_FACTS)

    async def _one(self, kind: Kind[S], condition: Filter) -> S | None:
        with translated_errors():
            document = await self._mongo.collection(kind.name).find_one(condition)
        return None if document is None else from_document(document, kind.state)

    async def _many(self, kind: Kind[S], condition: Filter, limit: int) -> list[S]:
        with translated_errors():
            cursor = self._mongo.collection(kind.name).find(condition).sort("_id", 1).limit(limit)
            documents = await cursor.to_list(limit)
        return [from_document(document, kind.state) for document in documents]


def _party(reader: str) -> Filter:
    return {"$or": [{"supplier_organisation_id": reader}, {"verifier_organisation_id": reader}]}

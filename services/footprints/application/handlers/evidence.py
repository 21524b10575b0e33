"""Storing a document beside a footprint: its entry and all its bytes in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.footprints.application.ports import FOOTPRINTS, ORGANISATIONS
from services.footprints.application.verifications import EVIDENCE_CHUNKS, EVIDENCE_FOLDERS, StoreDocument
from services.footprints.domain.errors import FootprintNotFound
from services.footprints.domain.evidence import (
    CHUNK_BYTES,
    Evidence,
    EvidenceFolder,
    chunk_key,
    chunks,
    put_document,
    take_document,
)
from services.footprints.domain.organisation import check_standing


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What the caller is told: the document, and whether this command stored it."""

    footprint_id: str
    document: Evidence
    created: bool


class StoreDocumentHandler:
    """Decides `StoreDocument`; its result is a `StoredDocument`. No event tells of it: the bytes stay in this service.

    An engagement's parties read the list; an attestation names its statement by digest.
    """

    def needs(self, command: StoreDocument, _: Loaded) -> Iterable[Need]:
        """Ask for the footprint, its folder, and the places of the chunks."""
        yield Key(ORGANISATIONS, _owner(command))
        yield Key(FOOTPRINTS, command.footprint_id)
        yield Key(EVIDENCE_FOLDERS, command.footprint_id)
        for number in range(-(-len(command.content) // CHUNK_BYTES)):
            yield Key(EVIDENCE_CHUNKS, chunk_key(command.footprint_id, command.digest, number))

    def decide(self, loaded: Loaded, command: StoreDocument) -> Decision:
        """Store it, unless the same bytes are there."""
        owner, footprint_id = _owner(command), command.footprint_id
        check_standing(loaded.get(ORGANISATIONS, owner))
        footprint = loaded.get(FOOTPRINTS, footprint_id)
        if footprint is None or footprint.owner_organisation_id != owner:
            raise FootprintNotFound("you have no footprint with this id")
        document = take_document(command.content, command.media_type, command.name, command.limits, command.meta.at)
        folder = loaded.get(EVIDENCE_FOLDERS, footprint_id) or EvidenceFolder(footprint_id, owner)
        known = folder.find(document.sha256)
        if known is not None:
            return Decision(result=StoredDocument(footprint_id, known, created=False))
        changes = [Change(EVIDENCE_FOLDERS, footprint_id, put_document(folder, document))]
        changes += [Change(EVIDENCE_CHUNKS, *each) for each in chunks(footprint_id, document, command.content)]
        return Decision(tuple(changes), result=StoredDocument(footprint_id, document, created=True))


def _owner(command: StoreDocument) -> str:
    organisation_id = command.meta.organisation_id
    if organisation_id is None:
        raise ValueError("a document is stored by an organisation, never by a message")
    return organisation_id

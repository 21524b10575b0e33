"""Documents beside a footprint: what a verifier reads to believe it. Named by the SHA-256 of their bytes.

Invariants: SAME-BYTES (the same bytes twice are one document), TYPE-BY-BYTES (the media type is what the bytes say,
not what the sender says), BOUNDED (size and number have limits).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from services.footprints.domain.document_types import EXTENSIONS, kind_of_bytes, safe_name
from services.footprints.domain.verification_errors import (
    DocumentEmpty,
    DocumentTooLarge,
    DocumentTypeRefused,
    TooManyDocuments,
)

CHUNK_BYTES: Final = 1024 * 1024
"""Bytes in one stored chunk: far below the 16 MiB that a MongoDB document may have."""
MAX_DOCUMENTS: Final = 50
"""Most documents beside one footprint."""


@dataclass(frozen=True, slots=True)
class EvidenceLimits:
    """What the operator allows."""

    document_bytes: int
    media_types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document without its bytes."""

    sha256: str
    """64 hexadecimal digits; also its id beside the footprint."""
    name: str
    """Safe as a file name."""
    media_type: str
    size_bytes: int
    stored_at: datetime

    @property
    def chunk_count(self) -> int:
        """In how many chunks its bytes lie."""
        return -(-self.size_bytes // CHUNK_BYTES)


@dataclass(frozen=True, slots=True)
class EvidenceFolder:
    """State of all documents of one footprint; the one document that each upload writes, so it guards their number."""

    footprint_id: str
    owner_organisation_id: str
    documents: tuple[Evidence, ...] = ()

    def find(self, digest: str) -> Evidence | None:
        """Return the document with these bytes."""
        return next((each for each in self.documents if each.sha256 == digest), None)


@dataclass(frozen=True, slots=True)
class EvidenceChunk:
    """A part of a document's bytes."""

    content: bytes


def chunk_key(footprint_id: str, digest: str, number: int) -> str:
    """Return the key of a chunk, counted from 0. The footprint is in it: nobody learns what others have stored."""
    return f"{footprint_id}:{digest}:{number:04d}"


def chunks(footprint_id: str, document: Evidence, content: bytes) -> Iterator[tuple[str, EvidenceChunk]]:
    """Cut a document's bytes into chunks, each with its key."""
    for number in range(document.chunk_count):
        start = number * CHUNK_BYTES
        yield chunk_key(footprint_id, document.sha256, number), EvidenceChunk(content[start : start + CHUNK_BYTES])


def take_document(content: bytes, media_type: str, name: str, limits: EvidenceLimits, at: datetime) -> Evidence:
    """Look at the bytes of a document. Raises `DocumentEmpty`, `DocumentTooLarge`, `DocumentTypeRefused`."""
    if not content:
        raise DocumentEmpty("the body has no bytes", field="", remedy="Send the document as the body of the request.")
    if len(content) > limits.document_bytes:
        raise DocumentTooLarge(
            f"the document has {len(content)} bytes, {limits.document_bytes} at most are taken",
            field="",
            remedy="Send a smaller document, or split it.",
        )
    allowed = ", ".join(sorted(limits.media_types))
    if media_type not in limits.media_types or media_type not in EXTENSIONS:
        raise DocumentTypeRefused(
            f"{media_type} is not taken; these are: {allowed}",
            field="/headers/Content-Type",
            remedy="Convert the document, PDF is always right.",
        )
    if not kind_of_bytes(content, media_type):
        raise DocumentTypeRefused(
            f"the bytes are not {media_type}",
            field="/headers/Content-Type",
            remedy=f"Name the type that the document has, one of {allowed}; a damaged file must be made anew.",
        )
    return Evidence(sha256(content).hexdigest(), safe_name(name, media_type), media_type, len(content), at)


def put_document(folder: EvidenceFolder, document: Evidence) -> EvidenceFolder:
    """Lay a document into the folder; one that is there stays as it is. Raises `TooManyDocuments`."""
    if folder.find(document.sha256) is not None:
        return folder
    if len(folder.documents) >= MAX_DOCUMENTS:
        raise TooManyDocuments(
            f"a footprint has {MAX_DOCUMENTS} documents at most",
            field="/path/footprint_id",
            remedy="Put several documents into one PDF.",
        )
    return replace(folder, documents=(*folder.documents, document))

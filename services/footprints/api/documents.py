"""Routes of documents beside a footprint: store, list, download."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Annotated, Final
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from services.chassis.auth import Caller
from services.chassis.http import IdempotencyKey, header_docs, respond
from services.chassis.idempotency import Reply
from services.chassis.problems import problem_responses
from services.chassis.tokens import Principal
from services.footprints.api.edge import Edge
from services.footprints.api.footprints import Supplier
from services.footprints.api.verification_render import document_view, stored_reply
from services.footprints.api.verification_resources import DocumentList, DocumentResource
from services.footprints.application.verifications import StoreDocument
from services.footprints.application.verifier_access import UnderVerification, disclose_to_verifier
from services.footprints.domain.access_log import Reading
from services.footprints.domain.document_types import EXTENSIONS
from services.footprints.domain.errors import FootprintNotFound
from services.footprints.domain.evidence import Evidence, EvidenceFolder, EvidenceLimits
from services.footprints.domain.verification_errors import DocumentNotFound

STORE: Final = "POST /v1/footprints/{footprint_id}/documents"
MAX_DIGEST: Final = 64
MAX_GIVEN_NAME: Final = 500
BYTES: Final = {"schema": {"type": "string", "format": "binary"}}


def documents_router(edge: Edge, desk: Edge, limits: EvidenceLimits) -> APIRouter:
    """Return the routes; `desk` is the edge whose bus stores documents one at a time."""
    router = APIRouter(prefix="/v1/footprints/{footprint_id}/documents", tags=["verification"])

    @router.post(
        "",
        operation_id="store_document",
        summary="Store a document beside a footprint",
        description=(
            "The body is the document itself. Its media type is compared with its bytes, its name is made safe, and it"
            " is stored whole or not at all; the same bytes twice are one document (200). For the owner alone."
        ),
        openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(sorted(limits.media_types), BYTES)}},
        status_code=201,
        response_model=None,
        responses={
            201: {"model": DocumentResource, "description": "Stored", "headers": header_docs("Location")},
            200: {"model": DocumentResource, "description": "There already", "headers": header_docs("Location")},
            **problem_responses(409, 413, 415),
        },
    )
    async def store(
        request: Request,
        footprint_id: str,
        caller: Supplier,
        key: IdempotencyKey,
        name: Annotated[str, Query(max_length=MAX_GIVEN_NAME, description="File name, percent-encoded.")] = "",
    ) -> Response:
        identity, content = footprint_id.lower(), await request.body()
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        digest = sha256(content).hexdigest()
        command = StoreDocument(edge.meta(caller), identity, digest, name, media_type, content, limits)
        same = (identity.encode(), media_type.encode(), name.encode(), digest.encode())
        return respond(await desk.once(caller, STORE, key, command, stored_reply, *same))

    @router.get(
        "",
        operation_id="list_documents",
        summary="List the documents of a footprint",
        description="For the owner, and for a verifier with an open engagement on the footprint; 404 otherwise.",
        response_model=None,
        responses={200: {"model": DocumentList, "description": "All of them, in order of their storing"}},
    )
    async def documents(footprint_id: str, caller: Caller) -> Response:
        folder = await _visible(edge, footprint_id.lower(), caller)
        await _tell(edge, folder, caller, "list_documents")
        items = [document_view(folder.footprint_id, each) for each in folder.documents]
        return respond(Reply(200, orjson.dumps({"items": items})))

    @router.get(
        "/{digest}",
        operation_id="download_document",
        summary="Download a document",
        description="Always as an attachment. For the same readers as the list; the owner's log tells of a verifier.",
        response_model=None,
        responses={200: {"description": "The bytes", "content": dict.fromkeys(sorted(EXTENSIONS), BYTES)}},
    )
    async def download(
        footprint_id: str,
        digest: Annotated[str, Path(max_length=MAX_DIGEST, description="SHA-256 of the document, hexadecimal.")],
        caller: Caller,
    ) -> Response:
        folder = await _visible(edge, footprint_id.lower(), caller)
        document = folder.find(digest)
        if document is None:
            raise DocumentNotFound("no such document is visible to you")
        await _tell(edge, folder, caller, "download_document")
        return StreamingResponse(
            _content(edge, folder.footprint_id, document),
            headers=_download_headers(document),
            media_type=document.media_type,
        )

    return router


async def _visible(edge: Edge, footprint_id: str, caller: Principal) -> EvidenceFolder:
    """Return the folder if the caller may see it. Raises `FootprintNotFound`."""
    folder = await edge.queries.verifications.folder(footprint_id, reader=caller.organisation_id)
    if folder is None:
        raise FootprintNotFound("no footprint with this id is visible to you")
    return folder


async def _tell(edge: Edge, folder: EvidenceFolder, caller: Principal, operation: str) -> None:
    """Tell the owner of a verifier's reading before anything is shown.

    Raises `FootprintNotFound` where the engagement ended since the folder was read, and the store's transient error.
    """
    reader, footprint_id = caller.organisation_id, folder.footprint_id
    if reader == folder.owner_organisation_id:
        return
    opened_by = await edge.queries.verifications.opened_by(footprint_id, reader=reader)
    if opened_by is None:
        raise FootprintNotFound("no footprint with this id is visible to you")
    opened = UnderVerification(footprint_id, folder.owner_organisation_id, opened_by.verification_id)
    await disclose_to_verifier(edge.disclosure, opened, Reading(reader, operation, edge.clock()))


async def _content(edge: Edge, footprint_id: str, document: Evidence) -> AsyncIterator[bytes]:
    """Stream the bytes; what is not what was stored cuts the connection, never passes for the document."""
    digest = sha256()
    for number in range(document.chunk_count):
        chunk = await edge.queries.verifications.chunk(footprint_id, document.sha256, number)
        if chunk is None:
            raise LookupError(f"chunk {number} of document {document.sha256} is missing")
        digest.update(chunk)
        if number == document.chunk_count - 1 and digest.hexdigest() != document.sha256:
            raise ValueError(f"document {document.sha256} does not have its digest any more")
        yield chunk


def _download_headers(document: Evidence) -> dict[str, str]:
    """Name the file (RFC 6266; the plain form for clients that know no other) and keep it from being run."""
    plain_name = "".join(each if each.isascii() and each not in '"\\' else "_" for each in document.name)
    disposition = f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(document.name, safe='')}"
    digest = b64encode(bytes.fromhex(document.sha256)).decode()
    return {
        "Content-Disposition": disposition,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Length": str(document.size_bytes),
        "Repr-Digest": f"sha-256=:{digest}:",
    }

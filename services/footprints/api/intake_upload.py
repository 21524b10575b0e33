"""Receiving a file: piece by piece into bounded documents, never in memory as a whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request

from services.chassis.http import NDJSON, Limits, LimitTable
from services.chassis.problems import HttpProblem
from services.footprints.application.intake import Chunk, IntakeFiles
from services.footprints.domain.intake.intake import IntakeFormat, Upload

PATH: Final = "/v1/intakes"
CHUNK_BYTES: Final = 512 * 1024
CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: Final = {CSV: IntakeFormat.CSV, XLSX: IntakeFormat.XLSX, **dict.fromkeys(NDJSON, IntakeFormat.NDJSON)}


def allow_uploads(app: FastAPI, limits: Limits) -> None:
    """Give the path of uploads limits of its own."""
    for middleware in app.user_middleware:
        table = middleware.kwargs.get("table")
        if isinstance(table, LimitTable):
            middleware.kwargs["table"] = replace(table, by_suffix={**table.by_suffix, PATH: limits})


def format_of(request: Request) -> IntakeFormat:
    """Return the format that the Content-Type names. Raises `HttpProblem` 415.

    A charset is not looked at: clients that upload a file name one without knowing it. `encoding` declares one.
    """
    essence = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if essence not in FORMATS:
        raise HttpProblem.of_field(
            415,
            "unsupported-media-type",
            "The media type is not supported",
            field="/headers/Content-Type",
            rule="media_type",
            message=f"must be {CSV}, {XLSX} or {NDJSON[0]}.",
            remedy="Send the file as it is, with the media type of its format; save XLS and XLSM files as XLSX.",
        )
    return FORMATS[essence]


async def receive_upload(request: Request, files: IntakeFiles, upload_id: str, expires_at: datetime) -> Upload:
    """Store the body in chunks. One that breaks off leaves chunks that nobody looks at, and that expire.

    Raises `HttpProblem` 400 for an empty body, and what the limits raise (413, 408).
    """
    digest = sha256()
    size = chunks = 0
    async for piece in _pieces(request.stream()):
        digest.update(piece)
        size += len(piece)
        await files.put_chunk(upload_id, chunks, Chunk(piece, expires_at))
        chunks += 1
    if not size:
        raise HttpProblem.of_field(
            400,
            "empty-body",
            "The body is empty",
            field="",
            rule="not_empty",
            message="must be a file.",
            remedy="Send the file as the body of the request, not as a form.",
        )
    return Upload(upload_id, size, digest.hexdigest(), CHUNK_BYTES, chunks)


async def _pieces(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield pieces of `CHUNK_BYTES`, the last one shorter."""
    gathered = bytearray()
    async for data in stream:
        gathered += data
        while len(gathered) >= CHUNK_BYTES:
            yield bytes(gathered[:CHUNK_BYTES])
            del gathered[:CHUNK_BYTES]
    if gathered:
        yield bytes(gathered)

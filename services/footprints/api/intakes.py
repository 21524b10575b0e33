"""Routes of intakes: send a file, follow it, read what became of its rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, FastAPI, Query, Request
from starlette.responses import Response

from services.chassis.auth import Caller
from services.chassis.http import (
    NDJSON,
    IdempotencyKey,
    Page,
    PageQuery,
    bad_cursor,
    cut_page,
    header_docs,
    ndjson_content,
    path_id,
    respond,
)
from services.chassis.idempotency import Reply
from services.chassis.kernel import Refusal
from services.chassis.problems import problem_responses
from services.footprints.api.edge import Edge
from services.footprints.api.footprints import Supplier
from services.footprints.api.intake_resources import (
    RESULT_EXAMPLE,
    IntakePage,
    IntakeResource,
    RowResultPage,
    RowResultResource,
    intake_path,
    intake_view,
    received_reply,
)
from services.footprints.api.intake_texts import AcceptLanguage, language_of, result_view
from services.footprints.api.intake_upload import CSV, PATH, XLSX, format_of, receive_upload
from services.footprints.application.intake import Intakes, ReadsIntakes, ReceiveIntake
from services.footprints.domain.errors import IntakeNotFound
from services.footprints.domain.intake.encoding import TextEncoding
from services.footprints.domain.intake.intake import Intake, IntakeOptions, RowOutcome
from services.footprints.domain.intake.numbers import NumberFormat

RECEIVE: Final = f"POST {PATH}"
IntakeId = Annotated[str, path_id("intake", r"^[0-9a-f-]{36}$")]


@dataclass(frozen=True, slots=True)
class IntakeDesk:
    """What the routes stand on beside the edge; `reader` is None in a process that receives and shows alone."""

    intakes: Intakes
    retention: timedelta
    reader: ReadsIntakes | None = None


def intakes_router(edge: Edge, desk: IntakeDesk) -> APIRouter:
    """Return the routes under `/v1/intakes`; the application reads what they received while it runs."""
    router = APIRouter(prefix=PATH, tags=["intakes"], lifespan=_reading(desk))

    @router.post(
        "",
        operation_id="receive_intake",
        summary="Send a table of product footprints",
        description=(
            "A CSV or XLSX file by the template (`GET /v1/intake-template`), or NDJSON of PACT 3 footprints. It is"
            " stored and read later: follow `Location`. A file that can't be read to its end is taken in not at all;"
            " after that each row stands for itself and meets the rules of `POST /v1/footprints`. A row without id gets"
            " one that belongs to this row of this intake; the same file sent again as a new intake makes new"
            " footprints, so mend refused rows and send those alone."
        ),
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    each: {"schema": {"type": "string", "format": "binary", "minLength": 1}}
                    for each in (CSV, XLSX, NDJSON[0])
                },
            }
        },
        status_code=202,
        response_model=None,
        responses={
            202: {"model": IntakeResource, "description": "Received", "headers": header_docs("Location")},
            **problem_responses(409),
        },
    )
    async def receive(
        request: Request,
        caller: Supplier,
        key: IdempotencyKey,
        dry_run: Annotated[bool, Query(description="Grade the rows, store no footprint.")] = False,  # noqa: FBT002 - a query parameter
        decimal: Annotated[NumberFormat | None, Query(description="Number format; settles `1.234`.")] = None,
        encoding: Annotated[TextEncoding | None, Query(description="Of a CSV file; found out without it.")] = None,
        utc_offset: Annotated[
            str,
            Query(
                pattern=r"^(Z|[+ -](0[0-9]|1[0-3]):[0-5][0-9])$",
                description="Of dates without one, such as +08:00 (its plus sign percent-encoded as %2B).",
            ),
        ] = "Z",
    ) -> Response:
        options = IntakeOptions(format_of(request), dry_run, decimal, encoding, _minutes(utc_offset))
        meta = edge.meta(caller)
        expires_at = meta.at + desk.retention
        upload = await receive_upload(request, desk.intakes, edge.new_id(), expires_at)
        intake_id = edge.new_id()
        command = ReceiveIntake(meta, intake_id, options, upload, expires_at)
        same = (upload.sha256.encode(), repr(options).encode())
        try:
            reply = await edge.once(caller, RECEIVE, key, command, received_reply, *same)
        except Refusal:
            await desk.intakes.drop(upload, None, 0)
            raise
        if reply.headers.get("Location") != intake_path(intake_id):  # a repeat: this copy of the file is nobody's
            await desk.intakes.drop(upload, None, 0)
        if desk.reader is not None:
            desk.reader.wake()
        return respond(reply)

    @router.get(
        "",
        operation_id="list_intakes",
        summary="List intakes",
        description="The caller's own, newest first.",
        response_model=None,
        responses={200: {"model": IntakePage, "description": "A page", "headers": header_docs("Link")}},
    )
    async def intakes(request: Request, caller: Caller, page: PageQuery, accepted: AcceptLanguage = "") -> Response:
        found = await desk.intakes.intakes(page.key("id"), page.limit + 1, owner=caller.organisation_id)
        shown, more = cut_page(list(found), page.limit)
        language = language_of(accepted)
        body = orjson.dumps({"items": [intake_view(intake, language) for intake in shown]})
        return _in(language, edge.page(request, body, {"id": shown[-1].intake_id} if more else None))

    @router.get(
        "/{intake_id}",
        operation_id="read_intake",
        summary="Follow an intake",
        description="State and progress, also while it is read; for its owner alone.",
        response_model=None,
        responses={200: {"model": IntakeResource, "description": "The intake"}},
    )
    async def read(intake_id: IntakeId, caller: Caller, accepted: AcceptLanguage = "") -> Response:
        language = language_of(accepted)
        found = await _own(desk, intake_id, caller.organisation_id)
        return _in(language, respond(Reply(200, orjson.dumps(intake_view(found, language)))))

    @router.get(
        "/{intake_id}/results",
        operation_id="list_intake_results",
        summary="Read what became of the rows",
        description=(
            "In order of the rows, as far as the intake is. `outcome=refused` leaves what is to mend. With"
            " `Accept: application/x-ndjson` the page is a result a line."
        ),
        response_model=None,
        responses={
            200: {
                "model": RowResultPage,
                "description": "A page",
                "headers": header_docs("Link"),
                "content": ndjson_content(RowResultResource, orjson.dumps(RESULT_EXAMPLE).decode() + "\n"),
            }
        },
    )
    async def results(
        request: Request,
        intake_id: IntakeId,
        caller: Caller,
        page: PageQuery,
        outcome: Annotated[RowOutcome | None, Query(description="Only rows with this outcome.")] = None,
        accepted: AcceptLanguage = "",
    ) -> Response:
        await _own(desk, intake_id, caller.organisation_id)
        found = await desk.intakes.results(intake_id, outcome, _row(page), page.limit + 1)
        shown, more = cut_page(list(found), page.limit)
        language = language_of(accepted)
        views = [result_view(result, language) for result in shown]
        as_lines = any(each in request.headers.get("accept", "") for each in NDJSON)
        body = b"".join(orjson.dumps(view) + b"\n" for view in views) if as_lines else orjson.dumps({"items": views})
        answer = edge.page(request, body, {"row": shown[-1].row} if more else None)
        if as_lines:
            answer.headers["Content-Type"] = NDJSON[0]
        return _in(language, answer)

    return router


async def _own(desk: IntakeDesk, intake_id: str, owner: str) -> Intake:
    found = await desk.intakes.intake(intake_id, owner=owner)
    if found is None:
        raise IntakeNotFound("you have no intake with this id")
    return found


def _minutes(utc_offset: str) -> int:
    """Read an offset; a plus sign that was not percent-encoded arrives as a space."""
    if utc_offset == "Z":
        return 0
    minutes = int(utc_offset[1:3]) * 60 + int(utc_offset[4:6])
    return -minutes if utc_offset[0] == "-" else minutes


def _row(page: Page) -> int | None:
    if page.after is None:
        return None
    row = page.after.get("row")
    if not isinstance(row, int) or row < 0:
        raise bad_cursor()
    return row


def _in(language: str, answer: Response) -> Response:
    answer.headers["Content-Language"] = language
    answer.headers["Vary"] = "Accept, Accept-Language"
    return answer


def _reading(desk: IntakeDesk) -> Any:
    """Return what runs beside the requests: the reader, for as long as the application serves."""

    @asynccontextmanager
    async def reading(_: FastAPI) -> AsyncIterator[None]:
        if desk.reader is None:
            yield
            return
        stopping = asyncio.Event()
        task = asyncio.create_task(desk.reader.run(stopping))
        try:
            yield
        finally:
            stopping.set()
            await task

    return reading

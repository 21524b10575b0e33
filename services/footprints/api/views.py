"""Routes of the views: a record out in another format, a document of another format in."""

from __future__ import annotations

from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.chassis.auth import Caller
from services.chassis.http import IdempotencyKey, depth_limit_of, etag, header_docs, require_media_type, respond
from services.chassis.idempotency import Reply
from services.chassis.problems import HttpProblem, instance_of, problem_responses
from services.footprints.api.check import checked
from services.footprints.api.edge import Edge
from services.footprints.api.exact_json import dumps, loads
from services.footprints.api.findings import methodology_problem
from services.footprints.api.footprints import Supplier
from services.footprints.api.pact_host.render import document_of, exchanged
from services.footprints.api.pact_v3 import read_submission
from services.footprints.api.render import submitted_reply
from services.footprints.api.view_resources import (
    VIEW_EXAMPLE,
    ExportFormat,
    ImportFormat,
    ImportResource,
    ViewResource,
    note_views,
)
from services.footprints.application.commands import SubmitFootprint
from services.footprints.application.handlers import Submitted
from services.footprints.domain.carbon import Submission
from services.footprints.domain.errors import FootprintNotFound, MethodologyBroken
from services.footprints.domain.views import Format, Imported, export_view, import_view, source_place

READ: Final = "read_footprint_view"
IMPORT: Final = "POST /v1/footprints:import"
JSON: Final = "application/json"
UNPROCESSABLE: Final = 422

_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {"type": "object", "additionalProperties": True},
                "examples": {"a Catena-X PCF, model 10": {"value": VIEW_EXAMPLE["document"]}},
            }
        },
    }
}


def views_router(edge: Edge) -> APIRouter:
    """Return the routes of views and imports."""
    router = APIRouter(tags=["views"])

    @router.get(
        "/v1/footprints/{footprint_id}/views/{format}",
        operation_id=READ,
        summary="Read a footprint in another format",
        description=(
            "For whoever may read the footprint. `notes` names every place where the format says less, more or"
            " something else than the record; what no note names came over as it is. 422 where the format has no"
            " word for the unit of measurement."
        ),
        response_model=None,
        responses={
            200: {"model": ViewResource, "description": "The view", "headers": header_docs("ETag")},
            **problem_responses(409),
        },
    )
    async def view(
        footprint_id: str,
        format: ExportFormat,  # noqa: A002 - the name in the path
        caller: Caller,
        *,
        bare: Annotated[bool, Query(description="The document alone, ready to be sent on.")] = False,
    ) -> Response:
        now = edge.clock()
        found = await edge.queries.footprint(footprint_id.lower(), reader=caller.organisation_id, at=now)
        if found is None:
            raise FootprintNotFound("no footprint with this id is visible to you")
        form = Format(format)
        shown = export_view(found, form)
        document = document_of(exchanged(found)) if form is Format.PACT_3 else dumps(shown.document)
        await edge.disclose(caller, READ, [found], now)
        headers = {"ETag": etag(found.version)}
        if bare:
            return respond(Reply(200, document, headers))
        body = {
            "footprint_id": found.footprint_id,
            "version": found.version,
            "format": format,
            "document": orjson.Fragment(document),
            "notes": note_views(shown.notes),
        }
        return respond(Reply(200, orjson.dumps(body), headers))

    @router.post(
        "/v1/footprints:import",
        operation_id="import_footprint",
        summary="Submit a footprint that is written in another format",
        description=(
            "Converts the document to PACT 3 and submits it for the calling supplier, by the rules and with the"
            " outcomes of `POST /v1/footprints`: 201 stored, 200 known with the same content, 409 other content under"
            " this id. `notes` names everything that was lost, assumed or derived on the way. A broken rule names the"
            " place in the document as it was sent. With `dry_run=true` nothing is stored: the answer (200) shows what"
            " would be submitted and how it would be graded."
        ),
        openapi_extra=_BODY,
        status_code=201,
        response_model=None,
        responses={
            201: {"model": ImportResource, "description": "Accepted", "headers": header_docs("Location", "ETag")},
            200: {"model": ImportResource, "description": "Known, the same content; or a dry run"},
            **problem_responses(409),
        },
    )
    async def import_footprint(
        request: Request,
        caller: Supplier,
        key: IdempotencyKey,
        format: Annotated[ImportFormat, Query(description="What the body is written in.")],  # noqa: A002 - as in the path
        *,
        dry_run: Annotated[bool, Query(description="Convert and grade, store nothing.")] = False,
    ) -> Response:
        require_media_type(request, JSON)
        raw = await request.body()
        form = Format(format)
        made = import_view(loads(raw, depth_limit=depth_limit_of(request)), form)
        document = dumps(made.document)
        if dry_run:
            check = await checked(edge, caller.organisation_id, document, request)
            return respond(Reply(200, orjson.dumps(_answer(form, made, document=document, check=check))))
        command = SubmitFootprint(edge.meta(caller), _submission(request, document, form))

        def stored(result: Submitted) -> Reply:
            reply = submitted_reply(result)
            body = _answer(form, made, footprint=reply.body)
            return Reply(reply.status, orjson.dumps(body), reply.headers)

        try:
            return respond(await edge.once(caller, IMPORT, key, command, stored, format.encode(), raw))
        except MethodologyBroken as refusal:
            raise methodology_problem(refusal) from None

    return router


def _submission(request: Request, document: bytes, form: Format) -> Submission:
    """Read the converted document; what it breaks is told by its place in the document that was sent."""
    try:
        return read_submission(document, depth_limit=depth_limit_of(request), instance=instance_of(request.scope))
    except HttpProblem as error:
        if error.status_code != UNPROCESSABLE or form is Format.PACT_3:
            raise
        items = tuple(item.model_copy(update={"field": source_place(form, item.field)}) for item in error.errors)
        detail = f"Converted from {form.value} to PACT 3, the document breaks {len(items)} or more rules."
        raise HttpProblem(error.status_code, error.slug, error.title, detail, errors=items) from None


def _answer(
    form: Format,
    made: Imported,
    *,
    footprint: bytes | None = None,
    document: bytes | None = None,
    check: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return an `ImportResource`."""
    return {
        "stored": footprint is not None,
        "format": form.value,
        "footprint": None if footprint is None else orjson.Fragment(footprint),
        "document": None if document is None else orjson.Fragment(document),
        "check": check,
        "notes": note_views(made.notes),
    }

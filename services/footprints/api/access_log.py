"""Route of the access log: who read the caller's footprints, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from services.chassis.auth import Caller
from services.chassis.clock import to_milliseconds
from services.chassis.http import Page, PageQuery, bad_cursor, cut_page, header_docs
from services.footprints.api.edge import Edge
from services.footprints.api.footprints import MAX_ID_LENGTH
from services.footprints.api.pact_v3.values import Instant
from services.footprints.api.render import instant
from services.footprints.api.resources import Resource
from services.footprints.application.access_log import AccessFilter, AccessPosition
from services.footprints.domain.access_log import MAX_ENTRY_IDS, AccessEntry

ACCESS_ENTRY_EXAMPLE: Final[dict[str, Any]] = {
    "entry_id": "01900000-0000-7000-8000-0000000000b1",
    "reader_organisation_id": "tiexi-drive-systems",
    "operation": "read_footprint",
    "footprint_ids": ["0c7b2a51-6f1e-4b52-9d3a-5e8f10a4c2d7"],
    "opened_by": [
        {
            "grant_id": "01900000-0000-7000-8000-000000000001",
            "access_key": "product liaodong-casting urn:pact:liaodong-casting.example:product-id:em-hsg-4711",
        }
    ],
    "read_at": "2026-02-16T01:41:10.020Z",
}


class OpeningResource(Resource):
    """A grant that held at the time of reading."""

    grant_id: str
    access_key: str = Field(
        description="The door it opened: `everything`, `product` (folded), `footprint`; or `verification`: grant_id"
        " names that then."
    )


class AccessEntryResource(Resource):
    """One answer that showed footprints of the caller to another organisation."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ACCESS_ENTRY_EXAMPLE]})

    entry_id: str
    reader_organisation_id: str
    operation: str = Field(description="Operation of this API, or type of the event that carried the footprints.")
    footprint_ids: Annotated[list[str], Field(min_length=1, max_length=MAX_ENTRY_IDS)]
    opened_by: list[OpeningResource] = Field(description="For each footprint the widest grant, each named once.")
    read_at: datetime


class AccessLogPage(Resource):
    """A page of entries, newest first; `Link` leads to older ones."""

    items: list[AccessEntryResource]


def access_log_router(edge: Edge) -> APIRouter:
    """Return the route `/v1/access-log`."""
    router = APIRouter(tags=["access log"])

    @router.get(
        "/v1/access-log",
        operation_id="read_access_log",
        summary="See who read your footprints",
        description=(
            "Every answer that showed footprints of the caller to another organisation, newest first: pages and single"
            " footprints, over the native API and over PACT. An entry is on disk before its answer leaves; where it can"
            f" not be kept, the reader gets 503 instead. One entry names {MAX_ENTRY_IDS} footprints at most; a larger"
            " answer has several. Nobody but the owner of the footprints sees an entry."
        ),
        response_model=None,
        responses={200: {"model": AccessLogPage, "description": "A page", "headers": header_docs("Link")}},
    )
    async def read_access_log(
        request: Request,
        caller: Caller,
        page: PageQuery,
        footprint_id: Annotated[str | None, Query(max_length=MAX_ID_LENGTH, description="One of yours.")] = None,
        reader: Annotated[str | None, Query(max_length=MAX_ID_LENGTH, description="Who read.")] = None,
        read_from: Annotated[Instant | None, Query(alias="from", description="Inclusive.")] = None,
        read_until: Annotated[Instant | None, Query(alias="until", description="Exclusive.")] = None,
    ) -> Response:
        identity = None if footprint_id is None else footprint_id.lower()
        found = await edge.disclosure.log.entries(
            AccessFilter(identity, reader, read_from, read_until),
            _position(page),
            page.limit + 1,
            owner=caller.organisation_id,
        )
        shown, more = cut_page(list(found), page.limit)
        last = {"at": instant(shown[-1].read_at) or "", "id": shown[-1].entry_id} if more else None
        body = orjson.dumps({"items": [_entry(entry) for entry in shown]})
        return edge.page(request, body, last)

    return router


def _entry(entry: AccessEntry) -> dict[str, Any]:
    return {
        "entry_id": entry.entry_id,
        "reader_organisation_id": entry.reader_organisation_id,
        "operation": entry.operation,
        "footprint_ids": entry.footprint_ids,
        "opened_by": [{"grant_id": each.grant_id, "access_key": each.access_key} for each in entry.opened_by],
        "read_at": instant(entry.read_at),
    }


def _position(page: Page) -> AccessPosition | None:
    read_at, entry_id = page.key("at"), page.key("id")
    if read_at is None or entry_id is None:
        return None
    try:
        return AccessPosition(to_milliseconds(datetime.fromisoformat(read_at)), entry_id)
    except (ValueError, OverflowError):
        raise bad_cursor() from None

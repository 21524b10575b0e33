"""Cursor paging: a page ends with an opaque cursor, and `Link` leads on (RFC 8288).

A cursor is a position in an order, not a right: the query behind it checks the tenant again, so it needs no signature.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import Depends, Query, Request
from pydantic import WithJsonSchema

from services.chassis.problems import HttpProblem

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
MAX_CURSOR_LENGTH: Final = 512
MAX_CURSOR_PARTS: Final = 8

CursorValue = str | int


@dataclass(frozen=True, slots=True)
class Page:
    """What the client asks for: at most `limit` items after the position `after` (None: from the start)."""

    limit: int
    after: Mapping[str, CursorValue] | None = None

    def key(self, name: str) -> str | None:
        """Return a text part of the cursor, None without a cursor. Raises `HttpProblem` 400 for another shape."""
        if self.after is None:
            return None
        value = self.after.get(name)
        if not isinstance(value, str):
            raise bad_cursor()
        return value


def encode_cursor(position: Mapping[str, CursorValue]) -> str:
    """Write the position of a page's last item, such as `{"id": ...}`, as base64url of JSON without padding."""
    return base64.urlsafe_b64encode(orjson.dumps(dict(position))).decode().rstrip("=")


def decode_cursor(cursor: str) -> dict[str, CursorValue]:
    """Read a cursor of ours. Raises `HttpProblem` 400 for anything `encode_cursor` didn't write."""
    if not 0 < len(cursor) <= MAX_CURSOR_LENGTH or not cursor.isascii():
        raise bad_cursor()
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        position = orjson.loads(raw)
    except (binascii.Error, ValueError):
        raise bad_cursor() from None
    if not isinstance(position, dict) or not 0 < len(position) <= MAX_CURSOR_PARTS:
        raise bad_cursor()
    if not all(type(value) in (str, int) for value in position.values()):
        raise bad_cursor()
    if encode_cursor(position) != cursor:
        raise bad_cursor()
    return position


async def page_query(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Most items in the page.")] = DEFAULT_LIMIT,
    cursor: Annotated[
        str | None,
        WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9_-]{1,512}$"}),
        Query(description="Where the page begins; copy it from the `Link` of the page before."),
    ] = None,
) -> Page:
    """Dependency: the page the client asks for."""
    return Page(limit, None if cursor is None else decode_cursor(cursor))


PageQuery = Annotated[Page, Depends(page_query)]
"""Parameter type of a listing route: `async def footprints(request: Request, page: PageQuery)`."""


def next_link(request: Request, public_base_url: str, position: Mapping[str, CursorValue]) -> str:
    """Return the `Link` header of the next page: absolute, with every filter of this request.

    The base comes from settings, never from the Host header, which the client writes.
    """
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    query = urlencode([*kept, ("cursor", encode_cursor(position))])
    return f'<{public_base_url.rstrip("/")}{request.url.path}?{query}>; rel="next"'


def page_headers(request: Request, public_base_url: str, position: Mapping[str, CursorValue] | None) -> dict[str, str]:
    """Return the headers of a page; `position` is that of its last item, None for the last page."""
    return {} if position is None else {"Link": next_link(request, public_base_url, position)}


def cut_page(items: list[Any], limit: int) -> tuple[list[Any], bool]:
    """Cut a result that was queried with `limit + 1`: the items of the page, and whether more follow."""
    return items[:limit], len(items) > limit


def bad_cursor() -> HttpProblem:
    """Return the problem (400) of a cursor that no page of ours ended with."""
    return HttpProblem.of_field(
        400,
        "invalid-cursor",
        "The cursor is none of ours",
        field="/query/cursor",
        rule="cursor",
        message="must be copied unchanged from the Link header of the page before.",
        remedy="Leave it out to begin with the first page.",
    )

"""What every API does with a resource: run a command, answer with a version, send a page, document the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from fastapi import Path, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.chassis.clock import Clock
from services.chassis.http.conditional import etag
from services.chassis.http.context import correlation_id
from services.chassis.http.paging import CursorValue, page_headers
from services.chassis.idempotency import Reply, fingerprint, record_key
from services.chassis.ids import Ids
from services.chassis.kernel import Meta
from services.chassis.tokens import Principal
from services.chassis.trace import current_traceparent
from services.chassis.unit import CommandBus

Render = Callable[[Any], Reply]
"""Turns a command's result into the answer that is stored with it."""

EXAMPLE_ID: Final = "01900000-0000-7000-8000-0000000000a1"
HEADERS: Final = {
    "ETag": "Version of the resource; a change sends it as If-Match.",
    "Location": "Path of the resource.",
    "Link": 'The next page, with rel="next"; absent on the last one.',
}


@dataclass(frozen=True, slots=True)
class ApiEdge:
    """What the routes of every service stand on. A service's `api/edge.py` adds its queries and what else it needs."""

    bus: CommandBus
    clock: Clock
    new_id: Ids
    idempotency_ttl: timedelta
    public_base_url: str

    def meta(self, caller: Principal | None = None) -> Meta:
        """Surround a command of this caller, or of the service itself, now."""
        return Meta(
            command_id=self.new_id(),
            at=self.clock(),
            organisation_id=caller.organisation_id if caller else None,
            client_id=caller.client_id if caller else None,
            correlation_id=correlation_id(),
            traceparent=current_traceparent(),
        )

    async def once(
        self, caller: Principal, operation: str, key: str, command: Any, render: Render, *same: bytes
    ) -> Reply:
        """Run a command once for the caller's Idempotency-Key `key`; a repeat answers as the first time.

        `same` is what a repeat must have in common with the first request, beside `operation`: ids of the path, body.
        Raises `IdempotencyMismatch` when it has not, the domain's `Refusal`, `OverloadedError`.
        """
        return await self.bus.execute(
            command,
            render,
            key=record_key(caller.organisation_id, operation, key),
            fingerprint=fingerprint(operation.encode(), *same),
            ttl=self.idempotency_ttl,
        )

    async def create(self, request: Request, caller: Principal, key: str, command: Any, render: Render) -> Response:
        """Answer a POST that creates: `once` by its path and its body."""
        body = await request.body()
        return respond(await self.once(caller, request.url.path, key, command, render, body))

    async def change(self, command: Any, render: Render) -> Response:
        """Answer a change, which its version guards (If-Match) or its own nature: a repeat changes nothing."""
        return respond(await self.bus.execute(command, render))

    def page(self, request: Request, body: BaseModel | bytes, position: Mapping[str, CursorValue] | None) -> Response:
        """Send a page; `position` is that of its last item where more follow, None for the last page."""
        raw = body if isinstance(body, bytes) else body.model_dump_json().encode()
        return respond(Reply(200, raw, page_headers(request, self.public_base_url, position)))


def reply(view: BaseModel, version: int | None = None, status: int = 200, location: str | None = None) -> Reply:
    """Render a resource as an answer that can be stored; `version` becomes its ETag."""
    headers = {} if version is None else {"ETag": etag(version)}
    if location is not None:
        headers["Location"] = location
    return Reply(status, view.model_dump_json().encode(), headers)


def respond(answer: Reply) -> Response:
    """Send an answer."""
    return Response(answer.body, answer.status, answer.headers, media_type=answer.media_type)


def path_id(what: str, pattern: str, example: str = EXAMPLE_ID) -> Any:
    """Return the declaration of an id in a path."""
    return Path(pattern=pattern, description=f"Id of the {what}.", examples=[example])


def header_docs(*names: str) -> dict[str, Any]:
    """Return the `headers` of an answer in the document; `names` out of `HEADERS`."""
    return {name: {"schema": {"type": "string"}, "description": HEADERS[name]} for name in names}


def answer_doc(model: Any, description: str, example: Any, *headers: str) -> dict[str, Any]:
    """Return the entry of `responses=` for an answer with its example; `headers` are named in the document."""
    return {
        "model": model,
        "description": description,
        "content": {"application/json": {"example": example}},
        "headers": header_docs(*headers),
    }

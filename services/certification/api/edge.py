"""What the routes work with, and the few steps they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.certification.application.ports import Queries, Slice
from services.chassis.auth import require
from services.chassis.http import Page, correlation_id, etag, page_headers
from services.chassis.idempotency import Reply, fingerprint, record_key
from services.chassis.kernel import Meta
from services.chassis.tokens import Principal
from services.chassis.trace import current_traceparent
from services.chassis.unit import CommandBus

ID_PATTERN: Final = r"^[A-Za-z0-9._-]{1,128}$"
INSPECTORS: Final = frozenset({"operator", "verifier"})
"""Roles that pass on what issuers say, and so may see every supplier and certificate."""
HEADERS: Final = {
    "ETag": "Version of the resource; send it as If-Match.",
    "Location": "Path of the new resource.",
    "Link": 'The next page, with rel="next"; absent on the last one.',
}


def path_id(what: str) -> Any:
    """Return the declaration of an id in a path."""
    return Path(pattern=ID_PATTERN, description=f"Id of the {what}.", examples=["01900000-0000-7000-8000-0000000000a1"])


SupplierId = Annotated[str, path_id("supplier: the organisation's")]
CertificateId = Annotated[str, path_id("certificate")]
ProfileId = Annotated[str, path_id("profile")]
PartId = Annotated[str, path_id("part")]

SupplierCaller = Annotated[Principal, Depends(require(role="supplier"))]
BuyerCaller = Annotated[Principal, Depends(require(role="buyer"))]
InspectorCaller = Annotated[Principal, Depends(require(role=INSPECTORS))]


@dataclass(frozen=True, slots=True)
class Edge:
    """The ports of the API; made by the composition root."""

    bus: CommandBus
    queries: Queries
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    idempotency_ttl: timedelta
    public_base_url: str

    def meta(self, caller: Principal) -> Meta:
        """Surround a command of a request."""
        return Meta(
            command_id=self.new_id(),
            at=self.clock(),
            organisation_id=caller.organisation_id,
            client_id=caller.client_id,
            correlation_id=correlation_id(),
            traceparent=current_traceparent(),
        )

    async def create(
        self, request: Request, caller: Principal, key: str, command: Any, render: Callable[[Any], Reply]
    ) -> Response:
        """Run a creating command; a repeat of the key with the same body answers as the first time."""
        operation = request.url.path
        answer = await self.bus.execute(
            command,
            render,
            key=record_key(caller.organisation_id, operation, key),
            fingerprint=fingerprint(operation.encode(), await request.body()),
            ttl=self.idempotency_ttl,
        )
        return respond(answer)

    async def change(self, command: Any, render: Callable[[Any], Reply]) -> Response:
        """Run a changing command, which If-Match guards."""
        return respond(await self.bus.execute(command, render))

    def page(self, request: Request, view: BaseModel, last_id: str | None) -> Response:
        """Send a page; `last_id` is that of its last item where more follow."""
        headers = page_headers(request, self.public_base_url, None if last_id is None else {"id": last_id})
        return Response(view.model_dump_json(), 200, headers, media_type="application/json")


def one_more(page: Page) -> Slice:
    """Ask for a page and one item more, which tells whether a next one follows."""
    return Slice(page.limit + 1, page.key("id"))


def reach_of(caller: Principal) -> str | None:
    """Return whose certificates a caller may see: None for all of them."""
    return None if caller.roles & INSPECTORS else caller.organisation_id


def reply(view: BaseModel, version: int, status: int = 200, location: str | None = None) -> Reply:
    """Render a resource as an answer that can be stored."""
    headers = {"ETag": etag(version)} | ({"Location": location} if location else {})
    return Reply(status, view.model_dump_json().encode(), headers)


def respond(answer: Reply) -> Response:
    """Send an answer."""
    return Response(answer.body, answer.status, answer.headers, media_type=answer.media_type)


def answer_doc(model: Any, description: str, example: dict[str, Any], *headers: str) -> dict[str, Any]:
    """Return the entry of `responses=` for an answer with its example; `headers` are named in the document."""
    return {
        "model": model,
        "description": description,
        "content": {"application/json": {"example": example}},
        "headers": {name: {"schema": {"type": "string"}, "description": HEADERS[name]} for name in headers},
    }

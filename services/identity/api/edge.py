"""What the routes work with, and the few steps they share."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Path, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from services.chassis.auth import require
from services.chassis.http import correlation_id, parse_json, require_media_type
from services.chassis.http.json_body import depth_limit_of
from services.chassis.idempotency import Reply
from services.chassis.kernel import Meta
from services.chassis.problem_handlers import body_problem
from services.chassis.problems import HttpProblem, instance_of
from services.chassis.tokens import Principal
from services.chassis.trace import current_traceparent
from services.chassis.unit import CommandBus
from services.identity.application.ports import Queries, SecretHasher
from services.identity.domain.profile import Role

M = TypeVar("M", bound=BaseModel)

MAX_ID_LENGTH: Final = 64
MERGE_PATCH: Final = "application/merge-patch+json"

Operator = Annotated[Principal, Depends(require(role=Role.OPERATOR.value))]
"""Parameter type of a route for the platform's operator alone."""
OrganisationId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=MAX_ID_LENGTH,
        pattern=r"^[A-Za-z0-9._-]+$",
        description="Id of the organisation.",
        examples=["01900000-0000-7000-8000-0000000000b2"],
    ),
]
ClientId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=MAX_ID_LENGTH,
        pattern=r"^[A-Za-z0-9._-]+$",
        description="Id of the client.",
        examples=["01900000-0000-7000-8000-0000000000c3"],
    ),
]


@dataclass(frozen=True, slots=True)
class Edge:
    """The ports of the API; made by the composition root."""

    bus: CommandBus
    queries: Queries
    hasher: SecretHasher
    mint_secret: Callable[[], str]
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    idempotency_ttl: timedelta
    public_base_url: str

    def meta(self, caller: Principal | None = None) -> Meta:
        """Surround a command of a request."""
        return Meta(
            command_id=self.new_id(),
            at=self.clock(),
            organisation_id=caller.organisation_id if caller else None,
            client_id=caller.client_id if caller else None,
            correlation_id=correlation_id(),
            traceparent=current_traceparent(),
        )


async def merge_patch_body(request: Request, model: type[M]) -> M:
    """Read a merge patch (RFC 7396) as `json_body` reads JSON; raises the same problems."""
    require_media_type(request, MERGE_PATCH)
    try:
        return parse_json(await request.body(), model, depth_limit=depth_limit_of(request))
    except ValidationError as error:
        problem = body_problem(error, instance_of(request.scope))
        slug = problem.type.rsplit(":", 1)[-1]
        raise HttpProblem(problem.status, slug, problem.title, problem.detail, errors=tuple(problem.errors)) from None


def reply(model: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Render a model as an answer that can be stored."""
    return Reply(status, model.model_dump_json().encode(), headers or {})


def respond(answer: Reply) -> Response:
    """Send a stored answer."""
    return Response(answer.body, answer.status, answer.headers, media_type=answer.media_type)


def json_response(model: BaseModel, headers: dict[str, str] | None = None) -> Response:
    """Send a model."""
    return Response(model.model_dump_json(), 200, headers, media_type="application/json")


def answer_doc(model: Any, description: str, example: Any, *headers: str) -> dict[str, Any]:
    """Return the entry of `responses=` for an answer with an example; `headers` are named in the document."""
    texts = {
        "ETag": "Version of the resource; send it as If-Match.",
        "Location": "Path of the new resource.",
        "Link": 'The next page, with rel="next"; absent on the last one.',
    }
    return {
        "model": model,
        "description": description,
        "content": {"application/json": {"example": json.loads(json.dumps(example))}},
        "headers": {name: {"schema": {"type": "string"}, "description": texts[name]} for name in headers},
    }

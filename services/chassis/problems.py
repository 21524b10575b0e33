"""Errors on the wire: RFC 9457 problem details, one shape for every answer that is not a success.

A service gives a `ProblemTable` that maps the code of a domain refusal to its HTTP status; everything else
(bad input, limits, authentication, defects) is mapped here. Handlers are in `problem_handlers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.chassis.error_bodies import ErrorBody, error_body_of
from services.chassis.kernel import Refusal

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:tierloop:problem:"
MAX_ERRORS: Final = 50
"""Most items in one problem: a body may break more rules than anyone reads."""
MAX_INSTANCE_LENGTH: Final = 512
EXAMPLE_INSTANCE: Final = "/v1/resources/01900000-0000-7000-8000-000000000001"
STATUSES: Final = {
    400: ("Bad Request", "The request is malformed: its syntax, a header or the cursor"),
    401: ("Unauthorized", "A valid access token is needed"),
    403: ("Forbidden", "The caller may not do this, or its organisation is suspended"),
    404: ("Not Found", "Nothing with this identity is visible to the caller"),
    405: ("Method Not Allowed", "The resource does not know this method; see the Allow header"),
    408: ("Request Timeout", "The body came too slowly"),
    409: ("Conflict", "The request conflicts with the present state"),
    410: ("Gone", "The resource is not there any more"),
    412: ("Precondition Failed", "If-Match names another version than the present one"),
    413: ("Content Too Large", "The body is over the limit of this path"),
    415: ("Unsupported Media Type", "The media type of the body is not supported"),
    422: ("Unprocessable Content", "The content breaks a rule; each one is in errors"),
    428: ("Precondition Required", "A change needs If-Match"),
    429: ("Too Many Requests", "The caller asks too often; see the Retry-After header"),
    500: ("Internal Server Error", "An error on our side"),
    503: ("Service Unavailable", "The service can't answer now; see the Retry-After header"),
}
"""Our words for a status: Python's own change between its versions, and the OpenAPI document is committed."""


class ProblemItem(BaseModel):
    """One broken rule."""

    field: str = Field(
        description="JSON pointer (RFC 6901) into the body; or `/query/...`, `/path/...`, `/headers/...`."
    )
    rule: str = Field(description="Stable name of the rule.")
    message: str = Field(description="What the rule asks for.")
    remedy: str | None = Field(default=None, description="How to mend it, where we know.")


class Problem(BaseModel):
    """The body of every answer that is not a success (RFC 9457, section 3)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:tierloop:problem:invalid-body",
                    "title": "The body breaks a rule",
                    "status": 422,
                    "detail": "1 rule is broken; see errors.",
                    "instance": "/v1/footprints",
                    "errors": [
                        {
                            "field": "/mass_kg",
                            "rule": "decimal_string",
                            "message": 'must be a decimal in a string, such as "12.50"',
                            "remedy": "Put the number in quotes, without exponent.",
                        }
                    ],
                }
            ]
        }
    )

    type: str = Field(description="URI of the kind of problem; stable, compare this.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(ge=400, le=599, description="The HTTP status of the answer.")
    detail: str = Field(description="What happened this time.")
    instance: str = Field(description="The resource that was asked for.")
    errors: list[ProblemItem] = Field(default_factory=list, description="Each broken rule, at most 50.")


@dataclass(frozen=True, slots=True)
class Entry:
    """How one kind of problem looks on the wire; `slug` becomes `urn:tierloop:problem:<slug>`."""

    status: int
    title: str
    slug: str


CHASSIS_ROWS: Final = {
    "event_too_large": (413, "The fact is too large to be published", "event-too-large"),
    "idempotency_key_reused": (422, "The Idempotency-Key belongs to another request", "idempotency-key-reused"),
}
"""Refusals of the chassis itself. Status: draft-ietf-httpapi-idempotency-key-header, section 2.7."""


class ProblemTable:
    """Maps the `code` of a refusal to its entry; given by each service as data: `{code: (status, title, slug)}`."""

    def __init__(self, rows: Mapping[str, tuple[int, str, str]], bodies: Sequence[ErrorBody] = ()) -> None:
        """`bodies` speak under the paths of standard APIs.

        Raises `ValueError` for a status that is no client error: a refusal is never the server's fault.
        """
        for code, (status, _, _) in rows.items():
            if not 400 <= status <= 499:  # noqa: PLR2004 - the class of client errors
                raise ValueError(f"problem table, code {code!r}: status {status} must be from 400 to 499")
        self.entries = {code: Entry(*row) for code, row in {**CHASSIS_ROWS, **rows}.items()}
        self.bodies = tuple(bodies)

    def entry(self, code: str) -> Entry:
        """Return the entry of a code. Raises `LookupError` for a code nobody mapped: that is a defect."""
        found = self.entries.get(code)
        if found is None:
            raise LookupError(f"problem table: no entry for code {code!r}; add it to the service's table")
        return found


class HttpProblem(HTTPException):
    """A problem the HTTP edge raises itself, such as a missing If-Match."""

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        detail: str,
        *,
        errors: tuple[ProblemItem, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.slug = slug
        self.title = title
        self.errors = errors

    @classmethod
    def of_field(
        cls, status: int, slug: str, title: str, *, field: str, rule: str, message: str, remedy: str
    ) -> HttpProblem:
        """Build the problem of one field: its item and a detail that says the same in a sentence."""
        item = ProblemItem(field=field, rule=rule, message=message, remedy=remedy)
        return cls(status, slug, title, f"{field}: {message} {remedy}", errors=(item,))

    def problem(self, instance: str) -> Problem:
        """Return the body."""
        return Problem(
            type=TYPE_PREFIX + self.slug,
            title=self.title,
            status=self.status_code,
            detail=self.detail,
            instance=instance,
            errors=list(self.errors),
        )


def from_refusal(refusal: Refusal, entry: Entry, instance: str) -> Problem:
    """Map a refusal of the domain.

    A 404 says the same for a foreign id and an absent one: its text comes from the table, never from the refusal.
    """
    hidden = entry.status == HTTPStatus.NOT_FOUND
    detail = f"{entry.title}: nothing with this identity is visible to you." if hidden else refusal.detail
    item = ProblemItem(field=refusal.field or "", rule=refusal.code, message=detail, remedy=refusal.remedy)
    tells_more = not hidden and (refusal.field is not None or refusal.remedy is not None)
    return Problem(
        type=TYPE_PREFIX + entry.slug,
        title=entry.title,
        status=entry.status,
        detail=detail,
        instance=instance,
        errors=[item] if tells_more else [],
    )


def from_status(status: int, instance: str, detail: str | None = None) -> Problem:
    """Map a bare HTTP status (404 of the router, 405 and the like)."""
    title, meaning = STATUSES.get(status, (HTTPStatus(status).phrase, HTTPStatus(status).phrase))
    own = detail if detail and detail != HTTPStatus(status).phrase else f"{meaning}."
    return Problem(
        type=TYPE_PREFIX + title.lower().replace(" ", "-"), title=title, status=status, detail=own, instance=instance
    )


def instance_of(scope: Mapping[str, Any]) -> str:
    """Return the path that was asked for as a URI reference, shortened: it is an echo of input."""
    return quote(scope.get("path", ""), safe="/:@!$&'()*+,;=-._~")[:MAX_INSTANCE_LENGTH]


def problem_response(
    problem: Problem, headers: Mapping[str, str] | None = None, scope: Mapping[str, Any] | None = None
) -> Response:
    """Serialise a problem; with the `scope` of a request, in the words of the API that was asked (`error_bodies`)."""
    own = dict(headers or {})
    body = None if scope is None else error_body_of(scope.get("path", ""), _bodies(scope))
    if body is None:
        return Response(problem.model_dump_json(), problem.status, own, media_type=MEDIA_TYPE)
    status, content = body.render(problem)
    return Response(content.model_dump_json(), status, own, media_type=body.media_type)


def _bodies(scope: Mapping[str, Any]) -> Sequence[ErrorBody]:
    state = getattr(scope.get("app"), "state", None)
    return getattr(state, "error_bodies", ())


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entries of a route for problems it can answer with, each with an example."""
    return {status: problem_entry(status) for status in statuses}


def problem_entry(status: int, body: ErrorBody | None = None) -> dict[str, Any]:
    """Return one OpenAPI response object for a problem, as `body` says it."""
    problem = from_status(status, EXAMPLE_INSTANCE)
    content: BaseModel = problem if body is None else body.render(problem)[1]
    media_type = MEDIA_TYPE if body is None else body.media_type
    schema = {"$ref": f"#/components/schemas/{type(content).__name__}"}
    return {
        "description": f"{STATUSES[status][1]}.",
        "content": {media_type: {"schema": schema, "example": content.model_dump(mode="json")}},
    }

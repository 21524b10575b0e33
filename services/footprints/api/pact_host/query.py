"""The query of ListFootprints: criteria, limit and cursor, read by the specification's rules.

An empty value is no condition, a value that nobody states matches nothing; only what can't be read is an error, and it
names its parameter and the rule. Source: PACT Technical Specifications 3.0.3, ListFootprints.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from pydantic import TypeAdapter, ValidationError, WithJsonSchema

from services.chassis.http import bad_cursor, decode_cursor, encode_cursor
from services.chassis.problems import HttpProblem
from services.footprints.api.pact_v3.values import Instant
from services.footprints.application.pact import Order, PactPage, Place, order_of
from services.footprints.domain.criteria import Criteria

DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 500
"""Ours: a larger limit gives pages of this size, which the specification allows."""
MAX_VALUES: Final = 20
"""Most values of one criterion."""
MAX_VALUE_LENGTH: Final = 500
INVALID: Final = ("invalid-parameter", "A parameter breaks a rule")

_INTEGER: Final = re.compile(r"[0-9]+", re.ASCII)
_OFFSET_AFTER_SPACE: Final = re.compile(r" (?=\d{2}:\d{2}$)", re.ASCII)
_INSTANT: Final[TypeAdapter[datetime]] = TypeAdapter(Instant)


def _example(value: Any) -> dict[str, Any]:
    return {"example": {"value": value}}


Values = Annotated[
    list[str] | None,
    WithJsonSchema(
        {"type": "array", "maxItems": MAX_VALUES, "items": {"type": "string", "maxLength": MAX_VALUE_LENGTH}}
    ),
]
Moment = Annotated[list[str] | None, WithJsonSchema({"type": "string", "format": "date-time"})]

ProductIds = Annotated[
    Values,
    Query(
        alias="productId",
        description="One of the productIds. Repeat it for more.",
        openapi_examples=_example(["urn:gtin:471"]),
    ),
]
CompanyIds = Annotated[
    Values,
    Query(
        alias="companyId",
        description="One of the companyIds. Repeat it for more.",
        openapi_examples=_example(["urn:x:c"]),
    ),
]
Geographies = Annotated[
    Values,
    Query(
        alias="geography",
        description="Region, country or subdivision. Repeat it for more.",
        openapi_examples=_example(["CN-LN"]),
    ),
]
Classifications = Annotated[
    Values,
    Query(
        alias="classification",
        description="One of the productClassifications. Repeat it for more.",
        openapi_examples=_example(["urn:cpc:41532"]),
    ),
]
ValidOn = Annotated[
    Moment,
    Query(
        alias="validOn",
        description="An instant in the effective validity period, its end included.",
        openapi_examples=_example("2026-06-01T00:00:00Z"),
    ),
]
ValidAfter = Annotated[
    Moment,
    Query(
        alias="validAfter",
        description="The effective validity period starts later.",
        openapi_examples=_example("2026-06-01T00:00:00Z"),
    ),
]
ValidBefore = Annotated[
    Moment,
    Query(
        alias="validBefore",
        description="The effective validity period ends earlier.",
        openapi_examples=_example("2029-01-01T00:00:00Z"),
    ),
]
Statuses = Annotated[
    Values,
    Query(alias="status", description="Active or Deprecated; both without it.", openapi_examples=_example(["Active"])),
]
LimitText = Annotated[
    list[str] | None,
    WithJsonSchema({"type": "integer", "minimum": 1, "default": DEFAULT_LIMIT}),
    Query(
        alias="limit",
        description=f"Most footprints in the answer. One above {MAX_LIMIT} counts as {MAX_LIMIT}.",
        openapi_examples=_example(10),
    ),
]
CursorText = Annotated[
    list[str] | None,
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9_-]{1,512}$"}),
    Query(alias="cursor", description="Where the page begins; it comes with the `Link` of the page before."),
]
ODataFilter = Annotated[
    str | None,
    Query(
        alias="$filter",
        description="Ignored, as the specification allows: filter what you get, or move to `/3`.",
        openapi_examples=_example("created ge 2026-01-01T00:00:00Z"),
    ),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """A ListFootprints request as it was read."""

    criteria: Criteria
    order: Order
    limit: int
    after: Place | None


async def asked(
    *,
    product_id: ProductIds = None,
    company_id: CompanyIds = None,
    geography: Geographies = None,
    classification: Classifications = None,
    valid_on: ValidOn = None,
    valid_after: ValidAfter = None,
    valid_before: ValidBefore = None,
    status: Statuses = None,
    limit: LimitText = None,
    cursor: CursorText = None,
) -> Asked:
    """Dependency: what the partner asks for. Raises `HttpProblem` 400."""
    criteria = Criteria(
        product_ids=read_values("productId", product_id),
        company_ids=read_values("companyId", company_id),
        geographies=read_values("geography", geography),
        classifications=read_values("classification", classification),
        valid_on=read_instant("validOn", valid_on),
        valid_after=read_instant("validAfter", valid_after),
        valid_before=read_instant("validBefore", valid_before),
        statuses=read_values("status", status),
    )
    return _asked(criteria, limit, cursor)


async def asked_v2(*, limit: LimitText = None, cursor: CursorText = None, odata: ODataFilter = None) -> Asked:  # noqa: ARG001 - named for OpenAPI alone
    """Dependency: the same in 2.3, whose `$filter` is ignored."""
    return _asked(Criteria(), limit, cursor)


def _asked(criteria: Criteria, limit: list[str] | None, cursor: list[str] | None) -> Asked:
    order = order_of(criteria)
    return Asked(criteria, order, read_limit(limit), read_cursor(cursor, order))


def read_values(name: str, given: list[str] | None) -> tuple[str, ...]:
    """Return the values of a criterion without empty ones. Raises `HttpProblem` 400 beyond the limits."""
    values = tuple(value for value in given or () if value.strip())
    if len(values) > MAX_VALUES or any(len(value) > MAX_VALUE_LENGTH for value in values):
        raise _bad(
            name,
            "value_limit",
            f"takes at most {MAX_VALUES} values of at most {MAX_VALUE_LENGTH} characters.",
            "Ask in several requests.",
        )
    return values


def read_instant(name: str, given: list[str] | None) -> datetime | None:
    """Return an instant, None for an empty one. Raises `HttpProblem` 400 for anything that is no instant, or two."""
    values = read_values(name, given)
    if not values:
        return None
    text = _OFFSET_AFTER_SPACE.sub("+", values[0])  # a plus that was not percent-encoded arrives as a space
    if len(values) == 1:
        with suppress(ValidationError):
            return _INSTANT.validate_python(text)
    raise _bad(
        name,
        "instant",
        "must be one RFC 3339 date-time with seconds and UTC offset.",
        "Write it as 2026-06-01T08:00:00Z, and percent-encode a plus sign as %2B.",
    )


def read_limit(given: list[str] | None) -> int:
    """Return the most footprints to answer with. Raises `HttpProblem` 400 for what is no integer of 1 or more."""
    if given is None:
        return DEFAULT_LIMIT
    if len(given) != 1 or not _INTEGER.fullmatch(given[0]) or not given[0].strip("0"):
        raise _bad("limit", "limit", "must be one integer of 1 or more.", "Write it as limit=10, or leave it out.")
    digits = given[0].lstrip("0")
    return MAX_LIMIT if len(digits) > len(str(MAX_LIMIT)) else min(int(digits), MAX_LIMIT)


def read_cursor(given: list[str] | None, order: Order) -> Place | None:
    """Return the place where a page begins. Raises `HttpProblem` 400 for a cursor that is none of this listing's."""
    if given is None:
        return None
    parts = decode_cursor(given[0]) if len(given) == 1 else {}
    at, footprint_id = parts.get("at"), parts.get("id")
    if parts.get("order") != order or not isinstance(at, str) or not isinstance(footprint_id, str):
        raise bad_cursor()
    try:
        return Place(_INSTANT.validate_python(at), footprint_id)
    except ValidationError:
        raise bad_cursor() from None


def page_links(request: Request, public_base_url: str, asked_for: Asked, page: PactPage) -> dict[str, str]:
    """Return the `Link` to the next page, if there is one: absolute, with the limit and every filter (RFC 8288).

    Its host comes from settings, never from the request's headers, which the client or a proxy writes. A cursor is a
    place in an order, so the link can be followed again at any time; the rights of the reader are asked anew.
    """
    if not page.more:
        return {}
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("cursor", "limit")]
    last = page.footprints[-1].place(asked_for.order)
    at = last.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    cursor = encode_cursor({"order": asked_for.order.value, "at": at, "id": last.footprint_id})
    query = urlencode([*kept, ("limit", asked_for.limit), ("cursor", cursor)])
    return {"Link": f'<{public_base_url.rstrip("/")}{request.url.path}?{query}>; rel="next"'}


def _bad(name: str, rule: str, message: str, remedy: str) -> HttpProblem:
    return HttpProblem.of_field(400, *INVALID, field=f"/query/{name}", rule=rule, message=message, remedy=remedy)


AskedQuery = Annotated[Asked, Depends(asked)]
"""Parameter type of ListFootprints."""
AskedQueryV2 = Annotated[Asked, Depends(asked_v2)]
"""The same in 2.3."""

"""The HTTP edge: limits, bodies, conditions, keys and paging. Import from here."""

from services.chassis.http.conditional import (
    IfMatch,
    PreconditionFailed,
    check_version,
    etag,
    parse_if_match,
    required_if_match,
)
from services.chassis.http.context import ContextMiddleware, correlation_id
from services.chassis.http.idempotency_key import IdempotencyKey, idempotency_key, parse_idempotency_key
from services.chassis.http.json_body import (
    check_depth,
    json_body,
    json_request_body,
    ndjson_lines,
    ndjson_request_body,
    parse_json,
    require_media_type,
)
from services.chassis.http.limits import Limits, LimitsMiddleware, LimitTable
from services.chassis.http.paging import (
    Page,
    PageQuery,
    cut_page,
    decode_cursor,
    encode_cursor,
    next_link,
    page_headers,
)

__all__ = [
    "ContextMiddleware",
    "IdempotencyKey",
    "IfMatch",
    "LimitTable",
    "Limits",
    "LimitsMiddleware",
    "Page",
    "PageQuery",
    "PreconditionFailed",
    "check_depth",
    "check_version",
    "correlation_id",
    "cut_page",
    "decode_cursor",
    "encode_cursor",
    "etag",
    "idempotency_key",
    "json_body",
    "json_request_body",
    "ndjson_lines",
    "ndjson_request_body",
    "next_link",
    "page_headers",
    "parse_idempotency_key",
    "parse_if_match",
    "parse_json",
    "require_media_type",
    "required_if_match",
]

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
    MERGE_PATCH,
    check_depth,
    depth_limit_of,
    json_body,
    json_request_body,
    parse_json,
    require_media_type,
)
from services.chassis.http.limits import Limits, LimitsMiddleware, LimitTable
from services.chassis.http.ndjson import (
    NDJSON,
    Line,
    TooManyLinesError,
    ndjson_content,
    ndjson_lines,
    ndjson_request_body,
)
from services.chassis.http.paging import (
    Page,
    PageQuery,
    bad_cursor,
    cut_page,
    decode_cursor,
    encode_cursor,
    next_link,
    page_headers,
)
from services.chassis.http.resources import (
    ApiEdge,
    answer_doc,
    header_docs,
    path_id,
    reply,
    respond,
)

__all__ = [
    "MERGE_PATCH",
    "NDJSON",
    "ApiEdge",
    "ContextMiddleware",
    "IdempotencyKey",
    "IfMatch",
    "LimitTable",
    "Limits",
    "LimitsMiddleware",
    "Line",
    "Page",
    "PageQuery",
    "PreconditionFailed",
    "TooManyLinesError",
    "answer_doc",
    "bad_cursor",
    "check_depth",
    "check_version",
    "correlation_id",
    "cut_page",
    "decode_cursor",
    "depth_limit_of",
    "encode_cursor",
    "etag",
    "header_docs",
    "idempotency_key",
    "json_body",
    "json_request_body",
    "ndjson_content",
    "ndjson_lines",
    "ndjson_request_body",
    "next_link",
    "page_headers",
    "parse_idempotency_key",
    "parse_if_match",
    "parse_json",
    "path_id",
    "reply",
    "require_media_type",
    "required_if_match",
    "respond",
]

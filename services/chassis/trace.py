"""W3C trace context on its way through outbox rows: same trace, the current span as parent."""

from __future__ import annotations

import re
from typing import Final

from opentelemetry import trace

_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


def current_traceparent() -> str | None:
    """Return the current span as a `traceparent` (W3C Trace Context, section 3.2), None outside a trace."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def rebase(traceparent: str | None) -> str | None:
    """Keep the trace id, take the current span as parent: a batch span serves many traces, the rows stay in theirs."""
    current = current_traceparent()
    found = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    if found is None:
        return current
    if current is None:
        return traceparent
    return f"00-{found[1]}-{current.split('-')[2]}-{found[3]}"


def span_context(traceparent: str | None) -> trace.SpanContext | None:
    """Parse a `traceparent` for a link or a parent; None where it is absent or malformed."""
    found = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    if found is None:
        return None
    return trace.SpanContext(
        int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=trace.TraceFlags(int(found[3], 16))
    )

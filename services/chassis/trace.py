"""W3C trace context on its way through outbox rows: same trace, the current span as parent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from opentelemetry import context, trace

MAX_LINKS: Final = 128
"""Most links of one batch span (the default limit of the OpenTelemetry SDK)."""
_TRACER: Final = trace.get_tracer("tierloop.chassis")
_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


def current_traceparent() -> str | None:
    """Return the current span as a `traceparent` (W3C Trace Context, section 3.2), None outside a trace."""
    current = trace.get_current_span().get_span_context()
    if not current.is_valid:
        return None
    return f"00-{current.trace_id:032x}-{current.span_id:016x}-{int(current.trace_flags):02x}"


def rebase(traceparent: str | None, current: str | None) -> str | None:
    """Keep the trace id, take `current` as parent: a batch span serves many traces, the rows stay in theirs."""
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


@contextmanager
def batch_span(
    name: str, traceparents: Sequence[str | None], tracer: trace.Tracer = _TRACER, **attributes: str | int
) -> Iterator[trace.Span]:
    """Open one span for a batch: child of its trace where all messages share one, else linked to each of theirs."""
    distinct = {found.trace_id: found for found in map(span_context, traceparents) if found is not None}
    contexts = list(distinct.values())
    parent = context.Context()
    if len(contexts) == 1:
        parent = trace.set_span_in_context(trace.NonRecordingSpan(contexts[0]), parent)
    links = [trace.Link(found) for found in contexts[:MAX_LINKS]] if len(contexts) > 1 else []
    with tracer.start_as_current_span(
        name, context=parent, kind=trace.SpanKind.CONSUMER, links=links, attributes=attributes
    ) as span:
        yield span

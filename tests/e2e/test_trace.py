"""One trace from the POST to the last projection, through two services, four topics and three consumer groups."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, SpanKind

from infra.demo import scenery
from services.certification import bootstrap as certification
from services.certification.stream.routes import DECIDING, PARTS, TRAIL
from services.chassis import batch, trace
from services.chassis.envelope import decode
from services.chassis.telemetry import Telemetry, setup_telemetry
from services.footprints import bootstrap as footprints
from tests.support.inprocess import in_process_api
from tests.support.pipeline import Pipeline

SUPPLIER: Final = "0197a000-0000-7000-8000-0000000000e1"
BUYER: Final = "0197a000-0000-7000-8000-0000000000e2"
NOW: Final = datetime.now(UTC)
FOOTPRINT_TOPIC: Final = "footprints.footprint.v1"
WORK_TOPIC: Final = "certification.part-work.v1"
PART_TOPIC: Final = "certification.part.v1"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def telemetry(spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> Telemetry:
    """Record every span here; the process' own provider can be set once only, and would then serve other tests too."""
    made = setup_telemetry("e2e", "trace", span_processor=SimpleSpanProcessor(spans), install=False)
    recording = partial(trace.batch_span, tracer=made.tracer_provider.get_tracer("tierloop.chassis"))
    monkeypatch.setattr(batch, "batch_span", recording)
    return made


@pytest.fixture
async def pipeline(
    kafka_bootstrap: str, mongo_uri: str, spans: InMemorySpanExporter, telemetry: Telemetry
) -> AsyncIterator[Pipeline]:
    """Give databases that hold a buyer's profile and a supplier's two parts, everything about them settled."""
    async with Pipeline(kafka_bootstrap, mongo_uri, (footprints.PARTS, certification.PARTS)) as opened:
        async with in_process_api("certification", opened.mongo("certification")) as api:
            await api.created(BUYER, "buyer", "/v1/profiles", scenery.profile("TRACE"))
            await api.created(SUPPLIER, "supplier", "/v1/suppliers", scenery.supplier())
            for run in ("TRACE-1", "TRACE-2"):
                await api.created(SUPPLIER, "supplier", "/v1/parts", scenery.part(run))
        await opened.settle("certification", [PARTS, TRAIL])
        spans.clear()
        yield opened


async def test_one_trace_from_the_post_to_the_last_projection(
    pipeline: Pipeline, telemetry: Telemetry, spans: InMemorySpanExporter
) -> None:
    await submit(pipeline, telemetry, "TRACE-1")
    await follow_to_the_end(pipeline)

    root = context_of(server_span(spans, "/v1/footprints"))
    rows = await rows_of_the_request(pipeline, root)
    assert sorted(row["topic"] for row in rows) == sorted([FOOTPRINT_TOPIC, WORK_TOPIC, WORK_TOPIC, PART_TOPIC])

    [last] = batches(spans, pipeline, "certification.trail", PART_TOPIC)
    chain = path_to_the_root(last, spans)
    assert [span.name.removeprefix(pipeline.prefix).split(" ")[0] for span in chain[:-1]] == [
        "certification.trail",
        "certification.parts",
        "certification.parts",
        "certification.deciding",
    ]
    assert context_of(chain[-1]).span_id == root.span_id
    assert {context_of(span).trace_id for span in chain} == {root.trace_id}


async def test_a_batch_of_several_requests_is_linked_to_each(
    pipeline: Pipeline, telemetry: Telemetry, spans: InMemorySpanExporter
) -> None:
    await submit(pipeline, telemetry, "TRACE-1", "TRACE-2")
    await follow_to_the_end(pipeline)

    roots = {context_of(span).trace_id for span in server_spans(spans, "/v1/footprints")}
    assert len(roots) == 2
    [last] = batches(spans, pipeline, "certification.trail", PART_TOPIC)
    assert {link.context.trace_id for link in last.links} == roots
    assert context_of(last).trace_id not in roots
    events = [decode(row["value"]) for row in await pipeline.outbox("certification", PART_TOPIC)]
    traces = [trace_of(event.traceparent) for event in events]
    assert {found for found in traces if found in roots} == roots


async def submit(pipeline: Pipeline, telemetry: Telemetry, *runs: str) -> None:
    """Submit a footprint for each part."""
    async with in_process_api("footprints", pipeline.mongo("footprints"), telemetry) as api:
        for run in runs:
            await api.created(SUPPLIER, "supplier", "/v1/footprints", scenery.footprint(run, NOW))


async def follow_to_the_end(pipeline: Pipeline) -> None:
    """Take each step that the event makes necessary, and no other."""
    assert await pipeline.publish("footprints") > 0
    await pipeline.consume("certification", DECIDING)
    for _ in ("the page of parts", "the part"):
        assert await pipeline.publish("certification") > 0
        await pipeline.consume("certification", PARTS)
    assert await pipeline.publish("certification") > 0
    await pipeline.consume("certification", TRAIL)
    assert await pipeline.publish("certification") == 0


async def rows_of_the_request(pipeline: Pipeline, root: SpanContext) -> list[dict[str, Any]]:
    """Return the outbox rows of both services that carry this trace."""
    rows = [*await pipeline.rows("footprints", "outbox"), *await pipeline.rows("certification", "outbox")]
    return [row for row in rows if trace_of(decode(row["value"]).traceparent) == root.trace_id]


def trace_of(traceparent: str | None) -> int | None:
    found = trace.span_context(traceparent)
    return None if found is None else found.trace_id


def server_spans(spans: InMemorySpanExporter, path: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if span.kind is SpanKind.SERVER and path in span.name]


def server_span(spans: InMemorySpanExporter, path: str) -> ReadableSpan:
    [found] = server_spans(spans, path)
    return found


def batches(spans: InMemorySpanExporter, pipeline: Pipeline, group: str, topic: str) -> list[ReadableSpan]:
    name = f"{pipeline.prefix}{group} {pipeline.prefix}{topic}"
    return [span for span in spans.get_finished_spans() if span.name == name]


def path_to_the_root(span: ReadableSpan, spans: InMemorySpanExporter) -> list[ReadableSpan]:
    """Follow the parents, each of which must have been recorded."""
    known = {context_of(each).span_id: each for each in spans.get_finished_spans()}
    path = [span]
    while (parent := path[-1].parent) is not None:
        path.append(known[parent.span_id])
    return path


def context_of(span: ReadableSpan) -> SpanContext:
    context = span.get_span_context()
    assert context is not None
    return context

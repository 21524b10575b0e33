from __future__ import annotations

from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.chassis.api import create_api
from services.chassis.telemetry import Lag, Telemetry, setup_telemetry
from services.chassis.testing.tokens import TokenMint
from services.chassis.trace import MAX_LINKS, batch_span, current_traceparent
from tests.unit.chassis.edge_app import TABLE, browser, router, settings

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def reader() -> InMemoryMetricReader:
    return InMemoryMetricReader()


@pytest.fixture
def telemetry(exporter: InMemorySpanExporter, reader: InMemoryMetricReader) -> Telemetry:
    return setup_telemetry(
        "things", "api", span_processor=SimpleSpanProcessor(exporter), metric_reader=reader, install=False
    )


def points(reader: InMemoryMetricReader) -> dict[str, list[Any]]:
    data = reader.get_metrics_data()
    assert data is not None
    return {
        metric.name: list(metric.data.data_points)
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


def test_the_resource_names_service_and_role(telemetry: Telemetry) -> None:
    assert telemetry.tracer_provider.resource.attributes["service.name"] == "tierloop-things-api"


def test_without_an_endpoint_ids_are_made_but_nothing_is_recorded() -> None:
    quiet = setup_telemetry("things", "api", install=False)
    with quiet.tracer_provider.get_tracer("t").start_as_current_span("s") as span:
        assert not span.is_recording()
        traceparent = current_traceparent()
    assert traceparent is not None
    assert int(traceparent[-2:], 16) & 1 == 0  # not sampled
    assert current_traceparent() is None
    quiet.shutdown()


def test_a_batch_links_to_the_traces_it_serves(telemetry: Telemetry, exporter: InMemorySpanExporter) -> None:
    many = [f"00-{n:032x}-{n:016x}-01" for n in range(1, 200)]
    tracer = telemetry.tracer_provider.get_tracer("t")
    with batch_span("batch", [PARENT, PARENT, None, "garbage", *many], tracer, size=3):
        assert trace.get_current_span().is_recording()
    [span] = exporter.get_finished_spans()
    assert span.parent is None
    assert len(span.links) == MAX_LINKS
    assert span.links[0].context.trace_id == int(PARENT.split("-")[1], 16)
    assert span.attributes == {"size": 3}


def test_a_batch_of_one_trace_is_its_child(telemetry: Telemetry, exporter: InMemorySpanExporter) -> None:
    tracer = telemetry.tracer_provider.get_tracer("t")
    with batch_span("batch", [PARENT, PARENT], tracer):
        pass
    [span] = exporter.get_finished_spans()
    assert span.parent is not None
    assert span.parent.trace_id == span.context.trace_id == int(PARENT.split("-")[1], 16)
    assert not span.links


def test_the_metrics_have_their_names(telemetry: Telemetry, reader: InMemoryMetricReader) -> None:
    metrics = telemetry.metrics
    metrics.observe_outbox_age(lambda: 1.5)
    metrics.observe_consumer_lag(lambda: [Lag("g", "t", 0, 7)])
    metrics.dead_letter(group="g", topic="t", reason="decode")
    metrics.batch(group="g", topic="t", messages=500, seconds=0.02)
    metrics.published(topic="t", messages=3)
    metrics.retried(operation="batch", reason="conflict")
    found = points(reader)
    assert found["tierloop.outbox.oldest_age_seconds"][0].value == 1.5
    assert found["tierloop.consumer.lag"][0].value == 7
    assert found["tierloop.deadletters.total"][0].value == 1
    assert found["tierloop.batch.size"][0].sum == 500
    assert found["tierloop.batch.duration_seconds"][0].sum == pytest.approx(0.02)
    assert found["tierloop.relay.published.total"][0].value == 3
    assert found["tierloop.retries.total"][0].attributes == {"operation": "batch", "reason": "conflict"}


def test_an_empty_outbox_has_age_zero(telemetry: Telemetry, reader: InMemoryMetricReader) -> None:
    telemetry.metrics.observe_outbox_age(lambda: None)
    assert points(reader)["tierloop.outbox.oldest_age_seconds"][0].value == 0


async def test_a_request_is_one_span_that_continues_the_callers_trace(
    mint: TokenMint, telemetry: Telemetry, exporter: InMemorySpanExporter, reader: InMemoryMetricReader
) -> None:
    async def standing(_: str) -> bool:
        return True

    app = create_api(
        settings(),
        title="Things",
        version="1",
        routers=[router],
        problem_table=TABLE,
        verifier=mint.verifier(),
        standing=standing,
        health_checks={},
        telemetry=telemetry,
    )
    async with browser(app, **mint.bearer("org-1"), traceparent=PARENT) as client:
        await client.get("/v1/things/mine")
        await client.get("/v1/things/crash/x")
    fine, broken = exporter.get_finished_spans()
    assert fine.name == "GET /v1/things/{thing}"
    assert fine.context is not None
    assert f"{fine.context.trace_id:032x}" == PARENT.split("-")[1]
    assert broken.status.status_code is trace.StatusCode.ERROR
    assert [event.name for event in broken.events] == ["exception"]
    assert points(reader)["http.server.request.duration"]

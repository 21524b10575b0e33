"""OpenTelemetry: one set-up for every role, and every metric's name in one place.

Spans and metrics leave only when an OTLP/HTTP endpoint is set. Without one, trace ids are still made (logs and outbox
rows carry them) but nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.pymongo import PymongoInstrumentor
from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, DEFAULT_ON

SCOPE: Final = "tierloop"
EXPORT_INTERVAL_MS: Final = 10_000

OUTBOX_AGE: Final = "tierloop.outbox.oldest_age_seconds"
CONSUMER_LAG: Final = "tierloop.consumer.lag"
DEAD_LETTERS: Final = "tierloop.deadletters.total"
BATCH_SIZE: Final = "tierloop.batch.size"
BATCH_DURATION: Final = "tierloop.batch.duration_seconds"
RELAY_PUBLISHED: Final = "tierloop.relay.published.total"
RETRIES: Final = "tierloop.retries.total"

BATCH_SIZE_BOUNDS: Final = (1, 5, 10, 25, 50, 100, 200, 300, 400, 500, 1000, 2000)
DURATION_BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a consumer group is behind in a partition it holds."""

    group: str
    topic: str
    partition: int
    messages: int


class Metrics:
    """The instruments of a process. The names are an interface: dashboards and alerts stand on them."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._dead = meter.create_counter(DEAD_LETTERS, "{message}", "Messages put aside as dead letters.")
        self._size = meter.create_histogram(
            BATCH_SIZE, "{message}", "Messages in a batch.", explicit_bucket_boundaries_advisory=BATCH_SIZE_BOUNDS
        )
        self._duration = meter.create_histogram(
            BATCH_DURATION, "s", "Time of a batch.", explicit_bucket_boundaries_advisory=DURATION_BOUNDS
        )
        self._published = meter.create_counter(RELAY_PUBLISHED, "{message}", "Messages the relay published.")
        self._retries = meter.create_counter(RETRIES, "{retry}", "Attempts after the first.")

    def observe_outbox_age(self, oldest_age_seconds: Callable[[], float | None]) -> None:
        """Ask `oldest_age_seconds` at each collection (from another thread); None observes 0: nothing waits."""

        def observe(_: CallbackOptions) -> Iterable[Observation]:
            yield Observation(oldest_age_seconds() or 0.0)

        self._meter.create_observable_gauge(
            OUTBOX_AGE, [observe], "s", "Age of the oldest outbox row that is not published."
        )

    def observe_consumer_lag(self, lags: Callable[[], Iterable[Lag]]) -> None:
        """Ask `lags` at each collection (from another thread) for the partitions held now; a lost one falls silent."""

        def observe(_: CallbackOptions) -> Iterable[Observation]:
            for lag in lags():
                place: dict[str, str | int] = {"group": lag.group, "topic": lag.topic, "partition": lag.partition}
                yield Observation(lag.messages, place)

        self._meter.create_observable_gauge(
            CONSUMER_LAG, [observe], "{message}", "Messages behind the end of the partition."
        )

    def dead_letter(self, *, group: str, topic: str, reason: str) -> None:
        """Count one dead letter."""
        self._dead.add(1, {"group": group, "topic": topic, "reason": reason})

    def batch(self, *, group: str, topic: str, messages: int, seconds: float, outcome: str = "committed") -> None:
        """Record one batch; `outcome` is `committed`, `retried` or `split`."""
        attributes = {"group": group, "topic": topic, "outcome": outcome}
        self._size.record(messages, attributes)
        self._duration.record(seconds, attributes)

    def published(self, *, topic: str, messages: int) -> None:
        """Count messages the broker acknowledged."""
        self._published.add(messages, {"topic": topic})

    def retried(self, *, operation: str, reason: str) -> None:
        """Count one further attempt."""
        self._retries.add(1, {"operation": operation, "reason": reason})


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What `setup_telemetry` made; shut it down last."""

    tracer_provider: TracerProvider
    meter_provider: MeterProvider
    metrics: Metrics
    measuring: bool = True
    """False where nobody reads the metrics: then an API does not measure each request either."""

    def shutdown(self) -> None:
        """Send what is left and stop."""
        self.tracer_provider.shutdown()
        self.meter_provider.shutdown()


def setup_telemetry(
    service: str,
    role: str,
    *,
    endpoint: str | None = None,
    span_processor: SpanProcessor | None = None,
    metric_reader: MetricReader | None = None,
    install: bool = True,
) -> Telemetry:
    """Make the providers of this process and, with `install`, put them in the global place (once per process).

    `endpoint` is the base URL of an OTLP/HTTP collector; `span_processor` and `metric_reader` are for tests.
    """
    name = f"tierloop-{service}-{role}"
    resource = Resource.create({"service.name": name, "service.namespace": "tierloop"})
    processors = [span_processor] if span_processor else []
    readers = [metric_reader] if metric_reader else []
    if endpoint is not None:
        base = endpoint.rstrip("/")
        processors.append(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/v1/traces")))
        exporter = OTLPMetricExporter(endpoint=f"{base}/v1/metrics")
        readers.append(PeriodicExportingMetricReader(exporter, export_interval_millis=EXPORT_INTERVAL_MS))
    tracers = TracerProvider(resource=resource, sampler=DEFAULT_ON if processors else ALWAYS_OFF)
    for processor in processors:
        tracers.add_span_processor(processor)
    meters = MeterProvider(resource=resource, metric_readers=readers)
    if install:
        trace.set_tracer_provider(tracers)
        metrics.set_meter_provider(meters)
        if processors:
            PymongoInstrumentor().instrument(tracer_provider=tracers)
    return Telemetry(tracers, meters, Metrics(meters.get_meter(SCOPE)), measuring=bool(readers))

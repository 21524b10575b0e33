"""Dashboards, alarms and scrape settings speak of metrics that exist, under the names Prometheus gives them.

Names were read off a real collector (0.158.0) that was sent every instrument: dots become underscores, a counter ends
in `_total`, a unit is appended unless the name has it, `{message}` is no unit, a histogram has three series.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pytest
import yaml
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import Gauge, Histogram, InMemoryMetricReader, Metric, Sum

from infra.stack import SERVICES, roles_of
from services.chassis.telemetry import SCOPE, Lag, Metrics
from tests.architecture.compose import ROOT, load_compose

DOCUMENT: Final = load_compose()
DASHBOARD: Final[dict[str, Any]] = json.loads((ROOT / "infra/grafana/dashboards/delivery.json").read_text("utf-8"))
FASTAPI: Final = {f"http_server_request_duration_seconds_{part}" for part in ("bucket", "count", "sum")}
PROMETHEUS: Final = {"target_info", "up"}
UNITS: Final = {"s": "seconds"}
WORD: Final = re.compile(r"\b(?:tierloop[_:]|http_server_)[a-z_:]+")


def read(path: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return document


def prometheus_names(metric: Metric) -> set[str]:
    """Name a metric's series as the collector's Prometheus exporter does."""
    parts = metric.name.replace(".", "_").removesuffix("_total").split("_")
    unit = UNITS.get(metric.unit or "")
    if unit and unit not in parts:
        parts.append(unit)
    name = "_".join(parts)
    match metric.data:
        case Histogram():
            return {f"{name}_{part}" for part in ("bucket", "count", "sum")}
        case Sum(is_monotonic=True):
            return {f"{name}_total"}
        case Gauge():
            return {name}
    raise AssertionError(metric)


def our_names() -> set[str]:
    """Use every instrument of `Metrics` once and read what came out."""
    reader = InMemoryMetricReader()
    metrics = Metrics(MeterProvider(metric_readers=[reader]).get_meter(SCOPE))
    metrics.observe_outbox_age(lambda: 1.0)
    metrics.observe_consumer_lag(lambda: [Lag("g", "t", 0, 1)])
    metrics.dead_letter(group="g", topic="t", reason="r")
    metrics.batch(group="g", topic="t", messages=1, seconds=0.1)
    metrics.published(topic="t", messages=1)
    metrics.retried(operation="o", reason="r")
    data = reader.get_metrics_data()
    assert data is not None
    found = [
        metric for resource in data.resource_metrics for scope in resource.scope_metrics for metric in scope.metrics
    ]
    return {name for metric in found for name in prometheus_names(metric)}


def rules() -> list[dict[str, Any]]:
    return [rule for group in read("infra/otel/alerts.yaml")["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    targets = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return targets + [rule["expr"] for rule in rules()]


def test_our_names_are_as_expected() -> None:
    assert our_names() >= {
        "tierloop_outbox_oldest_age_seconds",
        "tierloop_consumer_lag",
        "tierloop_deadletters_total",
        "tierloop_batch_size_bucket",
        "tierloop_batch_duration_seconds_bucket",
        "tierloop_relay_published_total",
    }


@pytest.mark.parametrize("expression", expressions())
def test_every_expression_asks_for_metrics_that_exist(expression: str) -> None:
    known = our_names() | FASTAPI | PROMETHEUS | {rule["record"] for rule in rules() if "record" in rule}
    asked = set(WORD.findall(expression)) | {word for word in PROMETHEUS if re.search(rf"\b{word}\b", expression)}
    assert asked
    assert asked <= known


def test_the_dashboard_shows_what_an_operator_asks() -> None:
    assert DASHBOARD["title"] == "Tierloop delivery"
    asked = {word for panel in DASHBOARD["panels"] for t in panel["targets"] for word in WORD.findall(t["expr"])}
    retries = {"tierloop_retries_total"}
    recorded = {"tierloop_consumer_lag"}  # by the rule that sums it up
    shown = {name for name in our_names() - retries - recorded if not name.endswith(("_count", "_sum"))}
    assert shown <= asked
    assert "tierloop:consumer_lag:messages" in asked
    identifiers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(identifiers)) == len(identifiers)
    sources = read("infra/grafana/provisioning/datasources/datasources.yaml")["datasources"]
    assert {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]} <= {source["uid"] for source in sources}


def test_every_alarm_is_tried_and_has_a_remedy() -> None:
    alarms = {rule["alert"]: rule for rule in rules() if "alert" in rule}
    assert {"TierloopOutboxStuck", "TierloopLagGrows", "TierloopDeadLetters"} <= alarms.keys()
    assert "> 60" in alarms["TierloopOutboxStuck"]["expr"]
    assert all(rule["annotations"].keys() == {"summary", "remedy"} for rule in alarms.values())
    tests = read("infra/otel/alerts_test.yaml")["tests"]
    fired = {t["alertname"] for test in tests for t in test.get("alert_rule_test", []) if t.get("exp_alerts")}
    assert fired == alarms.keys()


def test_service_and_role_are_read_off_every_process_name() -> None:
    (scrape, _) = read("infra/otel/prometheus.yaml")["scrape_configs"]
    relabel = [rule for rule in scrape["metric_relabel_configs"] if "target_label" in rule]
    assert [rule["target_label"] for rule in relabel] == ["service", "role"]
    for ports in SERVICES:
        for role in roles_of(ports.name):
            found = [re.fullmatch(rule["regex"], f"tierloop/tierloop-{ports.name}-{role}") for rule in relabel]
            assert [match and match.groups() for match in found] == [(ports.name, role)] * 2


def test_the_parts_find_each_other() -> None:
    collector = read("infra/otel/collector.yaml")
    telemetry = DOCUMENT["services"]["identity-api"]["environment"]["TIERLOOP_OTLP_ENDPOINT"]
    assert telemetry == f"http://otel-collector:{_port(collector['receivers']['otlp']['protocols']['http'])}"
    reader = collector["service"]["telemetry"]["metrics"]["readers"][0]["pull"]["exporter"]["prometheus"]
    targets = [job["static_configs"][0]["targets"] for job in read("infra/otel/prometheus.yaml")["scrape_configs"]]
    own = f"otel-collector:{reader['port']}"
    assert targets == [[f"otel-collector:{_port(collector['exporters']['prometheus'])}"], [own]]
    assert collector["exporters"]["otlp_grpc/jaeger"]["endpoint"] == "jaeger:4317"
    for name in ("otel-collector", "jaeger", "prometheus", "grafana", "identity-api", "identity-relay"):
        assert "telemetry" in DOCUMENT["services"][name]["networks"]
    home = DOCUMENT["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert "./infra/grafana/dashboards:/etc/grafana/dashboards:ro" in DOCUMENT["services"]["grafana"]["volumes"]
    provider = read("infra/grafana/provisioning/dashboards/dashboards.yaml")["providers"][0]
    assert home == f"{provider['options']['path']}/delivery.json"


def _port(endpoint: dict[str, Any]) -> str:
    return str(endpoint["endpoint"]).rpartition(":")[2]

"""Kafka and MongoDB in containers are set as `infra/local` sets them, and are found where the processes look."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import yaml

from infra.local import kafka, mongo
from infra.stack import SERVICES
from schemas.topics import load_topics
from services.chassis.settings import ServiceSettings
from tests.architecture.compose import ROOT, load_compose, our_services

DOCUMENT: Final = load_compose()
ENVIRONMENT: Final[dict[str, str]] = our_services(DOCUMENT)["recycling-worker"]["environment"]
KAFKA: Final[dict[str, Any]] = DOCUMENT["services"]["kafka"]
MONGO: Final[dict[str, Any]] = DOCUMENT["services"]["mongo"]
DATA_FOLDER: Final = "/var/lib/kafka/data"
KAFKA_OVERHEAD_BYTES: Final = 12
"""What Kafka adds to a batch of one message at the topic's limit: its own default leaves this much above 1 MiB."""


def properties() -> dict[str, str]:
    text = (ROOT / "infra/kafka/server.properties").read_text(encoding="utf-8")
    lines = [line.partition("=") for line in text.splitlines() if line and not line.startswith("#")]
    names = [name for name, _, _ in lines]
    assert len(set(names)) == len(names), "a setting stands twice, the last one would win"
    return {name: value for name, _, value in lines}


def test_kafka_is_set_as_without_docker() -> None:
    addresses = {"listeners", "advertised.listeners", "controller.quorum.voters", "log.dirs"}
    assert properties().keys() == kafka.SETTINGS.keys() | addresses
    assert {name: value for name, value in properties().items() if name not in addresses} == kafka.SETTINGS
    assert f"-Xmx{kafka.HEAP_MB}m" in KAFKA["environment"]["KAFKA_HEAP_OPTS"]


def test_kafkas_environment_adds_no_setting() -> None:
    assert KAFKA["environment"].keys() == {"CLUSTER_ID", "KAFKA_HEAP_OPTS"}
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", KAFKA["environment"]["CLUSTER_ID"]), "16 bytes in base64url"
    assert "./infra/kafka:/mnt/shared/config:ro" in KAFKA["volumes"]


def test_kafka_is_where_the_processes_look() -> None:
    bootstrap = ENVIRONMENT["TIERLOOP_KAFKA_BOOTSTRAP"]
    host, _, port = bootstrap.partition(":")
    assert host == KAFKA["hostname"] == "kafka"
    assert properties()["advertised.listeners"] == f"PLAINTEXT://{bootstrap}"
    assert properties()["listeners"].startswith(f"PLAINTEXT://:{port},")
    controller = re.search(r"CONTROLLER://(\S+)$", properties()["listeners"])
    assert controller is not None
    assert properties()["controller.quorum.voters"] == f"{properties()['node.id']}@{controller[1]}"
    assert KAFKA["healthcheck"]["test"][-1] == bootstrap


def test_kafkas_data_are_kept() -> None:
    assert properties()["log.dirs"] == DATA_FOLDER
    assert f"kafka-data:{DATA_FOLDER}" in KAFKA["volumes"]


def test_kafka_takes_the_workers_sessions_and_the_largest_message() -> None:
    shortest = int(properties()["group.min.session.timeout.ms"])
    assert ServiceSettings().session_timeout_ms >= shortest
    facts = [topic for topic in load_topics() if topic.kind != "dlq"]
    assert int(properties()["message.max.bytes"]) == max(topic.max_message_bytes for topic in facts) + (
        KAFKA_OVERHEAD_BYTES
    )


def test_mongo_is_set_as_without_docker() -> None:
    assert MONGO["command"] == [
        "mongod",
        f"--replSet={mongo.REPLICA_SET}",
        "--bind_ip_all",
        f"--oplogSize={mongo.OPLOG_MB}",
        f"--wiredTigerCacheSizeGB={mongo.CACHE_GB}",
        f"--setParameter=transactionLifetimeLimitSeconds={mongo.TRANSACTION_LIFETIME_S}",
        "--setParameter=diagnosticDataCollectionEnabled=false",
    ]
    assert "mongo-data:/data/db" in MONGO["volumes"]


def test_the_replica_set_is_the_one_the_processes_ask_for() -> None:
    script = (ROOT / "infra/mongo/ready.js").read_text(encoding="utf-8")
    formed = re.search(r'const SET = \{ _id: "(\w+)", members: \[\{ _id: 0, host: "([\w:]+)" \}\] \};', script)
    assert formed is not None
    asked = urlsplit(ENVIRONMENT["TIERLOOP_MONGO_URI"])
    assert formed.groups() == (parse_qs(asked.query)["replicaSet"][0], asked.netloc)
    assert asked.hostname == MONGO["hostname"] == "mongo"
    assert formed[1] == mongo.REPLICA_SET


def test_mongos_health_check_is_the_script_that_forms_the_set() -> None:
    script = MONGO["healthcheck"]["test"][-1]
    assert f"./infra/mongo/ready.js:{script}:ro" in MONGO["volumes"]
    shell = yaml.safe_load((ROOT / "infra/mongo/mongosh.conf").read_text(encoding="utf-8"))
    assert shell == {"mongosh": {"disableLogging": True, "enableTelemetry": False}}
    assert "./infra/mongo/mongosh.conf:/etc/mongosh.conf:ro" in MONGO["volumes"]


def test_each_service_has_a_database_of_its_own() -> None:
    assert not [name for name in ENVIRONMENT if name.endswith("MONGO_DATABASE")]
    assert len({f"tierloop_{ports.name}" for ports in SERVICES}) == len(SERVICES)

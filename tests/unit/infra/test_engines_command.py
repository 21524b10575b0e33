import socket
from pathlib import Path

import pytest

from infra.local.engines import main
from infra.local.kafka import KafkaEngine
from infra.local.mongo import MongoEngine
from infra.local.ports import HOST, free_port


@pytest.mark.parametrize("setting", ["--kafka-port", "--controller-port", "--mongo-port"])
def test_a_taken_port_is_one_paragraph_and_exit_code_2(
    setting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ports = {name: free_port() for name in ("--kafka-port", "--controller-port", "--mongo-port")}
    with socket.create_server((HOST, 0)) as listener:
        ports[setting] = listener.getsockname()[1]
        arguments = [str(part) for pair in ports.items() for part in pair]
        assert main(["up", "--state-dir", str(tmp_path), *arguments]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert f"Port {ports[setting]}" in said
    assert setting in said


def test_status_and_down_of_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--state-dir", str(tmp_path)]) == 1
    assert main(["down", "--state-dir", str(tmp_path)]) == 0
    assert capsys.readouterr().err.count("nothing runs on") == 2


def test_kafka_settings_are_said_aloud(tmp_path: Path) -> None:
    kafka = KafkaEngine(tmp_path, settings={"num.io.threads": "2"})
    properties = kafka.server_properties()
    assert properties["auto.create.topics.enable"] == "false"
    assert properties["offsets.topic.replication.factor"] == "1"
    assert properties["group.initial.rebalance.delay.ms"] == "0"
    assert properties["num.io.threads"] == "2"
    assert kafka.bootstrap in properties["listeners"]


def test_mongo_address_names_the_replica_set(tmp_path: Path) -> None:
    mongo = MongoEngine(tmp_path, port=27999)
    assert mongo.uri == "mongodb://127.0.0.1:27999/?replicaSet=rs0"

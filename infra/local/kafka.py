"""Apache Kafka 4 as a child process: one node that is broker and controller (KRaft)."""

import base64
import os
import shutil
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from infra.local.engine import Engine
from infra.local.errors import EngineError
from infra.local.jars import fetch
from infra.local.java import find_java
from infra.local.ports import HOST, accepts, free_port
from infra.local.process import ChildProcess
from infra.local.wire import broker_count

FORMAT_TIMEOUT_S = 60
HEAP_MB = 384
MESSAGE_MAX_BYTES = 1_048_588  # 1 MiB and the record batch's overhead, Kafka's own default, said aloud

# Cheap to start, small in memory: one collector thread, the class archive that comes with the JVM.
JVM_OPTIONS = (
    f"-Xmx{HEAP_MB}m",
    "-Xms96m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xshare:auto",
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server=info",
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.coordinator.group=info",
)

# A broker for one machine. Topics are made from the catalogue, so a misspelt name is an error and not a new topic.
SETTINGS: Mapping[str, str] = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "message.max.bytes": str(MESSAGE_MAX_BYTES),
    # One node: every internal topic has one copy and few partitions.
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    # Groups (classic protocol and new one are both on by default): no wait for members, and sessions short
    # enough for a test to see a member die.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "2000",
    # After a crash the controller refuses the broker until its last session is over: 12 s with the default of 9 s.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "400",
    # Few threads and a small cleaner buffer: its default of 128 MiB would not leave much of the heap.
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "4",
    "log.cleaner.dedupe.buffer.size": "16777216",
}


class KafkaEngine(Engine):
    """One Kafka node; its data, settings and log lie under `state_dir`.

    Args:
        state_dir: the directory for everything it writes.
        port: the clients' port, 0 for a free one.
        controller_port: the KRaft controller's port, 0 for a free one.
        settings: broker settings to add or replace (`server.properties` names).
        jvm_options: the JVM's options in place of `JVM_OPTIONS`.
        port_setting: what a user changes when `port` is taken.
        controller_port_setting: likewise for `controller_port`.

    """

    name = "kafka"

    def __init__(
        self,
        state_dir: Path,
        port: int = 0,
        controller_port: int = 0,
        *,
        settings: Mapping[str, str] | None = None,
        jvm_options: tuple[str, ...] = JVM_OPTIONS,
        port_setting: str = "port",
        controller_port_setting: str = "controller_port",
    ) -> None:
        super().__init__(state_dir, port, port_setting=port_setting)
        self.controller_port = controller_port or free_port()
        self.controller_port_setting = controller_port_setting
        self._settings = dict(settings or {})
        self._jvm_options = jvm_options

    @property
    def bootstrap(self) -> str:
        """The address clients connect to."""
        return f"{HOST}:{self.port}"

    def server_properties(self) -> dict[str, str]:
        """Return the broker's settings, complete."""
        clients = f"PLAINTEXT://{self.bootstrap}"
        controller = f"{HOST}:{self.controller_port}"
        return {
            **SETTINGS,
            # Named here and not stored by `format`: another port next time finds the same data.
            "controller.quorum.voters": f"1@{controller}",
            "listeners": f"{clients},CONTROLLER://{controller}",
            "advertised.listeners": clients,
            "log.dirs": str(self.home / "data"),
            **self._settings,
        }

    def _ports(self) -> list[tuple[int, str]]:
        return [*super()._ports(), (self.controller_port, self.controller_port_setting)]

    def _prepare(self) -> list[str]:
        java, jars = find_java(), fetch()
        base = [str(java), *self._jvm_options, "-cp", os.pathsep.join(map(str, jars))]
        config = self.home / "server.properties"
        lines = (f"{key}={value}\n" for key, value in sorted(self.server_properties().items()))
        config.write_text("".join(lines), encoding="utf-8")
        self._format_once(base, config)
        return [*base, "kafka.Kafka", str(config)]

    def _format_once(self, base: list[str], config: Path) -> None:
        done = self.home / "formatted"
        if done.exists():
            return
        shutil.rmtree(self.home / "data", ignore_errors=True)  # a format that was cut off
        command = [*base, "kafka.tools.StorageTool", "format", "-c", str(config), "-t", _new_cluster_id()]
        run = subprocess.run(command, capture_output=True, text=True, timeout=FORMAT_TIMEOUT_S, check=False)
        if run.returncode != 0:
            raise EngineError(f"Kafka could not format {self.home / 'data'}: {(run.stderr or run.stdout)[-1500:]}")
        done.touch()

    def _wait_until_serving(self, process: ChildProcess, timeout_s: float) -> None:
        process.wait_ready(lambda: accepts(self.port) and broker_count(self.port) > 0, timeout_s)


def _new_cluster_id() -> str:
    text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return "A" + text[1:]  # a leading "-" would read as an option

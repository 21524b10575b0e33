"""A laboratory for one fault test: the probe's topics, its processes, a load and the oracle."""

from __future__ import annotations

import asyncio
import random
import sys
import uuid
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from kafka.errors import KafkaError
from pymongo.errors import PyMongoError

from infra.local.ports import free_port
from infra.local.process import ChildProcess
from infra.local.supervised import Command, RestartPolicy
from infra.local.supervisor import Supervisor
from infra.local.topics import ensure_topics
from schemas.topics import Topic, TopicKind, dead_letter_topic
from services.chassis import cli
from services.chassis.clock import system_clock
from services.chassis.idempotency import Reply
from services.chassis.ids import uuid7
from services.chassis.kernel import Meta
from services.chassis.mongo import Mongo
from services.chassis.mongo_store import MongoStore
from services.chassis.parts import all_indexes
from services.chassis.unit import CommandBus, OverloadedError
from tests.faults.oracle import Oracle
from tests.faults.probe import API_HANDLERS, Append, Probe, ProbeSettings
from tests.support.wait import wait_until_async

SESSION_TIMEOUT_MS: Final = 3_000
TAKEOVER_LIMIT_S: Final = 10.0
DRAIN_LIMIT_S: Final = 60.0
PARTITIONS: Final = 2


class Lab:
    """Use as an async context manager."""

    def __init__(self, bootstrap: str, mongo_uri: str, folder: Path, seed: int) -> None:
        self.probe = Probe(f"probe{uuid.uuid4().hex[:8]}")
        self.bootstrap = bootstrap
        self.mongo_uri = mongo_uri
        self.database = f"faults_{self.probe.name}"
        self.random = random.Random(seed)  # noqa: S311 - a seeded load, no secret
        self.acknowledged: dict[str, list[str]] = {}
        self._folder = folder
        self._processes: dict[str, ChildProcess] = {}

    async def __aenter__(self) -> Lab:
        ensure_topics(self.bootstrap, self.topics())
        self.mongo = Mongo(self.mongo_uri, self.database, serverSelectionTimeoutMS=2_000)
        await self.mongo.bootstrap(all_indexes(self.probe.parts()))
        self.bus = CommandBus(MongoStore(self.mongo), API_HANDLERS, self.probe.translate, uuid7)
        self.oracle = Oracle(self.probe, self.bootstrap, self.mongo_uri, self.database)
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._processes.values():
            if process.is_frozen:
                process.thaw()
            process.kill()
        await self.bus.close()
        await self.mongo.drop_database()
        await self.mongo.close()
        self.oracle.close()

    def topics(self) -> list[Topic]:
        """Return the probe's topics and their dead-letter topics."""
        names = (self.probe.register_topic, self.probe.total_topic, self.probe.work_topic)
        facts = [self._topic(name, "facts", PARTITIONS) for name in names]
        letters = [self._topic(dead_letter_topic(self.probe.name, name), "dlq", 1) for name in self.probe.consumed]
        return facts + letters

    def _topic(self, name: str, kind: TopicKind, partitions: int) -> Topic:
        return Topic(
            name=name, kind=kind, owner=self.probe.name, key="key", consumers=[], partitions=partitions,
            max_message_bytes=1_048_576,
        )  # fmt: skip

    # -- processes ----------------------------------------------------------------------------------------------

    def start(self, role: str, name: str | None = None, **environment: str) -> ChildProcess:
        """Start a worker or a relay; keywords are `crash`, `signal`, `variant` and settings by their variable."""
        name = name or role
        known = {"crash": "PROBE_CRASH", "signal": "PROBE_SIGNAL", "variant": "PROBE_VARIANT"}
        process = ChildProcess(
            name,
            [sys.executable, "-m", "tests.faults.probe_process", role],
            self._folder / f"{name}.log",
            env=self._environment() | {known.get(key, key): value for key, value in environment.items()},
        )
        process.start()
        self._processes[name] = process
        return process

    def _environment(self) -> dict[str, str]:
        return {
            "PROBE_NAME": self.probe.name,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "TIERLOOP_MONGO_URI": self.mongo_uri,
            "TIERLOOP_MONGO_DATABASE": self.database,
            "TIERLOOP_KAFKA_BOOTSTRAP": self.bootstrap,
            "TIERLOOP_SESSION_TIMEOUT_MS": str(SESSION_TIMEOUT_MS),
            "TIERLOOP_WORKER_PORT": str(free_port()),
            "TIERLOOP_RELAY_PORT": str(free_port()),
            "TIERLOOP_RELAY_SWEEP_MS": "100",
        }

    async def command(self, *arguments: str) -> int:
        """Run a command of the service's command line; return its exit code."""
        load = partial(ProbeSettings.load, self._environment())
        return await asyncio.to_thread(cli.run, self.probe.parts(), load, no_api, list(arguments))

    def supervise(self, *roles: str) -> Supervisor:
        """Return a supervisor that restarts the roles when they exit, as in production (crash-only)."""
        argv = [sys.executable, "-m", "tests.faults.probe_process"]
        commands = [
            Command(f"{role}-{number}", [*argv, role], self._environment()) for number, role in enumerate(roles)
        ]
        policy = RestartPolicy(first_pause_s=0.2, longest_pause_s=1.0, limit=200)
        return Supervisor(self._folder, commands, policy=policy, on_event=lambda *_: None)

    async def ended(self, process: ChildProcess, limit_s: float = 30.0) -> int | None:
        """Wait until a process has ended; return its exit code."""
        await wait_until_async(lambda: not process.is_running, limit_s, f"{process.name} to end")
        return process.exit_code

    # -- load ---------------------------------------------------------------------------------------------------

    async def append(self, count: int, keys: int = 8, writers: int = 8) -> None:
        """Append `count` values; each command is repeated, under its own id, until it is acknowledged."""
        todo = [f"r{self.random.randrange(keys)}" for _ in range(count)]
        per_key: dict[str, asyncio.Lock] = {f"r{number}": asyncio.Lock() for number in range(keys)}
        queue = iter(todo)

        async def writer() -> None:
            for key in queue:
                async with per_key[key]:  # a register's own order is the order of its acknowledgements
                    await self._append(key)

        await asyncio.gather(*(writer() for _ in range(writers)))

    async def _append(self, key: str) -> None:
        await self.append_value(key, uuid7())

    async def append_value(self, key: str, value: str) -> None:
        """Append one value, repeating the command until it is acknowledged. Raises the domain's refusal."""
        command = Append(Meta(command_id=uuid7(), at=system_clock()), key, value)
        while True:
            try:
                await self.bus.execute(command, lambda _: Reply(201, b""))
            except OverloadedError:
                continue  # the store is away; the command's own record makes the repeat safe
            self.acknowledged.setdefault(key, []).append(value)
            return

    # -- judgement ----------------------------------------------------------------------------------------------

    async def drained(self, limit_s: float = DRAIN_LIMIT_S) -> None:
        """Wait until nothing is under way: lag zero, outbox empty, every acknowledged value applied."""
        expected = sum(len(values) for values in self.acknowledged.values())

        def look() -> bool:
            return self.oracle.applied() >= expected and self.oracle.drained()

        async def quiet() -> bool:
            try:
                return await asyncio.to_thread(look)
            except (KafkaError, PyMongoError):
                return False  # an engine is on its way back

        await wait_until_async(quiet, limit_s, "the system to drain (lag 0, outbox empty)")

    async def looks_drained(self) -> bool:
        """Tell whether nothing is under way, whatever became of the acknowledged values (for the broken twins)."""
        return await asyncio.to_thread(self.oracle.drained)

    async def applied_more_than(self, count: int, limit_s: float) -> None:
        """Wait until the worker has counted more than `count` values."""

        async def grown() -> bool:
            return await asyncio.to_thread(self.oracle.applied) > count

        await wait_until_async(grown, limit_s, f"more than {count} values to be applied")

    async def hold(self) -> None:
        """Assert that nothing was lost, doubled or reordered."""
        await self.drained()
        assert await self.violations() == []

    async def violations(self) -> list[str]:
        """Return what the oracle finds broken."""
        return await asyncio.to_thread(self.oracle.violations, self.acknowledged)

    async def oracle_outbox_empty(self) -> bool:
        """Tell whether the relay has published everything."""
        return await self.mongo.collection("outbox").count_documents({"published": False}) == 0

    async def positions(self) -> Mapping[str, Any]:
        """Return the position documents by id."""
        return {row["_id"]: row async for row in self.mongo.collection("consumer_positions").find({})}

    def log_of(self, name: str) -> str:
        """Return a process' log."""
        return (self._folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def no_api(*_: Any, **__: Any) -> FastAPI:
    """Stand where a service builds its API; the probe has none."""
    raise AssertionError("the probe has no API")

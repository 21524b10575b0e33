"""The whole system for a test: every process of every service, on free ports, real engines and databases of its own."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from pymongo import MongoClient
from pymongo.database import Database

from infra.demo.counts import count_results
from infra.local.ports import free_port
from infra.local.prepare import Credential, prepare
from infra.local.run import base_url, commands, wait_ready
from infra.local.supervised import RestartPolicy
from infra.local.supervisor import Supervisor
from infra.local.topics import ensure_topics
from infra.stack import (
    SERVICES,
    Role,
    ServicePorts,
    database_environment,
    database_name,
    roles_of,
    shared_environment,
)
from schemas.topics import load_topics
from tests.support.tenant import Tenant
from tests.support.wait import wait_until

KNOWN_LIMIT_S: Final = 20.0
"""Time for an organisation's events to reach every service."""
PATIENT: Final = RestartPolicy(first_pause_s=0.2, longest_pause_s=1.0, limit=200)
"""Processes are crash-only: a test that takes an engine away sees them exit again and again until it is back."""
STOP_LIMIT_S: Final = 0.1
"""At the end they are killed, for the same reason: a clean end of all, one after another, takes a quarter minute."""
LET_IN: Final = {
    "footprints": "/v1/footprints",
    "certification": "/v1/parts",
    "recycling": "/v1/lots",
}
"""A route of each service that every organisation may read, but for a suspended one."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A running system. Its topics are the catalogue's: the broker serves no other system meanwhile."""

    services: tuple[ServicePorts, ...]
    clients: Mapping[str, Credential]
    """Clients of the demo's organisations: park, supplier, buyer, recycler, verifier."""
    kafka_bootstrap: str
    mongo: MongoClient[dict[str, Any]]
    mongo_uri: str
    prefix: str
    supervisor: Supervisor

    @property
    def urls(self) -> dict[str, str]:
        """Base URL of each service's API."""
        return {ports.name: base_url(ports.api) for ports in self.services}

    def ports(self, service: str) -> ServicePorts:
        """Return where a service's processes answer."""
        return next(ports for ports in self.services if ports.name == service)

    def health(self, service: str, role: Role, timeout_s: float = 10.0) -> httpx.Response | None:
        """Ask a process whether it is ready; None where nobody answers."""
        try:
            return httpx.get(f"{base_url(self.ports(service).of(role))}/health/ready", timeout=timeout_s)
        except httpx.HTTPError:
            return None

    def is_ready(self) -> bool:
        """Tell whether every process says that it is ready."""
        answers = [self.health(ports.name, role, 3.0) for ports in self.services for role in roles_of(ports.name)]
        return all(answer is not None and answer.status_code == httpx.codes.OK for answer in answers)

    def database(self, service: str) -> Database[dict[str, Any]]:
        """Return a service's database, to look at."""
        return self.mongo[database_name(service, self.prefix)]

    def count(self, story: Mapping[str, Any]) -> dict[str, Any]:
        """Count the results of a story from the databases."""
        return count_results(self.mongo_uri, story, self.prefix)

    def as_demo(self, key: str) -> Tenant:
        """Act as one of the demo's organisations."""
        return Tenant(self.urls, self.clients[key])

    def newcomer(self, name: str, roles: Collection[str]) -> Tenant:
        """Register an organisation through identity, and wait until every service has heard of it."""
        with self.as_demo("park") as park:
            profile = {"name": name, "country": "CN", "roles": sorted(roles)}
            organisation = park.created("identity", "/v1/organisations", profile)["organisation_id"]
            path = f"/v1/organisations/{organisation}/credentials"
            issued = park.created("identity", path, {"label": "e2e"})
        newcomer = Tenant(self.urls, Credential(organisation, name, issued["client_id"], issued["client_secret"]))
        wait_until(lambda: self._is_known(organisation), KNOWN_LIMIT_S, f"{name} to be known everywhere")
        return newcomer

    def _is_known(self, organisation_id: str) -> bool:
        return all(
            self.database(service)["organisations"].count_documents({"_id": organisation_id}) for service in LET_IN
        )


@contextmanager
def running_stack(kafka_bootstrap: str, mongo_uri: str, folder: Path) -> Iterator[Stack]:
    """Start everything on these engines; stop it and drop its databases at the end.

    Raises `SupervisorError` where a process doesn't become ready.
    """
    prefix = f"e2e_{uuid.uuid4().hex[:12]}"
    services = tuple(
        ServicePorts(ports.name, free_port(), free_port(), free_port(), None if ports.courier is None else free_port())
        for ports in SERVICES
    )
    ensure_topics(kafka_bootstrap, load_topics())
    issuer = base_url(services[0].api)
    shared = shared_environment(mongo_uri, kafka_bootstrap, issuer) | database_environment(prefix)
    prepared = asyncio.run(prepare(shared, folder))
    processes = commands(shared | prepared.environment, services)
    mongo: MongoClient[dict[str, Any]] = MongoClient(mongo_uri, tz_aware=True, timeoutMS=10_000)
    supervisor = Supervisor(folder, processes, policy=PATIENT, on_event=lambda *_: None, stop_timeout_s=STOP_LIMIT_S)
    try:
        with supervisor:
            wait_ready(supervisor, services)
            yield Stack(services, prepared.credentials, kafka_bootstrap, mongo, mongo_uri, prefix, supervisor)
    finally:
        for ports in SERVICES:
            mongo.drop_database(database_name(ports.name, prefix))
        mongo.close()

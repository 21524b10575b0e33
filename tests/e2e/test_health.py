"""Readiness tells the truth: which part is away, as long as it is away, and the API serves without Kafka."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final, Protocol

import httpx
import pytest

from infra.demo import scenery
from infra.local.engines import Engines
from infra.stack import Role
from tests.conftest import KAFKA_VARIABLE, MONGO_VARIABLE
from tests.support.stack import Stack
from tests.support.tenant import Tenant
from tests.support.wait import wait_until

SERVICE: Final = "footprints"
NOTICED_LIMIT_S: Final = 20.0
RECOVERY_LIMIT_S: Final = 60.0
ANSWER_LIMIT_S: Final = 4.0
"""A container's health check waits no longer for an answer."""


class Engine(Protocol):
    """What a test takes away and gives back."""

    def freeze(self) -> None: ...
    def thaw(self) -> None: ...
    def kill(self) -> None: ...
    def start(self) -> None: ...


@pytest.fixture(scope="module", autouse=True)
def _own_engines() -> None:
    if os.environ.get(KAFKA_VARIABLE) or os.environ.get(MONGO_VARIABLE):
        pytest.skip("takes engines away: only the suite's own ones")


@pytest.fixture(scope="module")
def supplier(stack: Stack) -> Iterator[Tenant]:
    with stack.newcomer("Health Castings Co., Ltd. 安康铸造有限公司", ["supplier"]) as newcomer:
        yield newcomer


@pytest.fixture
def well(stack: Stack) -> Iterator[Stack]:
    """Begin and end with everything ready."""
    wait_until(stack.is_ready, RECOVERY_LIMIT_S, "every process to be ready")
    yield stack
    wait_until(stack.is_ready, RECOVERY_LIMIT_S, "every process to be ready again")


def test_a_frozen_mongodb_is_named_by_every_role(well: Stack, engines: Engines) -> None:
    with_frozen(engines.mongo, lambda: each_names(well, ("api", "worker", "relay"), "mongodb"))


def test_a_frozen_kafka_is_named_by_worker_and_relay_and_the_api_serves(
    well: Stack, engines: Engines, supplier: Tenant
) -> None:
    token = supplier.token()

    def look() -> None:
        each_names(well, ("worker", "relay"), "kafka")
        the_api_serves(well, supplier)

    with_frozen(engines.kafka, look)
    assert supplier.token() == token
    everything_is_published(well)


def test_a_killed_kafka_is_noticed_and_the_api_serves(well: Stack, engines: Engines, supplier: Tenant) -> None:
    engines.kafka.kill()
    try:
        none_is_ready(well, ("worker", "relay"))
        the_api_serves(well, supplier)
    finally:
        engines.kafka.start()
    everything_is_published(well)


def test_a_killed_mongodb_is_named_by_the_api_and_nobody_is_ready(
    well: Stack, engines: Engines, supplier: Tenant
) -> None:
    engines.mongo.kill()
    try:
        each_names(well, ("api",), "mongodb")
        none_is_ready(well, ("worker", "relay"))
        refused = supplier.send(SERVICE, "POST", "/v1/footprints", new_footprint())
        assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE, refused.text
        assert refused.headers["Content-Type"] == "application/problem+json"
    finally:
        engines.mongo.start()
    wait_until(well.is_ready, RECOVERY_LIMIT_S, "every process to be ready again")
    supplier.created(SERVICE, "/v1/footprints", new_footprint())


def with_frozen(engine: Engine, look: Callable[[], None]) -> None:
    engine.freeze()
    try:
        look()
    finally:
        engine.thaw()


def each_names(stack: Stack, roles: tuple[Role, ...], part: str) -> None:
    """Wait until each role of the service answers 503 and blames this part alone."""
    for role in roles:
        blamed = wait_until(lambda r=role: blamed_by(stack, r), NOTICED_LIMIT_S, f"the {role} to miss {part}")  # type: ignore[misc]  # mypy takes the default for a parameter
        assert {name.split(":")[0] for name in blamed} == {part}


def blamed_by(stack: Stack, role: Role) -> list[str]:
    """Return the parts that a role says are away."""
    answer = stack.health(SERVICE, role, ANSWER_LIMIT_S)
    if answer is None or answer.status_code == httpx.codes.OK:
        return []
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    body = answer.json()
    assert body["status"] == "error"
    return [name for name, part in body["parts"].items() if part["status"] == "error"]


def none_is_ready(stack: Stack, roles: tuple[Role, ...]) -> None:
    """Wait until no role says it is ready: it blames a part, or has ended to be started again (crash-only)."""

    def away(role: Role) -> bool:
        answer = stack.health(SERVICE, role, ANSWER_LIMIT_S)
        return answer is None or answer.status_code == httpx.codes.SERVICE_UNAVAILABLE

    for role in roles:
        wait_until(lambda r=role: away(r), NOTICED_LIMIT_S, f"the {role} to notice")  # type: ignore[misc]  # mypy takes the default for a parameter


def the_api_serves(stack: Stack, supplier: Tenant) -> None:
    answer = stack.health(SERVICE, "api", ANSWER_LIMIT_S)
    assert answer is not None
    assert answer.status_code == httpx.codes.OK, answer.text
    supplier.created(SERVICE, "/v1/footprints", new_footprint())


def everything_is_published(stack: Stack) -> None:
    outbox = stack.database(SERVICE)["outbox"]
    wait_until(
        lambda: outbox.count_documents({"published": False}) == 0, RECOVERY_LIMIT_S, "what was accepted to be published"
    )


def new_footprint() -> dict[str, object]:
    return scenery.footprint("HEALTH", datetime.now(UTC))

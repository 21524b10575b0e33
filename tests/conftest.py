"""Fixtures every test may ask for: the real engines, started once, on free ports, when the first test needs them."""

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings

from infra.local.engines import Engines, running_engines

KAFKA_VARIABLE = "TIERLOOP_TEST_KAFKA"
MONGO_VARIABLE = "TIERLOOP_TEST_MONGO"
ENGINE_FIXTURES = frozenset({"engines", "kafka_bootstrap", "mongo_uri"})

# The same examples on every machine and every run: a failure is never a matter of luck.
settings.register_profile("tierloop", derandomize=True, deadline=None, database=None, print_blob=True)
settings.load_profile("tierloop")

_started = pytest.StashKey[Engines]()


def pytest_report_header() -> str:
    """Say what decides the run's random choices and which engines it uses."""
    kafka = os.environ.get(KAFKA_VARIABLE, "started by the suite")
    mongo = os.environ.get(MONGO_VARIABLE, "started by the suite")
    return f"tierloop: hypothesis derandomized (seed of each test: its own source); kafka {kafka}; mongo {mongo}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever uses an engine, so that `-m "not engines"` never starts one."""
    for item in items:
        if ENGINE_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.engines)


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Engines]:
    """Kafka and MongoDB as our own processes, which a test may kill, freeze and restart."""
    state_dir = tmp_path_factory.mktemp("engines")
    with running_engines(state_dir, fail_points=True) as running:
        request.config.stash[_started] = running
        yield running
    del request.config.stash[_started]
    for engine in (running.kafka, running.mongo):  # the logs stay for who wants to know
        shutil.rmtree(engine.home, ignore_errors=True)


@pytest.fixture(autouse=True)
def _engines_healed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test did to the engines, the next one finds them running."""
    yield
    running = request.config.stash.get(_started, None)
    if running is None:
        return
    for engine in (running.kafka, running.mongo):
        if engine.is_frozen:
            engine.thaw()
        if not engine.is_running:
            engine.start()


@pytest.fixture(scope="session")
def kafka_bootstrap(request: pytest.FixtureRequest) -> str:
    """Give the broker's address: `TIERLOOP_TEST_KAFKA` if set, else our own broker."""
    given = os.environ.get(KAFKA_VARIABLE)
    return given or request.getfixturevalue("engines").kafka.bootstrap


@pytest.fixture(scope="session")
def mongo_uri(request: pytest.FixtureRequest) -> str:
    """Give the replica set's connection string: `TIERLOOP_TEST_MONGO` if set, else our own."""
    given = os.environ.get(MONGO_VARIABLE)
    return given or request.getfixturevalue("engines").mongo.uri

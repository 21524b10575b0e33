"""docker-compose.yml, infra/stack.py and the settings the processes read say the same; a test for each way to drift."""

from __future__ import annotations

import copy
import re
from typing import Any, Final

import pytest

from infra.docker.make_env import EXAMPLE, fill
from infra.local import topics
from infra.stack import SERVICES, ServicePorts, roles_of, service_environment, shared_environment
from schemas.topics import load_topics
from tests.architecture.compose import ROOT, accepts, load_compose, our_services, service_of, wrong_variables

KEYS: Final = dict(
    line.split("=", 1) for line in fill(EXAMPLE.read_text("utf-8")).splitlines() if line and not line.startswith("#")
)
DOCUMENT: Final = load_compose(KEYS)
OURS: Final = our_services(DOCUMENT)
PROCESSES: Final = {
    f"{ports.name}-{role}": (ports, role, ports.of(role)) for ports in SERVICES for role in roles_of(ports.name)
}
JOBS: Final = {f"{ports.name}-init": [f"services.{ports.name}", "init"] for ports in SERVICES} | {
    "identity-seed": ["services.identity", "seed"]
}
TOPICS_JOB: Final = "topics"
DONE: Final = {"condition": "service_completed_successfully"}
HEALTHY: Final = {"condition": "service_healthy"}


def test_every_process_of_the_stack_is_there_and_no_other() -> None:
    commands = {name: service["command"] for name, service in OURS.items()}
    expected = {name: [f"services.{ports.name}", role] for name, (ports, role, _) in PROCESSES.items()} | JOBS
    assert {name: command for name, command in commands.items() if name != TOPICS_JOB} == expected
    others = [service for name, service in DOCUMENT["services"].items() if name not in OURS]
    assert not [service for service in others if "services." in str(service.get("command", ""))]


@pytest.mark.parametrize("name", sorted(PROCESSES | JOBS))
def test_every_command_is_understood(name: str) -> None:
    command = OURS[name]["command"]
    service = service_of(command)
    assert service is not None
    assert accepts(service, command[1:])


def test_a_wrong_command_is_not_understood() -> None:
    assert not accepts("identity", ["serve"])
    assert not accepts("recycling", ["seed"])


@pytest.mark.parametrize("name", sorted(PROCESSES | JOBS))
def test_every_variable_is_a_setting_and_loads(name: str) -> None:
    service = service_of(OURS[name]["command"])
    assert service is not None
    assert wrong_variables(service, OURS[name]["environment"]) == []


@pytest.mark.parametrize(
    ("variable", "misspelt"),
    [
        ("TIERLOOP_KAFKA_BOOTSTRAP", "TIERLOOP_KAFKA_BOOTSTRAPS"),
        ("TIERLOOP_RECYCLING_HTTP_PORT", "TIERLOOP_RECYCLING_HTTPPORT"),
        ("TIERLOOP_OTLP_ENDPOINT", "OTLP_ENDPOINT"),
    ],
)
def test_a_misspelt_variable_is_found(variable: str, misspelt: str) -> None:
    mutated = copy.deepcopy(OURS["recycling-worker"]["environment"])
    mutated[misspelt] = mutated.pop(variable)
    assert any(misspelt in wrong for wrong in wrong_variables("recycling", mutated))


@pytest.mark.parametrize("value", ["0", "8004x", 8004])
def test_a_wrong_value_is_found(value: Any) -> None:
    mutated = OURS["recycling-worker"]["environment"] | {"TIERLOOP_RECYCLING_WORKER_PORT": value}
    assert wrong_variables("recycling", mutated)


def test_without_its_key_identity_says_which_variable_it_lacks() -> None:
    bare = our_services(load_compose())["identity-api"]["environment"]
    (wrong,) = wrong_variables("identity", bare)
    assert "TIERLOOP_IDENTITY_KEY_ENCRYPTION_KEY" in wrong


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_addresses_and_ports_are_those_of_the_stack(name: str) -> None:
    ports, role, port = PROCESSES[name]
    container = OURS[name]
    environment = container["environment"]
    own = service_environment(ports, f"http://127.0.0.1:{ports.api}")
    assert own.items() <= environment.items()
    issuer = f"http://127.0.0.1:{SERVICES[0].api}"
    shared = shared_environment(environment["TIERLOOP_MONGO_URI"], environment["TIERLOOP_KAFKA_BOOTSTRAP"], issuer)
    inside = {"TIERLOOP_JWKS_URL": f"http://identity-api:{SERVICES[0].api}/.well-known/jwks.json"}
    assert (shared | inside).items() <= environment.items()
    assert environment["TIERLOOP_HTTP_HOST"] == "0.0.0.0"  # noqa: S104 - a container's loopback reaches nobody
    assert container.get("ports", []) == ([f"127.0.0.1:{port}:{port}"] if role == "api" else [])


def test_the_keys_address_in_identitys_metadata_is_public() -> None:
    settings = OURS["identity-api"]["environment"]
    assert settings["TIERLOOP_IDENTITY_JWKS_URL"] == f"{settings['TIERLOOP_TOKEN_ISSUER']}/.well-known/jwks.json"


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_every_process_is_asked_whether_it_is_ready(name: str) -> None:
    port = PROCESSES[name][2]
    url = f"http://127.0.0.1:{port}/health/ready"
    assert OURS[name]["healthcheck"]["test"] == ["CMD", "python", "-m", "infra.docker.healthcheck", url]


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_what_a_process_needs_comes_first(name: str) -> None:
    ports, role, _ = PROCESSES[name]
    wanted = _needs(ports, role)
    assert OURS[name]["depends_on"] == wanted
    assert OURS[name]["restart"] == "unless-stopped"


def _needs(ports: ServicePorts, role: str) -> dict[str, dict[str, str]]:
    if role != "api":
        return {TOPICS_JOB: DONE, f"{ports.name}-init": DONE}
    return {("identity-seed" if ports.name == "identity" else f"{ports.name}-init"): DONE}


def test_jobs_run_once_and_after_their_engine() -> None:
    assert OURS[TOPICS_JOB]["depends_on"] == {"kafka": HEALTHY}
    assert OURS["identity-seed"]["depends_on"] == {"identity-init": DONE}
    for ports in SERVICES:
        assert OURS[f"{ports.name}-init"]["depends_on"] == {"mongo": HEALTHY}
    for name in (TOPICS_JOB, *JOBS):
        assert OURS[name]["restart"] == "no"
        assert OURS[name]["build"] == {"context": ".", "dockerfile": "infra/docker/Dockerfile"}
    assert not [name for name in PROCESSES if "build" in OURS[name]], "the image is built once, by the jobs"


def test_topics_come_from_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, list[str]]] = []

    def record(bootstrap: str, wanted: Any) -> topics.TopicReport:
        seen.append((bootstrap, [topic.name for topic in wanted]))
        return topics.TopicReport((), (), ())

    monkeypatch.setattr(topics, "ensure_topics", record)
    module, *arguments = OURS[TOPICS_JOB]["command"]
    assert module == topics.__name__
    assert topics.main(arguments) == 0
    bootstrap = OURS["recycling-worker"]["environment"]["TIERLOOP_KAFKA_BOOTSTRAP"]
    assert seen == [(bootstrap, [topic.name for topic in load_topics()])]


@pytest.mark.parametrize("name", sorted(DOCUMENT["services"]))
def test_every_container_is_bounded_and_pinned(name: str) -> None:
    container = DOCUMENT["services"][name]
    limits = container["deploy"]["resources"]["limits"]
    assert limits.keys() == {"cpus", "memory", "pids"}
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["read_only"] is (name != "kafka"), "Kafka's start script writes its configuration"
    assert container["logging"]["options"].keys() == {"max-size", "max-file"}
    assert re.fullmatch(r"[a-z./-]+:(v?\d+\.\d+\.\d+|local)", container["image"]), "a tag with a version"
    assert all(port.startswith("127.0.0.1:") for port in container.get("ports", []))
    assert set(container["networks"]) <= set(DOCUMENT["networks"])
    mounted = [volume.split(":")[0] for volume in container.get("volumes", [])]
    assert all((ROOT / source).exists() for source in mounted if source.startswith("."))
    assert {source for source in mounted if not source.startswith(".")} <= set(DOCUMENT["volumes"])


def test_engines_are_not_reachable_from_outside() -> None:
    assert DOCUMENT["networks"]["data"] == {"internal": True}
    for name in ("mongo", "kafka"):
        assert DOCUMENT["services"][name]["networks"] == ["data"]
        assert "ports" not in DOCUMENT["services"][name]


def test_the_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        (path.name, target)
        for path in (ROOT / "README.md", ROOT / "docker-compose.yml")
        for target in re.findall(r"(?:^#? +|`)make ([a-z][a-z-]*)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert [(path, target) for path, target in sorted(named) if target not in targets] == []

"""The main job for a newcomer: `make run` and `make demo`.

Starts the engines, makes topics and indexes, seeds the demo organisations, starts every process of every service,
plays the story and counts its results from the databases.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import httpx

from infra.demo.counts import count_results
from infra.demo.story import StoryError, play
from infra.local.certificates import make_certificates
from infra.local.engines import DEFAULT_KAFKA_PORT, DEFAULT_MONGO_PORT, running_engines
from infra.local.errors import EngineError
from infra.local.ports import require_free
from infra.local.prepare import prepare
from infra.local.supervised import Command
from infra.local.supervisor import Supervisor, SupervisorError
from infra.local.topics import ensure_topics
from infra.stack import ROLES, SERVICES, ServicePorts, roles_of, service_environment, shared_environment
from schemas.topics import load_topics

READY_LIMIT_S: Final = 90.0
POLL_S: Final = 0.2
CERTIFICATE: Final = "TIERLOOP_TLS_CERTFILE"
AUTHORITY: Final = "SSL_CERT_FILE"
"""Read by OpenSSL's clients, httpx among them."""
ISSUER_TIER: Final = 0
SERVICE_TIER: Final = 1
"""The services stop before the issuer, whose keys they may still read; the engines stop after them all."""


def main(argv: list[str] | None = None) -> int:
    """Run; exit 0 after the story (or Ctrl-C), 1 where the story fails, 2 where a part is missing."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.run", description=__doc__)
    parser.add_argument("--state-dir", type=Path, default=Path(".local"))
    parser.add_argument("--kafka-port", type=int, default=DEFAULT_KAFKA_PORT)
    parser.add_argument("--mongo-port", type=int, default=DEFAULT_MONGO_PORT)
    parser.add_argument("--stop-after-story", action="store_true")
    parser.add_argument(
        "--tls", action="store_true", help="serve the APIs over TLS, with a local authority's certificate"
    )
    arguments = parser.parse_args(argv)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        say("stopped")
        return 0
    except EngineError as error:
        say(str(error))
        return 2
    except (StoryError, SupervisorError) as error:
        say(str(error))
        return 1


def _run(arguments: argparse.Namespace) -> int:
    for ports in SERVICES:
        for role in roles_of(ports.name):
            require_free(ports.of(role), owner=f"the {role} of {ports.name}", setting="infra/stack.py")
    say("starting Kafka and MongoDB ...")
    with running_engines(
        arguments.state_dir, kafka_port=arguments.kafka_port, mongo_port=arguments.mongo_port
    ) as engines:
        report = ensure_topics(engines.kafka.bootstrap, load_topics())
        say(f"topics: {len(report.created)} made, {len(report.existing)} there already")
        secure = tls_environment(arguments.state_dir) if arguments.tls else {}
        issuer = base_url(SERVICES[0].api, secure)
        shared = shared_environment(engines.mongo.uri, engines.kafka.bootstrap, issuer) | secure
        prepared = asyncio.run(prepare(shared, arguments.state_dir))
        say(f"indexes made; {len(prepared.credentials)} demo organisations registered")
        with Supervisor(arguments.state_dir, commands(shared | prepared.environment)) as supervisor:
            wait_ready(supervisor, tls=arguments.tls)
            story = asyncio.run(
                play({ports.name: base_url(ports.api, shared) for ports in SERVICES}, prepared.credentials, print)
            )
            results = count_results(engines.mongo.uri, story)
            print_urls(shared)
            if not arguments.stop_after_story:
                say("serving; Ctrl-C stops everything")
                print(json.dumps(results), flush=True)
                supervisor.wait()
                if supervisor.error is not None:
                    raise supervisor.error
                return 0
        say("stopped")
    print(json.dumps(results), flush=True)
    return 0


def base_url(port: int, environment: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return where an API answers on this machine; `environment` tells whether over TLS."""
    return f"{'https' if CERTIFICATE in environment else 'http'}://127.0.0.1:{port}"


def tls_environment(state_dir: Path) -> dict[str, str]:
    """Make certificates; return what makes the processes use them, and this one trust them."""
    made = make_certificates(state_dir)
    authority = str(made.authority.resolve())
    os.environ[AUTHORITY] = authority
    say(f"clients trust {authority}")
    return {
        CERTIFICATE: str(made.certificate.resolve()),
        "TIERLOOP_TLS_KEYFILE": str(made.key.resolve()),
        AUTHORITY: authority,
    }


def commands(environment: dict[str, str], services: Sequence[ServicePorts] = SERVICES) -> list[Command]:
    """Return every process of every service."""
    return [
        Command(
            f"{ports.name}-{role}",
            [sys.executable, "-m", f"services.{ports.name}", role],
            environment | service_environment(ports, base_url(ports.api, environment)),
            tier=ISSUER_TIER if ports.name == SERVICES[0].name else SERVICE_TIER,
        )
        for ports in services
        for role in roles_of(ports.name)
    ]


def wait_ready(supervisor: Supervisor, services: Sequence[ServicePorts] = SERVICES, *, tls: bool = False) -> None:
    """Wait until every process says it is ready. Raises `SupervisorError` where one gives up or time runs out."""
    scheme = {role: "https" if tls and role == "api" else "http" for role in ROLES}
    waiting = {
        f"{ports.name}-{role}": f"{scheme[role]}://127.0.0.1:{ports.of(role)}"
        for ports in services
        for role in roles_of(ports.name)
    }
    total, started = len(waiting), time.monotonic()
    say(f"starting {total} processes ...")
    while waiting:
        if supervisor.error is not None:
            raise supervisor.error
        if time.monotonic() - started > READY_LIMIT_S:
            raise SupervisorError(f"not ready after {READY_LIMIT_S:.0f} s: {', '.join(waiting)}; see their logs")
        for name in [name for name, url in waiting.items() if _is_ready(url)]:
            del waiting[name]
            say(f"{total - len(waiting):2d}/{total} ready: {name}")
        time.sleep(POLL_S)
    say(f"all ready after {time.monotonic() - started:.1f} s")


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", timeout=2.0).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def print_urls(environment: Mapping[str, str], out: Callable[[str], None] = print) -> None:
    """Tell where to look."""
    for ports in SERVICES:
        out(f"  {ports.name:14s} {base_url(ports.api, environment)}/docs")


def say(line: str) -> None:
    """Progress goes to stderr, results to stdout."""
    sys.stderr.write(f"[tierloop] {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())

"""The command line every service shares: `python -m services.<name> api|worker|relay|init|deadletters|openapi`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Sequence

from fastapi import FastAPI

from services.chassis.deadletter_tool import add_deadletter_commands
from services.chassis.index_conflict import EXIT_REFUSED, IndexConflictError
from services.chassis.parts import ServiceParts, all_indexes, open_mongo
from services.chassis.settings import ServiceSettings, SettingsError

# A role imports its libraries when it runs: the API loads no Kafka client, the relay no Faust (a second less to start).
# ruff: noqa: PLC0415 - that is what the local imports below are for


def run(
    parts: ServiceParts,
    load_settings: Callable[[], ServiceSettings],
    build_api: Callable[..., FastAPI],
    argv: Sequence[str] | None = None,
    extend: Callable[[argparse._SubParsersAction[argparse.ArgumentParser]], None] = lambda _: None,
) -> int:
    """Read the command line and run one role.

    Wrong settings and a database whose indexes are in the way end with exit code 2 and a paragraph for each.
    """
    parser = argparse.ArgumentParser(prog=f"python -m services.{parts.name}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("api", help="serve HTTP").set_defaults(run=lambda settings, _: _api(parts, settings, build_api))
    commands.add_parser("worker", help="consume topics").set_defaults(run=lambda settings, _: _worker(parts, settings))
    commands.add_parser("relay", help="publish the outbox").set_defaults(
        run=lambda settings, _: _relay(parts, settings)
    )
    commands.add_parser("init", help="create collections and indexes").set_defaults(
        run=lambda settings, _: asyncio.run(initialise(parts, settings))
    )
    commands.add_parser("openapi", help="print the OpenAPI document").set_defaults(
        run=lambda settings, _: print(json.dumps(build_api(settings).openapi(), indent=2, ensure_ascii=False))
    )
    add_deadletter_commands(commands, parts)
    extend(commands)
    arguments = parser.parse_args(argv)
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return EXIT_REFUSED
    try:
        return arguments.run(settings, arguments) or 0
    except (IndexConflictError, SettingsError) as error:
        print(error, file=sys.stderr)
        return EXIT_REFUSED


async def initialise(parts: ServiceParts, settings: ServiceSettings) -> None:
    """Create what the service stores into; safe to repeat."""
    mongo = open_mongo(settings, "init")
    try:
        await mongo.bootstrap(all_indexes(parts))
    finally:
        await mongo.close()


def _api(parts: ServiceParts, settings: ServiceSettings, build_api: Callable[..., FastAPI]) -> None:
    from services.chassis.logging import configure_logging
    from services.chassis.serve import run_api
    from services.chassis.telemetry import setup_telemetry

    configure_logging(parts.name, "api", level=settings.log_level, form=settings.log_format)
    telemetry = setup_telemetry(parts.name, "api", endpoint=settings.otlp_endpoint)
    try:
        run_api(build_api(settings, telemetry=telemetry), settings)
    finally:
        telemetry.shutdown()


def _worker(parts: ServiceParts, settings: ServiceSettings) -> None:
    from services.chassis.worker import run_worker

    run_worker(parts, settings)


def _relay(parts: ServiceParts, settings: ServiceSettings) -> None:
    from services.chassis.relay_role import run_relay

    run_relay(parts.name, settings)

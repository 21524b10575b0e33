"""docker-compose.yml as data, and what the code says about the same things."""

from __future__ import annotations

import argparse
import importlib
import re
import runpy
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from unittest import mock

import yaml

from services.chassis import cli
from services.chassis.settings import PREFIX, ServiceSettings, SettingsError, variable

ROOT: Final = Path(__file__).parents[2]
COMPOSE: Final = ROOT / "docker-compose.yml"

Service = dict[str, Any]

_REFERENCE: Final = re.compile(r"\$\{(\w+):-([^}]*)\}")


def load_compose(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read the file as `docker compose config` does: anchors merged, then `${NAME:-default}` filled in."""
    document: dict[str, Any] = _filled(yaml.safe_load(COMPOSE.read_text(encoding="utf-8")), environ or {})
    return document


def _filled(value: Any, environ: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(item, environ) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, environ) for item in value]
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: environ.get(found[1]) or found[2], value)
    return value


def our_services(document: Mapping[str, Any]) -> dict[str, Service]:
    """Return the containers that run our own image, by name."""
    return {name: service for name, service in document["services"].items() if service["image"] == "tierloop:local"}


def service_of(command: Sequence[str]) -> str | None:
    """Return the service a command starts: `services.<name> ...`."""
    head, _, name = command[0].partition(".")
    return name if head == "services" else None


def settings_of(service: str) -> type[ServiceSettings]:
    """Return the settings class the processes of a service load."""
    found: type[ServiceSettings] = importlib.import_module(f"services.{service}.bootstrap").SETTINGS
    return found


def wrong_variables(service: str, environment: Mapping[str, str]) -> list[str]:
    """Say what is wrong with the variables a container gives to a process of `service`; empty where nothing is.

    `load` alone would not do: a variable for all services (`TIERLOOP_<FIELD>`) that it does not know it leaves alone.
    """
    settings = settings_of(service)
    known = {name for field in settings.model_fields for name in (variable(field), variable(field, service))}
    wrong = [f"{name}: no setting of {service}" for name in environment if name not in known]
    wrong += [f"{name}: not ours" for name in environment if not name.startswith(PREFIX)]
    wrong += [f"{name}: not text, compose would guess" for name, value in environment.items() if type(value) is not str]
    try:
        settings.load(environment)
    except SettingsError as error:
        wrong.append(str(error))
    return wrong


class _ParsedError(Exception):
    """The command line was understood; nothing needs to run."""


def accepts(service: str, arguments: Sequence[str]) -> bool:
    """Whether `python -m services.<service> <arguments>` is a command line its own `__main__` understands."""
    run = _command_line(service)
    try:
        with mock.patch.object(argparse.ArgumentParser, "_print_message"):
            run(list(arguments))
    except _ParsedError:
        return True
    except SystemExit:
        return False
    raise AssertionError("the settings were not asked for")


def _command_line(service: str) -> Callable[[Sequence[str]], int]:
    """Run the service's `__main__` up to where it calls the shared command line; keep what it was called with."""
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def record(*args: Any, **kwargs: Any) -> int:
        calls.append((args, kwargs))
        return 0

    with mock.patch.object(cli, "run", record), suppress(SystemExit):
        runpy.run_module(f"services.{service}", run_name="__main__")
    (args, kwargs) = calls[0]

    def stop() -> ServiceSettings:
        raise _ParsedError

    return lambda argv: cli.run(args[0], stop, args[2], argv, **kwargs)

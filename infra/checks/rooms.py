"""What a room may import: the short list of CONTRIBUTING.md. `.importlinter` says how rooms stand to each other."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from infra.checks.source import Finding, Source, imports, python_files


@dataclass(frozen=True, slots=True)
class Room:
    """Files by pattern, and the modules they may import beside the standard library; `{s}` is their service."""

    files: str
    may_import: tuple[str, ...]


ROOMS: Final = (
    Room("services/chassis/kernel.py", ()),
    Room("services/*/domain/*", ("services.chassis.kernel", "services.{s}.domain")),
    Room("services/*/application/*", ("services.chassis.kernel", "services.{s}.domain", "services.{s}.application")),
    Room(
        "services/*/stream/*",
        (
            "schemas.contracts",
            "services.chassis",
            "services.{s}.domain",
            "services.{s}.application",
            "services.{s}.stream",
        ),
    ),
    Room(
        "services/*/api/*",
        (
            "fastapi",
            "orjson",
            "pydantic",
            "pydantic_core",
            "services.chassis",
            "services.{s}.api",
            "services.{s}.application",
            "services.{s}.domain",
            "starlette",
            "structlog",
        ),
    ),
    Room("schemas/contracts/*", ("pydantic", "schemas.contracts")),
)


def room_imports(sources: Sequence[Source]) -> Iterator[Finding]:
    """Find imports that are not on the list of their room."""
    for source in python_files(sources, "services/", "schemas/"):
        for room in ROOMS:
            if fnmatchcase(source.path, room.files):
                yield from _outside(source, room)


def _outside(source: Source, room: Room) -> Iterator[Finding]:
    allowed = tuple(name.format(s=source.service) for name in room.may_import)
    for module, line in imports(source.tree):
        if module.split(".")[0] in sys.stdlib_module_names:
            continue
        if not any(module == name or module.startswith(f"{name}.") for name in allowed):
            yield Finding(source.path, line, f"{module} is not for this room: {', '.join(allowed) or 'nothing'} is")

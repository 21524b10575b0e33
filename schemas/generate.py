"""Writes JSON Schemas and AsyncAPI documents from the contracts: `python -m schemas.generate [--check]`.

`--add-examples` enters new golden messages into their manifest; an existing one never changes.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path
from typing import Final

from schemas.asyncapi_document import asyncapi_document, services_of, yaml_bytes
from schemas.data_schema import data_schema, json_bytes
from schemas.envelope import envelope_schema
from schemas.event_types import EventType, declared_topics, load_event_types
from schemas.examples import ExampleError, add_examples
from schemas.topics import load_topics

ROOT: Final = Path(__file__).parent
PROJECT: Final = ROOT.parent / "pyproject.toml"
GENERATED_FOLDERS: Final = ("json", "asyncapi")
REMEDY: Final = "Run `python -m schemas.generate` and commit what it writes."


class CatalogueError(ValueError):
    """Contracts and topics.yaml don't fit together."""


def render() -> dict[str, bytes]:
    """Return every generated file by its path below `schemas/`. Raises `CatalogueError`, ValueError."""
    events = load_event_types()
    check_catalogue(events)
    topics = load_topics()
    files = {"json/cloudevent.json": json_bytes(envelope_schema())}
    for event in events.values():
        files[f"json/{event.topic}/{event.name}.json"] = json_bytes(data_schema(event))
    for service in services_of(topics):
        document = asyncapi_document(service, topics, events, project_version())
        files[f"asyncapi/{service}.yaml"] = yaml_bytes(document)
    return files


def check_catalogue(events: dict[str, EventType]) -> None:
    """Raise `CatalogueError` unless contracts and topics.yaml name the same topics."""
    in_catalogue = {topic.name for topic in declared_topics()}
    in_contracts = {event.topic for event in events.values()}
    if missing := sorted(in_contracts - in_catalogue):
        raise CatalogueError(f"topics.yaml lacks {missing}, which contracts publish to: add them there")
    if idle := sorted(in_catalogue - in_contracts):
        raise CatalogueError(f"topics.yaml has {idle}, which no contract module names in TOPICS: add types or remove")


def project_version() -> str:
    """Return the release that the documents belong to."""
    version: str = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    return version


def drift(root: Path = ROOT) -> list[str]:
    """Name the generated files that are missing, stale or left over below `root`."""
    files = render()
    found = {
        path.relative_to(root).as_posix()
        for folder in GENERATED_FOLDERS
        for path in (root / folder).rglob("*")
        if path.is_file()
    }
    stale = [name for name in sorted(files) if name in found and (root / name).read_bytes() != files[name]]
    return [
        *(f"{name}: missing" for name in sorted(set(files) - found)),
        *(f"{name}: differs from the contracts" for name in stale),
        *(f"{name}: belongs to no event type or service" for name in sorted(found - set(files))),
    ]


def write(root: Path = ROOT) -> list[str]:
    """Write what has drifted and remove what is left over; return what was done."""
    done = drift(root)
    files = render()
    for line in done:
        name = line.split(": ", 1)[0]
        path = root / name
        if name in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name])
        else:
            path.unlink()
    return done


def main(argv: list[str] | None = None) -> int:
    """Write, or check with `--check`; exit status 1 for drift, 2 for contracts that don't fit together."""
    parser = argparse.ArgumentParser(prog="python -m schemas.generate", description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="write nothing, fail on drift")
    choice.add_argument("--add-examples", action="store_true", help="enter new golden messages into the manifest")
    args = parser.parse_args(argv)
    try:
        if args.add_examples:
            return _say(add_examples(), "no new example", status=0)
        if args.check:
            lines = drift()
            return _say([*lines, REMEDY] if lines else [], "nothing has drifted", status=1 if lines else 0)
        return _say(write(), "nothing to write", status=0)
    except (CatalogueError, ExampleError) as error:
        return _say([str(error)], "", status=2)


def _say(lines: list[str], otherwise: str, *, status: int) -> int:
    sys.stderr.writelines(f"[schemas] {line}\n" for line in lines or [otherwise])
    return status


if __name__ == "__main__":
    sys.exit(main())

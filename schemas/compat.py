"""The gate against breaking changes: `python -m schemas.compat [--release]`.

Compares contracts, topics and golden messages with the snapshot of the last release in `schemas/released`. Allowed are
new optional fields, new event types and new topics; `compat_rules` says what else is a warning. `--release` writes the
snapshot anew, unless something breaks.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from schemas.compat_topics import TOPIC_RULES
from schemas.compat_walk import Finding, compare_schema
from schemas.data_schema import json_bytes
from schemas.examples import EXAMPLES, MANIFEST_NAME, edited, not_entered, read_manifest
from schemas.generate import project_version, render
from schemas.topics import load_topics

RELEASED: Final = Path(__file__).parent / "released"
RELEASE_FILE: Final = "release.json"
JSON_FOLDER: Final = "json/"
TOPIC_FIELDS: Final = ("name", "kind", "owner", "key", "partitions", "max_message_bytes")
REMEDY: Final = (
    "Within a major version only optional fields are added. Put the old form back, or publish a new major version: a "
    "new event type and topic beside the old ones, with an upcast for readers."
)


@dataclass(frozen=True, slots=True)
class Release:
    """What is compared: JSON Schemas by path, topics, and the digests of the golden messages."""

    version: str = ""
    schemas: Mapping[str, Any] = field(default_factory=dict)
    topics: tuple[Mapping[str, Any], ...] = ()
    examples: Mapping[str, str] = field(default_factory=dict)


def current_release() -> Release:
    """Return the working tree's release: rendered from the contracts, not read from generated files."""
    rendered = {name: json.loads(raw) for name, raw in render().items() if name.startswith(JSON_FOLDER)}
    topics = tuple(topic.model_dump(include=set(TOPIC_FIELDS)) for topic in load_topics() if topic.kind != "dlq")
    return Release(project_version(), rendered, topics, read_manifest(EXAMPLES / MANIFEST_NAME))


def read_release(root: Path = RELEASED) -> Release | None:
    """Return the last release's snapshot, None before the first release."""
    if not (root / RELEASE_FILE).exists():
        return None
    facts = json.loads((root / RELEASE_FILE).read_bytes())
    files = sorted((root / JSON_FOLDER).rglob("*.json"))
    schemas = {path.relative_to(root).as_posix(): json.loads(path.read_bytes()) for path in files}
    return Release(facts["version"], schemas, tuple(facts["topics"]), facts["examples"])


def write_release(release: Release, root: Path = RELEASED) -> None:
    """Replace the snapshot."""
    for path in sorted((root / JSON_FOLDER).rglob("*.json")):
        path.unlink()
    for name, schema in release.schemas.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(json_bytes(schema))
    facts = {"version": release.version, "topics": release.topics, "examples": release.examples}
    (root / RELEASE_FILE).write_bytes(json_bytes(facts))


def compare(old: Release, new: Release) -> list[Finding]:
    """List every difference that an older reader or an older message could feel."""
    return [
        *_compare_schemas(old.schemas, new.schemas),
        *_compare_topics(old.topics, new.topics),
        *_compare_examples(old.examples, new.examples),
    ]


def _compare_schemas(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Finding]:
    for name in sorted(old):
        where = name.removeprefix(JSON_FOLDER).removesuffix(".json").rpartition("/")[2]
        if name in new:
            yield from compare_schema(old[name], new[name], where)
        else:
            yield Finding(where, "event-type-removed", f"{name} is gone or moved to another topic")


def _compare_topics(old: tuple[Mapping[str, Any], ...], new: tuple[Mapping[str, Any], ...]) -> Iterator[Finding]:
    now = {topic["name"]: topic for topic in new}
    for topic in old:
        name = topic["name"]
        if name not in now:
            yield Finding(name, "topic-removed", "the topic is gone")
            continue
        for rule in TOPIC_RULES:
            for found in rule(topic, now[name]):
                yield Finding(name, found.rule, found.detail, found.breaking)


def _compare_examples(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Finding]:
    for name in sorted(old):
        if new.get(name) != old[name]:
            yield Finding(name, "example-changed", "a released golden message was edited or removed")


def not_releasable() -> list[str]:
    """Say what keeps golden messages from being released."""
    return [*edited(), *(f"{name}: run `python -m schemas.generate --add-examples`" for name in not_entered())]


def main(argv: list[str] | None = None) -> int:
    """Compare, and with `--release` write the snapshot; exit status 1 if something breaks."""
    parser = argparse.ArgumentParser(prog="python -m schemas.compat", description=__doc__)
    parser.add_argument("--release", action="store_true", help="write the snapshot of this release")
    args = parser.parse_args(argv)
    last, now = read_release(), current_release()
    findings = compare(last, now) if last is not None else []
    lines = [str(finding) for finding in findings]
    failed = any(finding.breaking for finding in findings)
    lines += [REMEDY] if failed else []
    if args.release:
        pending = not_releasable()
        lines += pending
        failed = failed or bool(pending)
    if args.release and not failed:
        write_release(now)
        lines.append(f"snapshot of release {now.version} written")
    lines.append("nothing was released before" if last is None else f"compared with release {last.version}")
    sys.stderr.writelines(f"[compat] {line}\n" for line in lines)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

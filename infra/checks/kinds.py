"""One collection, one writing role: each `Kind` says its writer, and no two kinds share a collection."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final

from infra.checks.source import Finding, Source, calls, python_files

WRITERS: Final = ("api", "worker")
_POSITIONAL: Final = ("name", "state", "writer", "match_fields")


def kinds_have_one_writer(sources: Sequence[Source]) -> Iterator[Finding]:
    """Find kinds without a writer, and collections that are declared twice in one service (chassis kinds included)."""
    declared = [(source, call) for source in python_files(sources, "services/") for call in _kinds(source)]
    shared = {_text(call, "name"): source.path for source, call in declared if source.service is None}
    taken: dict[tuple[str, str], str] = {}
    for source, call in declared:
        name, writer = _text(call, "name"), _text(call, "writer")
        if name is None:
            yield Finding(source.path, call.lineno, "the collection's name must be written out")
        if writer not in WRITERS:
            yield Finding(source.path, call.lineno, f"the writer must be written out: one of {', '.join(WRITERS)}")
        if name is None or source.service is None:
            continue
        if name in shared:
            yield Finding(source.path, call.lineno, f"collection {name!r} belongs to the chassis ({shared[name]})")
        if (source.service, name) in taken:
            yield Finding(
                source.path, call.lineno, f"collection {name!r} is declared in {taken[source.service, name]} already"
            )
        taken.setdefault((source.service, name), source.path)


def _kinds(source: Source) -> Iterator[ast.Call]:
    return (call for name, call in calls(source.tree) if name.split(".")[-1] == "Kind")


def _text(call: ast.Call, parameter: str) -> str | None:
    given = dict(zip(_POSITIONAL, call.args, strict=False)) | {
        item.arg: item.value for item in call.keywords if item.arg
    }
    value = given.get(parameter)
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None

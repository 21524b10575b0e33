"""Decisions are pure: no float, no clock, no chance, no world outside. Ids and times come in with the command."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final

from infra.checks.source import Finding, Source, calls, dotted, imports, python_files

IMPURE_MODULES: Final = frozenset(
    {"asyncio", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "socket", "subprocess", "sys"}
    | {"tempfile", "threading", "time"}
)
IMPURE_NAMES: Final = frozenset(
    {"date.today", "datetime.now", "datetime.today", "datetime.utcnow", "uuid1", "uuid4", "uuid6", "uuid7"}
)
IMPURE_CALLS: Final = frozenset({"input", "open", "print"})
_HANDLERS: Final = ("handlers", "handlers.py")


def no_float(sources: Sequence[Source]) -> Iterator[Finding]:
    """Find binary floats in domains, contracts and the kernel: mass, emission and money are `Decimal`."""
    for source in python_files(sources, "services/", "schemas/contracts/"):
        if not _is_domain(source) and source.parts[0] != "schemas" and source.parts[-1] != "kernel.py":
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Name) and node.id == "float":
                yield Finding(source.path, node.lineno, "float can't hold a measured number: use Decimal")
            elif isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
                yield Finding(source.path, node.lineno, f'{node.value} is a binary float: write Decimal("...")')


def no_outside_world(sources: Sequence[Source]) -> Iterator[Finding]:
    """Find clocks, chance and input or output in domains and in handlers."""
    for source in python_files(sources, "services/"):
        if not _is_domain(source) and not _is_handler(source):
            continue
        for module, line in imports(source.tree):
            if module.split(".")[0] in IMPURE_MODULES:
                yield Finding(source.path, line, f"{module}: a decision gets what it needs with its command")
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Name | ast.Attribute) and _tail(dotted(node)) & IMPURE_NAMES:
                yield Finding(source.path, node.lineno, f"{dotted(node)}: ids and times come in with the command")
        for name, call in calls(source.tree):
            if name in IMPURE_CALLS:
                yield Finding(source.path, call.lineno, f"{name}: a decision reads and writes nothing")


def _tail(name: str) -> set[str]:
    """Return the last word and the last two: `dt.datetime.now` is `now` and `datetime.now`."""
    words = name.split(".")
    return {words[-1], ".".join(words[-2:])} if len(words) > 1 else {name}


def _is_domain(source: Source) -> bool:
    return source.service is not None and "domain" in source.parts


def _is_handler(source: Source) -> bool:
    return (
        source.service is not None and "application" in source.parts and any(name in source.parts for name in _HANDLERS)
    )

"""Every refusal has a stable code of its own, and the service's problem table knows each of them.

A refusal that `api/` catches by name is answered there, in a standard's own form, and needs no row.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from infra.checks.source import Finding, Source, dotted, python_files


@dataclass(frozen=True, slots=True)
class _Class:
    name: str
    bases: tuple[str, ...]
    code: str | None
    path: str
    line: int


def refusals_have_codes(sources: Sequence[Source]) -> Iterator[Finding]:
    """Find refusals without a code of their own, codes that stand twice, and codes that the table lacks."""
    for service, files in _by_service(sources).items():
        refusals = _refusals(files)
        table, rows = _table(files, {refusal.name: refusal.code for refusal in refusals})
        yield from _own_codes(refusals)
        codes = {refusal.code for refusal in refusals if refusal.code is not None}
        if codes and table is None:
            yield Finding(f"services/{service}/api/problems.py", 1, "a ProblemTable must map the refusals' codes")
        if table is None:
            continue
        answered = _caught_by_api(files)
        for refusal in refusals:
            if refusal.code is not None and refusal.code not in rows and refusal.name not in answered:
                yield Finding(refusal.path, refusal.line, f"{refusal.code} is missing in the table of {table}")
        for row in sorted(rows - codes):
            yield Finding(table, 1, f"{row} is in the table, but no refusal has this code")


def _by_service(sources: Sequence[Source]) -> dict[str, list[Source]]:
    found = defaultdict(list)
    for source in python_files(sources, "services/"):
        if source.service is not None:
            found[source.service].append(source)
    return found


def _refusals(files: Iterable[Source]) -> list[_Class]:
    """Return the classes that are refusals, directly or through others of the same service; bases left out."""
    classes = {item.name: item for source in files for item in _classes(source)}
    found: dict[str, _Class] = {}
    while True:
        known = {"Refusal", *found}
        more = {name: item for name, item in classes.items() if name not in found and known & set(item.bases)}
        if not more:
            break
        found |= more
    bases = {base for item in found.values() for base in item.bases}
    return [item for item in found.values() if item.code is not None or item.name not in bases]


def _classes(source: Source) -> Iterator[_Class]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            bases = tuple(dotted(base).split(".")[-1] for base in node.bases)
            yield _Class(node.name, bases, _code(node), source.path, node.lineno)


def _code(node: ast.ClassDef) -> str | None:
    for statement in node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
        if [dotted(target) for target in targets] == ["code"]:
            value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
            return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
    return None


def _own_codes(refusals: Iterable[_Class]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for refusal in refusals:
        if refusal.code is None:
            yield Finding(refusal.path, refusal.line, f"{refusal.name} needs a `code` of its own, written out")
        elif refusal.code in first:
            yield Finding(refusal.path, refusal.line, f"code {refusal.code!r} belongs to {first[refusal.code]} already")
        else:
            first[refusal.code] = refusal.name


def _table(files: Iterable[Source], code_of: dict[str, str | None]) -> tuple[str | None, set[str]]:
    """Return where the service's table is, and its codes: keys are texts, or the `code` of a refusal class."""
    for source in files:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and dotted(node.func).endswith("ProblemTable"):
                keys = [key for child in ast.walk(source.tree) if isinstance(child, ast.Dict) for key in child.keys]
                return source.path, {code for key in keys if key and (code := _key(key, code_of)) is not None}
    return None, set()


def _caught_by_api(files: Iterable[Source]) -> set[str]:
    return {
        dotted(name).split(".")[-1]
        for source in files
        if "api" in source.parts
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and node.type is not None
        for name in ast.walk(node.type)
    }


def _key(key: ast.expr, code_of: dict[str, str | None]) -> str | None:
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return key.value
    words = dotted(key).split(".")
    return code_of.get(words[-2]) if len(words) > 1 and words[-1] == "code" else None

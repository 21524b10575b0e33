"""Walks two JSON Schemas side by side and asks the rules at every place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from schemas.compat_rules import ANNOTATIONS, RULES, Node

MAX_DEPTH: Final = 32
_ONE: Final = ("items", "additionalProperties", "not")
_SEVERAL: Final = ("anyOf", "allOf", "oneOf")
_NULL: Final = {"type": "null"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference to the last release, and where; a warning where `breaking` is false."""

    where: str
    rule: str
    detail: str
    breaking: bool = True

    def __str__(self) -> str:
        """Write it in one line."""
        return f"{'breaking' if self.breaking else 'warning'}: {self.where}: {self.rule}: {self.detail}"


def compare_schema(old: Node, new: Node, where: str) -> Iterator[Finding]:
    """List the differences of two JSON Schemas. Raises ValueError for schemas nested deeper than `MAX_DEPTH`."""
    yield from _walk(inline(old, old), inline(new, new), where)


def inline(node: Node, root: Node, depth: int = 0) -> Node:
    """Return a schema with references resolved, annotations left out and `X or null` written as one node."""
    if depth > MAX_DEPTH:
        raise ValueError(f"a schema is nested deeper than {MAX_DEPTH}, or refers to itself: it can't be compared")
    if "$ref" in node:
        siblings = {word: value for word, value in node.items() if word != "$ref"}
        return inline({**_target(node["$ref"], root), **siblings}, root, depth + 1)
    plain: dict[str, Any] = {}
    for word, value in node.items():
        if word == "properties":
            plain[word] = {name: inline(child, root, depth + 1) for name, child in value.items()}
        elif word in _ONE and isinstance(value, dict):
            plain[word] = inline(value, root, depth + 1)
        elif word in _SEVERAL:
            plain[word] = [inline(child, root, depth + 1) for child in value]
        elif word not in ANNOTATIONS:
            plain[word] = value
    return _with_null_folded(plain)


def _target(reference: str, root: Node) -> Node:
    target: Node = root
    for step in reference.removeprefix("#/").split("/"):
        target = target[step]
    return target


def _with_null_folded(node: dict[str, Any]) -> dict[str, Any]:
    branches = node.get("anyOf", [])
    others = [branch for branch in branches if branch != _NULL]
    if len(others) != 1 or len(branches) == 1:
        return node
    rest = {word: value for word, value in node.items() if word != "anyOf"}
    folded = {**others[0], **rest}
    given = folded.get("type")
    if given is not None:
        folded["type"] = [*([given] if isinstance(given, str) else given), "null"]
    if "enum" in folded:
        folded["enum"] = [*folded["enum"], None]
    if "const" in folded:
        folded["enum"] = [folded.pop("const"), None]
    return folded


def _walk(old: Node, new: Node, where: str) -> Iterator[Finding]:
    for rule in RULES:
        for found in rule(old, new):
            yield Finding(where, found.rule, found.detail, found.breaking)
    properties = new.get("properties", {})
    for name, child in old.get("properties", {}).items():
        if name in properties:
            yield from _walk(child, properties[name], f"{where}/{name}")
    for word in ("items", "additionalProperties"):
        if isinstance(old.get(word), dict) and isinstance(new.get(word), dict):
            yield from _walk(old[word], new[word], f"{where}/*")

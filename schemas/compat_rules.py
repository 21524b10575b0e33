"""What may change in a JSON Schema within a major version, one rule per function.

Facts are kept for ever and services are upgraded one by one, so two readers count: a new one must take every old
message, an old one must take every new message. Nearly nothing but a new optional field satisfies both. What an old
reader would refuse but a new one takes (an added enum value, a raised limit) is a warning: it is safe once every
consumer runs the new release, so consumers are released before the producer uses it.

Each rule gets two nodes (as `compat_walk.inline` leaves them) and yields what it finds at this place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Node = Mapping[str, Any]

UPPER_LIMITS: Final = ("maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum")
LOWER_LIMITS: Final = ("minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum")
ANNOTATIONS: Final = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "examples", "deprecated"}
)
JUDGED: Final = frozenset(
    {"type", "enum", "const", "format", "pattern", "properties", "required", "items", "additionalProperties", "default"}
    | set(UPPER_LIMITS)
    | set(LOWER_LIMITS)
)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing a rule found; a warning where `breaking` is false."""

    rule: str
    detail: str
    breaking: bool = True


Rule = Callable[[Node, Node], Iterator[Found]]


def property_removed(old: Node, new: Node) -> Iterator[Found]:
    """Refuse: a reader may rely on every field it knows."""
    for name in _properties(old):
        if name not in _properties(new):
            yield Found("property-removed", f"{name} is gone")


def property_required(old: Node, new: Node) -> Iterator[Found]:
    """Refuse: old messages lack a field that becomes required, whether it is new or was optional."""
    for name in sorted(_required(new) - _required(old)):
        yield Found("property-required", f"{name} is required now, messages of the last release may lack it")


def requirement_dropped(old: Node, new: Node) -> Iterator[Found]:
    """Refuse: a reader of the last release relies on a required field."""
    for name in sorted((_required(old) - _required(new)) & set(_properties(new))):
        yield Found("requirement-dropped", f"{name} may be absent now, readers of the last release need it")


def type_changed(old: Node, new: Node) -> Iterator[Found]:
    """Refuse fewer types (for old messages) and more (for old readers)."""
    before, after = _types(old), _types(new)
    if before == after:
        return
    if lost := _not_covered(before, after):
        yield Found("type-narrowed", f"{_words(lost)} is no longer allowed")
    if gained := _not_covered(after, before):
        yield Found("type-widened", f"{_words(gained)} is allowed now, readers of the last release can't take it")


def enum_changed(old: Node, new: Node) -> Iterator[Found]:
    """Refuse that a value goes; warn of a new one."""
    before, after = _enum(old), _enum(new)
    if after is None:
        if before is not None:
            yield Found("enum-dropped", "any value is allowed now", breaking=False)
        return
    if before is None:
        yield Found("enum-introduced", f"only {_words(after)} are allowed now")
        return
    if lost := before - after:
        yield Found("enum-value-removed", f"{_words(lost)} is no longer allowed")
    if gained := after - before:
        yield Found("enum-value-added", f"{_words(gained)} is new: release the consumers first", breaking=False)


def format_changed(old: Node, new: Node) -> Iterator[Found]:
    """Refuse that a format is set or changed; warn when it is dropped."""
    yield from _word_changed("format", old, new)


def pattern_changed(old: Node, new: Node) -> Iterator[Found]:
    """Refuse that a pattern is set or changed (which contains which can't be told); warn when it is dropped."""
    yield from _word_changed("pattern", old, new)


def limit_changed(old: Node, new: Node) -> Iterator[Found]:
    """Refuse that a limit is tightened; warn when it is loosened."""
    for word, sign in [*((word, 1) for word in UPPER_LIMITS), *((word, -1) for word in LOWER_LIMITS)]:
        before, after = old.get(word), new.get(word)
        if before == after:
            continue
        if after is not None and (before is None or sign * after < sign * before):
            yield Found("limit-tightened", f"{word} was {_or_none(before)}, is {after}")
        else:
            detail = f"{word} was {before}, is {_or_none(after)}: release the consumers first"
            yield Found("limit-loosened", detail, breaking=False)


def default_changed(old: Node, new: Node) -> Iterator[Found]:
    """Refuse that an absent field means something else: old messages would change what they say."""
    both = [name for name in _properties(old) if name in _properties(new)]
    for name in both:
        before, after = _properties(old)[name].get("default"), _properties(new)[name].get("default")
        if before != after:
            yield Found("default-changed", f"{name}: absent meant {_json(before)}, means {_json(after)} now")


def narrowed_inside(old: Node, new: Node) -> Iterator[Found]:
    """Refuse that items or unknown fields, which could be anything, no longer can; warn of the opposite."""
    for word in ("additionalProperties", "items"):
        before, after = old.get(word, True), new.get(word, True)
        if before == after or (isinstance(before, dict) and isinstance(after, dict)):
            continue
        if after is True:
            yield Found(f"{word}-opened", "may be anything now: release the consumers first", breaking=False)
        else:
            yield Found(f"{word}-narrowed", f"was {_json(before)}, is {_json(after)}")


def other_word_changed(old: Node, new: Node) -> Iterator[Found]:
    """Refuse any change of a word that no rule judges."""
    for word in sorted((set(old) | set(new)) - JUDGED - ANNOTATIONS):
        if old.get(word) != new.get(word):
            yield Found("not-judged", f"{word} was {_json(old.get(word))}, is {_json(new.get(word))}")


RULES: Final[tuple[Rule, ...]] = (
    property_removed,
    property_required,
    requirement_dropped,
    type_changed,
    enum_changed,
    format_changed,
    pattern_changed,
    limit_changed,
    default_changed,
    narrowed_inside,
    other_word_changed,
)


def _properties(node: Node) -> Mapping[str, Node]:
    properties: Mapping[str, Node] = node.get("properties", {})
    return properties


def _required(node: Node) -> set[str]:
    return set(node.get("required", ()))


def _types(node: Node) -> frozenset[str]:
    """Return the allowed types; an empty set means any."""
    given = node.get("type", ())
    return frozenset([given] if isinstance(given, str) else given)


def _not_covered(types: frozenset[str], by: frozenset[str]) -> frozenset[str]:
    if not by:
        return frozenset()
    if not types:
        return frozenset({"any other type"})
    covered = by | {"integer"} if "number" in by else by
    return types - covered


def _enum(node: Node) -> frozenset[str] | None:
    if "const" in node:
        return frozenset({_json(node["const"])})
    return frozenset(map(_json, node["enum"])) if "enum" in node else None


def _word_changed(word: str, old: Node, new: Node) -> Iterator[Found]:
    before, after = old.get(word), new.get(word)
    if before == after:
        return
    if after is None:
        yield Found(f"{word}-dropped", f"was {before}: release the consumers first", breaking=False)
    else:
        yield Found(f"{word}-tightened", f"was {_or_none(before)}, is {after}")


def _or_none(value: object) -> object:
    return "not set" if value is None else value


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _words(values: frozenset[str]) -> str:
    return ", ".join(sorted(values))

"""Each rule on both sides: what it must find, and what it must let pass."""

from typing import Any

import pytest

from schemas import compat_rules
from schemas.compat_rules import RULES, Rule
from schemas.compat_topics import TOPIC_RULES
from schemas.compat_walk import compare_schema

Node = dict[str, Any]

TEXT: Node = {"type": "string"}
LOT: Node = {"properties": {"lot_id": TEXT, "reason": TEXT}, "required": ["lot_id"]}

BREAKING: list[tuple[str, Node, Node]] = [
    ("property-removed", LOT, {**LOT, "properties": {"lot_id": TEXT}}),
    ("property-required", LOT, {**LOT, "required": ["lot_id", "reason"]}),
    ("property-required", LOT, {"properties": {**LOT["properties"], "new": TEXT}, "required": ["lot_id", "new"]}),
    ("requirement-dropped", LOT, {**LOT, "required": []}),
    ("type-narrowed", {"type": ["string", "null"]}, {"type": "string"}),
    ("type-narrowed", {"type": "number"}, {"type": "integer"}),
    ("type-narrowed", {}, {"type": "string"}),
    ("type-widened", {"type": "string"}, {"type": ["string", "null"]}),
    ("type-widened", {"type": "integer"}, {"type": "number"}),
    ("type-widened", {"type": "string"}, {}),
    ("enum-value-removed", {"enum": ["listed", "withdrawn"]}, {"enum": ["listed"]}),
    ("enum-value-removed", {"enum": ["listed", "withdrawn"]}, {"const": "listed"}),
    ("enum-introduced", {}, {"enum": ["listed"]}),
    ("enum-introduced", {}, {"const": "listed"}),
    ("format-tightened", {}, {"format": "date"}),
    ("format-tightened", {"format": "date-time"}, {"format": "date"}),
    ("pattern-tightened", {}, {"pattern": "^[A-Z]{2}$"}),
    ("pattern-tightened", {"pattern": "^[A-Z]{2}$"}, {"pattern": "^[A-Z]{2,3}$"}),
    ("limit-tightened", {}, {"maxLength": 500}),
    ("limit-tightened", {"maxLength": 500}, {"maxLength": 499}),
    ("limit-tightened", {"minLength": 1}, {"minLength": 2}),
    ("limit-tightened", {"maximum": 100}, {"maximum": 99}),
    ("limit-tightened", {"minimum": 0}, {"minimum": 1}),
    ("limit-tightened", {}, {"minItems": 1}),
    ("default-changed", {"properties": {"a": {"default": []}}}, {"properties": {"a": {"default": ["x"]}}}),
    ("default-changed", {"properties": {"a": {}}}, {"properties": {"a": {"default": 0}}}),
    ("additionalProperties-narrowed", {}, {"additionalProperties": False}),
    ("additionalProperties-narrowed", {"additionalProperties": True}, {"additionalProperties": TEXT}),
    ("items-narrowed", {"type": "array"}, {"type": "array", "items": TEXT}),
    ("not-judged", {}, {"uniqueItems": True}),
    ("not-judged", {"anyOf": [TEXT, {"type": "integer"}]}, {"anyOf": [TEXT, {"type": "boolean"}]}),
]
WARNINGS: list[tuple[str, Node, Node]] = [
    ("enum-value-added", {"enum": ["listed"]}, {"enum": ["listed", "expired"]}),
    ("enum-value-added", {"const": "listed"}, {"enum": ["listed", "expired"]}),
    ("enum-dropped", {"enum": ["listed"]}, {}),
    ("format-dropped", {"format": "date"}, {}),
    ("pattern-dropped", {"pattern": "^[A-Z]{2}$"}, {}),
    ("limit-loosened", {"maxLength": 500}, {"maxLength": 501}),
    ("limit-loosened", {"minLength": 1}, {"minLength": 0}),
    ("limit-loosened", {"maxItems": 3}, {}),
    ("limit-loosened", {"exclusiveMinimum": 0}, {}),
    ("additionalProperties-opened", {"additionalProperties": False}, {}),
    ("items-opened", {"items": TEXT}, {}),
]
HARMLESS: list[tuple[str, Node, Node]] = [
    ("nothing changed", LOT, LOT),
    ("an optional field is new", LOT, {**LOT, "properties": {**LOT["properties"], "waste_code": TEXT}}),
    ("words changed", {"title": "A", "description": "B"}, {"title": "C", "description": "D", "deprecated": True}),
    ("the order of types", {"type": ["string", "null"]}, {"type": ["null", "string"]}),
    ("the order of values", {"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
    ("one value as const or enum", {"const": "a"}, {"enum": ["a"]}),
    ("a list of one type", {"type": "string"}, {"type": ["string"]}),
    ("unknown fields said in words", {}, {"additionalProperties": True}),
    ("the order of required", {"required": ["a", "b"]}, {"required": ["b", "a"]}),
]


def found(old: Node, new: Node) -> dict[str, bool]:
    return {item.rule: item.breaking for item in compare_schema(old, new, "lot")}


@pytest.mark.parametrize(("rule", "old", "new"), BREAKING)
def test_it_breaks(rule: str, old: Node, new: Node) -> None:
    assert found(old, new) == {rule: True}


@pytest.mark.parametrize(("rule", "old", "new"), WARNINGS)
def test_it_warns(rule: str, old: Node, new: Node) -> None:
    assert found(old, new) == {rule: False}


@pytest.mark.parametrize(("what", "old", "new"), HARMLESS)
def test_it_lets_pass(what: str, old: Node, new: Node) -> None:
    assert found(old, new) == {}, what


def test_a_change_in_both_directions_is_found_twice() -> None:
    assert found({"type": "string"}, {"type": "integer"}) == {"type-narrowed": True, "type-widened": True}


def test_references_are_followed_on_both_sides() -> None:
    old = {"$defs": {"Status": {"enum": ["a"]}}, "properties": {"status": {"$ref": "#/$defs/Status"}}}
    new = {"$defs": {"Status": {"enum": ["b"]}}, "properties": {"status": {"$ref": "#/$defs/Status"}}}
    [removed, added] = compare_schema(old, new, "lot")
    assert (removed.rule, removed.where) == ("enum-value-removed", "lot/status")
    assert added.rule == "enum-value-added"


def test_a_definition_may_be_renamed() -> None:
    old = {"$defs": {"A": TEXT}, "properties": {"x": {"$ref": "#/$defs/A"}}}
    new = {"$defs": {"B": TEXT}, "properties": {"x": {"$ref": "#/$defs/B"}}}
    assert found(old, new) == {}


def test_or_null_is_one_node_with_two_types() -> None:
    nullable = {"anyOf": [{"enum": ["a", "b"], "type": "string"}, {"type": "null"}], "default": None}
    narrower = {"anyOf": [{"enum": ["a"], "type": "string"}, {"type": "null"}], "default": None}
    assert found({"properties": {"x": nullable}}, {"properties": {"x": narrower}}) == {"enum-value-removed": True}
    assert found(nullable, {"enum": ["a", "b"], "type": "string", "default": None}) == {
        "type-narrowed": True,
        "enum-value-removed": True,
    }


def test_a_definition_behind_a_choice_is_compared_too() -> None:
    def choice(item: Node) -> Node:
        return {"$defs": {"A": item}, "anyOf": [{"$ref": "#/$defs/A"}, {"type": "integer"}]}

    assert found(choice(TEXT), choice({"type": "boolean"})) == {"not-judged": True}
    assert found(choice(TEXT), choice({**TEXT, "description": "In words."})) == {}


@pytest.mark.parametrize("word", ["items", "additionalProperties"])
def test_what_lies_inside_a_list_or_a_map_is_compared(word: str) -> None:
    [finding] = compare_schema({word: {"maxLength": 3}}, {word: {"maxLength": 2}}, "lot")
    assert (finding.where, finding.rule) == ("lot/*", "limit-tightened")


def test_a_field_named_like_an_annotation_is_a_field() -> None:
    assert found({"properties": {"description": TEXT}}, {"properties": {}}) == {"property-removed": True}


def test_a_schema_in_a_circle_is_refused() -> None:
    circle = {"$defs": {"A": {"$ref": "#/$defs/A"}}, "$ref": "#/$defs/A"}
    with pytest.raises(ValueError, match="refers to itself"):
        list(compare_schema(circle, circle, "lot"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_has_an_example_that_it_finds(rule: Rule) -> None:
    assert any(list(rule(old, new)) for _, old, new in BREAKING + WARNINGS)


def test_every_rule_is_in_force() -> None:
    public = {
        value
        for name, value in vars(compat_rules).items()
        if callable(value) and not name.startswith("_") and getattr(value, "__annotations__", {}).keys() >= {"old"}
    }
    assert public == set(RULES)


TOPIC: Node = {
    "name": "recycling.lot.v1",
    "kind": "facts",
    "owner": "recycling",
    "key": "lot_id",
    "partitions": 3,
    "max_message_bytes": 1_048_576,
}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"key": "seller_organisation_id"}, "key-changed"),
        ({"partitions": 6}, "partitions-changed"),
        ({"partitions": 1}, "partitions-changed"),
        ({"kind": "work"}, "kind-changed"),
        ({"owner": "certification"}, "owner-changed"),
        ({"max_message_bytes": 1_048_575}, "size-lowered"),
    ],
)
def test_a_topic_stays_as_it_is(change: Node, rule: str) -> None:
    assert [item.rule for check in TOPIC_RULES for item in check(TOPIC, TOPIC | change)] == [rule]


@pytest.mark.parametrize("change", [{}, {"max_message_bytes": 2_097_152}])
def test_a_topic_may_take_larger_messages(change: Node) -> None:
    assert [item for check in TOPIC_RULES for item in check(TOPIC, TOPIC | change)] == []

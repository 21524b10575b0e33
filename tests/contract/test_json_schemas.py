import json
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.contracts import types
from schemas.contracts.types import DecimalString, NonNegativeDecimal, PositiveDecimal
from schemas.event_types import load_event_types
from tests.contract.validators import check_schema, errors_of, generated_schemas, validator

SHARED_WORDS = {
    "$id", "$schema", "$defs", "$ref", "title", "description", "default", "type", "enum", "const", "format", "pattern",
    "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "properties", "required", "items",
    "additionalProperties", "anyOf", "uniqueItems",
}  # fmt: skip
BESIDE_REFERENCE = {"$ref", "default", "description", "title"}
DECIMALS = {
    "any sign": DecimalString,
    "not negative": NonNegativeDecimal,
    "positive": PositiveDecimal,
}


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema inside a schema; properties are a map of schemas, not a schema."""
    yield schema
    children = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", [])]
    children += [schema[word] for word in ("items", "additionalProperties") if isinstance(schema.get(word), dict)]
    for child in children:
        yield from nodes(child)


@pytest.mark.parametrize("path", generated_schemas())
def test_it_keeps_the_meta_schema(path: str) -> None:
    check_schema(generated_schemas()[path])


@pytest.mark.parametrize("path", generated_schemas())
def test_it_keeps_to_words_that_draft_07_reads_alike(path: str) -> None:
    # AsyncAPI tools read schemas as draft-07, where words beside $ref are ignored and newer words are unknown.
    for node in nodes(generated_schemas()[path]):
        assert set(node) <= SHARED_WORDS
        assert "$ref" not in node or set(node) <= BESIDE_REFERENCE


def test_each_schema_is_named_as_events_name_it() -> None:
    for event in load_event_types().values():
        assert generated_schemas()[f"{event.topic}/{event.name}.json"]["$id"] == f"urn:tierloop:schema:{event.name}"


def test_no_contract_holds_a_binary_float() -> None:
    for path, schema in generated_schemas().items():
        assert all("number" not in str(node.get("type")) for node in nodes(schema)), path


def test_unknown_fields_are_welcome_everywhere() -> None:
    for path, schema in generated_schemas().items():
        assert all(node.get("additionalProperties", True) is not False for node in nodes(schema)), path


@pytest.mark.parametrize("name", DECIMALS)
@given(text=st.one_of(st.from_regex(r"[+-]?[0-9.]{0,8}", fullmatch=True), st.text("+-.0123eE ٣\n", max_size=8)))
def test_the_schema_of_a_decimal_says_what_the_contract_does(name: str, text: str) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(DECIMALS[name])
    try:
        adapter.validate_json(json.dumps(text))
        accepted = True
    except ValidationError:
        accepted = False
    assert (errors_of(validator(adapter.json_schema()), text) == []) is accepted


@pytest.mark.parametrize("number", [0, 1.5, True, None, [], {}])
def test_a_decimal_is_never_a_json_number(number: object) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[DecimalString, "any"])
    with pytest.raises(ValidationError, match="decimal string"):
        adapter.validate_json(json.dumps(number))
    assert errors_of(validator(adapter.json_schema()), number)


def test_a_decimal_of_more_digits_than_storage_holds_is_refused() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(DecimalString)
    longest = "1." + "3" * (types.MAX_SIGNIFICANT_DIGITS - 1)
    assert types.plain(adapter.validate_json(json.dumps(longest))) == longest
    with pytest.raises(ValidationError, match="34 significant digits"):
        adapter.validate_json(json.dumps(longest + "3"))

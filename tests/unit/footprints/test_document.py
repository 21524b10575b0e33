"""Documents: canonical form, digest and the fields that differ."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.footprints.domain.document import MAX_DIFFERENCES, Document, canonical_json, differences
from tests.support.footprints import footprint_id, housing

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    scalars | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)
objects = st.dictionaries(texts, values, max_size=5)


def housing_with(**changes: Any) -> Document:
    return Document.of(housing(**changes))


@given(objects)
def test_a_document_comes_back_as_it_was(content: dict[str, Any]) -> None:
    document = Document.of(content)
    assert document.content == content
    assert list(document.content) == list(content)
    assert document.size_bytes == len(document.text.encode())


@given(objects)
def test_the_canonical_form_knows_no_order(content: dict[str, Any]) -> None:
    turned = dict(reversed(content.items()))
    assert canonical_json(turned) == canonical_json(content)
    assert Document.of(turned).sha256 == Document.of(content).sha256
    assert json.loads(canonical_json(content)) == content


def test_the_digest_is_that_of_the_canonical_form() -> None:
    assert (
        canonical_json({"b": "1.0", "a": ["é", {"d": None, "c": True}]})
        == '{"a":["é",{"c":true,"d":null}],"b":"1.0"}'.encode()
    )
    assert Document.of({"b": "1", "a": 2}).sha256 == sha256(b'{"a":2,"b":"1"}').hexdigest()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_does_not_know_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        Document.of({"a": value})


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ({}, {"comment": "other"}, ["/comment"]),
        ({}, {"pcf": {"fossilGhgEmissions": "71.31"}}, ["/pcf/fossilGhgEmissions"]),
        ({}, {"pcf": {"fossilGhgEmissions": "71.311"}, "status": "Deprecated"}, ["/pcf/fossilGhgEmissions", "/status"]),
        ({}, {"productIds": ["urn:a:1"]}, ["/productIds"]),
        ({"x": {"a/b": 1, "~": 2}}, {"x": {"a/b": 2, "~": 3}}, ["/x/a~1b", "/x/~0"]),
        ({"x": 1}, {"x": True}, ["/x"]),
        ({"x": [1]}, {"x": [1.0]}, ["/x"]),
        ({"x": [{"a": 1}]}, {"x": [{"a": 2}]}, ["/x"]),
        ({"x": {}}, {"x": []}, ["/x"]),
    ],
)
def test_differing_fields_are_named(before: dict[str, Any], after: dict[str, Any], named: list[str]) -> None:
    assert differences(housing_with(**before), housing_with(**after)) == named


@pytest.mark.parametrize(
    "change",
    [
        {"id": housing()["id"].upper()},
        {"precedingPfIds": None},
        {"extensions": None, "validityPeriodEnd": None},
        {"pcf": {"recycledCarbonContent": None}},
        {"x": [{"a": None}]},
    ],
)
def test_what_means_the_same_is_no_difference(change: dict[str, Any]) -> None:
    before = housing_with(x=[{}]) if "x" in change else housing_with()
    assert differences(before, housing_with(**change)) == []


def test_preceding_ids_are_compared_without_case() -> None:
    assert (
        differences(
            housing_with(precedingPfIds=[footprint_id(0xA)]), housing_with(precedingPfIds=[footprint_id(0xA).upper()])
        )
        == []
    )


@given(objects, objects)
def test_nothing_differs_only_where_nothing_differs(before: dict[str, Any], after: dict[str, Any]) -> None:
    first, second = housing_with(x=before), housing_with(x=after)
    assert bool(differences(first, second)) == bool(differences(second, first))
    assert differences(first, first) == []


def test_at_most_so_many_fields_are_named() -> None:
    many = {f"x{number}": number for number in range(100)}
    assert len(differences(housing_with(), housing_with(**many))) == MAX_DIFFERENCES

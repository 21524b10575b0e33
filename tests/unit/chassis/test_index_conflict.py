"""Which index is in the way, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.index_conflict import explain_conflict

Index = dict[str, Any]

WANTED: Index = {"key": {"at": 1}, "name": "by_time", "expireAfterSeconds": 0}


def explain(*existing: Index, said: str = "") -> str:
    return explain_conflict("shop", "orders", WANTED, existing, said)


def test_the_name_comes_before_the_key() -> None:
    text = explain(WANTED | {"name": "older"}, {"key": {"on": 1}, "name": "by_time"})
    assert "index by_time is in the way of index by_time" in text
    assert 'Its key is {"on": 1}, wanted is {"at": 1}' in text


def test_of_several_with_the_key_the_server_names_one() -> None:
    first, second = WANTED | {"name": "one"}, WANTED | {"name": "two", "sparse": True}
    assert "index two is in the way" in explain(first, second, said="Index already exists with a different name: two")


def test_a_limit_of_no_seconds_is_a_limit() -> None:
    assert "Its expireAfterSeconds is not set, wanted is 0" in explain({"key": {"at": 1}, "name": "by_time"})


@pytest.mark.parametrize("flag", ["unique", "sparse", "hidden"])
def test_a_flag_that_is_off_is_as_one_that_is_not_set(flag: str) -> None:
    text = explain({"key": {"at": 1.0}, "name": "by_time", flag: False})
    assert text.count("wanted is") == 1, "only the limit differs"


def test_an_index_that_is_gone_meanwhile_needs_no_drop() -> None:
    text = explain(said="Index already exists")
    assert text == "Database shop, collection orders: Index already exists. Remedy: start again."

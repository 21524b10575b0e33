from collections.abc import Mapping
from types import ModuleType

import pytest

from schemas.contracts.identity_v1 import OrganisationV1
from schemas.event_types import MODULE_NAME, contract_modules, load_event_types


def module(name: str, types: tuple[str, ...], topics: Mapping[str, tuple[str, ...]]) -> ModuleType:
    made = ModuleType(name)
    made.__dict__["EVENT_TYPES"] = dict.fromkeys(types, OrganisationV1)
    made.__dict__["TOPICS"] = topics
    return made


def test_every_contract_module_is_found() -> None:
    names = [found.__name__.rpartition(".")[2] for found in contract_modules()]
    assert names == ["certification_v1", "footprints_v1", "identity_v1", "recycling_v1"]


def test_a_type_is_named_after_its_topic_and_its_modules_major() -> None:
    for found in contract_modules():
        name = MODULE_NAME.match(found.__name__.rpartition(".")[2])
        assert name is not None
        for event in load_event_types([found]).values():
            aggregate = event.topic.removesuffix(f".v{name['major']}")
            assert event.service == name["service"]
            assert event.name.startswith(f"{aggregate}.")
            assert event.name.endswith(f".v{name['major']}")


def test_a_type_without_topic_is_refused() -> None:
    with pytest.raises(ValueError, match=r"must name each type once.*a\.b\.gone\.v1"):
        load_event_types([module("odd_v1", ("a.b.done.v1", "a.b.gone.v1"), {"a.b.v1": ("a.b.done.v1",)})])


def test_a_type_on_two_topics_is_refused() -> None:
    topics = {"a.b.v1": ("a.b.done.v1",), "a.c.v1": ("a.b.done.v1",)}
    with pytest.raises(ValueError, match=r"must name each type once.*a\.b\.done\.v1"):
        load_event_types([module("odd_v1", ("a.b.done.v1",), topics)])


def test_a_type_of_two_modules_is_refused() -> None:
    one = module("a_v1", ("a.b.done.v1",), {"a.b.v1": ("a.b.done.v1",)})
    two = module("b_v1", ("a.b.done.v1",), {"b.b.v1": ("a.b.done.v1",)})
    with pytest.raises(ValueError, match=r"belongs to a\.b\.v1 already"):
        load_event_types([one, two])

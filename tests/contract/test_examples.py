"""Golden messages: what they say of a type holds for every reader, for ever."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas import examples
from schemas.event_types import EventType, load_event_types
from schemas.examples import (
    EXAMPLES,
    MANIFEST_NAME,
    ExampleError,
    add_examples,
    edited,
    example_files,
    not_entered,
    read_manifest,
)
from schemas.generate import main as generate
from services.chassis.envelope import decode, encode
from services.chassis.routes import ConsumerGroup, read_command, route
from services.chassis.testing.clock import FixedClock
from tests.contract.validators import errors_of, message_validator

NEWER = "from-newer-producer"
SPARSE = "without-optionals"
ALL = sorted(example_files())


@cache
def raw(name: str) -> bytes:
    return example_files()[name].read_bytes()


def event_type(name: str) -> EventType:
    return load_event_types()[name.split("/")[1]]


def known_part(original: Any, understood: Any) -> Any:
    """Return what is left of `original` when fields are dropped that the reader did not understand."""
    if isinstance(original, dict) and isinstance(understood, dict):
        return {key: known_part(value, understood[key]) for key, value in original.items() if key in understood}
    if isinstance(original, list) and isinstance(understood, list):
        return [known_part(value, seen) for value, seen in zip(original, understood, strict=True)]
    return original


def written(event: EventType, data: Any) -> Any:
    """Return what the contract writes of the fields that it read; fields of a later release are not among them."""
    return json.loads(event.contract.model_validate(data).model_dump_json(exclude_unset=True))


def test_every_type_has_an_example() -> None:
    assert {name.split("/")[1] for name in ALL} == set(load_event_types())


@pytest.mark.parametrize("name", ALL)
def test_it_lies_where_its_type_belongs(name: str) -> None:
    topic, type_name, _ = name.split("/")
    event = decode(raw(name))
    assert (event.type, event_type(name).topic) == (type_name, topic)
    assert event.dataschema == event_type(name).urn
    assert event.source == f"/tierloop/{event_type(name).service}"
    assert event.partitionkey == event.subject


@pytest.mark.parametrize("name", ALL)
def test_without_white_space_it_is_what_a_topic_holds(name: str) -> None:
    assert encode(decode(raw(name))) == orjson.dumps(orjson.loads(raw(name)))


@pytest.mark.parametrize("name", ALL)
def test_it_keeps_the_schema(name: str) -> None:
    assert errors_of(message_validator(event_type(name)), json.loads(raw(name))) == []


@pytest.mark.parametrize("name", ALL)
def test_a_consumer_takes_it(name: str) -> None:
    contract = event_type(name).contract
    group = ConsumerGroup(
        "x.y", (event_type(name).topic,), {event_type(name).name: route(contract, lambda data, meta: data)}, {}
    )
    assert isinstance(read_command(raw(name), group, FixedClock()()), contract)


@pytest.mark.parametrize("name", [name for name in ALL if NEWER not in name and SPARSE not in name])
def test_the_contract_writes_it_as_it_read_it(name: str) -> None:
    data = decode(raw(name)).data
    assert written(event_type(name), data) == data


@pytest.mark.parametrize("name", [name for name in ALL if NEWER in name])
def test_fields_of_a_newer_producer_are_ignored_and_no_other(name: str) -> None:
    data = json.loads(raw(name))["data"]
    understood = written(event_type(name), data)
    assert data != understood
    assert known_part(data, understood) == understood


@pytest.mark.parametrize("name", [name for name in ALL if SPARSE in name])
def test_absent_fields_take_their_defaults_and_no_other(name: str) -> None:
    data = json.loads(raw(name))["data"]
    contract = event_type(name).contract
    understood = json.loads(contract.model_validate(data).model_dump_json())
    required = {field for field, info in contract.model_fields.items() if info.is_required()}
    assert set(data) >= required
    assert known_part(understood, data) == data


def test_each_contract_with_optional_fields_has_an_example_without_them() -> None:
    without = {event_type(name).contract for name in ALL if SPARSE in name}
    optional = {
        event.contract
        for event in load_event_types().values()
        if any(not info.is_required() for info in event.contract.model_fields.values())
    }
    assert without == optional


def test_each_fact_has_an_example_of_a_newer_producer() -> None:
    facts = {event.contract for event in load_event_types().values() if not event.topic.endswith("-work.v1")}
    assert {event_type(name).contract for name in ALL if NEWER in name} == facts


def test_every_example_is_in_the_manifest() -> None:
    assert not_entered() == [], "run `python -m schemas.generate --add-examples`"


def test_no_example_was_edited() -> None:
    assert edited() == [], examples.REMEDY


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "a.lot.v1" / "a.lot.listed.v1"
    folder.mkdir(parents=True)
    (folder / "first.json").write_text("{}", encoding="utf-8")
    add_examples(tmp_path)
    return tmp_path


NAME = "a.lot.v1/a.lot.listed.v1/first.json"


def test_a_new_example_is_entered_once(root: Path) -> None:
    (root / "a.lot.v1/a.lot.listed.v1/second.json").write_text("{}", encoding="utf-8")
    assert not_entered(root) == ["a.lot.v1/a.lot.listed.v1/second.json"]
    assert add_examples(root) == ["a.lot.v1/a.lot.listed.v1/second.json: entered"]
    assert add_examples(root) == []
    assert (edited(root), not_entered(root)) == ([], [])


def test_the_manifest_is_what_sha256sum_reads(root: Path) -> None:
    digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert (root / MANIFEST_NAME).read_text(encoding="utf-8") == f"{digest}  {NAME}\n"
    assert read_manifest(root / MANIFEST_NAME) == {NAME: digest}


def test_an_edit_is_found_and_stops_the_entry_of_others(root: Path) -> None:
    (root / NAME).write_text("{} ", encoding="utf-8")
    assert edited(root) == [f"{NAME}: was edited"]
    with pytest.raises(ExampleError, match=r"was edited.*An example never changes"):
        add_examples(root)


def test_a_removal_is_found(root: Path) -> None:
    (root / NAME).unlink()
    assert edited(root) == [f"{NAME}: was removed"]
    with pytest.raises(ExampleError, match="was removed"):
        add_examples(root)


def test_the_command_refuses_an_edit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> list[str]:
        raise ExampleError(f"{NAME}: was edited")

    monkeypatch.setattr("schemas.generate.add_examples", refuse)
    assert generate(["--add-examples"]) == 2
    assert f"{NAME}: was edited" in capsys.readouterr().err


def test_examples_lie_in_the_repository() -> None:
    assert (EXAMPLES / MANIFEST_NAME).is_file()

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from schemas.asyncapi_document import DEAD_LETTER_HEADERS, DEAD_LETTER_MESSAGE
from schemas.envelope import ENVELOPE_URN
from schemas.event_types import load_event_types
from schemas.topics import load_topics
from services.chassis.deadletter import dead_letter
from tests.contract.asyncapi_rules import DOCUMENT
from tests.contract.validators import SCHEMAS, errors_of, validator

SERVICES = ("certification", "footprints", "identity", "recycling")


@cache
def document(service: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((SCHEMAS / "asyncapi" / f"{service}.yaml").read_bytes())
    return loaded


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def resolve(reference: str, whole: dict[str, Any]) -> Any:
    """Follow a reference inside a document, or to a file beside it."""
    path, _, pointer = reference.partition("#")
    target: Any = json.loads((SCHEMAS / "asyncapi" / path).resolve().read_bytes()) if path else whole
    for step in filter(None, pointer.split("/")):
        target = target[step]
    return target


def test_every_service_has_a_document() -> None:
    assert sorted(path.stem for path in (SCHEMAS / "asyncapi").glob("*.yaml")) == list(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_it_keeps_the_specification(service: str) -> None:
    assert errors_of(validator(DOCUMENT), document(service)) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("asyncapi",), "2.6.0"),
        (("info",), {"title": "No version"}),
        (("channels", "recycling.lot.v1", "servers"), "kafka"),
        (("channels", "recycling.lot.v1", "bindings", "kafka", "topicConfiguration", "retention.ms"), "-1"),
        (("operations", "send.recycling.lot.v1", "action"), "publish"),
        (("operations", "send.recycling.lot.v1", "channel"), "#/channels/recycling.lot.v1"),
        (("components", "messages", "no spaces"), {}),
        (("components", "messages", "recycling.lot.listed.v1", "correlationId"), {"location": "correlationid"}),
    ],
)
def test_a_break_of_the_specification_is_found(place: tuple[str, ...], value: object) -> None:
    broken = copy.deepcopy(document("recycling"))
    parent = broken
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = value
    assert errors_of(validator(DOCUMENT), broken)


@pytest.mark.parametrize("service", SERVICES)
def test_every_reference_leads_somewhere(service: str) -> None:
    found = list(references(document(service)))
    assert found
    for reference in found:
        assert isinstance(resolve(reference, document(service)), dict), reference


@pytest.mark.parametrize("service", SERVICES)
def test_an_operations_messages_are_those_of_its_channel(service: str) -> None:
    # AsyncAPI 3.0.0, Operation Object: messages MUST be a subset of, and refer to, those of the channel.
    for operation in document(service)["operations"].values():
        prefix = operation["channel"]["$ref"] + "/messages/"
        assert operation["messages"]
        assert all(message["$ref"].startswith(prefix) for message in operation["messages"])


@pytest.mark.parametrize("service", SERVICES)
def test_it_sends_what_it_owns_and_receives_what_it_reads(service: str) -> None:
    catalogue = load_topics()
    owned = {f"send.{topic.name}" for topic in catalogue if topic.owner == service}
    read = {f"receive.{topic.name}" for topic in catalogue if service in topic.consumers}
    assert set(document(service)["operations"]) == owned | read
    assert set(document(service)["channels"]) == {name.partition(".")[2] for name in owned | read}


@pytest.mark.parametrize("service", SERVICES)
def test_channels_are_made_as_the_catalogue_says(service: str) -> None:
    catalogue = {topic.name: topic for topic in load_topics()}
    for name, channel in document(service)["channels"].items():
        kafka = channel["bindings"]["kafka"]
        assert channel["address"] == kafka["topic"] == name
        assert kafka["partitions"] == catalogue[name].partitions
        given = kafka["topicConfiguration"]
        assert {
            word: ",".join(value) if isinstance(value, list) else str(value) for word, value in given.items()
        } == catalogue[name].config


@pytest.mark.parametrize("service", SERVICES)
def test_each_channel_carries_its_types_and_no_other(service: str) -> None:
    for name, channel in document(service)["channels"].items():
        types = {event.name for event in load_event_types().values() if event.topic == name}
        assert set(channel["messages"]) == (types or {DEAD_LETTER_MESSAGE})


@pytest.mark.parametrize("service", SERVICES)
def test_a_messages_payload_is_the_envelope_around_its_own_data(service: str) -> None:
    for name, message in document(service)["components"]["messages"].items():
        if name == DEAD_LETTER_MESSAGE:
            continue
        envelope, own = message["payload"]["allOf"]
        assert resolve(envelope["$ref"], {})["$id"] == ENVELOPE_URN
        assert own["properties"]["type"] == {"const": name}
        assert own["properties"]["dataschema"] == {"const": resolve(own["properties"]["data"]["$ref"], {})["$id"]}


def test_a_dead_letters_headers_are_the_ones_that_are_written() -> None:
    record: Any = SimpleNamespace(topic="recycling.lot.v1", partition=0, offset=7, key=b"key", value=None)
    row = dead_letter(
        record, ValueError("x"), "decode", topic="t", attempts=1, row_id="1", at=datetime(2026, 7, 1, tzinfo=UTC)
    )
    assert [name for name, _ in row.headers] == list(DEAD_LETTER_HEADERS)

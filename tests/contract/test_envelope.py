"""`schemas/envelope.py` describes what `services/chassis/envelope.py` does: one table holds them together."""

import json
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from schemas.envelope import ATTRIBUTES, CONTENT_TYPE, MAX_ATTRIBUTE_LENGTH, envelope_schema
from services.chassis import envelope
from services.chassis.envelope import CloudEvent, EnvelopeError, decode, encode
from tests.contract.validators import errors_of, validator

FULL = CloudEvent(
    id="01980c3e-5a00-7000-8000-000000000001",
    source="/tierloop/recycling",
    type="recycling.lot.listed.v1",
    subject="01980c3e-5a00-7000-8000-000000000002",
    time=datetime(2026, 7, 15, 3, 0, tzinfo=UTC),
    data={"version": 1},
    aggregateversion=1,
    dataschema="urn:tierloop:schema:recycling.lot.listed.v1",
    correlationid="01980c3e-5a00-7000-8000-000000000003",
    causationid="01980c3e-5a00-7000-8000-000000000004",
    traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    partitionkey="01980c3e-5a00-7000-8000-000000000002",
)
ABSENT = object()
TOO_LONG = "x" * (MAX_ATTRIBUTE_LENGTH + 1)
LONGEST = "x" * MAX_ATTRIBUTE_LENGTH
ODD: tuple[Any, ...] = (ABSENT, None, "", "x", LONGEST, TOO_LONG, 0, 7, -1, 1.5, True, [], {}, ["x"], {"x": 1})
UNREAD = {"datacontenttype"}
"""Attributes that the reader does not look at: the schema is right to be stricter."""


def agrees(attributes: dict[str, Any]) -> bool:
    valid = errors_of(validator(envelope_schema()), attributes) == []
    try:
        decode(json.dumps(attributes).encode())
        readable = True
    except EnvelopeError:
        readable = False
    return valid is readable


def with_attribute(name: str, value: object) -> dict[str, Any]:
    attributes: dict[str, Any] = json.loads(encode(FULL))
    del attributes[name]
    return attributes if value is ABSENT else attributes | {name: value}


def test_the_writer_writes_what_is_described_and_in_that_order() -> None:
    assert list(json.loads(encode(FULL))) == [attribute.name for attribute in ATTRIBUTES]


def test_what_the_writer_writes_is_valid() -> None:
    assert errors_of(validator(envelope_schema()), json.loads(encode(FULL))) == []


def test_the_least_the_writer_writes_is_valid() -> None:
    least = CloudEvent("i", "s", "t", "u", FULL.time, orjson.Fragment(b"{}"), 0, "d")
    written = json.loads(encode(least))
    assert errors_of(validator(envelope_schema()), written) == []
    assert {attribute.name for attribute in ATTRIBUTES if attribute.required} <= set(written)


@pytest.mark.parametrize("value", ODD, ids=lambda value: "absent" if value is ABSENT else repr(value)[:20])
@pytest.mark.parametrize("name", [attribute.name for attribute in ATTRIBUTES if attribute.name not in UNREAD])
def test_schema_and_reader_agree(name: str, value: object) -> None:
    assert agrees(with_attribute(name, value))


@pytest.mark.parametrize("time", ["2026-07-15", "2026-07-15T03:00:00", "2026-07-15T03:00:00+08:00", "yesterday"])
def test_schema_and_reader_agree_on_instants(time: str) -> None:
    assert agrees(with_attribute("time", time))


def test_unknown_attributes_are_welcome() -> None:
    attributes = json.loads(encode(FULL)) | {"sampledrate": 1}
    assert agrees(attributes)
    assert errors_of(validator(envelope_schema()), attributes) == []


def test_the_constants_are_the_same() -> None:
    assert CONTENT_TYPE == envelope.CONTENT_TYPE
    assert MAX_ATTRIBUTE_LENGTH == envelope.MAX_ATTRIBUTE_LENGTH

"""The CloudEvents envelope: what is written can be read, and what can't be read says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.envelope import (
    MAX_ATTRIBUTE_LENGTH,
    OPTIONAL_TEXTS,
    CloudEvent,
    EnvelopeError,
    Upcasts,
    decode,
    encode,
)

EVENT = CloudEvent(
    id="0198-1",
    source="/tierloop/probe",
    type="probe.register.appended.v1",
    subject="steel-1",
    time=datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC),
    data={"key": "steel-1", "mass_kg": "12.500"},
    aggregateversion=3,
    dataschema="urn:tierloop:schema:probe.register.appended.v1",
    correlationid="correlation",
    causationid="0197-9",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    partitionkey="steel-1",
)

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=MAX_ATTRIBUTE_LENGTH)
optional_texts = st.none() | texts
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
instants = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(9998, 12, 31),  # noqa: DTZ001
    timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
).map(lambda at: at.replace(microsecond=at.microsecond // 1_000 * 1_000))
events = st.builds(
    CloudEvent,
    id=texts,
    source=texts,
    type=texts,
    subject=texts,
    time=instants,
    data=st.dictionaries(texts, values, max_size=4),
    aggregateversion=st.integers(0, 2**63 - 1),
    dataschema=texts,
    correlationid=st.just("") | texts,
    causationid=optional_texts,
    traceparent=optional_texts,
    partitionkey=texts,
)


def attributes(**changed: Any) -> dict[str, Any]:
    known: dict[str, Any] = orjson.loads(encode(EVENT))
    return {name: value for name, value in (known | changed).items() if value is not ...}


@given(events)
def test_what_is_encoded_decodes_to_the_same_event(event: CloudEvent) -> None:
    decoded = decode(encode(event))
    assert decoded == event
    assert decoded.time.tzinfo is UTC
    assert encode(decoded) == encode(event)


def test_the_bytes_are_cloudevents_structured_json() -> None:
    assert orjson.loads(encode(EVENT)) == {
        "specversion": "1.0",
        "id": "0198-1",
        "source": "/tierloop/probe",
        "type": "probe.register.appended.v1",
        "subject": "steel-1",
        "time": "2026-03-01T12:00:00.123Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:tierloop:schema:probe.register.appended.v1",
        "aggregateversion": 3,
        "correlationid": "correlation",
        "causationid": "0197-9",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "partitionkey": "steel-1",
        "data": {"key": "steel-1", "mass_kg": "12.500"},
    }


def test_rendered_data_is_taken_over_byte_for_byte() -> None:
    raw = encode(replace(EVENT, data=orjson.Fragment(b'{"mass_kg": "1.50" }')))
    assert b'"data":{"mass_kg": "1.50" }' in raw
    assert decode(raw).data == {"mass_kg": "1.50"}


def test_absent_options_stay_absent() -> None:
    bare = replace(EVENT, correlationid="", causationid=None, traceparent=None, partitionkey=None)
    assert not {"causationid", "traceparent"} & set(orjson.loads(encode(bare)))
    assert decode(encode(bare)) == replace(bare, partitionkey=bare.subject)


def test_unknown_attributes_are_ignored() -> None:
    assert decode(orjson.dumps(attributes(newer="extension", time="2026-03-01T13:00:00.123+01:00"))) == EVENT


REQUIRED = ("id", "source", "type", "subject", "dataschema", "time")
TOO_LONG = "x" * (MAX_ATTRIBUTE_LENGTH + 1)


def spoil(names: Sequence[str], *bad: Any) -> list[tuple[str, Any]]:
    return [(name, value) for name in names for value in bad]


BAD = [
    *spoil(REQUIRED, ..., None, "", 7, ["a"], TOO_LONG),
    *spoil(OPTIONAL_TEXTS, 7, {}, TOO_LONG),
    *spoil(["specversion"], ..., None, "0.3", 1.0, "1.0 "),
    *spoil(["data"], ..., None, [], "text", 5),
    *spoil(["aggregateversion"], ..., None, -1, 1.0, True, "3", 1e30),
    *spoil(["time"], "yesterday", "2026-03-01T12:00:00", "2026-13-01T12:00:00Z", "0001-01-01T00:00:00+14:00"),
]


@pytest.mark.parametrize(("name", "bad"), BAD, ids=lambda value: f"{value!r:.20}")
def test_a_bad_attribute_is_named(name: str, bad: object) -> None:
    with pytest.raises(EnvelopeError, match=f"^{name}: must"):
        decode(orjson.dumps(attributes(**{name: bad})))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (None, "tombstone"),
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b'{"specversion": "1.0"', "not JSON"),
        (b'{"id": "\\ud800"}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'"text"', "not a JSON object"),
    ],
)
def test_bytes_that_are_no_event_say_why(raw: bytes | None, text: str) -> None:
    with pytest.raises(EnvelopeError, match=text):
        decode(raw)


@given(st.binary(max_size=200) | st.text().map(str.encode) | values.map(orjson.dumps))
def test_nothing_but_an_envelope_error_comes_of_garbage(raw: bytes) -> None:
    with pytest.raises(EnvelopeError):
        decode(raw)


@given(st.dictionaries(st.sampled_from(sorted(attributes())), values | st.text(), max_size=3))
def test_nothing_but_an_envelope_error_comes_of_a_spoilt_event(spoilt: dict[str, Any]) -> None:
    try:
        event = decode(orjson.dumps(attributes() | spoilt))
    except EnvelopeError:
        return
    assert decode(encode(event)) == replace(
        event, time=event.time.replace(microsecond=event.time.microsecond // 1000 * 1000)
    )


@pytest.mark.parametrize("name", ["id", "source", "type", "subject", "dataschema", "correlationid", "causationid"])
def test_no_event_is_written_that_its_readers_would_refuse(name: str) -> None:
    fields: list[dict[str, Any]] = [{name: TOO_LONG}]
    if name not in {"correlationid", "causationid"}:
        fields.append({name: ""})
    for field in fields:
        with pytest.raises(EnvelopeError, match=f"^{name}: must"):
            encode(replace(EVENT, **field))


# -- upcasts ----------------------------------------------------------------------------------------------------


def renamed(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"register_key": data["key"]} | {name: value for name, value in data.items() if name != "key"}


def test_upcasts_go_step_by_step_to_the_newest_type() -> None:
    upcasts = Upcasts({"x.v1": ("x.v2", renamed), "x.v2": ("x.v3", lambda data: {**data, "unit": "kg"})})
    event = replace(EVENT, type="x.v1", data={"key": "a"})
    assert upcasts.apply(event) == replace(event, type="x.v3", data={"register_key": "a", "unit": "kg"})
    assert upcasts.apply(EVENT) is EVENT


@pytest.mark.parametrize("steps", [1, Upcasts.MAX_STEPS])
def test_a_chain_up_to_the_limit_is_followed(steps: int) -> None:
    upcasts = Upcasts({f"x.v{number}": (f"x.v{number + 1}", lambda data: data) for number in range(steps)})
    assert upcasts.apply(replace(EVENT, type="x.v0")).type == f"x.v{steps}"


def test_a_circle_is_an_error_not_a_hang() -> None:
    with pytest.raises(EnvelopeError, match="run in a circle"):
        Upcasts({"x.v1": ("x.v2", dict), "x.v2": ("x.v1", dict)}).apply(replace(EVENT, type="x.v1"))

"""CloudEvents 1.0, structured JSON: the same bytes in outbox, topic, dead letter and golden examples.

Source: CloudEvents 1.0.2, section 3 (context attributes) and the JSON event format, section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import orjson

CONTENT_TYPE: Final = "application/cloudevents+json"
MAX_EVENT_BYTES: Final = 900_000
"""A larger event is refused before it is stored: Kafka's default message limit is 1 MiB. Reference, don't embed."""
MAX_ATTRIBUTE_LENGTH: Final = 512
REQUIRED_TEXTS: Final = ("id", "source", "type", "subject", "time", "dataschema")
OPTIONAL_TEXTS: Final = ("correlationid", "causationid", "traceparent", "partitionkey")


class EnvelopeError(ValueError):
    """The bytes are not an event we can read; the message says which attribute breaks which rule."""


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """One fact on the wire. `id` is the identity of the fact: a duplicate carries the same one."""

    id: str
    source: str
    type: str
    subject: str
    """The aggregate's id; also the message key."""
    time: datetime
    data: Mapping[str, Any] | orjson.Fragment
    """A mapping when read; rendered bytes (a fragment) on the way out, so that nothing is serialised twice."""
    aggregateversion: int
    """Version of the aggregate after this fact; 0 for a work item, which has no version."""
    dataschema: str
    correlationid: str = ""
    causationid: str | None = None
    traceparent: str | None = None
    partitionkey: str | None = None


def encode(event: CloudEvent) -> bytes:
    """Serialise an event. Raises `EnvelopeError` for what `decode` would refuse."""
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "subject": event.subject,
        "time": _render(event.time),
        "datacontenttype": "application/json",
        "dataschema": event.dataschema,
        "aggregateversion": event.aggregateversion,
        "correlationid": event.correlationid,
        "partitionkey": event.partitionkey or event.subject,
    }
    if event.causationid is not None:
        attributes["causationid"] = event.causationid
    if event.traceparent is not None:
        attributes["traceparent"] = event.traceparent
    texts = (event.id, event.source, event.type, event.subject, event.dataschema)
    if not all(texts) or max(map(len, (*texts, event.correlationid, *_given(event)))) > MAX_ATTRIBUTE_LENGTH:
        _check_texts(attributes)  # raises, naming the attribute; the quick look above is what every row pays
    attributes["data"] = event.data
    return orjson.dumps(attributes)


def _given(event: CloudEvent) -> tuple[str, ...]:
    return (event.causationid or "", event.traceparent or "", event.partitionkey or "")


@lru_cache(maxsize=64)
def _render(instant: datetime) -> str:
    """Render RFC 3339 to the millisecond. Cached, because all events of a batch share their instant."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def decode(raw: bytes | None) -> CloudEvent:
    """Read an event. Raises `EnvelopeError` for a tombstone, broken JSON or a missing or ill-typed attribute."""
    if raw is None:
        raise EnvelopeError("tombstone: facts are never compacted, a null value has no meaning here")
    try:
        attributes = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise EnvelopeError(f"not JSON: {error}") from error
    if not isinstance(attributes, dict):
        raise EnvelopeError("not a JSON object")
    if attributes.get("specversion") != "1.0":
        raise EnvelopeError("specversion: must be '1.0'")
    data = attributes.get("data")
    if not isinstance(data, dict):
        raise EnvelopeError("data: must be a JSON object")
    version = attributes.get("aggregateversion")
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise EnvelopeError("aggregateversion: must be an integer of 0 or more")
    _check_texts(attributes)
    return CloudEvent(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        subject=attributes["subject"],
        time=_instant(attributes["time"]),
        data=data,
        aggregateversion=version,
        dataschema=attributes["dataschema"],
        correlationid=attributes.get("correlationid") or "",
        causationid=attributes.get("causationid") or None,
        traceparent=attributes.get("traceparent") or None,
        partitionkey=attributes.get("partitionkey") or None,
    )


def _check_texts(attributes: dict[str, Any]) -> None:
    """Check all text attributes in one pass: every message of a batch comes through here."""
    for name in REQUIRED_TEXTS:
        value = attributes.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= MAX_ATTRIBUTE_LENGTH:
            raise EnvelopeError(f"{name}: must be a string of 1 to {MAX_ATTRIBUTE_LENGTH} characters")
    for name in OPTIONAL_TEXTS:
        value = attributes.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > MAX_ATTRIBUTE_LENGTH):
            raise EnvelopeError(f"{name}: must be a string of at most {MAX_ATTRIBUTE_LENGTH} characters")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise EnvelopeError("time: must be an RFC 3339 timestamp") from error
    if instant.tzinfo is None:
        raise EnvelopeError("time: must carry a UTC offset")
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise EnvelopeError("time: must lie between the years 1 and 9999, UTC") from error


class Upcasts:
    """One-step upcasts by event type: `x.v1` -> `x.v2` -> ..., applied until no further step is known."""

    MAX_STEPS: Final = 16

    def __init__(self, steps: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]]]) -> None:
        """Take a step for each older type: its event type to (next type, function from its data to the next one's)."""
        self._steps = dict(steps)

    def apply(self, event: CloudEvent) -> CloudEvent:
        """Return the event in its newest type. Raises `EnvelopeError` if the steps run in a circle."""
        for _ in range(self.MAX_STEPS + 1):
            step = self._steps.get(event.type)
            if step is None:
                return event
            newer, upcast = step
            assert isinstance(event.data, Mapping)  # noqa: S101 - upcasts see decoded events alone
            event = replace(event, type=newer, data=upcast(event.data))
        raise EnvelopeError(f"type: upcasts of {event.type} run in a circle")

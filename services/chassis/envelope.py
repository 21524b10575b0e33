"""CloudEvents 1.0, structured JSON: the same bytes in outbox, topic, dead letter and golden examples.

Source: CloudEvents 1.0.2, section 3 (context attributes) and the JSON event format, section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

import orjson

from services.chassis.kernel import struct

CONTENT_TYPE: Final = "application/cloudevents+json"
MAX_EVENT_BYTES: Final = 900_000
"""A larger event is refused before it is stored: Kafka's default message limit is 1 MiB. Reference, don't embed."""
MAX_ATTRIBUTE_LENGTH: Final = 512
REQUIRED_TEXTS: Final = ("id", "source", "type", "subject", "time", "dataschema")
OPTIONAL_TEXTS: Final = ("correlationid", "causationid", "traceparent", "partitionkey")
_REQUIRED_OF: Final = itemgetter(*REQUIRED_TEXTS)


class EnvelopeError(ValueError):
    """The bytes are not an event we can read; the message says which attribute breaks which rule."""


@struct(frozen=True, slots=True)
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
    required = (event.id, event.source, event.type, event.subject, event.dataschema)
    optional = (event.correlationid, event.causationid or "", event.traceparent or "", event.partitionkey or "")
    if not _plain(required, optional):
        _check_texts(attributes)
    attributes["data"] = event.data
    return orjson.dumps(attributes)


def _plain(required: tuple[str, ...], optional: tuple[str, ...]) -> bool:
    """Tell that all are texts within their limits. A quick look, which every message pays; `_check_texts` decides.

    Together they are seldom longer than one may be, and then none is too long; joining refuses what is no text.
    """
    try:
        return all(required) and len("".join(required)) + len("".join(optional)) <= MAX_ATTRIBUTE_LENGTH
    except TypeError:
        return False


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
    required, optional = _texts(attributes)
    event_id, source, event_type, subject, time, dataschema = required
    correlation, causation, traceparent, partition_key = optional
    return CloudEvent(
        event_id,
        source,
        event_type,
        subject,
        _instant(time),
        data,
        version,
        dataschema,
        correlation or "",
        causation or None,
        traceparent or None,
        partition_key or None,
    )


def _texts(attributes: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return required and optional texts in the order of their names; an absent optional one is empty, a null stays."""
    get = attributes.get
    optional = (get("correlationid", ""), get("causationid", ""), get("traceparent", ""), get("partitionkey", ""))
    try:
        required = _REQUIRED_OF(attributes)
    except KeyError:
        required = ()
    if not required or not _plain(required, optional):
        _check_texts(attributes)
    return required, optional


def _check_texts(attributes: dict[str, Any]) -> None:
    """Look at each text by itself, and name the one that breaks its rule."""
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
    if instant.tzinfo is UTC:
        return instant
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
        if event.type not in self._steps:
            return event
        for _ in range(self.MAX_STEPS + 1):
            step = self._steps.get(event.type)
            if step is None:
                return event
            newer, upcast = step
            assert isinstance(event.data, Mapping)  # noqa: S101 - upcasts see decoded events alone
            event = replace(event, type=newer, data=upcast(event.data))
        raise EnvelopeError(f"type: upcasts of {event.type} run in a circle")

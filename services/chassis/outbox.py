"""Outbox rows: what a transaction wants published, stored beside the state it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import orjson
from pydantic import BaseModel

from services.chassis.envelope import CONTENT_TYPE, MAX_EVENT_BYTES, CloudEvent, encode
from services.chassis.kernel import Meta, Refusal, Work, struct
from services.chassis.store import OutboxRow
from services.chassis.trace import rebase


class EventTooLarge(Refusal):
    """The fact can't travel: it is refused before anything is stored."""

    code = "event_too_large"


EVENT_HEADERS: Final = (("content-type", CONTENT_TYPE.encode()),)


@struct(frozen=True, slots=True)
class Outgoing:
    """A domain event or work item put into its wire contract by a service's `adapters/translate.py`."""

    topic: str
    type: str
    key: str
    version: int
    """Aggregate version; 0 for work."""
    data: BaseModel


Translate = Callable[[Any], Outgoing]


def outbox_row(item: Outgoing, meta: Meta, event_id: str, current_trace: str | None = None) -> OutboxRow:
    """Render the event once; these bytes are what the topic and a dead letter will hold.

    `current_trace` is the traceparent of the span at work: the event's parent inside the command's trace.
    """
    source, dataschema = _names(item.topic, item.type)
    event = CloudEvent(
        id=event_id,
        source=source,
        type=item.type,
        subject=item.key,
        time=meta.at,
        data=orjson.Fragment(item.data.__pydantic_serializer__.to_json(item.data)),
        aggregateversion=item.version,
        dataschema=dataschema,
        correlationid=meta.correlation_id,
        causationid=meta.causation_id or meta.command_id,
        traceparent=rebase(meta.traceparent, current_trace),
        partitionkey=item.key,
    )
    value = encode(event)
    if len(value) > MAX_EVENT_BYTES:
        raise EventTooLarge(
            f"the event would have {len(value)} bytes, the limit is {MAX_EVENT_BYTES}",
            remedy="refer to large things by link or digest instead of embedding them",
        )
    return OutboxRow(event_id, item.topic, item.key.encode(), item.version, value, EVENT_HEADERS, meta.at)


@lru_cache(maxsize=256)
def _names(topic: str, event_type: str) -> tuple[str, str]:
    """Return `source` and `dataschema` of an event type's rows."""
    return f"/tierloop/{topic.split('.', 1)[0]}", f"urn:tierloop:schema:{event_type}"


def work_topic(service: str, work: Work) -> str:
    """Name the internal topic of a root: `certification` and `part` give `certification.part-work.v1`."""
    return f"{service}.{work.root}-work.v1"


def work_type(service: str, work: Work) -> str:
    """Name the event type of a work item."""
    return f"{service}.{work.root}-work.requested.v1"

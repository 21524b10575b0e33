"""From an event to a command: the one step of a service's `stream/` package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from services.chassis.envelope import CloudEvent, EnvelopeError, Upcasts, decode
from services.chassis.handler import Handlers
from services.chassis.kernel import Meta, Source

M = TypeVar("M", bound=BaseModel)
MAX_ERRORS_SHOWN: Final = 5


class ContractError(ValueError):
    """The event's data breaks its contract; the message names the fields. Poison: it goes to the dead letters."""


@dataclass(frozen=True, slots=True)
class Route:
    """Which contract an event type carries and how it becomes a command. Make it with `route`."""

    contract: type[BaseModel]
    build: Callable[[Any, Meta], Any]


def route(contract: type[M], build: Callable[[M, Meta], Any]) -> Route:
    """`build(data, meta)` gets the validated data; `meta.causation_id` is the event's id."""
    return Route(contract, build)


Routes = Mapping[str, Route]


@dataclass(frozen=True, slots=True)
class ConsumerGroup:
    """A group of topics read together. A deciding group is never replayed; a projection group has no outbox."""

    name: str
    """`certification.deciding`; part of every position's id, so a rebuild is a new name."""
    topics: tuple[str, ...]
    routes: Routes
    handlers: Handlers
    upcasts: Upcasts = Upcasts({})  # noqa: RUF009 - immutable after construction


def read_command(raw: bytes | None, group: ConsumerGroup, now: datetime) -> Any | None:
    """Turn a message into its command, None for a type this group doesn't know (skipped and counted).

    Raises `EnvelopeError` or `ContractError`: both make the message a dead letter.
    """
    event = group.upcasts.apply(decode(raw))
    found = group.routes.get(event.type)
    if found is None:
        return None
    return found.build(_validated(event, found.contract), meta_of(event, now))


def meta_of(event: CloudEvent, now: datetime) -> Meta:
    """Surround a message's command: `at` is the instant of the decision, the cause is the event."""
    return Meta(
        command_id=event.id,
        at=now,
        correlation_id=event.correlationid,
        causation_id=event.id,
        traceparent=event.traceparent,
        source=Source(event.id, event.type, event.subject, event.time, event.causationid),
    )


def _validated(event: CloudEvent, contract: type[BaseModel]) -> BaseModel:
    try:
        data = contract.model_validate(event.data)
    except ValidationError as error:
        shown = "; ".join(
            f"/{'/'.join(str(part) for part in item['loc'])}: {item['msg']}"
            for item in error.errors()[:MAX_ERRORS_SHOWN]
        )
        raise ContractError(f"{event.type}: {shown}") from error
    version = getattr(data, "version", None)
    if version is not None and version != event.aggregateversion:
        raise EnvelopeError(f"aggregateversion {event.aggregateversion} differs from the data's version {version}")
    return data

"""Every event type there is: which topic carries it and which contract its data keeps."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType

from pydantic import BaseModel

import schemas.contracts
from schemas.topics import Topic, load_topics

MODULE_NAME = re.compile(r"^(?P<service>[a-z]+)_v(?P<major>\d+)$")


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event on the wire."""

    name: str
    """CloudEvents `type`, such as `footprints.footprint.published.v1`."""
    topic: str
    contract: type[BaseModel]
    """Model of the event's `data`."""

    @property
    def service(self) -> str:
        """The publishing service: the first word of the topic."""
        return self.topic.split(".", 1)[0]

    @property
    def urn(self) -> str:
        """`$id` of the data's JSON Schema and `dataschema` of the event."""
        return schema_urn(self.name)


def schema_urn(name: str) -> str:
    """Name the JSON Schema of an event type (or of the envelope)."""
    return f"urn:tierloop:schema:{name}"


def contract_modules() -> list[ModuleType]:
    """Import the contract modules, one per service and major version, in order of their names."""
    names = sorted(found.name for found in pkgutil.iter_modules(schemas.contracts.__path__))
    return [importlib.import_module(f"schemas.contracts.{name}") for name in names if MODULE_NAME.match(name)]


def declared_topics() -> list[Topic]:
    """Return the topics that carry events, dead-letter topics left out."""
    return [topic for topic in load_topics() if topic.kind != "dlq"]


def load_event_types(modules: Iterable[ModuleType] | None = None) -> dict[str, EventType]:
    """Collect the event types of all contract modules by name, in order of topic and declaration.

    Raises ValueError where a module's `EVENT_TYPES` and `TOPICS` or two modules disagree.
    """
    found: dict[str, EventType] = {}
    for module in contract_modules() if modules is None else modules:
        contracts: dict[str, type[BaseModel]] = module.EVENT_TYPES
        topics: dict[str, tuple[str, ...]] = module.TOPICS
        listed = [name for names in topics.values() for name in names]
        if sorted(listed) != sorted(contracts):
            odd = sorted(set(listed) ^ set(contracts)) or sorted({name for name in listed if listed.count(name) > 1})
            raise ValueError(f"{module.__name__}: TOPICS and EVENT_TYPES must name each type once; look at {odd}")
        for topic, names in topics.items():
            for name in names:
                if name in found:
                    raise ValueError(f"{module.__name__}: {name} belongs to {found[name].topic} already")
                found[name] = EventType(name, topic, contracts[name])
    return found

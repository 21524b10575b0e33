"""The envelope as data: which CloudEvents attributes our events carry, and what each must be.

The code that reads and writes it is `services/chassis/envelope.py`; `tests/contract/test_envelope.py` holds the two
together. Source: CloudEvents 1.0.2, sections 3 and 4, and its JSON event format.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from schemas.event_types import EventType, schema_urn

CONTENT_TYPE: Final = "application/cloudevents+json"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ENVELOPE_URN: Final = schema_urn("cloudevent")
MAX_ATTRIBUTE_LENGTH: Final = 512

_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": MAX_ATTRIBUTE_LENGTH}
_OPTIONAL_TEXT: Final = {"type": ["string", "null"], "maxLength": MAX_ATTRIBUTE_LENGTH}


@dataclass(frozen=True, slots=True)
class Attribute:
    """One context attribute, or `data`."""

    name: str
    schema: dict[str, Any]
    description: str
    required: bool = True


ATTRIBUTES: Final = (
    Attribute("specversion", {"const": "1.0"}, "Version of CloudEvents."),
    Attribute("id", _TEXT, "Identity of the fact (UUIDv7): a duplicate carries the same one, at whatever offset."),
    Attribute("source", _TEXT, "The publishing service: `/tierloop/<service>`."),
    Attribute("type", _TEXT, "The event type; its last part is the major version of the data's contract."),
    Attribute("subject", _TEXT, "Id of the aggregate; also the message key."),
    Attribute("time", _TEXT | {"format": "date-time"}, "When the command behind the fact was accepted, UTC."),
    Attribute("datacontenttype", {"const": "application/json"}, "Media type of `data`.", required=False),
    Attribute("dataschema", _TEXT, "`urn:tierloop:schema:<type>`, the `$id` of the schema that `data` keeps."),
    Attribute(
        "aggregateversion",
        {"type": "integer", "minimum": 0},
        "Version of the aggregate after this fact; 0 for a work item. Drop what is not higher than the last applied.",
    ),
    Attribute("correlationid", _OPTIONAL_TEXT, "Runs through everything that one request led to.", required=False),
    Attribute("partitionkey", _OPTIONAL_TEXT, "Equals `subject` (CloudEvents partitioning extension).", required=False),
    Attribute("causationid", _OPTIONAL_TEXT, "Id of the event or command that led to this fact.", required=False),
    Attribute("traceparent", _OPTIONAL_TEXT, "W3C Trace Context of the request.", required=False),
    Attribute("data", {"type": "object"}, "Full public state of the aggregate, or a work item."),
)


def envelope_schema() -> dict[str, Any]:
    """Return the JSON Schema of the envelope with any data in it."""
    return {
        "$schema": DIALECT,
        "$id": ENVELOPE_URN,
        "title": "CloudEvent",
        "description": "CloudEvents 1.0, structured JSON: the same bytes in outbox, topic, dead letter and examples. "
        "Unknown attributes are ignored.",
        "type": "object",
        "properties": {item.name: item.schema | {"description": item.description} for item in ATTRIBUTES},
        "required": [item.name for item in ATTRIBUTES if item.required],
    }


def message_schema(event_type: EventType, envelope_ref: str, data_ref: str) -> dict[str, Any]:
    """Return the schema of a whole message: the envelope, this type's name and this type's data."""
    properties = {
        "type": {"const": event_type.name},
        "source": {"const": f"/tierloop/{event_type.service}"},
        "dataschema": {"const": event_type.urn},
        "data": {"$ref": data_ref},
    }
    return {"allOf": [{"$ref": envelope_ref}, {"type": "object", "properties": properties}]}

"""The part of AsyncAPI 3.0.0 that our documents use, as a closed JSON Schema: what is not here is refused.

Source: AsyncAPI specification 3.0.0, object by object, and Kafka bindings 0.5.0. Written from their text, so that the
suite needs no network; required fields and the names of all fields are the specification's.
"""

from typing import Any


def _closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _map_of(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": value, "minProperties": 1}


TEXT = {"type": "string", "minLength": 1}
REFERENCE = _closed({"$ref": {"type": "string", "format": "uri-reference", "minLength": 1}}, "$ref")
COMPONENT_NAME = {"pattern": r"^[a-zA-Z0-9.\-_]+$"}

INFO = _closed(
    {"title": TEXT, "version": TEXT, "description": TEXT, "license": _closed({"name": TEXT, "url": TEXT}, "name")},
    "title",
    "version",
)
TOPIC_CONFIGURATION = _closed(
    {
        "cleanup.policy": {"type": "array", "items": {"enum": ["compact", "delete"]}},
        "retention.ms": {"type": "integer", "minimum": -1},
        "max.message.bytes": {"type": "integer", "minimum": 0},
    }
)
KAFKA_CHANNEL = _closed(
    {
        "topic": {"type": "string"},
        "partitions": {"type": "integer", "minimum": 1},
        "topicConfiguration": TOPIC_CONFIGURATION,
        "bindingVersion": {"const": "0.5.0"},
    }
)
KAFKA_MESSAGE = _closed({"key": {"type": "object"}, "bindingVersion": {"const": "0.5.0"}})
CHANNEL = _closed(
    {
        "address": TEXT,
        "description": TEXT,
        "messages": {**_map_of(REFERENCE), "propertyNames": COMPONENT_NAME},
        "bindings": _closed({"kafka": KAFKA_CHANNEL}),
    }
)
OPERATION = _closed(
    {
        "action": {"enum": ["send", "receive"]},
        "channel": REFERENCE,
        "summary": TEXT,
        "messages": {"type": "array", "items": REFERENCE, "minItems": 1, "uniqueItems": True},
    },
    "action",
    "channel",
)
MESSAGE = _closed(
    {
        "name": TEXT,
        "title": TEXT,
        "summary": TEXT,
        "contentType": {"type": "string", "pattern": r"^[a-z]+/[a-z+.-]+$"},
        "correlationId": _closed(
            {"location": {"type": "string", "pattern": r"^\$message\.(header|payload)#(/[^/]+)*$"}}, "location"
        ),
        "headers": {"type": "object"},
        "payload": {"type": "object"},
        "bindings": _closed({"kafka": KAFKA_MESSAGE}),
    }
)
DOCUMENT = _closed(
    {
        "asyncapi": {"const": "3.0.0"},
        "info": INFO,
        "defaultContentType": TEXT,
        "channels": {**_map_of(CHANNEL), "propertyNames": COMPONENT_NAME},
        "operations": {**_map_of(OPERATION), "propertyNames": COMPONENT_NAME},
        "components": _closed({"messages": {**_map_of(MESSAGE), "propertyNames": COMPONENT_NAME}}),
    },
    "asyncapi",
    "info",
)

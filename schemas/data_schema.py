"""JSON Schema 2020-12 of an event type's data, made from its pydantic contract."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from schemas.envelope import DIALECT
from schemas.event_types import EventType


class _PlainTitles(GenerateJsonSchema):
    """Leaves out titles that only repeat a field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        """Never: the name says it."""
        return False


def data_schema(event_type: EventType) -> dict[str, Any]:
    """Return the schema that a consumer may rely on: what has a default may be absent, unknown fields may be there."""
    schema = event_type.contract.model_json_schema(schema_generator=_PlainTitles, mode="validation")
    return {"$schema": DIALECT, "$id": event_type.urn} | schema


def json_bytes(document: Any) -> bytes:
    """Render a document the same way on every machine: two spaces, UTF-8, a final newline."""
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()

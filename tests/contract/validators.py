"""Validators over the generated schemas, with the formats our contracts use checked for real."""

import json
import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
from referencing import Registry, Resource

from schemas.envelope import ENVELOPE_URN, message_schema
from schemas.event_types import EventType

SCHEMAS = Path(__file__).parents[2] / "schemas"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or (RFC_3339.fullmatch(value) is not None and bool(datetime.fromisoformat(value)))


def _is_date(value: object) -> bool:
    return not isinstance(value, str) or (len(value) == len("2026-01-31") and bool(date.fromisoformat(value)))


formats = jsonschema.FormatChecker(())
formats.checks("date-time", raises=ValueError)(_is_instant)
formats.checks("date", raises=ValueError)(_is_date)


@cache
def generated_schemas() -> dict[str, dict[str, Any]]:
    """Every generated JSON Schema by its path below `schemas/json`."""
    root = SCHEMAS / "json"
    return {path.relative_to(root).as_posix(): json.loads(path.read_bytes()) for path in sorted(root.rglob("*.json"))}


@cache
def _registry() -> Registry[Any]:
    return Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in generated_schemas().values()
    )


def validator(schema: dict[str, Any]) -> Any:
    """Make a 2020-12 validator that knows all generated schemas by their `$id`."""
    return jsonschema.Draft202012Validator(schema, registry=_registry(), format_checker=formats)


def message_validator(event_type: EventType) -> Any:
    """Make a validator for whole messages of one type."""
    return validator(message_schema(event_type, ENVELOPE_URN, event_type.urn))


def check_schema(schema: dict[str, Any]) -> None:
    """Raise unless the schema keeps the 2020-12 meta-schema."""
    jsonschema.Draft202012Validator.check_schema(schema)


def errors_of(checked: Any, instance: object) -> list[str]:
    """Tell what a validator finds, and where."""
    return [f"/{'/'.join(map(str, found.absolute_path))}: {found.message}" for found in checked.iter_errors(instance)]

"""Value types of the PACT wire model, each with a message that says its rule.

The published regular expressions for decimals are defective (their alternations are not grouped, so that "1abc" passes
for a positive number): a decimal is parsed first, its sign is checked after that.
Source: PACT Technical Specifications 3.0.3, section "Data Model"; RFC 3339, RFC 8141, RFC 9562.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, LiteralString, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from services.chassis.clock import to_milliseconds
from services.chassis.wire_types import DecimalString

T = TypeVar("T", bound=Hashable)

MAX_ITEMS: Final = 100
"""Most items of an array; the specification names no limit."""
MAX_NAME_LENGTH: Final = 500
MAX_TEXT_LENGTH: Final = 10_000
MAX_URN_LENGTH: Final = 500
MAX_URI_LENGTH: Final = 2_000

_VERSION: Final = re.compile(r"3\.[0-9]+\.[0-9]+(-[0-9]{8})?")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_URN: Final = re.compile(r"urn:\S+", re.IGNORECASE)
_URI: Final = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE | re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def pact_name(name: str) -> str:
    """Return the specification's spelling of a field: `biogenic_non_co2_emissions` is biogenicNonCO2Emissions."""
    return to_camel(name).replace("Co2", "CO2").replace("Dqr", "DQR")


class PactModel(BaseModel):
    """Base of the wire models: nothing is coerced, null means undefined, unknown properties are no error.

    Unknown properties are not read here; they live on in the document, which is kept beside the model.
    """

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="ignore",
        alias_generator=pact_name,
        json_schema_extra={"additionalProperties": True},
    )


def _matching(pattern: re.Pattern[str], error_type: LiteralString, rule: str, max_length: int) -> AfterValidator:
    def check(value: str) -> str:
        if len(value) > max_length or pattern.fullmatch(value) is None:
            raise PydanticCustomError(error_type, "{rule}", {"rule": rule})
        return value

    return AfterValidator(check)


def _instant(value: Any) -> datetime:
    if isinstance(value, str) and _INSTANT.fullmatch(value) is not None:
        with suppress(ValueError, OverflowError):
            return to_milliseconds(datetime.fromisoformat(value.upper()))
    raise PydanticCustomError("instant", "must be an RFC 3339 date-time with seconds and UTC offset")


def _not_positive(value: Decimal) -> Decimal:
    if value > 0:
        raise PydanticCustomError("decimal_sign", "must be 0 or less: what is taken out of the air counts negative")
    return value


def _unique(items: Sequence[T]) -> Sequence[T]:
    seen: set[T] = set()
    for item in items:
        if item in seen:
            raise PydanticCustomError(
                "unique_items", "must not name an item twice; {item} stands twice", {"item": item}
            )
        seen.add(item)
    return items


def _no_items_is_undefined(value: Any) -> Any:
    return None if value == [] else value


SpecVersion = Annotated[
    str,
    _matching(_VERSION, "spec_version", 'must be a version 3.x.y of the specification, such as "3.0.3"', 32),
    WithJsonSchema({"type": "string", "pattern": r"^3\.[0-9]+\.[0-9]+(-[0-9]{8})?$", "examples": ["3.0.3"]}),
]
Uuid = Annotated[
    str,
    _matching(_UUID, "uuid", "must be a UUID: 32 hexadecimal digits in groups of 8-4-4-4-12", 36),
    AfterValidator(str.lower),
    WithJsonSchema({"type": "string", "format": "uuid", "examples": ["0c7b2a51-6f1e-4b52-9d3a-5e8f10a4c2d7"]}),
]
"""In lower case; the document keeps the supplier's spelling."""
Urn = Annotated[
    str,
    _matching(_URN, "urn", f"must be a URN: urn:, then no white space, {MAX_URN_LENGTH} characters", MAX_URN_LENGTH),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[uU][rR][nN]:\S+$",
            "maxLength": MAX_URN_LENGTH,
            "examples": ["urn:gtin:4712345060507"],
        }
    ),
]
Uri = Annotated[
    str,
    _matching(_URI, "uri", f"must be an absolute URI of at most {MAX_URI_LENGTH} characters", MAX_URI_LENGTH),
    WithJsonSchema({"type": "string", "format": "uri", "maxLength": MAX_URI_LENGTH}),
]
Instant = Annotated[
    datetime,
    PlainValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-01-01T00:00:00Z"]}),
]
"""Kept in UTC to the millisecond; the document keeps the supplier's spelling."""
NonPositiveDecimalString = Annotated[
    DecimalString,
    AfterValidator(_not_positive),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(-[0-9]+(\.[0-9]+)?|\+?0+(\.0+)?)$",
            "description": "A decimal in a string, 0 or less.",
            "examples": ["-0.40"],
        }
    ),
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_LENGTH)]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT_LENGTH)]
Items = Annotated[list[T], Field(min_length=1, max_length=MAX_ITEMS)]
UniqueItems = Annotated[
    list[T],
    Field(min_length=1, max_length=MAX_ITEMS, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_unique),
]
ItemsOrNone = Annotated[Annotated[list[T], Field(max_length=MAX_ITEMS)] | None, BeforeValidator(_no_items_is_undefined)]
"""The schema asks for one item, the prose for an empty array where there is none: both are taken."""

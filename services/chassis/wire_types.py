"""Types for wire models: what JSON may carry, said once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from schemas.contracts.types import Instant
from services.chassis.decimals import (
    DECIMAL_PATTERN,
    MAX_TEXT_LENGTH,
    RULE,
    DecimalError,
    check_decimal,
    parse_decimal,
    plain,
)

__all__ = ["DecimalString", "Instant", "NonNegativeDecimalString", "PositiveDecimalString", "Sign"]

Sign = Literal["any", "not_negative", "positive"]

_SIGN_RULE: Final[dict[Sign, str]] = {"any": "", "not_negative": "; not below 0", "positive": "; above 0"}
_SIGN_PATTERN: Final[dict[Sign, str]] = {
    "any": DECIMAL_PATTERN,
    "not_negative": r"^\+?[0-9]+(\.[0-9]+)?$",
    "positive": r"^\+?(0*[1-9][0-9]*(\.[0-9]+)?|0+\.0*[1-9][0-9]*)$",
}


@dataclass(frozen=True, slots=True)
class _ExactDecimal:
    """Accepts a JSON string (or a `Decimal` from code), holds a `Decimal`, writes a plain string."""

    sign: Sign = "any"

    def validate(self, value: object) -> Decimal:
        try:
            number = self._read(value)
        except DecimalError as error:
            raise self._error(str(error)) from None
        if (self.sign == "not_negative" and number < 0) or (self.sign == "positive" and number <= 0):
            raise self._error(f"must be {RULE}{_SIGN_RULE[self.sign]}")
        return number

    def _read(self, value: object) -> Decimal:
        if isinstance(value, str):
            return parse_decimal(value)
        if isinstance(value, Decimal):
            return check_decimal(value)
        raise DecimalError(f"must be {RULE}; a JSON {_json_name(value)} is refused, it may have lost digits already")

    def _error(self, message: str) -> PydanticCustomError:
        return PydanticCustomError("decimal_string", "{message}", {"message": message})

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.validate,
            serialization=core_schema.plain_serializer_function_ser_schema(
                plain, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": _SIGN_PATTERN[self.sign],
            "maxLength": MAX_TEXT_LENGTH,
            "description": f"Must be {RULE}{_SIGN_RULE[self.sign]}.",
            "examples": ["12.50"],
        }


def _json_name(value: object) -> str:
    names = {
        bool: "boolean",
        int: "number",
        float: "number",
        list: "array",
        dict: "object",
        type(None): "null",
    }
    return names.get(type(value), type(value).__name__)


DecimalString = Annotated[Decimal, _ExactDecimal()]
NonNegativeDecimalString = Annotated[Decimal, _ExactDecimal("not_negative")]
PositiveDecimalString = Annotated[Decimal, _ExactDecimal("positive")]

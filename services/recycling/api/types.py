"""Value types of requests and answers. Numbers that are measured travel as decimal strings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from services.chassis.clock import to_milliseconds
from services.chassis.wire_types import NonNegativeDecimalString, PositiveDecimalString
from services.recycling.domain.grades import CODE_PATTERN, SCHEME_PATTERN

FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
MAX_TEXT: Final = 2_000
MAX_NAME: Final = 500
MAX_DECIMAL: Final = 16


class Body(BaseModel):
    """Base of what comes in: unknown fields are refused, nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class Answer(BaseModel):
    """Base of what goes out."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class _Spelled:
    """Narrows a decimal string to a pattern, at run time and in the schema alike."""

    pattern: str
    meaning: str
    example: str

    def check(self, value: object) -> object:
        if isinstance(value, str) and re.fullmatch(self.pattern, value, re.ASCII) is None:
            raise PydanticCustomError("decimal_string", "{message}", {"message": self.meaning})
        return value

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": self.pattern,
            "maxLength": MAX_DECIMAL,
            "description": self.meaning,
            "examples": [self.example],
        }


MassKg = Annotated[
    PositiveDecimalString,
    _Spelled(
        r"^(0\.(00[1-9]|0[1-9][0-9]?|[1-9][0-9]{0,2})|[1-9][0-9]{0,7}(\.[0-9]{1,3})?)$",
        "must be kilograms as a decimal string, above 0 and below 100,000,000, to the gram: three decimals at most",
        "12500.000",
    ),
]
MassKgOrZero = Annotated[
    NonNegativeDecimalString,
    _Spelled(
        r"^(0|[1-9][0-9]{0,7})(\.[0-9]{1,3})?$",
        "must be kilograms as a decimal string, 0 or more and below 100,000,000, to the gram: three decimals at most",
        "0.500",
    ),
]
Percent = Annotated[
    NonNegativeDecimalString,
    _Spelled(
        r"^(100(\.0{1,4})?|[1-9]?[0-9](\.[0-9]{1,4})?)$",
        "must be percent as a decimal string, from 0 to 100, four decimals at most",
        "62.5",
    ),
]
PricePerTonne = Annotated[
    NonNegativeDecimalString,
    _Spelled(
        r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?$",
        "must be the price of 1,000 kg as a decimal string, 0 or more, four decimals at most",
        "14200.00",
    ),
]
GradeScheme = Annotated[str, StringConstraints(pattern=SCHEME_PATTERN)]
GradeCode = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
WasteCodeText = Annotated[str, StringConstraints(min_length=6, max_length=16)]
ProductUrn = Annotated[str, StringConstraints(pattern=r"^[uU][rR][nN]:\S+$", min_length=5, max_length=MAX_NAME)]
Identity = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
PastInstant = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2199, 12, 31, tzinfo=UTC)),
    AfterValidator(to_milliseconds),
]

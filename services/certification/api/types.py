"""Value types of requests and answers. Numbers that are measured travel as decimal strings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from services.chassis.wire_types import NonNegativeDecimalString, PositiveDecimalString

FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(9999, 12, 31)
MOST_PERCENT: Final = Decimal(100)
MAX_NAME: Final = 500
MAX_REASON: Final = 2_000


class Body(BaseModel):
    """Base of what comes in: unknown fields are refused, nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class Answer(BaseModel):
    """Base of what goes out."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


def _at_most_hundred(value: Decimal) -> Decimal:
    if value > MOST_PERCENT:
        raise ValueError("must be at most 100 percent")
    return value


Identity = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,128}$")]
SiteId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
NotBlank = Annotated[str, StringConstraints(pattern=r"\S", min_length=1, max_length=MAX_NAME)]
Number = Annotated[str, StringConstraints(pattern=r"\S", min_length=1, max_length=128)]
Reason = Annotated[str, StringConstraints(pattern=r"\S", min_length=1, max_length=MAX_REASON)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
CertificateType = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{2,40}$")]
ProductUrn = Annotated[
    str, StringConstraints(pattern=r"^[uU][rR][nN]:[A-Za-z0-9][A-Za-z0-9-]{0,31}:\S+$", max_length=MAX_NAME)
]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
KgCo2e = NonNegativeDecimalString
UnitAmount = PositiveDecimalString
SharePercent = Annotated[
    PositiveDecimalString,
    AfterValidator(_at_most_hundred),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(100(\.0{1,4})?|[1-9][0-9]?(\.[0-9]{1,4})?)$",
            "maxLength": 8,
            "description": "Percent of the product's mass as a decimal string, above 0 and at most 100.",
            "examples": ["25"],
        }
    ),
]

"""Errors as PACT says them: `{"code", "message"}` under `/3` and `/2`, whatever refuses the request.

Sources: PACT Technical Specifications 3.0.3, "Error Responses" (the codes are a closed list); 2.3, the same section
(a footprint that is not there is NoSuchFootprint). Neither knows 422: a parameter or body that breaks a rule is 400.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.auth import EXPIRED_RULE
from services.chassis.error_bodies import ErrorBody
from services.chassis.problems import TYPE_PREFIX, Problem

PREFIX: Final = "/3"
PREFIX_V2: Final = "/2"
MAX_ITEMS: Final = 5
"""Most broken rules in one message."""
BAD_REQUEST: Final = 400
UNPROCESSABLE: Final = 422
SERVER_ERRORS: Final = 500
NOT_IMPLEMENTED: Final = 501
NOT_IMPLEMENTED_SLUG: Final = "not-implemented"
"""Slug of a problem that says: the standard knows this, we don't (2.3 asks for 400, 3.0.3 for 501; both work here)."""

Code = Literal["BadRequest", "AccessDenied", "TokenExpired", "NotFound", "InternalError", "NotImplemented"]
CodeV2 = Literal["BadRequest", "AccessDenied", "TokenExpired", "NoSuchFootprint", "InternalError", "NotImplemented"]

_BY_STATUS: Final[Mapping[int, Code]] = {403: "AccessDenied", 404: "NotFound", NOT_IMPLEMENTED: "NotImplemented"}


class PactError(BaseModel):
    """The body of every answer under `/3` that is not a success."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "NotFound", "message": "No such footprint."}]})

    code: Code = Field(description="Kind of error; compare this.")
    message: str = Field(description="What happened, and how to mend it where we know.")


class PactErrorV2(BaseModel):
    """The body of every answer under `/2` that is not a success."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "NoSuchFootprint", "message": "No such footprint."}]}
    )

    code: CodeV2 = Field(description="Kind of error; compare this.")
    message: str = Field(description="What happened, and how to mend it where we know.")


def code_of(problem: Problem) -> Code:
    """Return the code of 3.0.3 that says a problem best."""
    if any(item.rule == EXPIRED_RULE for item in problem.errors):
        return "TokenExpired"
    if problem.type == TYPE_PREFIX + NOT_IMPLEMENTED_SLUG:
        return "NotImplemented"
    if problem.status in _BY_STATUS:
        return _BY_STATUS[problem.status]
    return "InternalError" if problem.status >= SERVER_ERRORS else "BadRequest"


def message_of(problem: Problem) -> str:
    """Return one text that names each broken rule, its place and its remedy."""
    if not problem.errors:
        return problem.detail
    told = [
        " ".join(
            part for part in (f"{item.field}: {item.message}" if item.field else item.message, item.remedy) if part
        )
        for item in problem.errors[:MAX_ITEMS]
    ]
    more = len(problem.errors) - MAX_ITEMS
    return "; ".join(told) + (f"; and {more} more." if more > 0 else "")


def render(problem: Problem) -> tuple[int, BaseModel]:
    """Say a problem in the words of 3.0.3."""
    return _status(problem), PactError(code=code_of(problem), message=message_of(problem))


def render_v2(problem: Problem) -> tuple[int, BaseModel]:
    """Say a problem in the words of 2.3."""
    code = code_of(problem)
    return _status(problem), PactErrorV2(
        code="NoSuchFootprint" if code == "NotFound" else code, message=message_of(problem)
    )


def _status(problem: Problem) -> int:
    return BAD_REQUEST if problem.status == UNPROCESSABLE else problem.status


ERROR_BODIES: Final = (ErrorBody(PREFIX, PactError, render), ErrorBody(PREFIX_V2, PactErrorV2, render_v2))

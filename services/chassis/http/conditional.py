"""ETag and If-Match: the aggregate's version guards every change (RFC 9110, sections 8.8.3 and 13.1.1)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import Depends, Header
from pydantic import WithJsonSchema

from services.chassis.problems import HttpProblem

_TAG: Final = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_VERSION: Final = re.compile(r"[0-9]{1,18}")
_SCHEMA: Final[dict[str, Any]] = {"type": "string", "pattern": '^"[1-9][0-9]{0,8}"$', "examples": ['"3"']}
_RULE: Final = 'must be exactly one strong entity tag with the version, such as "3" (with the quotes).'
_REMEDY: Final = "Read the resource, and send its ETag as If-Match."


class PreconditionFailed(HttpProblem):
    """412: the resource is at another version than the client thinks."""

    def __init__(self, current: int | None = None) -> None:
        found = "" if current is None else f" It is at version {current} now."
        super().__init__(
            412,
            "precondition-failed",
            "The resource has changed",
            f"If-Match names another version than the present one.{found} {_REMEDY}",
            headers=None if current is None else {"ETag": etag(current)},
        )


def etag(version: int) -> str:
    """Return the strong entity tag of a version: `3` becomes `"3"`, quotes included."""
    return f'"{version}"'


def parse_if_match(value: str | None) -> int:
    """Return the version that an If-Match header names.

    Raises `HttpProblem` 428 when it is missing (RFC 6585, section 3) and 400 when it is not one strong tag,
    `PreconditionFailed` for a well-formed tag that can't be one of ours.
    """
    if value is None:
        raise HttpProblem.of_field(
            428,
            "if-match-required",
            "If-Match is required",
            field="/headers/If-Match",
            rule="if_match_required",
            message="a change must say which version it changes.",
            remedy=_REMEDY,
        )
    found = _TAG.fullmatch(value.strip())
    if found is None:
        raise HttpProblem.of_field(
            400,
            "invalid-header",
            "A header breaks a rule",
            field="/headers/If-Match",
            rule="if_match_version",
            message=_RULE,
            remedy=_REMEDY,
        )
    if found[1] or not _VERSION.fullmatch(found[2]):
        raise PreconditionFailed
    return int(found[2])


async def required_if_match(
    if_match: Annotated[
        str | None,
        WithJsonSchema(_SCHEMA),
        Header(alias="If-Match", description="ETag of the version to change."),
    ] = None,
) -> int:
    """Dependency: the version the client wants to change (see `parse_if_match`)."""
    return parse_if_match(if_match)


IfMatch = Annotated[int, Depends(required_if_match)]
"""Parameter type of a changing route: `async def revoke(id: str, version: IfMatch)`."""


def check_version(expected: int, current: int) -> None:
    """Compare the version of If-Match with the present one. Raises `PreconditionFailed` when they differ."""
    if expected != current:
        raise PreconditionFailed(current)

"""JSON with exact numbers: read as `Decimal` with the digits that stand there, written the same way."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

import orjson

from services.chassis.http import check_depth
from services.chassis.problems import HttpProblem

PLAIN_EXPONENT: Final = 64
"""Numbers within 10 to this power, either way, are written without exponent."""


def dumps(value: Any) -> bytes:
    """Write a value; `Decimal` becomes a JSON number with all its digits."""
    return orjson.dumps(value, default=_number)


def loads(raw: bytes, *, depth_limit: int) -> dict[str, Any]:
    """Read an object. Raises `HttpProblem` 400: no JSON, no object, too deep, a name that stands twice, NaN."""
    check_depth(raw, depth_limit)
    try:
        content = json.loads(
            raw.decode(), parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse, object_pairs_hook=_object
        )
        content_is_text = _encodable(content)
    except (ValueError, ArithmeticError) as error:  # the latter: an exponent that no decimal has
        raise _unreadable(str(error) or type(error).__name__) from None
    if not isinstance(content, dict) or not content_is_text:
        raise _unreadable("it must be one object of Unicode text")
    return content


def _number(value: Any) -> orjson.Fragment:
    if not isinstance(value, Decimal):
        raise TypeError(type(value).__name__)
    is_plain = value.is_zero() or abs(value.adjusted()) <= PLAIN_EXPONENT
    is_long_zero = value.is_zero() and abs(int(value.as_tuple().exponent)) > PLAIN_EXPONENT
    return orjson.Fragment(format(value, "f") if is_plain and not is_long_zero else str(value))


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(members)
    if len(content) != len(members):
        raise ValueError("an object names a member twice")
    return content


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _encodable(content: Any) -> bool:
    json.dumps(content, default=str, ensure_ascii=False).encode()  # a lone surrogate raises UnicodeEncodeError
    return True


def _unreadable(message: str) -> HttpProblem:
    return HttpProblem.of_field(
        400,
        "invalid-json",
        "The body is no JSON document that can be kept",
        field="",
        rule="json",
        message=message,
        remedy="Send one JSON object in UTF-8, each name once in its object, numbers within their range.",
    )

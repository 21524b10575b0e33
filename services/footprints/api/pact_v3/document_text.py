"""Reading a document so that it can be given back as it came: nothing in it may change without a word.

Properties beyond the standard may hold any JSON, numbers included. A number that an IEEE double can't hold as it is
written, or a name that stands twice in one object, would not survive: both are refused.
Source: RFC 7493 (I-JSON), sections 2.2 and 2.3.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from services.chassis.problem_handlers import pointer
from services.chassis.problems import MAX_ERRORS, ProblemItem

MAX_INTEGER: Final = 2**53 - 1
MAX_INTEGER_LENGTH: Final = 17
"""Digits of `MAX_INTEGER`, and a sign."""


@dataclass(frozen=True, slots=True)
class _Unfit:
    """Stands in the parsed document where something can't be kept."""

    rule: str
    message: str
    remedy: str


_NUMBER: Final = _Unfit(
    "exact_number",
    "a JSON number must be one that an IEEE double holds exactly as it is written, integers up to 2^53 - 1",
    "Put the number in quotes.",
)
_TWICE: Final = _Unfit("unique_names", "an object must not name a member twice", "Remove one of the two.")


class UnfitDocumentError(ValueError):
    """The document can't be kept as it is; `items` name the places."""

    def __init__(self, items: list[ProblemItem]) -> None:
        super().__init__("; ".join(f"{item.field}: {item.message}" for item in items))
        self.items = items


def parse_document(raw: bytes) -> dict[str, Any]:
    """Parse a JSON object that is known to be well-formed. Raises `UnfitDocumentError`."""
    unfit: list[_Unfit] = []

    def mark(found: _Unfit) -> _Unfit:
        unfit.append(found)
        return found

    def read_float(text: str) -> float | _Unfit:
        value = float(text)
        kept = math.isfinite(value) and Decimal(text) == Decimal(repr(value))
        return value if kept else mark(_NUMBER)

    def read_int(text: str) -> int | _Unfit:
        kept = len(text) <= MAX_INTEGER_LENGTH and abs(int(text)) <= MAX_INTEGER
        return int(text) if kept else mark(_NUMBER)

    def read_object(members: list[tuple[str, Any]]) -> dict[str, Any] | _Unfit:
        content = dict(members)
        return content if len(content) == len(members) else mark(_TWICE)

    content: Any = json.loads(
        raw,
        parse_float=read_float,
        parse_int=read_int,
        parse_constant=lambda _: mark(_NUMBER),
        object_pairs_hook=read_object,
    )
    if unfit:
        raise UnfitDocumentError([item for _, item in zip(range(MAX_ERRORS), _items((), content), strict=False)])
    document: dict[str, Any] = content
    return document


def _items(place: tuple[int | str, ...], value: object) -> Iterator[ProblemItem]:
    if isinstance(value, _Unfit):
        yield ProblemItem(field=pointer(place), rule=value.rule, message=value.message, remedy=value.remedy)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _items((*place, name), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _items((*place, index), item)

"""JSON documents as trees: places by JSON pointer (RFC 6901), reading that remembers what it has read, comparing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from services.footprints.domain.views.note import within

Json = dict[str, Any]

MAX_EXPONENT: Final = 64
"""A number beyond 10 to this power, either way, is none: no measured quantity is, and written out it has no end."""
MAX_LENGTH: Final = 200
"""Most characters of a decimal in a string."""
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)


def steps_of(pointer: str) -> list[str]:
    """Return the steps of a pointer."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def step(name: object) -> str:
    """Write one step of a pointer."""
    return str(name).replace("~", "~0").replace("/", "~1")


def get(document: Any, pointer: str) -> Any:
    """Return what stands at a place, None for nothing. An index beyond the end is nothing."""
    value = document
    for name in steps_of(pointer):
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def put(document: Json, pointer: str, value: Any) -> None:
    """Set a place, making the objects on the way; a step `0` stands for an array of one object."""
    steps = steps_of(pointer)
    holder: Any = document
    for name, following in pairwise(steps):
        empty: Any = [] if following == "0" else {}
        if isinstance(holder, list):
            if not holder:
                holder.append(empty)
            holder = holder[0]
        else:
            holder = holder.setdefault(name, empty)
    holder[steps[-1]] = value


def defined(value: Any) -> Any:
    """Return a copy without null members: null and absent both mean undefined (PACT 3.0.3). Arrays stay whole."""
    if isinstance(value, Mapping):
        return {name: defined(item) for name, item in value.items() if item is not None}
    return value


def decimal_of(value: Any) -> Decimal | None:
    """Return a JSON number, or a decimal in a string; None for anything else, and beyond `MAX_EXPONENT`."""
    if isinstance(value, int) and not isinstance(value, bool):
        number = Decimal(value)
    elif isinstance(value, Decimal):
        number = value
    elif isinstance(value, str) and len(value) <= MAX_LENGTH and _DECIMAL.fullmatch(value):
        number = Decimal(value)
    else:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= MAX_EXPONENT else None


def plain(value: Decimal) -> str:
    """Write a finite decimal within `MAX_EXPONENT` with all its digits and without an exponent."""
    text = format(value, "f")
    return text[1:] if text.startswith("-") and value.is_zero() else text


def shown(value: Any) -> str:
    """Write a value for a note."""
    number = decimal_of(value)
    return str(value) if number is None or isinstance(value, str) else plain(number)


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of a document with their places; an array of plain values is one value."""
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from leaves(item, f"{pointer}/{step(name)}")
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for index, item in enumerate(value):
            yield from leaves(item, f"{pointer}/{index}")
    else:
        yield pointer, value


def differing(before: Any, after: Any, decimals: Collection[str], pointer: str = "") -> Iterator[str]:
    """Yield the places where two documents differ; those of `decimals` are compared as numbers, not as text."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in [*before, *(name for name in after if name not in before)]:
            yield from differing(before.get(name), after.get(name), decimals, f"{pointer}/{step(name)}")
    elif not _same(before, after, is_number=pointer in decimals):
        yield pointer


def _same(before: Any, after: Any, *, is_number: bool) -> bool:
    if is_number:
        first, second = decimal_of(before), decimal_of(after)
        if first is not None and second is not None:
            return first == second
    return type(before) is type(after) and bool(before == after)


class Source:
    """A document that is being read. Every reading is remembered, so that what nobody read can be told.

    A value of another kind than asked for counts as unread: it is told too, and never guessed at.
    """

    def __init__(self, document: Any) -> None:
        self.document = document
        self._read: set[str] = set()

    def text(self, pointer: str) -> str | None:
        """Return a string."""
        value = get(self.document, pointer)
        return self._taken(pointer, value) if isinstance(value, str) else None

    def texts(self, pointer: str) -> list[str] | None:
        """Return an array of strings."""
        value = get(self.document, pointer)
        is_texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return list(self._taken(pointer, value)) if is_texts else None

    def number(self, pointer: str) -> Decimal | None:
        """Return a number, or a decimal in a string."""
        value = decimal_of(get(self.document, pointer))
        return None if value is None else self._taken(pointer, value)

    def flag(self, pointer: str) -> bool | None:
        """Return a boolean."""
        value = get(self.document, pointer)
        return self._taken(pointer, value) if isinstance(value, bool) else None

    def whole(self, pointer: str) -> Any:
        """Return whatever stands there, all of it."""
        value = get(self.document, pointer)
        return None if value is None else self._taken(pointer, value)

    def length(self, pointer: str) -> int:
        """Return how many items an array has, 0 for what is none. Reads none of them."""
        value = get(self.document, pointer)
        return len(value) if isinstance(value, list) else 0

    def skip(self, pointer: str) -> None:
        """Count a place as read: the result says the same by itself."""
        self._read.add(pointer)

    def unread(self) -> Iterator[tuple[str, Any]]:
        """Yield what stands in the document and was not read. Null and empty containers say nothing."""
        for pointer, value in leaves(self.document):
            says_nothing = value is None or (isinstance(value, Mapping | list) and not value)
            if not says_nothing and not any(within(pointer, place) for place in self._read):
                yield pointer, value

    def _taken(self, pointer: str, value: Any) -> Any:
        self._read.add(pointer)
        return value

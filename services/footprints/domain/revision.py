"""The difference between two revisions of a footprint, field by field: values are compared, not their spelling.

Both documents are PACT ProductFootprints. What their properties mean decides how they are compared: decimals as
numbers, instants as points in time, UUIDs without regard to letter case, the specification's unique arrays as sets.
Anything else, extensions included, is compared as JSON. null and absent both mean undefined (PACT 3.0.3). The id is
left out: two revisions always have two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from enum import StrEnum
from itertools import islice
from typing import Any, Final

MAX_FIELDS: Final = 1_000
"""Most differing fields that are named; two documents may differ in more places than anyone reads."""
RELATIVE_PLACES: Final = Decimal("1E-10")
"""Places of a relative difference, in percent."""
EXACT: Final = Context(prec=200, rounding=ROUND_HALF_EVEN)
"""Two decimals of 34 digits and 64 characters have an exact difference in far fewer digits."""

DECIMAL: Final = re.compile(
    r"/pcf/(declaredUnitAmount|productMassPerDeclaredUnit|pcf(In|Ex)cludingBiogenicUptake|primaryDataShare"
    r"|exemptedEmissionsPercent|landCarbonLeakage|landAreaOccupation|biogenicCO2Uptake|technologicalCO2Removals"
    r"|ccsTechnologicalCO2Capture|[A-Za-z0-9]*(GhgEmissions|Content|CO2Emissions|NonCO2Emissions|CO2Removals)"
    r"|dqi/(technological|geographical|temporal)DQR)"
)
INSTANT: Final = re.compile(
    r"/created|/validityPeriod(Start|End)|/pcf/referencePeriod(Start|End)|/pcf/verification/completedAt"
)
SET: Final = re.compile(
    r"/(companyIds|productIds|productClassifications|precedingPfIds)"
    r"|/pcf/(ipccCharacterizationFactors|crossSectoralStandards)"
    r"|/pcf/productOrSectorSpecificRules/[0-9]+/ruleNames"
)
UNIT: Final = ("declaredUnitOfMeasurement", "declaredUnitAmount")


class Change(StrEnum):
    """What became of a field."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SPELLING = "spelling"
    """The same value, written otherwise: `1.50` and `1.5`, another time zone, another order of a set."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs."""

    path: str
    """JSON pointer; into the document before for what was removed, else into the one after."""
    kind: Change
    before: Any
    """JSON value, None where it was added."""
    after: Any
    """JSON value, None where it was removed."""
    absolute: Decimal | None = None
    """After minus before, exact, for decimals that changed."""
    relative_percent: Decimal | None = None
    """The same in percent of the amount before, to ten places; None where that is 0."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences, in order of their paths in the document."""

    differences: tuple[Difference, ...]
    complete: bool
    """False where there were more than `MAX_FIELDS`."""
    same_declared_unit: bool
    """Whether amounts per declared unit can be compared at all: the same unit and the same amount of it."""


def compare(before: str, after: str) -> Comparison:
    """Compare two documents, given as JSON text: numbers are read without loss."""
    old, new = _load(before), _load(after)
    found = list(islice(_fields("", old | {"id": None}, new | {"id": None}), MAX_FIELDS + 1))
    return Comparison(tuple(found[:MAX_FIELDS]), len(found) <= MAX_FIELDS, _unit(old) == _unit(new))


def _load(text: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return content


def _unit(document: Mapping[str, Any]) -> tuple[Any, Any]:
    carbon = document.get("pcf") or {}
    name, amount = (carbon.get(each) for each in UNIT)
    return name, _decimal(amount)


def _fields(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, dict | None) and isinstance(after, dict | None) and (before or after):
        for name in dict.fromkeys([*(before or ()), *(after or ())]):
            step = name.replace("~", "~0").replace("/", "~1")
            yield from _fields(f"{path}/{step}", (before or {}).get(name), (after or {}).get(name))
    elif isinstance(before, list | None) and isinstance(after, list | None) and (before or after):
        yield from (_set if SET.fullmatch(path) else _items)(path, before or [], after or [])
    else:
        yield from _leaf(path, before, after)


def _items(path: str, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    for place in range(max(len(before), len(after))):
        old, new = (items[place] if place < len(items) else None for items in (before, after))
        yield from _fields(f"{path}/{place}", old, new)


def _set(path: str, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    """Compare without regard to order; of the UUIDs in precedingPfIds the letter case means nothing either."""
    same = _lower if path == "/precedingPfIds" else str
    old, new = ([same(item) for item in items] for items in (before, after))
    for place, item in enumerate(old):
        if item not in new:
            yield Difference(f"{path}/{place}", Change.REMOVED, before[place], None)
    for place, item in enumerate(new):
        if item not in old:
            yield Difference(f"{path}/{place}", Change.ADDED, None, after[place])
    if before != after and set(old) == set(new):
        yield Difference(path, Change.SPELLING, before, after)


def _leaf(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if before is None and after is None:
        return
    if before is None or after is None:
        yield Difference(path, Change.ADDED if before is None else Change.REMOVED, before, after)
        return
    read = _reader(path, before, after)
    old, new = read(before), read(after)
    if type(old) is type(new) and old == new:
        if str(before) != str(after):
            yield Difference(path, Change.SPELLING, before, after)
    elif isinstance(old, Decimal) and isinstance(new, Decimal):
        yield Difference(path, Change.CHANGED, before, after, EXACT.subtract(new, old), _percent(old, new))
    else:
        yield Difference(path, Change.CHANGED, before, after)


def _reader(path: str, before: Any, after: Any) -> Callable[[Any], Any]:
    """Return how the two values of a field are read; each reader gives back what it can't read."""
    numbers = isinstance(before, Decimal) and isinstance(after, Decimal)
    if numbers or DECIMAL.fullmatch(path):
        return _decimal
    return _instant if INSTANT.fullmatch(path) else _as_it_is


def _percent(before: Decimal, after: Decimal) -> Decimal | None:
    if before.is_zero():
        return None
    share = EXACT.divide(EXACT.subtract(after, before), abs(before))
    try:
        return EXACT.multiply(share, Decimal(100)).quantize(RELATIVE_PLACES, context=EXACT)
    except InvalidOperation:  # from next to nothing to a figure of 190 digits
        return None


def _decimal(value: Any) -> Any:
    try:
        return Decimal(value) if isinstance(value, str) else value
    except InvalidOperation:
        return value


def _instant(value: Any) -> Any:
    try:
        return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else value
    except (ValueError, OverflowError):
        return value


def _as_it_is(value: Any) -> Any:
    return value


def _lower(value: Any) -> str:
    return str(value).lower()

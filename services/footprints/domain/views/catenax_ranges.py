"""Figures of a record that the Catena-X models refuse, or that their JSON numbers may not keep."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from services.footprints.domain.views import note_rules as rules
from services.footprints.domain.views.catenax_table import DECIMALS, PRODUCTION, RANGES, ROWS
from services.footprints.domain.views.note import Notebook
from services.footprints.domain.views.tree import Json, decimal_of, get, leaves, plain

MAX_DOUBLE_DIGITS: Final = 15
"""Significant digits that every IEEE double keeps (RFC 8259, section 6)."""
_TOTAL: Final = "/pcf/pcfExcludingBiogenicUptake"


def note_ranges(content: Json, document: Json, notes: Notebook) -> None:
    """Note what the model refuses, and numbers that are longer than a double."""
    total = Decimal(get(content, _TOTAL))
    if total < 0:
        target = f"{PRODUCTION}/pcfExcludingBiogenicUptake"
        notes.add(rules.TOTAL_NEGATIVE, _TOTAL, target, value=plain(total))
    for row in ROWS:
        bounds, value = RANGES.get(row.pact), get(document, row.catenax)
        if bounds is not None and value is not None and not bounds[0] <= value <= bounds[1]:
            told = f"{bounds[0]} to {bounds[1]}"
            notes.add(rules.OUT_OF_RANGE, row.pact, row.catenax, value=plain(value), range=told)
    for at, text in _long_numbers(content):
        notes.add(rules.DIGITS, at, value=text)


def _long_numbers(content: Json) -> Iterator[tuple[str, str]]:
    for at, value in leaves(content):
        number = decimal_of(value) if at in DECIMALS else None
        if number is None:
            continue
        text = plain(number)
        if len(text.lstrip("-").replace(".", "").strip("0")) > MAX_DOUBLE_DIGITS:
            yield at, text

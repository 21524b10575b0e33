"""Numbers as people write them: `1,5`, `1.234,56`, `1 234.5`. What could mean two numbers is refused, never guessed.

`1.234` is twelve hundred and thirty-four in Shenyang's exports to Stuttgart, and a little more than one in Shenyang. A
declared format (`decimal=comma` or `decimal=point`) settles it for a whole file.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

from services.footprints.domain.intake.remarks import CellUnreadableError

MAX_LENGTH: Final = 64
GROUP_DIGITS: Final = 3

_NUMBER: Final = re.compile(r"(?P<sign>[+-]?)(?P<body>[0-9](?:[0-9.,' ]*[0-9])?)", re.ASCII)
_EXPONENT: Final = re.compile(r"[+-]?[0-9.,]+[eE][+-]?[0-9]+", re.ASCII)
_MINUS: Final = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2019": "'"})
_ALWAYS_GROUPING: Final = " '"


class NumberFormat(StrEnum):
    """Which mark stands before the decimals."""

    POINT = "point"
    COMMA = "comma"

    @property
    def mark(self) -> str:
        """The decimal mark."""
        return "." if self is NumberFormat.POINT else ","


def read_number(text: str, declared: NumberFormat | None = None) -> str:
    """Return a number as a plain decimal text with its digits as they were written: `1.234,50` gives `1234.50`.

    Raises `CellUnreadableError`: `number_ambiguous` (without a declared format, one mark and three digits after it),
    `number_breaks_format` (not in the declared format), `number_exponent`, `number_not_read`.
    """
    cleaned = unicodedata.normalize("NFKC", text).translate(_MINUS).strip()
    if _EXPONENT.fullmatch(cleaned):
        raise CellUnreadableError("number_exponent")
    found = _NUMBER.fullmatch(cleaned) if len(cleaned) <= MAX_LENGTH else None
    if found is None:
        raise CellUnreadableError("number_not_read")
    mark = _mark(found["body"]) if declared is None else declared.mark
    whole, *decimals = found["body"].split(mark) if mark else [found["body"]]
    digits = _ungrouped(whole)
    if digits is None or len(decimals) > 1 or not all(part.isdigit() for part in decimals):
        if declared is None:
            raise CellUnreadableError("number_not_read")
        raise CellUnreadableError("number_breaks_format", decimal=declared.value)
    return ".".join([found["sign"] + digits, *decimals])


def _mark(body: str) -> str:
    """Return the decimal mark that a number without declared format shows, empty for none."""
    marks = [character for character in body if character in ".,"]
    if not marks:
        return ""
    if len(set(marks)) > 1:
        return marks[-1]  # grouping never follows the decimal mark
    if len(marks) > 1:
        return ""  # a decimal mark stands once: these are groups
    head, tail = body.split(marks[0])
    could_group = len(tail) == GROUP_DIGITS and len(head) <= GROUP_DIGITS and head[0] != "0"
    if could_group and not any(character in head for character in _ALWAYS_GROUPING):
        raise CellUnreadableError("number_ambiguous", as_decimal=f"{head}.{tail}", as_thousands=head + tail)
    return marks[0]


def _ungrouped(whole: str) -> str | None:
    """Return the digits of a whole number, None where its groups are none: one separator, three digits each."""
    separators = {character for character in whole if not character.isdigit()}
    if not separators:
        return whole
    if len(separators) > 1:
        return None
    first, *groups = whole.split(separators.pop())
    well_formed = 1 <= len(first) <= GROUP_DIGITS and first[0] != "0" and all(len(g) == GROUP_DIGITS for g in groups)
    return first + "".join(groups) if well_formed else None

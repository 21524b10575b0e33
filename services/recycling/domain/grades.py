"""Grades: an open pair of scheme and code, in one canonical spelling, and the book they trade in.

Schemes are not listed here: a grade is data, and EN 13920, ReMA, GB/T 38472 or a mill's own list are all welcome.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from services.recycling.domain.errors import RuleBroken

SCHEME_PATTERN: Final = r"^[a-z0-9][a-z0-9._-]{0,31}$"
CODE_PATTERN: Final = r"^[A-Za-z0-9]([A-Za-z0-9 ._-]{0,62}[A-Za-z0-9])?$"
_SCHEME: Final = re.compile(SCHEME_PATTERN)
_CODE: Final = re.compile(CODE_PATTERN)


@dataclass(frozen=True, slots=True)
class Grade:
    """A material grade: whose list (`en13920`) and which entry (`2`, `TWITCH`)."""

    scheme: str
    code: str

    def book_id(self, currency: str) -> str:
        """Name the order book: only identical grades priced in one currency meet."""
        return f"{self.scheme}/{self.code}/{currency}"


def grade_of(scheme: str, code: str) -> Grade:
    """Check the format and spell the code in capitals, so that `Twitch` and `TWITCH` meet. Raises `RuleBroken`."""
    if _SCHEME.fullmatch(scheme) is None:
        raise RuleBroken(
            f"a grade scheme must match {SCHEME_PATTERN}",
            field="/grade_scheme",
            remedy="write the scheme in lower case without spaces, such as en13920, rema or gbt38472",
        )
    if _CODE.fullmatch(code) is None:
        raise RuleBroken(
            f"a grade code must match {CODE_PATTERN}",
            field="/grade_code",
            remedy="write the code as the scheme prints it, such as 2, TWITCH or AC-1",
        )
    return Grade(scheme, canonical_code(code))


def canonical_code(code: str) -> str:
    """Spell a grade code in the one way it is kept."""
    return " ".join(code.upper().split())

"""Waste codes classify themselves: hazardous is what the code says, never what the seller ticks.

Formats: European List of Waste, six digits, asterisk = hazardous; China, National Hazardous Waste List 2025,
`industry-sequence-class` with a two-digit class; China, solid waste catalogue 2024, the same with an `S` class.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.recycling.domain.errors import HazardousWasteCode, RuleBroken

_EU: Final = re.compile(r"(\d{2}) ?(\d{2}) ?(\d{2})(\*?)", re.ASCII)
_CN_HAZARDOUS: Final = re.compile(r"(\d{3})-?(\d{3})-?(\d{2})", re.ASCII)
_CN_GENERAL: Final = re.compile(r"\d{3}-\d{3}-S\d{2}", re.ASCII)

HAZARDOUS_EU_ENTRIES: Final = frozenset({"120109"})
"""Entries that are hazardous whether or not the seller writes the asterisk [R]; grows into loadable data."""


class Jurisdiction(StrEnum):
    """Whose list a code belongs to."""

    EU = "eu"
    CN = "cn"


@dataclass(frozen=True, slots=True)
class WasteCode:
    """A waste code in its printed form, with what follows from it."""

    code: str
    jurisdiction: Jurisdiction
    hazardous: bool


def classify(text: str) -> WasteCode:
    """Read a code. Raises `RuleBroken` for text that is a code of neither list."""
    if found := _EU.fullmatch(text):
        digits = "".join(found.groups()[:3])
        hazardous = bool(found[4]) or digits in HAZARDOUS_EU_ENTRIES
        return WasteCode(f"{found[1]} {found[2]} {found[3]}{'*' if hazardous else ''}", Jurisdiction.EU, hazardous)
    if found := _CN_HAZARDOUS.fullmatch(text):
        return WasteCode("-".join(found.groups()), Jurisdiction.CN, hazardous=True)
    if _CN_GENERAL.fullmatch(text):
        return WasteCode(text, Jurisdiction.CN, hazardous=False)
    raise RuleBroken(
        f"{text!r} is a code of no list this market reads",
        field="/waste_code",
        remedy="write an EU code such as 12 01 03, or a Chinese one such as 900-001-S17; leave it out for a product",
    )


def tradable_code(text: str | None) -> str | None:
    """Return the code in its printed form, None without one. Raises `HazardousWasteCode` or `RuleBroken`."""
    if text is None:
        return None
    code = classify(text)
    if code.hazardous:
        raise HazardousWasteCode(
            f"waste code {code.code} is hazardous by the {code.jurisdiction.upper()} list",
            field="/waste_code",
            remedy="hazardous lots can't be listed in this release: hand them to a licensed treatment operator",
        )
    return code.code

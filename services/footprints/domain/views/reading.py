"""Steps that every import takes: instants, places, sources, fossil emissions, and what nobody read."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from services.footprints.domain.findings.exact import EXACT
from services.footprints.domain.views import note_rules as rules
from services.footprints.domain.views.m49 import lies_in
from services.footprints.domain.views.note import Notebook
from services.footprints.domain.views.tree import Json, Source, plain, shown

SPEC_VERSION: Final = "3.0.3"
"""Version of the specification that an import speaks."""
MAX_DIGITS: Final = 34
"""Significant digits of a stored decimal (decimal128)."""
NO_VERSION: Final = "not stated"
_OFFSET: Final = re.compile(r"([Zz]|[+-]\d{2}:\d{2})$", re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?", re.ASCII)
_SUBDIVISION, _COUNTRY, _REGION = "geographyCountrySubdivision", "geographyCountry", "geographyRegionOrSubregion"


def shortest(value: Decimal) -> str:
    """Write a computed decimal; zeros at its end go where it would have too many digits."""
    return plain(value if len(value.as_tuple().digits) <= MAX_DIGITS else value.normalize(EXACT))


def instant_of(source: Source, pointer: str, target: str, notes: Notebook) -> str | None:
    """Read an instant. One without an offset is taken for UTC, and told."""
    text = source.text(pointer)
    if text is None or _OFFSET.search(text) or not _INSTANT.fullmatch(text):
        return text
    notes.add(rules.TIME_ZONE, pointer, target, value=text)
    return f"{text}Z"


def read_place(source: Source, prefix: str, pcf: Json, notes: Notebook) -> None:
    """Read the finest place stated; PACT takes one. What it lies in adds nothing, what it doesn't lie in is told."""
    names = (_SUBDIVISION, _COUNTRY, _REGION)
    stated = [(name, text) for name in names if (text := source.text(f"{prefix}/{name}"))]
    if not stated:
        return
    (finest, code), *wider = stated
    if code == "Several":
        notes.add(rules.REGION_SEVERAL, f"{prefix}/{finest}", None)
    elif code != "Global":
        pcf[finest] = code
    for name, text in wider:
        holds = text in ("Global", "Several") or (
            lies_in(code[:2], text) if name == _REGION else code.startswith(f"{text}-")
        )
        if not holds:
            notes.add(rules.PLACES_CONTRADICT, f"{prefix}/{name}", f"/pcf/{finest}", value=text, place=code)


def read_sources(texts: list[str] | None, pointer: str, pcf: Json, notes: Notebook) -> None:
    """Read sources of emission factors: the last word with a digit in it is the version."""
    target = "/pcf/secondaryEmissionFactorSources"
    found = []
    for text in texts or ():
        name, _, version = text.rpartition(" ")
        if name and any(character.isdigit() for character in version):
            found.append({"name": name, "version": version})
            notes.add(rules.SOURCE_SPLIT, pointer, target, value=text)
        else:
            found.append({"name": text, "version": NO_VERSION})
            notes.add(rules.SOURCE_VERSION, pointer, target, value=text)
    if found:
        pcf["secondaryEmissionFactorSources"] = found


def with_aircraft(fossil: Decimal, aircraft: Decimal | None, pointer: str, notes: Notebook) -> Decimal:
    """Return the fossil emissions as PACT counts them: aircraft within."""
    if not aircraft:
        return fossil
    notes.add(rules.AIRCRAFT_WITHIN, pointer, "/pcf/fossilGhgEmissions", value=plain(aircraft))
    return EXACT.add(fossil, aircraft)


def not_read(source: Source, notes: Notebook) -> None:
    """Tell of everything that stands in the document and was read by nobody."""
    for pointer, value in source.unread():
        if not notes.covers(pointer):
            notes.add(rules.NOT_READ, pointer, value=shown(value))

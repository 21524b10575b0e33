"""The formats, and the two ways: out of a record, and into one.

An export is read back before it is handed out: whatever differs from the record without a note gets one. So nothing is
lost in silence, not even a property that no table names. An import tells of everything that it did not read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from services.footprints.domain.errors import ViewImpossible
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.views import note_rules as rules
from services.footprints.domain.views import places
from services.footprints.domain.views.catenax_7_import import CatenaX7Import
from services.footprints.domain.views.catenax_export import CatenaXExport
from services.footprints.domain.views.catenax_import import CatenaXImport
from services.footprints.domain.views.catenax_table import DECIMALS, MODEL_9, MODEL_10, Model
from services.footprints.domain.views.note import Note, Notebook
from services.footprints.domain.views.pact_2_export import export_pact_2
from services.footprints.domain.views.pact_2_import import import_pact_2
from services.footprints.domain.views.places import place_in
from services.footprints.domain.views.tree import Json, defined, differing


class Format(StrEnum):
    """What a record can be shown in, or read from."""

    PACT_3 = "pact-3"
    PACT_2_3 = "pact-2.3"
    CATENAX_10 = "catenax-pcf-10"
    CATENAX_9 = "catenax-pcf-9"
    CATENAX_7 = "catenax-pcf-7"


EXPORTS: Final = (Format.PACT_3, Format.PACT_2_3, Format.CATENAX_10, Format.CATENAX_9)
IMPORTS: Final = tuple(Format)
_TOLD_BY_READING_BACK: Final = {
    "/specVersion": rules.SPEC_VERSION,
    "/pcf/secondaryEmissionFactorSources": rules.SOURCES_JOINED,
}
"""Rules that apply where reading back brings something else; anywhere else the format has no place for it."""
_MODELS: Final = {Format.CATENAX_9: MODEL_9, Format.CATENAX_10: MODEL_10}


@dataclass(frozen=True, slots=True)
class Exported:
    """A record in another format. `Decimal` in the document is a JSON number."""

    document: Json
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """A PACT 3 document; whether it keeps PACT's schema is seen when it is submitted."""

    document: Any
    notes: tuple[Note, ...]


def export_view(footprint: Footprint, form: Format) -> Exported:
    """Show a record in a format of `EXPORTS`. Raises `ViewImpossible`."""
    content = json.loads(footprint.document.text, parse_float=Decimal)
    status = footprint.status.value
    if form is Format.PACT_3:
        return _as_it_is(content, status)
    if form in _MODELS:
        return _catenax(content, _MODELS[form], status, footprint.validity.end)
    updated = footprint.deprecated_at.isoformat() if footprint.deprecated_at else None
    made = export_pact_2(defined(content), version=footprint.version, status=status, updated=updated)
    if made is None:
        unit = footprint.carbon.unit_of_measurement.value
        raise ViewImpossible(
            f"PACT 2.3 has no word for the unit {unit}, and no mass stands for it",
            field="/query/format",
            remedy="Read it as pact-3 or catenax-pcf-10.",
        )
    document, notes = made
    return Exported(document, notes.notes)


def import_view(content: Any, form: Format) -> Imported:
    """Read a document as PACT 3. Never raises: what PACT demands and is not there is refused on submission."""
    return _IMPORTS[form](content)


def source_place(form: Format, pointer: str) -> str:
    """Return where a property of an imported document stood in what was sent."""
    return place_in(_PLACES.get(form, {}), pointer)


def _as_it_is(content: Json, status: str) -> Exported:
    notes = Notebook()
    if content["status"] != status:
        notes.add(rules.STATUS_NOW, "/status", "/status", value=status)
    return Exported(content | {"status": status}, notes.notes)


def _catenax(content: Json, model: Model, status: str, valid_until: datetime) -> Exported:
    record = defined(content)
    made = CatenaXExport(record, model, status=status, valid_until=valid_until)
    document = made.run()
    back = CatenaXImport(document).run()
    for pointer in differing(record, back, DECIMALS):
        if not made.notes.covers(pointer):
            rule = _TOLD_BY_READING_BACK.get(pointer, rules.NO_PLACE)
            made.notes.add(rule, pointer, value=record["specVersion"], format=model.name)
    return Exported(document, made.notes.notes)


def _from_pact_3(content: Any) -> Imported:
    return Imported(content, ())


def _from_pact_2(content: Any) -> Imported:
    document, notes = import_pact_2(content)
    return Imported(document, notes.notes)


def _from_catenax(content: Any) -> Imported:
    made = CatenaXImport(content)
    return Imported(made.run(), made.notes.notes)


def _from_catenax_7(content: Any) -> Imported:
    made = CatenaX7Import(content)
    return Imported(made.run(), made.notes.notes)


_IMPORTS: Final[dict[Format, Callable[[Any], Imported]]] = {
    Format.PACT_3: _from_pact_3,
    Format.PACT_2_3: _from_pact_2,
    Format.CATENAX_10: _from_catenax,
    Format.CATENAX_9: _from_catenax,
    Format.CATENAX_7: _from_catenax_7,
}
_PLACES: Final = {
    Format.PACT_2_3: places.PACT_2,
    Format.CATENAX_10: places.CATENAX,
    Format.CATENAX_9: places.CATENAX,
    Format.CATENAX_7: places.CATENAX_7,
}

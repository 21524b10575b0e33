"""Many views of one record: conversions between PACT 3, PACT 2.3 and the Catena-X PCF models. Import from here."""

from services.footprints.domain.views.formats import (
    EXPORTS,
    IMPORTS,
    Exported,
    Format,
    Imported,
    export_view,
    import_view,
    source_place,
)
from services.footprints.domain.views.note import Effect, Note, NoteRule
from services.footprints.domain.views.note_rules import NOTE_RULES

__all__ = [
    "EXPORTS",
    "IMPORTS",
    "NOTE_RULES",
    "Effect",
    "Exported",
    "Format",
    "Imported",
    "Note",
    "NoteRule",
    "export_view",
    "import_view",
    "source_place",
]

"""What views and imports answer with, and their examples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

import orjson
from pydantic import ConfigDict, Field

from services.footprints.api.check import CheckResource
from services.footprints.api.exact_json import dumps
from services.footprints.api.examples import FOOTPRINT_EXAMPLE, PRODUCT_FOOTPRINT_EXAMPLE
from services.footprints.api.pact_v3 import read_submission
from services.footprints.api.resources import FootprintResource, Resource
from services.footprints.domain.footprint import accept
from services.footprints.domain.views import Format, Note, export_view

ExportFormat = Literal["pact-3", "pact-2.3", "catenax-pcf-10", "catenax-pcf-9"]
ImportFormat = Literal["pact-3", "pact-2.3", "catenax-pcf-10", "catenax-pcf-9", "catenax-pcf-7"]


class NoteResource(Resource):
    """A place where a conversion is not one to one."""

    rule: str = Field(description="Stable name; docs/formats.md lists them all.")
    effect: Literal["lost", "assumed", "derived", "kept", "unfit"] = Field(
        description=(
            "lost: stated, and the result doesn't say it. assumed: the result says what nobody said. derived: computed"
            " or translated. kept: travels in the format's extension and is restored on import. unfit: the result"
            " breaks a rule of its own format here."
        )
    )
    field: str = Field(description="JSON pointer into what was converted; empty where nothing was stated.")
    target: str | None = Field(description="JSON pointer into the result; null where nothing stands there.")
    detail: str
    source: str = Field(description="Standard and section; Tierloop where the choice is ours.")


def note_view(note: Note) -> dict[str, Any]:
    """Return a note as it is shown."""
    return {
        "rule": note.rule_id,
        "effect": note.effect.value,
        "field": note.field,
        "target": note.target,
        "detail": note.detail,
        "source": note.source,
    }


def note_views(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """Return notes as they are shown."""
    return [note_view(note) for note in notes]


def _view_example() -> dict[str, Any]:
    raw = orjson.dumps(PRODUCT_FOOTPRINT_EXAMPLE)
    submission = read_submission(raw, depth_limit=32, instance="")
    shown = export_view(accept(submission, "liaodong-casting", submission.created), Format.CATENAX_10)
    document: dict[str, Any] = orjson.loads(dumps(shown.document))
    return {
        "footprint_id": submission.footprint_id,
        "version": 1,
        "format": Format.CATENAX_10.value,
        "document": document,
        "notes": note_views(shown.notes),
    }


VIEW_EXAMPLE: Final = _view_example()


class ViewResource(Resource):
    """A footprint in another format."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [VIEW_EXAMPLE]})

    footprint_id: str
    version: int = Field(ge=1, description="Version of the footprint, also in the ETag.")
    format: ExportFormat
    document: dict[str, Any]
    notes: list[NoteResource] = Field(description="Everything that is not one to one; empty where all of it is.")


NOTE_EXAMPLE: Final[dict[str, Any]] = VIEW_EXAMPLE["notes"][0]
IMPORT_EXAMPLE: Final[dict[str, Any]] = {
    "stored": True,
    "format": Format.CATENAX_10.value,
    "footprint": FOOTPRINT_EXAMPLE,
    "document": None,
    "check": None,
    "notes": [NOTE_EXAMPLE],
}


class ImportResource(Resource):
    """What became of an imported document."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [IMPORT_EXAMPLE]})

    stored: bool = Field(description="Whether the footprint is stored; false for a dry run.")
    format: ImportFormat
    footprint: FootprintResource | None = Field(description="As `POST /v1/footprints` answers; null for a dry run.")
    document: dict[str, Any] | None = Field(description="Dry run alone: what would be submitted, as PACT 3.")
    check: CheckResource | None = Field(description="Dry run alone: as `POST /v1/footprints:check` answers.")
    notes: list[NoteResource]

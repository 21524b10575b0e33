"""Intakes on the wire."""

from __future__ import annotations

from typing import Any, Final, Literal

import orjson
from pydantic import ConfigDict, Field

from services.chassis.idempotency import Reply
from services.footprints.api.intake_texts import failure_view
from services.footprints.api.render import instant
from services.footprints.api.resources import Resource
from services.footprints.domain.intake.intake import Intake

FOUND_EXAMPLE: Final[dict[str, Any]] = {
    "code": "number_ambiguous",
    "severity": "error",
    "field": "pcfExcludingBiogenicUptake",
    "title": "The number can be read in two ways",
    "found": "1.234",
    "expected": "either 1.234 or 1234; nothing is guessed",
    "remedy": "State the number format once, with decimal=point or decimal=comma as a header cell or in the request.",
}
RESULT_EXAMPLE: Final[dict[str, Any]] = {
    "row": 17,
    "outcome": "refused",
    "footprint_id": "6f0f9a63-3a0e-5b0b-8a55-0d2d1f8a8f10",
    "findings": [FOUND_EXAMPLE],
}
INTAKE_EXAMPLE: Final[dict[str, Any]] = {
    "intake_id": "01900000-0000-7000-8000-000000000021",
    "state": "reading",
    "format": "xlsx",
    "dry_run": False,
    "size_bytes": 918_204,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "rows_found": 1_250,
    "rows_read": 400,
    "rows_accepted": 391,
    "rows_known": 0,
    "rows_refused": 9,
    "rows_with_findings": 37,
    "received_at": "2026-02-16T01:30:02.417Z",
    "finished_at": None,
    "expires_at": "2026-03-18T01:30:02.417Z",
    "failure": None,
}


class IntakeFailureResource(Resource):
    """Why a file could not be read; nothing of it was taken in."""

    code: str = Field(description="Stable; the same in every language.")
    title: str
    found: str | None
    expected: str
    remedy: str


class IntakeResource(Resource):
    """One uploaded file and how far it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [INTAKE_EXAMPLE]})

    intake_id: str
    state: Literal["received", "reading", "done", "failed"]
    format: Literal["csv", "xlsx", "ndjson"]
    dry_run: bool = Field(description="Whether rows are graded alone, and no footprint stored.")
    size_bytes: int
    sha256: str = Field(description="Of the file, in hexadecimal digits.")
    rows_found: int = Field(description="Rows of the file; grows while it is read through.")
    rows_read: int = Field(description="Rows whose result is known.")
    rows_accepted: int = Field(description="New footprints; in a dry run, rows that would be one.")
    rows_known: int = Field(description="Rows whose footprint was there already.")
    rows_refused: int
    rows_with_findings: int = Field(description="Rows with at least one finding, accepted ones too.")
    received_at: str
    finished_at: str | None
    expires_at: str = Field(description="When intake and results are forgotten; footprints stay.")
    failure: IntakeFailureResource | None


class IntakePage(Resource):
    """A page of intakes, newest first."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"items": [INTAKE_EXAMPLE]}]})

    items: list[IntakeResource]


class RowFindingResource(Resource):
    """One thing to mend in a row."""

    code: str = Field(description="Stable; the same in every language.")
    severity: Literal["error", "warning", "info"]
    field: str = Field(description="Column; a JSON pointer for NDJSON and for what concerns the whole record.")
    title: str
    found: str | None
    expected: str
    remedy: str


class RowResultResource(Resource):
    """What became of a row."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [RESULT_EXAMPLE]})

    row: int = Field(description="As the spreadsheet counts; for NDJSON the line.")
    outcome: Literal["accepted", "known", "refused"]
    footprint_id: str | None
    findings: list[RowFindingResource]


class RowResultPage(Resource):
    """A page of results, in order of the rows."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"items": [RESULT_EXAMPLE]}]})

    items: list[RowResultResource]


def intake_path(intake_id: str) -> str:
    """Return where an intake is read."""
    return f"/v1/intakes/{intake_id}"


def intake_view(intake: Intake, language: str) -> dict[str, Any]:
    """Return an intake as it is shown."""
    counts = intake.counts
    return {
        "intake_id": intake.intake_id,
        "state": intake.state.value,
        "format": intake.options.format.value,
        "dry_run": intake.options.dry_run,
        "size_bytes": intake.upload.size_bytes,
        "sha256": intake.upload.sha256,
        "rows_found": counts.found,
        "rows_read": counts.read,
        "rows_accepted": counts.accepted,
        "rows_known": counts.known,
        "rows_refused": counts.refused,
        "rows_with_findings": counts.with_findings,
        "received_at": instant(intake.received_at),
        "finished_at": instant(intake.finished_at),
        "expires_at": instant(intake.expires_at),
        "failure": failure_view(intake.failure, language),
    }


def received_reply(intake: Intake) -> Reply:
    """Answer an upload: 202, because it is read later."""
    body = orjson.dumps(intake_view(intake, "en"))
    return Reply(202, body, {"Location": intake_path(intake.intake_id)})

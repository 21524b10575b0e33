"""Route of the template: header, explanations and one example, in the supplier's language and number format."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.chassis.auth import Caller
from services.footprints.api.examples import PRODUCT_FOOTPRINT_EXAMPLE
from services.footprints.api.intake_sheet import write_sheet
from services.footprints.api.intake_texts import COLUMN_TEXTS
from services.footprints.api.intake_upload import CSV, XLSX
from services.footprints.domain.intake.columns import COLUMNS, ISSUER_DOMAIN, PART_NUMBER, PRODUCT_IDS, ColumnKind
from services.footprints.domain.intake.numbers import NumberFormat

EXAMPLE_PART: Final[Mapping[str, str]] = {PART_NUMBER: "0047110", ISSUER_DOMAIN: "liaodong-casting.example"}
"""Leading zeros: what a spreadsheet loses where the column is not text."""


class TemplateFormat(StrEnum):
    """What the template comes as."""

    CSV = "csv"
    XLSX = "xlsx"


class TemplateLanguage(StrEnum):
    """Languages of the explanations; column names are the same in all."""

    ENGLISH = "en"
    CHINESE = "zh"
    GERMAN = "de"

    @property
    def decimal(self) -> NumberFormat:
        """How its spreadsheets write numbers; the template declares it."""
        return NumberFormat.COMMA if self is TemplateLanguage.GERMAN else NumberFormat.POINT

    @property
    def delimiter(self) -> str:
        """What stands between the cells of its CSV files."""
        return ";" if self.decimal is NumberFormat.COMMA else ","


def intake_template_router() -> APIRouter:
    """Return the route `/v1/intake-template`."""
    router = APIRouter(tags=["intakes"])

    @router.get(
        "/v1/intake-template",
        operation_id="read_intake_template",
        summary="Get the table to fill",
        description=(
            "Column names are the property names of PACT 3. The first column declares the number format and marks rows"
            " that are skipped (`#`): those of the explanations and of the example."
        ),
        response_model=None,
        responses={
            200: {
                "description": "The template",
                "content": {each: {"schema": {"type": "string", "format": "binary"}} for each in (CSV, XLSX)},
            }
        },
    )
    async def template(
        _: Caller,
        form: Annotated[TemplateFormat, Query(alias="format")] = TemplateFormat.CSV,
        language: TemplateLanguage = TemplateLanguage.ENGLISH,
    ) -> Response:
        rows = template_rows(language)
        if form is TemplateFormat.XLSX:
            body, media_type = write_sheet(COLUMN_TEXTS[language.value]["words"]["sheet"], rows, _styles()), XLSX
        else:
            body, media_type = _csv(rows, language), f"{CSV}; charset=utf-8"
        name = f"tierloop-intake-{language.value}.{form.value}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Language": language.value}
        return Response(body, headers=headers, media_type=media_type)

    return router


def template_rows(language: TemplateLanguage) -> list[list[str]]:
    """Return the three rows of the template as texts."""
    texts = COLUMN_TEXTS[language.value]
    words, explained = texts["words"], texts["columns"]
    explanations = [
        f"[{words['required']}] {explained[column.name]}" if column.required else explained[column.name]
        for column in COLUMNS
    ]
    return [
        [f"decimal={language.decimal.value}", *(column.name for column in COLUMNS)],
        [words["explanation"], *explanations],
        [words["example"], *(_example(column.name, column.path, column.kind, language) for column in COLUMNS)],
    ]


def _example(name: str, path: Sequence[str], kind: ColumnKind, language: TemplateLanguage) -> str:
    if name in EXAMPLE_PART:
        return EXAMPLE_PART[name]
    value: Any = PRODUCT_FOOTPRINT_EXAMPLE
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    if value is None or name in ("id", PRODUCT_IDS):
        return ""
    if kind is ColumnKind.NUMBER:
        return str(value).replace(".", language.decimal.mark)
    if kind is ColumnKind.INSTANT:
        return str(value)[:10]
    if isinstance(value, bool):
        return "true" if value else "false"
    return " | ".join(value) if isinstance(value, list) else str(value)


def _csv(rows: Sequence[Sequence[str]], language: TemplateLanguage) -> bytes:
    """Write CSV with a byte order mark, without which spreadsheets take UTF-8 for something else."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=language.delimiter).writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _styles() -> list[bool]:
    """Tell for each column whether it is text: part numbers keep their zeros there."""
    return [True, *(column.kind not in (ColumnKind.NUMBER, ColumnKind.INSTANT) for column in COLUMNS)]

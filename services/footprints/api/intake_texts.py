"""What is said of rows and files, in the reader's language: codes are the same in all of them.

Texts of intakes stand in `messages/intake`, those of the methodology in `messages`; explanations of the template's
columns in `messages/intake_columns`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import Header

from services.footprints.api import messages
from services.footprints.api.messages import DEFAULT_LANGUAGE, Texts, load_catalogues, texts_of
from services.footprints.domain.intake.intake import FileFailure, RowResult
from services.footprints.domain.intake.remarks import Remark

LANGUAGES: Final = ("en", "zh", "de")
MAX_RANGES: Final = 20
"""Ranges of one Accept-Language header that are looked at."""

_FOLDER: Final = Path(messages.__file__).parent
INTAKE_TEXTS: Final = load_catalogues(_FOLDER / "intake")
COLUMN_TEXTS: Final[dict[str, dict[str, dict[str, str]]]] = {
    language: json.loads((_FOLDER / "intake_columns" / f"{language}.json").read_text(encoding="utf-8"))
    for language in LANGUAGES
}

AcceptLanguage = Annotated[
    str,
    Header(alias="Accept-Language", max_length=500, description="Language of titles and remedies: en, zh or de."),
]


def language_of(accepted: str) -> str:
    """Choose from an Accept-Language header (RFC 9110, section 12.5.4); English where none of ours is wanted."""
    wanted: list[tuple[float, str]] = []
    for item in accepted.split(",")[:MAX_RANGES]:
        tag, _, quality = item.partition(";")
        wanted.append((_quality(quality), tag.strip().lower().split("-")[0]))
    for weight, language in sorted(wanted, key=lambda each: -each[0]):
        if weight > 0 and language in LANGUAGES:
            return language
    return DEFAULT_LANGUAGE


def _quality(text: str) -> float:
    if not text.strip():
        return 1.0
    name, _, value = text.partition("=")
    try:
        return float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0


def texts_for(code: str, language: str, values: Mapping[str, str]) -> Texts | None:
    """Return the texts of a code, filled; None for one that no catalogue has."""
    for each in (language, DEFAULT_LANGUAGE):
        found = INTAKE_TEXTS[each].get(code)
        if found is not None:
            return found.filled(values)
    found = texts_of(code, language)
    return None if found.title == code else found.filled(values)


def remark_view(remark: Remark, language: str) -> dict[str, Any]:
    """Return a remark with its texts."""
    texts = texts_for(remark.code, language, remark.values)
    if texts is None:
        texts = Texts(remark.code, remark.expected or "", remark.remedy or "")
    return {
        "code": remark.code,
        "severity": remark.severity.value,
        "field": remark.column,
        "title": texts.title,
        "found": remark.found,
        "expected": texts.expected,
        "remedy": texts.remedy,
    }


def result_view(result: RowResult, language: str) -> dict[str, Any]:
    """Return what became of a row."""
    return {
        "row": result.row,
        "outcome": result.outcome.value,
        "footprint_id": result.footprint_id,
        "findings": [remark_view(remark, language) for remark in result.remarks],
    }


def failure_view(failure: FileFailure | None, language: str) -> dict[str, Any] | None:
    """Return why a file could not be read."""
    if failure is None:
        return None
    texts = texts_for(failure.code, language, failure.values) or Texts(failure.code, "", "")
    return {
        "code": failure.code,
        "title": texts.title,
        "found": failure.found,
        "expected": texts.expected,
        "remedy": texts.remedy,
    }

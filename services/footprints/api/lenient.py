"""Reading a document that breaks the schema, so that the methodology can still look at the rest of it.

What can't be read is left out, or replaced by a placeholder where the schema requires it; its pointer is told, and no
rule that looks at it says anything. So one answer names everything there is to mend.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from services.chassis.problems import HttpProblem, ProblemItem
from services.footprints.api.pact_v3 import read_submission
from services.footprints.api.pact_v3.document_text import UnfitDocumentError, parse_document
from services.footprints.domain.carbon import Submission
from services.footprints.domain.findings.finding import shortened

MAX_ROUNDS: Final = 5
"""Readings of one document: a problem names 50 broken rules at most, so more of them take another round."""
UNPROCESSABLE: Final = 422
CARBON: Final = "pcf"
PLACEHOLDER: Final[dict[str, Any]] = {
    "id": "00000000-0000-4000-8000-000000000000",
    "specVersion": "3.0.3",
    "created": "2000-01-01T00:00:00Z",
    "status": "Active",
    "companyName": "-",
    "companyIds": ["urn:placeholder:0"],
    "productDescription": "",
    "productIds": ["urn:placeholder:0"],
    "productNameCompany": "-",
    CARBON: {
        "declaredUnitOfMeasurement": "piece",
        "declaredUnitAmount": "1",
        "productMassPerDeclaredUnit": "1",
        "referencePeriodStart": "1999-01-01T00:00:00Z",
        "referencePeriodEnd": "2000-01-01T00:00:00Z",
        "pcfExcludingBiogenicUptake": "0",
        "pcfIncludingBiogenicUptake": "0",
        "fossilGhgEmissions": "0",
        "fossilCarbonContent": "0",
        "ipccCharacterizationFactors": ["AR6"],
        "crossSectoralStandards": ["ISO14067"],
        "exemptedEmissionsPercent": "0",
    },
}
"""Stands for required properties that can't be read; nothing of it is ever told or stored."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of a document."""

    submission: Submission
    broken: tuple[tuple[ProblemItem, str | None], ...]
    """Rules of the schema that it breaks, each with the value that was found."""
    unread: frozenset[str]
    """JSON pointers of what was left out or replaced."""


def read_leniently(raw: bytes, *, depth_limit: int, instance: str) -> Reading:
    """Read as much as there is. Raises `HttpProblem` 400 and 422 for what is no JSON object, or nests too deep."""
    items: dict[tuple[str, str], ProblemItem] = {}
    unread: set[str] = set()
    original: Any = None
    body = raw
    for _ in range(MAX_ROUNDS):
        try:
            submission = read_submission(body, depth_limit=depth_limit, instance=instance)
        except HttpProblem as error:
            if error.status_code != UNPROCESSABLE:
                raise
            if original is None:
                original = json.loads(raw, parse_float=str, parse_int=str, parse_constant=str)
                items |= _keyed(_unfit(raw))
            if not isinstance(original, dict):
                raise
            items |= _keyed(error.errors)
            unread |= {_place(original, item.field) for item in error.errors}
            body = json.dumps(_repaired(original, unread)).encode()
        else:
            return Reading(submission, _with_values(original, items.values()), frozenset(unread))
    nothing = read_submission(json.dumps(PLACEHOLDER).encode(), depth_limit=depth_limit, instance=instance)
    return Reading(nothing, _with_values(original, items.values()), frozenset({""}))


def _keyed(items: Iterable[ProblemItem]) -> dict[tuple[str, str], ProblemItem]:
    return {(item.field, item.rule): item for item in items}


def _unfit(raw: bytes) -> list[ProblemItem]:
    """Return what the document's text can't keep; the reading looks at it last, and these are wanted at once."""
    try:
        parse_document(raw)
    except UnfitDocumentError as error:
        return error.items
    return []


def _place(content: Mapping[str, Any], field: str) -> str:
    """Return the property of the footprint, or of its carbon footprint, that a broken rule lies in."""
    steps = field.split("/")[1:]
    if steps[:1] == [CARBON] and len(steps) > 1 and isinstance(content.get(CARBON), dict):
        return f"/{CARBON}/{steps[1]}"
    return f"/{steps[0]}" if steps else ""


def _repaired(content: Mapping[str, Any], unread: Iterable[str]) -> dict[str, Any]:
    repaired = deepcopy(dict(content))
    for place in sorted(unread):
        if not place:
            return deepcopy(PLACEHOLDER)
        steps = [step.replace("~1", "/").replace("~0", "~") for step in place.split("/")[1:]]
        within, placeholder = (repaired, PLACEHOLDER) if len(steps) == 1 else (repaired[CARBON], PLACEHOLDER[CARBON])
        if steps[-1] in placeholder:
            within[steps[-1]] = deepcopy(placeholder[steps[-1]])
        else:
            within.pop(steps[-1], None)
    return repaired


def _with_values(content: Any, items: Iterable[ProblemItem]) -> tuple[tuple[ProblemItem, str | None], ...]:
    return tuple((item, _found(content, item.field)) for item in items)


def _found(content: Any, field: str) -> str | None:
    """Return what stands at a pointer as JSON text, None for nothing."""
    value = content
    for step in field.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return shortened(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))

"""A row's document, read by the one schema there is: what `POST /v1/footprints` refuses is refused here, by field."""

from __future__ import annotations

from typing import Any, Final

import orjson

from services.chassis.http.json_body import DEFAULT_DEPTH_LIMIT
from services.chassis.problems import HttpProblem, ProblemItem
from services.footprints.api.findings import SCHEMA_PREFIX
from services.footprints.api.pact_v3 import read_submission
from services.footprints.application.intake import RowReading
from services.footprints.domain.findings import Severity
from services.footprints.domain.findings.finding import shortened
from services.footprints.domain.intake.columns import IDENTITY
from services.footprints.domain.intake.remarks import Remark

INSTANCE: Final = "/v1/intakes"


def read_row(text: str, identity: str) -> RowReading:
    """Return the submission of a row, or the rules of the schema that it breaks. `identity` is its id if it has none.

    A remark's `column` is a JSON pointer; whoever knows the table puts the column's name there.
    """
    raw, content, own = _identified(text.encode(), identity)
    try:
        submission = read_submission(raw, depth_limit=DEFAULT_DEPTH_LIMIT, instance=INSTANCE)
    except HttpProblem as error:
        items = error.errors or (ProblemItem(field="", rule="json", message=str(error.detail)),)
        return RowReading(None, tuple(_remark(content, item) for item in items), own)
    return RowReading(submission, (), submission.footprint_id)


def _identified(raw: bytes, identity: str) -> tuple[bytes, Any, str | None]:
    """Put an id into a document that has none, as text: its numbers stay as they were written."""
    try:
        content = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw, None, None
    if not isinstance(content, dict):
        return raw, content, None
    if IDENTITY in content:
        own = content[IDENTITY]
        return raw, content, own.lower() if isinstance(own, str) else None
    rest = raw.lstrip()[1:]
    comma = b"," if content else b""
    return b'{"%s":"%s"%s' % (IDENTITY.encode(), identity.encode(), comma) + rest, content, identity


def _remark(content: Any, item: ProblemItem) -> Remark:
    return Remark(
        SCHEMA_PREFIX + item.rule,
        Severity.ERROR,
        item.field,
        _found(content, item.field),
        {"message": item.message},
        item.message,
        item.remedy,
    )


def _found(content: Any, pointer: str) -> str | None:
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(content, dict) and name in content:
            content = content[name]
        elif isinstance(content, list) and name.isdigit() and int(name) < len(content):
            content = content[int(name)]
        else:
            return None
    if isinstance(content, dict | list):
        return None
    return shortened(content if isinstance(content, str) else orjson.dumps(content).decode())

"""The housing and the maximal record in every format, with their notes: a change of a conversion shows as a difference.

`python -m tests.unit.footprints.test_views_golden` writes the files anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from services.footprints.api.exact_json import dumps
from services.footprints.api.view_resources import note_views
from services.footprints.domain.views import EXPORTS, Format, import_view
from tests.support.footprints import JsonObject, housing, maximal
from tests.unit.footprints.view_documents import BPNL, SEVEN, exported

GOLDEN: Final = Path(__file__).parent / "golden"
RECORDS: Final = {"housing": housing(companyIds=[BPNL]), "maximal": maximal()}
NAMES: Final = (*(f"{form}.{record}" for form in EXPORTS for record in RECORDS), f"{Format.CATENAX_7}.import")


def made(name: str) -> JsonObject:
    form, _, record = name.rpartition(".")
    shown: Any = import_view(SEVEN, Format(form)) if record == "import" else exported(RECORDS[record], Format(form))
    document: JsonObject = json.loads(dumps({"document": shown.document, "notes": note_views(shown.notes)}))
    return document


@pytest.mark.parametrize("name", NAMES)
def test_a_view_is_as_it_was(name: str) -> None:
    assert made(name) == json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(NAMES)


if __name__ == "__main__":
    for each in NAMES:
        text = json.dumps(made(each), ensure_ascii=False, indent=2)
        (GOLDEN / f"{each}.json").write_text(f"{text}\n", encoding="utf-8")

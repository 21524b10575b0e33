from __future__ import annotations

from pathlib import Path

from services.footprints.api import formats_page
from services.footprints.domain.views import EXPORTS, IMPORTS, NOTE_RULES
from services.footprints.domain.views.catenax_table import SPECIALS


def test_the_page_is_what_the_tables_say() -> None:
    assert formats_page.PAGE.read_text(encoding="utf-8") == formats_page.render(), formats_page.REMEDY


def test_the_page_names_every_format_and_every_note() -> None:
    page = formats_page.render()
    assert all(f"`{form.value}`" in page for form in {*EXPORTS, *IMPORTS})
    assert all(f"| `{rule_id}` |" in page for rule_id in NOTE_RULES)


def test_the_table_names_rules_that_exist() -> None:
    assert {rule for each in SPECIALS for rule in each.rules} <= set(NOTE_RULES)


def test_drift_fails_the_check(tmp_path: Path) -> None:
    page = tmp_path / "formats.md"
    page.write_text("old", encoding="utf-8")
    assert formats_page.main(["--check"], page) == 1
    assert formats_page.main([], page) == 0
    assert formats_page.main(["--check"], page) == 0

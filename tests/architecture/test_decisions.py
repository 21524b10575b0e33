"""Decisions are numbered, of one form, and listed."""

import re

import pytest

from infra.checks.__main__ import ROOT

FOLDER = ROOT / "docs" / "adr"
DECISIONS = sorted(path.name for path in FOLDER.glob("[0-9]*.md"))
PARTS = ("**Context.**", "**Choice.**", "**Consequences.**", "**Revisit when**")


def test_numbers_follow_each_other() -> None:
    assert [name[:4] for name in DECISIONS] == [f"{number:04d}" for number in range(len(DECISIONS))]


@pytest.mark.parametrize("name", DECISIONS)
def test_it_has_the_form_of_the_template(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert re.fullmatch(r"# \d{4} \S.*", text.splitlines()[0])
    assert text.startswith(f"# {name[:4]} ")
    places = [text.find(part) for part in PARTS]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("name", DECISIONS[1:])
def test_the_index_lists_it_by_its_title(name: str) -> None:
    title = (FOLDER / name).read_text(encoding="utf-8").splitlines()[0].removeprefix(f"# {name[:4]} ")
    assert f"| [{name[:4]}]({name}) | {title} |" in (FOLDER / "README.md").read_text(encoding="utf-8")

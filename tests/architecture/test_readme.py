"""The README tells the truth: its configuration table is the settings' own, its make targets and files exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.chassis.settings import markdown_table

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_configuration_table_is_generated() -> None:
    shown = README.split("settings) -->\n", 1)[1].split("<!-- settings:end", 1)[0]
    assert shown.strip() == markdown_table().strip(), "run `python -m services.chassis.settings` and paste its output"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:`|^)make ([a-z][a-z-]+)", README, re.MULTILINE))))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), f"README names `make {target}`"


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:docs|schemas|infra|services|tests)/[a-z/]*)`", README))))
def test_every_folder_named_exists(path: str) -> None:
    assert (ROOT / path).exists()

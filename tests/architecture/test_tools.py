"""What the house leaves to tools: their settings keep the rules that nothing else holds."""

import tomllib
from typing import Any

import pytest

from infra.checks.__main__ import ROOT

SETTINGS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("DTZ", "no naive datetime"),
        ("D1", "public things have docstrings"),
        ("PGH", "no blanket noqa, no blanket type: ignore"),
        ("RUF", "no noqa that switches nothing off"),
        ("C90", "functions stay simple"),
        ("PL", "functions stay short"),
        ("BLE", "no blind except"),
        ("S", "no assert and no shell in production code"),
        ("ASYNC", "no blocking call in a coroutine"),
        ("TID", "imports are absolute"),
    ],
)
def test_ruff_keeps(rule: str, why: str) -> None:
    assert rule in SETTINGS["ruff"]["lint"]["select"], why
    assert not [code for code in SETTINGS["ruff"]["lint"]["ignore"] if code == rule], why


def test_ruff_ignores_nothing_for_services() -> None:
    assert not [pattern for pattern in SETTINGS["ruff"]["lint"]["per-file-ignores"] if pattern.startswith("services")]


def test_mypy_is_strict_everywhere() -> None:
    assert SETTINGS["mypy"]["strict"] is True
    assert set(SETTINGS["mypy"]["packages"]) == {"services", "schemas", "infra", "tests"}
    assert "ignore-without-code" in SETTINGS["mypy"]["enable_error_code"]
    for override in SETTINGS["mypy"]["overrides"]:
        ours = [name for name in override["module"] if name.split(".")[0] in SETTINGS["mypy"]["packages"]]
        assert ours == [], "our own modules are checked as strictly as all"


def test_warnings_are_errors() -> None:
    assert SETTINGS["pytest"]["ini_options"]["filterwarnings"][0] == "error"
    assert SETTINGS["pytest"]["ini_options"]["xfail_strict"] is True

"""The house rules hold in this repository; `python -m infra.checks` says the same."""

from functools import cache

import pytest

from infra.checks.__main__ import CHECKS, ROOT, main, run
from infra.checks.source import Source, read_repository


@cache
def repository() -> tuple[Source, ...]:
    return tuple(read_repository(ROOT))


@pytest.mark.parametrize("name", CHECKS)
def test_it_holds(name: str) -> None:
    assert [str(finding) for finding in run([name], repository())] == []


def test_the_repository_is_read() -> None:
    paths = {source.path for source in repository()}
    assert {"CONTRIBUTING.md", "infra/checks/source.py", "schemas/topics.yaml", "services/chassis/kernel.py"} <= paths
    assert not any(path.startswith((".venv/", ".git/")) for path in paths)


def test_the_command_names_what_it_can_check(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["no-such-check"])
    assert "no such check: no-such-check" in capsys.readouterr().err


def test_the_command_runs_one_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-float"]) == 0
    assert "1 checks, 0 findings" in capsys.readouterr().err

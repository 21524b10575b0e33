from pathlib import Path

import pytest

from infra.local import java
from infra.local.java import find_java, parse_java_version


@pytest.mark.parametrize(
    ("output", "release"),
    [
        ('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', 17),
        ('openjdk version "25" 2025-09-16 LTS', 25),
        ('java version "1.8.0_292"', 8),
        ("No Java runtime present, requesting install.", None),
    ],
)
def test_version_is_read_from_every_form(output: str, release: int | None) -> None:
    assert parse_java_version(output) == release


def fake_java(directory: Path, version: str) -> Path:
    binary = directory / "bin" / "java"
    binary.parent.mkdir(parents=True)
    binary.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    binary.chmod(0o755)
    return binary


def test_java_home_goes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home = fake_java(tmp_path / "home", "21.0.1")
    on_path = fake_java(tmp_path / "path", "17.0.1")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(on_path.parent), prepend=":")
    assert find_java() == at_home
    monkeypatch.delenv("JAVA_HOME")
    assert find_java() == on_path


@pytest.mark.parametrize("version", ["11.0.2", "1.8.0_292", None])
def test_an_old_java_or_none_gives_way_to_the_wheel(
    version: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    directory = fake_java(tmp_path, version).parent if version else tmp_path / "empty"
    monkeypatch.setenv("PATH", str(directory))
    monkeypatch.setattr(java, "_from_wheel", lambda: Path("/wheel/java"))
    assert find_java() == Path("/wheel/java")

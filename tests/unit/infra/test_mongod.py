from pathlib import Path

import pytest

from infra.local import mongod
from infra.local.errors import EngineError
from infra.local.mongod import check_libraries, find_mongod, parse_mongod_version

GOOD = """
	libcurl.so.4 => /lib/x86_64-linux-gnu/libcurl.so.4 (0x00007f21cdb51000)
	libssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x00007f21cdaa8000)
"""
NO_CURL = GOOD.replace("/lib/x86_64-linux-gnu/libcurl.so.4 (0x00007f21cdb51000)", "not found")
OLD_GLIBC = "mongod: /lib/libc.so.6: version `GLIBC_2.35' not found (required by mongod)\n" + GOOD


def test_version_is_read() -> None:
    assert parse_mongod_version("db version v6.0.5\nBuild Info: {") == (6, 0, 5)
    assert parse_mongod_version("mongod: command failed") is None


def test_complete_libraries_pass() -> None:
    check_libraries(Path("mongod"), GOOD)


def test_a_missing_library_names_its_debian_package() -> None:
    with pytest.raises(EngineError, match=r"libcurl\.so\.4 not found.*apt-get install libcurl4`"):
        check_libraries(Path("mongod"), NO_CURL)


def test_an_unknown_missing_library_is_still_named() -> None:
    with pytest.raises(EngineError, match=r"the package with libodd\.so\.1"):
        check_libraries(Path("mongod"), "\tlibodd.so.1 => not found\n")


def test_an_old_system_is_told_which_one_is_needed() -> None:
    with pytest.raises(EngineError, match=r"GLIBC_2\.35.*Debian 12"):
        check_libraries(Path("mongod"), OLD_GLIBC)


def fake_mongod(directory: Path, version: str) -> Path:
    binary = directory / "mongod"
    binary.write_text(f"#!/bin/sh\necho 'db version v{version}'\n")
    binary.chmod(0o755)
    return binary


def test_the_path_is_used_when_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = fake_mongod(tmp_path, "7.0.14")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_mongod() == binary


def test_an_old_one_without_the_wheel_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_mongod(tmp_path, "4.4.9")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(mongod, "_wheel_binary", lambda: None)
    with pytest.raises(EngineError, match=r"MongoDB 6\.0 or newer.*is older.*make install"):
        find_mongod()

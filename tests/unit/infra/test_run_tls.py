"""`make run TLS=1`: every process is told where the certificate is, and every API's address says https."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from infra.local.run import AUTHORITY, CERTIFICATE, base_url, commands, tls_environment
from infra.stack import SERVICES


def test_the_processes_serve_and_trust_the_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(AUTHORITY, "before")
    environment = tls_environment(tmp_path)
    assert os.environ[AUTHORITY] == environment[AUTHORITY]
    assert all(Path(path).is_file() for path in environment.values())
    for command in commands(environment):
        assert {name: command.env[name] for name in environment} == environment
        (public,) = (value for name, value in command.env.items() if name.endswith("_PUBLIC_BASE_URL"))
        assert public.startswith("https://")


def test_without_it_everything_is_plain() -> None:
    assert base_url(SERVICES[0].api) == f"http://127.0.0.1:{SERVICES[0].api}"
    assert not any(CERTIFICATE in command.env for command in commands({}))

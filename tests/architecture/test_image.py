"""What the image holds is enough to run, its health check tells the truth, and `.env` is made once."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from infra.docker import healthcheck, make_env
from infra.stack import SERVICES
from services.chassis.health import health_router
from services.chassis.relay_role import _handler
from services.chassis.worker import add_health_pages
from services.identity.settings import IdentitySettings
from tests.architecture.compose import ROOT

DOCKERFILE: Final = (ROOT / "infra/docker/Dockerfile").read_text(encoding="utf-8")
START_LIMIT_S: Final = 60
COPIED: Final = ("schemas", "services", "infra")


def _pattern(line: str) -> re.Pattern[str]:
    """Read a line of .dockerignore: `**` is any depth, `*` one name; a match of a folder covers what is in it."""
    text = re.escape(line.strip().strip("/")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    return re.compile(f"{text}(?:/.*)?")


def context_files() -> set[str]:
    """List the files that reach the build; the last pattern that matches a path decides."""
    text = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    rules = [(not line.startswith("!"), _pattern(line.removeprefix("!"))) for line in lines]
    found = set()
    for top in (*COPIED, "requirements", "tests", "docs"):
        for path in (ROOT / top).rglob("*"):
            name = path.relative_to(ROOT).as_posix()
            verdicts = [ignored for ignored, pattern in rules if pattern.fullmatch(name)]
            if path.is_file() and not (verdicts and verdicts[-1]):
                found.add(name)
    return found


@pytest.fixture(scope="module")
def app_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what the Dockerfile copies to /app, and nothing else."""
    app = tmp_path_factory.mktemp("app")
    for name in context_files():
        if name.startswith(tuple(f"{top}/" for top in COPIED)):
            (app / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, app / name)
    return app


def run(app: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *arguments]
    environment = {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=app, env=environment, capture_output=True, text=True, timeout=START_LIMIT_S, check=False
    )


def test_only_what_runs_is_in_the_image() -> None:
    files = context_files()
    assert "requirements/run.txt" in files
    assert {name for name in files if name.startswith("infra/")} == {
        "infra/__init__.py",
        "infra/demo/__init__.py",
        "infra/demo/organisations.yaml",
        "infra/docker/__init__.py",
        "infra/docker/healthcheck.py",
        "infra/local/__init__.py",
        "infra/local/errors.py",
        "infra/local/topics.py",
    }
    assert not [name for name in files if re.search(r"(^|/)(tests|docs|testing|__pycache__)/|\.(pyc|md)$|\.env", name)]


def test_what_is_copied_is_what_the_test_copies() -> None:
    assert tuple(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE)) == COPIED


@pytest.mark.parametrize("ports", SERVICES, ids=lambda ports: ports.name)
def test_every_service_starts_from_the_images_files(app_folder: Path, ports: Any) -> None:
    done = run(app_folder, f"services.{ports.name}", "worker", "--help")
    assert done.returncode == 0, done.stderr


def test_the_topics_job_starts_from_the_images_files(app_folder: Path) -> None:
    done = run(app_folder, "infra.local.topics", "--help")
    assert done.returncode == 0, done.stderr


def test_the_seed_finds_its_file_in_the_image(app_folder: Path) -> None:
    code = "from services.identity.seed import read_definitions; print(len(read_definitions()))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=app_folder, capture_output=True, text=True, timeout=START_LIMIT_S, check=False
    )
    assert int(done.stdout) > 0, done.stderr


def test_the_image_is_pinned_locked_and_unprivileged() -> None:
    assert re.search(r"^ARG PYTHON_IMAGE=python:3\.11\.\d+-slim-bookworm$", DOCKERFILE, re.MULTILINE)
    assert "--require-hashes -r /tmp/run.txt" in DOCKERFILE
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    assert 'ENTRYPOINT ["python", "-m"]' in DOCKERFILE


# -- health ----------------------------------------------------------------------------------------------------------


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_health_check_tells_ready_from_not(capsys: pytest.CaptureFixture[str]) -> None:
    def down() -> None:
        raise ConnectionError("no broker")

    with serving(_handler({"mongodb": lambda: None})) as url:
        assert healthcheck.main([f"{url}/health/ready"]) == 0
        assert healthcheck.main([f"{url}/no/such/path"]) == 1
    with serving(_handler({"kafka": down})) as url:
        capsys.readouterr()
        assert healthcheck.main([f"{url}/health/ready"]) == 1
        assert "no broker" in capsys.readouterr().out
    assert healthcheck.main([f"{url}/health/ready"]) == 1
    assert healthcheck.main([]) == 2


def test_every_role_answers_where_it_is_asked() -> None:
    class Pages:
        def __init__(self) -> None:
            self.paths: list[str] = []

        def page(self, path: str) -> Any:
            self.paths.append(path)
            return lambda handler: handler

    worker = Pages()
    add_health_pages(worker, {})
    api = {getattr(route, "path", "") for route in health_router({}).routes}
    assert "/health/ready" in set(worker.paths) & api


# -- keys ------------------------------------------------------------------------------------------------------------


def test_env_is_made_once_and_kept(tmp_path: Path) -> None:
    target = tmp_path / ".env"
    assert make_env.make(target) == 0
    made = target.read_text(encoding="utf-8")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert make_env.make(target) == 0
    assert target.read_text(encoding="utf-8") == made
    pairs = dict(line.split("=", 1) for line in made.splitlines() if line and not line.startswith("#"))
    IdentitySettings.load(pairs)


def test_two_env_files_have_different_keys(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_env.make(tmp_path / name)
    assert (tmp_path / "a").read_text("utf-8") != (tmp_path / "b").read_text("utf-8")


def test_an_env_that_lacks_a_key_is_named_and_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / ".env"
    target.write_text("OTHER=1\nTIERLOOP_IDENTITY_KEY_ENCRYPTION_KEY=\n", encoding="utf-8")
    assert make_env.make(target) == 1
    assert "lacks TIERLOOP_IDENTITY_KEY_ENCRYPTION_KEY" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8").startswith("OTHER=1")

import functools
import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import jars
from infra.local.errors import EngineError
from infra.local.jars import Jar, fetch, load_lock
from infra.local.ports import HOST, free_port

CONTENT = b"a jar"
JAR = Jar("org.example", "thing", "1.0", "", hashlib.sha256(CONTENT).hexdigest())
JAR_PATH = Path("org/example/thing/1.0/thing-1.0.jar")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Serve a Maven repository from a directory, and point jgo's settings at it."""
    root = tmp_path / "repository"
    (root / JAR_PATH).parent.mkdir(parents=True)
    handler = functools.partial(QuietHandler, directory=str(root))
    with http.server.ThreadingHTTPServer((HOST, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        use_repository(server.server_port, tmp_path, monkeypatch)
        yield root
        server.shutdown()
        thread.join()


def use_repository(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "jgo.conf"
    settings.write_text(f"[repositories]\nlocal = http://{HOST}:{port}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
    monkeypatch.setenv("NO_PROXY", HOST)
    monkeypatch.setattr(jars, "RETRY_PAUSE_S", 0.0)


def test_the_lock_belongs_to_the_spec_and_every_jar_has_a_checksum() -> None:
    locked = load_lock()
    assert any(jar.artifact == "kafka_2.13" and jar.version.startswith("4.") for jar in locked)
    assert all(len(jar.sha256) == 64 for jar in locked)
    assert len(set(locked)) == len(locked)


def test_a_lock_of_another_spec_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "jgo.toml"
    changed.write_text(jars.SPEC_PATH.read_text() + "\n# changed\n")
    with pytest.raises(EngineError, match=r"infra\.local\.jars lock"):
        load_lock(spec_path=changed)


def test_a_lock_without_a_checksum_is_refused(tmp_path: Path) -> None:
    lines = jars.LOCK_PATH.read_text().splitlines()
    lines.pop(next(i for i, line in enumerate(lines) if line.startswith("sha256")))
    bare = tmp_path / "jgo.lock.toml"
    bare.write_text("\n".join(lines))
    with pytest.raises(EngineError, match=r"has no sha256 for org\.apache\.kafka:kafka_2\.13"):
        load_lock(bare)


def test_a_jar_is_downloaded_once(repository: Path, tmp_path: Path) -> None:
    (repository / JAR_PATH).write_bytes(CONTENT)
    said: list[str] = []
    assert fetch([JAR], tmp_path / "cache", said.append) == [tmp_path / "cache" / JAR_PATH]
    assert said[-1].startswith("1/1 jars")
    (repository / JAR_PATH).unlink()
    said.clear()
    assert fetch([JAR], tmp_path / "cache", said.append)[0].read_bytes() == CONTENT
    assert said == []


def test_a_download_with_another_checksum_is_refused_and_deleted(repository: Path, tmp_path: Path) -> None:
    (repository / JAR_PATH).write_bytes(b"not the jar that was locked")
    with pytest.raises(EngineError, match=r"org\.example:thing:1\.0 does not have the SHA-256"):
        fetch([JAR], tmp_path / "cache", lambda _: None)
    assert not (tmp_path / "cache" / JAR_PATH).exists()


def test_a_download_that_was_cut_off_is_repeated(repository: Path, tmp_path: Path) -> None:
    (repository / JAR_PATH).write_bytes(CONTENT)
    cached = tmp_path / "cache" / JAR_PATH
    cached.parent.mkdir(parents=True)
    cached.write_bytes(CONTENT[:2])
    fetch([JAR], tmp_path / "cache", lambda _: None)
    assert cached.read_bytes() == CONTENT


def test_without_network_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_repository(free_port(), tmp_path, monkeypatch)
    with pytest.raises(EngineError, match=r"cannot be downloaded.*needs the network once.*REQUESTS_CA_BUNDLE"):
        fetch([JAR], tmp_path / "cache", lambda _: None)

"""The broker's jars: which ones, where they are kept, and the proof that they are the ones we locked.

`jgo.toml` names what we want; `jgo.lock.toml` names every jar that follows from it, with its SHA-256. A run reads
the lock alone: nothing is resolved, so neither Java nor Maven is needed to fetch. `python -m infra.local.jars lock`
resolves anew.
"""

import fcntl
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from jgo.config import GlobalSettings
from jgo.env import EnvironmentBuilder, EnvironmentSpec, LockedDependency, LockFile, compute_spec_hash
from jgo.maven import MavenContext

from infra.local.errors import EngineError

HERE = Path(__file__).resolve().parent
SPEC_PATH = HERE / "jgo.toml"
LOCK_PATH = HERE / "jgo.lock.toml"

FETCHERS = 4
ATTEMPTS = 3
RETRY_PAUSE_S = 1.0
READ_TIMEOUT_S = 60
PROGRESS_EVERY = 10

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked jar: its Maven coordinate and the SHA-256 it must have."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}"


def say(line: str) -> None:
    """Write one progress line to stderr."""
    sys.stderr.write(f"[kafka] {line}\n")
    sys.stderr.flush()


def default_cache() -> Path:
    """Where fetched jars are kept: under jgo's own cache (`JGO_CACHE_DIR`), shared by all checkouts."""
    return Path(GlobalSettings.load().cache_dir) / "tierloop-jars"


def load_lock(lock_path: Path = LOCK_PATH, spec_path: Path = SPEC_PATH) -> list[Jar]:
    """Read the lock in class path order.

    Raises:
        EngineError: the lock does not belong to this `jgo.toml`, or a jar in it has no checksum.

    """
    lock = LockFile.load(lock_path)
    if lock.spec_hash != compute_spec_hash(spec_path):
        raise EngineError(
            f"{lock_path.name} was made from another {spec_path.name}: "
            "run `python -m infra.local.jars lock` and commit both files."
        )
    bare = [f"{d.groupId}:{d.artifactId}" for d in lock.dependencies if not d.sha256]
    if bare:
        raise EngineError(
            f"{lock_path.name} has no sha256 for {', '.join(bare)}, so these jars cannot be trusted: "
            "run `python -m infra.local.jars lock`."
        )
    return [Jar(d.groupId, d.artifactId, d.version, d.classifier or "", d.sha256) for d in lock.dependencies]


def fetch(jars: list[Jar] | None = None, cache: Path | None = None, progress: Say = say) -> list[Path]:
    """Return the jars' paths in class path order, downloading what the cache lacks.

    Every jar is checked against its SHA-256 on each call. A cached file that differs (a download that was cut off)
    is fetched again; a fresh download that differs is refused.

    Raises:
        EngineError: a jar cannot be downloaded, or is not the one that was locked.

    """
    jars = load_lock() if jars is None else jars
    cache = default_cache() if cache is None else cache
    context = _context(cache)
    with _exclusive(cache, progress):
        missing = [jar for jar in jars if not _is_good(_path(context, jar), jar)]
        if missing:
            _download(context, missing, len(jars), progress)
    return [_path(context, jar) for jar in jars]


def write_lock(spec_path: Path = SPEC_PATH, lock_path: Path = LOCK_PATH, cache: Path | None = None) -> int:
    """Resolve `jgo.toml`, download the result and record its checksums; returns the number of jars."""
    context = _context(default_cache() if cache is None else cache)
    spec = EnvironmentSpec.load(spec_path)
    wanted = EnvironmentBuilder(context).spec_to_dependencies(spec)
    say(f"resolving {', '.join(spec.coordinates)} ...")
    direct, transitive = context.resolver.resolve(wanted)
    needed = [*direct, *(d for d in transitive if d.scope in ("compile", "runtime"))]
    say(f"hashing {len(needed)} jars ...")
    locked = [LockedDependency.from_dependency(dependency) for dependency in needed]
    LockFile(locked, environment_name=spec.name, spec_hash=compute_spec_hash(spec_path)).save(lock_path)
    return len(locked)


def _context(cache: Path) -> MavenContext:
    repositories = GlobalSettings.load().repositories  # a mirror, if the user's jgo settings name one
    return MavenContext(repo_cache=cache, remote_repos=repositories or None, timeout=READ_TIMEOUT_S)


def _path(context: MavenContext, jar: Jar) -> Path:
    component = context.project(jar.group, jar.artifact).at_version(jar.version)
    return Path(component.artifact(jar.classifier, "jar").cached_path)


def _is_good(path: Path, jar: Jar) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == jar.sha256


def _download(context: MavenContext, missing: list[Jar], total: int, progress: Say) -> None:
    progress(f"fetching {len(missing)} of {total} jars (once; kept in {context.repo_cache}) ...")
    done, size_bytes = 0, 0
    with ThreadPoolExecutor(FETCHERS) as pool:
        for path in pool.map(lambda jar: _download_one(context, jar), missing):
            done += 1
            size_bytes += path.stat().st_size
            if done % PROGRESS_EVERY == 0 or done == len(missing):
                progress(f"{done}/{len(missing)} jars, {size_bytes / 1e6:.0f} MB")


def _download_one(context: MavenContext, jar: Jar) -> Path:
    path = _path(context, jar)
    component = context.project(jar.group, jar.artifact).at_version(jar.version)
    for attempt in range(1, ATTEMPTS + 1):
        path.unlink(missing_ok=True)  # what is there was just found wrong, or cut off
        try:
            component.artifact(jar.classifier, "jar").resolve()
        except (requests.RequestException, RuntimeError) as error:
            if attempt == ATTEMPTS:
                raise EngineError(_no_download(jar, error)) from error
            time.sleep(RETRY_PAUSE_S * attempt)
        else:
            break
    if not _is_good(path, jar):
        path.unlink()
        raise EngineError(
            f"The download of {jar} does not have the SHA-256 in {LOCK_PATH.name}, so it is refused and deleted. "
            "Something between here and the Maven repository changes files, or a mirror is wrong: use another "
            "network or mirror and start again."
        )
    return path


def _no_download(jar: Jar, error: Exception) -> str:
    return (
        f"Kafka's jars cannot be downloaded: {jar} failed {ATTEMPTS} times ({type(error).__name__}: {error}). The "
        "first start needs the network once. Behind a proxy set HTTPS_PROXY; behind a company certificate set "
        "REQUESTS_CA_BUNDLE to its file; with a company mirror name it under [repositories] in jgo's settings "
        "file (~/.config/jgo.conf)."
    )


@contextmanager
def _exclusive(cache: Path, progress: Say) -> Iterator[None]:
    """Let one process at a time write to the cache: jgo writes a jar in place."""
    cache.mkdir(parents=True, exist_ok=True)
    handle = os.open(cache / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("another process is fetching the jars: waiting for it ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def main(argv: list[str]) -> int:
    """`lock`: resolve and record anew; anything else: fetch and verify."""
    if argv[1:] == ["lock"]:
        say(f"locked {write_lock()} jars in {LOCK_PATH.name}")
        return 0
    try:
        say(f"{len(fetch())} jars, checksums verified")
    except EngineError as error:
        say(str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))

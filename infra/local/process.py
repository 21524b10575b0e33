"""One child process: started in its own group, logged to a file, and always ended by the deadline given."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.local.errors import EngineError

GUARD = Path(__file__).resolve().with_name("guard.py")
POLL_S = 0.05
KILL_WAIT_S = 10.0
LOG_LIMIT_BYTES = 20_000_000
LOG_TAIL_LINES = 15
LOG_TAIL_BYTES = 8_192

# The kernel counts the parent's death by thread: children are started by one thread that lives as long as we do,
# else an engine that a short-lived thread started would be killed when that thread ends.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


class ChildProcess:
    """A program that can be started, ended, killed, frozen and started again under the same name and log."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        log_path: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.argv = tuple(argv)
        self.log_path = log_path
        self._env = dict(env or {})
        self._cwd = cwd
        self._process: subprocess.Popen[bytes] | None = None
        self._is_frozen = False

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self.is_running else None

    @property
    def is_running(self) -> bool:
        """Whether the process exists (a frozen one does)."""
        return self._process is not None and self._process.poll() is None

    @property
    def is_frozen(self) -> bool:
        """Whether `freeze` stopped it and `thaw` has not been called."""
        return self._is_frozen and self.is_running

    @property
    def exit_code(self) -> int | None:
        """The last run's exit code (negative: the signal), None while it runs or before the first start."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start it; output is appended to the log. A process that already runs is left alone."""
        if self.is_running:
            return
        self._is_frozen = False
        self._process = _spawner.submit(self._spawn).result()

    def stop(self, timeout_s: float = 10.0) -> int | None:
        """Ask it to end (SIGTERM), kill it when `timeout_s` is over; returns the exit code."""
        self.ask_to_end()
        return self.end_within(timeout_s)

    def ask_to_end(self) -> None:
        """SIGTERM, without waiting for what comes of it."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)  # a frozen process acts on nothing until it may run

    def end_within(self, timeout_s: float) -> int | None:
        """Wait until it has ended, kill it when `timeout_s` is over; returns the exit code."""
        process = self._process
        if process is None:
            return None
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
        self._is_frozen = False
        return process.returncode

    def kill(self) -> None:
        """SIGKILL the whole group and wait until the process is gone."""
        process = self._process
        self._signal(signal.SIGKILL)
        if process is not None:
            process.wait(KILL_WAIT_S)
        self._is_frozen = False

    def freeze(self) -> None:
        """SIGSTOP: it keeps its sockets and locks and does nothing, as a long pause would."""
        self._signal(signal.SIGSTOP)
        self._is_frozen = True

    def thaw(self) -> None:
        """SIGCONT after `freeze`."""
        self._signal(signal.SIGCONT)
        self._is_frozen = False

    def wait_ready(self, is_ready: Callable[[], bool], timeout_s: float) -> None:
        """Poll until `is_ready()`.

        Raises:
            EngineError: the process ended first, or `timeout_s` is over; with the end of its log.

        """
        deadline = time.monotonic() + timeout_s
        while not is_ready():
            if not self.is_running:
                raise EngineError(self._story(f"ended with exit code {self.exit_code} while starting"))
            if time.monotonic() > deadline:
                raise EngineError(self._story(f"was not ready after {timeout_s:.0f} s"))
            time.sleep(POLL_S)

    def log_tail(self, lines: int = LOG_TAIL_LINES) -> str:
        """Return the last lines of its log."""
        if not self.log_path.exists():
            return ""
        with self.log_path.open("rb") as stream:
            stream.seek(max(0, self.log_path.stat().st_size - LOG_TAIL_BYTES))
            text = stream.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _spawn(self) -> subprocess.Popen[bytes]:
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        if self.log_path.exists() and self.log_path.stat().st_size > LOG_LIMIT_BYTES:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        guarded = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *self.argv]
        with self.log_path.open("ab") as log:
            log.write(f"--- {self.name} starts at {time.strftime('%Y-%m-%dT%H:%M:%S%z')} ---\n".encode())
            log.flush()
            return subprocess.Popen(
                guarded,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self._env},
                cwd=self._cwd,
                start_new_session=True,  # its own group: Ctrl-C reaches us, and we end it in order
            )

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _story(self, what: str) -> str:
        return f"{self.name} {what}. Its log, {self.log_path}, ends with:\n{self.log_tail()}"

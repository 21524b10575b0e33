"""Keeps a set of named processes running.

Our workers are crash-only: one that meets trouble it cannot judge exits, and starting it again is the recovery. So
an exit is normal here; too many exits in a short time are not, and then the supervisor gives up and says why.
"""

import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Self

from infra.local.process import ChildProcess
from infra.local.supervised import Command, RestartPolicy, Status, Supervised

CHECK_S = 0.1

Event = Callable[[str, str], None]


class SupervisorError(RuntimeError):
    """A process ended too often; names it, its exit code, and the end of its log."""


class Supervisor:
    """Starts commands in order, restarts what exits, stops them tier by tier, the highest first.

    Output of each process is appended to `<state_dir>/log/<name>.log`. Methods may be called from any thread.
    """

    def __init__(
        self,
        state_dir: Path,
        commands: Sequence[Command],
        *,
        policy: RestartPolicy | None = None,
        on_event: Event | None = None,
        stop_timeout_s: float = 10.0,
    ) -> None:
        names = [command.name for command in commands]
        if len(set(names)) != len(names):
            raise ValueError(f"commands: names must differ, got {names}: rename one")
        log_dir = state_dir.resolve() / "log"
        self._kept = {c.name: Supervised(c, log_dir / f"{c.name}.log") for c in commands}
        self._policy = policy or RestartPolicy()
        self._on_event = on_event or _to_stderr
        self._stop_timeout_s = stop_timeout_s
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._stopping = threading.Event()
        self._error: SupervisorError | None = None
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start every command in order and begin to watch."""
        with self._lock:
            for kept in self._kept.values():
                kept.process.start()
        self._watcher.start()

    def stop(self) -> None:
        """Stop everything, the highest tier first; a frozen process is thawed so that it can end.

        A tier is stopped at once and ends within one `stop_timeout_s`, however many processes it has.
        """
        self._stopping.set()
        if self._watcher.is_alive():
            self._watcher.join()
        with self._lock:
            for tier in sorted({kept.tier for kept in self._kept.values()}, reverse=True):
                self._stop_together([kept for kept in self._kept.values() if kept.tier == tier])
        self._ended.set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until stopped or failed; False if `timeout_s` passed first.

        Raises:
            SupervisorError: a process went over its restart limit.

        """
        if not self._ended.wait(timeout_s):
            return False
        if self._error is not None:
            raise self._error
        return True

    def run(self) -> None:
        """Start, stay until SIGINT or SIGTERM, stop. For the main thread.

        Raises:
            SupervisorError: a process went over its restart limit; the others are stopped first.

        """
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._on_signal) for number in signals}
        try:
            with self:
                self.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @property
    def error(self) -> SupervisorError | None:
        """Why it gave up, None while all is well."""
        return self._error

    def status(self) -> dict[str, Status]:
        """Return every process's status by name, in start order."""
        with self._lock:
            return {name: kept.status() for name, kept in self._kept.items()}

    def kill(self, name: str) -> None:
        """SIGKILL one process; it is restarted like after any other exit."""
        with self._lock:
            self._process(name).kill()

    def freeze(self, name: str) -> None:
        """SIGSTOP one process; it is not restarted, for it has not exited."""
        with self._lock:
            self._process(name).freeze()

    def thaw(self, name: str) -> None:
        """SIGCONT one frozen process."""
        with self._lock:
            self._process(name).thaw()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _process(self, name: str) -> ChildProcess:
        if name not in self._kept:
            raise KeyError(f"no process is named {name!r}: there are {', '.join(self._kept)}")
        return self._kept[name].process

    def _stop_together(self, tier: Sequence[Supervised]) -> None:
        for kept in tier:
            kept.start_at = None
            kept.process.ask_to_end()
        deadline = time.monotonic() + self._stop_timeout_s
        for kept in tier:
            kept.process.end_within(max(0.0, deadline - time.monotonic()))

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._ended.set()

    def _watch(self) -> None:
        while not self._stopping.wait(CHECK_S):
            with self._lock:
                for kept in self._kept.values():
                    self._check(kept, time.monotonic())
            if self._error is not None:
                self._ended.set()
                return

    def _check(self, kept: Supervised, now: float) -> None:
        process = kept.process
        if process.is_running:
            return
        if kept.start_at is not None:
            if now >= kept.start_at:
                kept.start_at = None
                kept.restarts += 1
                process.start()
            return
        exits = kept.record_exit(now, self._policy.window_s)
        if exits > self._policy.limit:
            self._fail(kept)
            return
        pause_s = self._policy.pause_s(exits)
        kept.start_at = now + pause_s
        self._on_event(process.name, f"ended (exit code {process.exit_code}), starts again in {pause_s:.1f} s")

    def _fail(self, kept: Supervised) -> None:
        kept.failed = True
        process = kept.process
        self._error = SupervisorError(
            f"{process.name} ended {len(kept.exits)} times within {self._policy.window_s:.0f} s (last exit code "
            f"{process.exit_code}) and is not started again. Its log, {process.log_path}, ends with:\n"
            f"{process.log_tail()}"
        )
        self._on_event(process.name, "ended too often: giving up")


def _to_stderr(name: str, what: str) -> None:
    sys.stderr.write(f"[{name}] {what}\n")
    sys.stderr.flush()

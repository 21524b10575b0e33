"""What the supervisor knows of one process: its command, its exits, when it starts again."""

import collections
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from infra.local.process import ChildProcess

State = Literal["running", "frozen", "waiting", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class Command:
    """One process to keep running; `env` is added to our own environment.

    Processes of one `tier` are stopped at the same time, a higher tier before those below it: what stands on others
    has the higher number.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    tier: int = 0


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How soon and how often an exited process is started again.

    The pause doubles with each exit from `first_pause_s` to `longest_pause_s`; `limit` restarts within `window_s`
    are the most, one more exit is a failure. Exits older than the window are forgotten.
    """

    first_pause_s: float = 0.2
    longest_pause_s: float = 5.0
    limit: int = 10
    window_s: float = 60.0

    def pause_s(self, recent_exits: int) -> float:
        """How long to wait after the `recent_exits`-th exit (1, 2, ...) within the window."""
        return min(self.first_pause_s * 2.0 ** (recent_exits - 1), self.longest_pause_s)


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of one process; `exit_code` is its last one, negative for a signal."""

    name: str
    state: State
    pid: int | None
    restarts: int
    exit_code: int | None
    log_path: Path


class Supervised:
    """One process and the record of its exits."""

    def __init__(self, command: Command, log_path: Path) -> None:
        self.process = ChildProcess(command.name, command.argv, log_path, env=command.env, cwd=command.cwd)
        self.tier = command.tier
        self.restarts = 0
        self.exits: collections.deque[float] = collections.deque()
        self.start_at: float | None = None  # set while it waits for its next start
        self.failed = False

    def record_exit(self, now: float, window_s: float) -> int:
        """Note an exit at `now` (monotonic seconds); returns how many fall within the window, this one included."""
        self.exits.append(now)
        while self.exits[0] < now - window_s:
            self.exits.popleft()
        return len(self.exits)

    def status(self) -> Status:
        """Say how it is."""
        process = self.process
        state: State = "stopped"
        if self.failed:
            state = "failed"
        elif process.is_running:
            state = "frozen" if process.is_frozen else "running"
        elif self.start_at is not None:
            state = "waiting"
        return Status(process.name, state, process.pid, self.restarts, process.exit_code, process.log_path)

"""What both engines have in common: a life cycle on fixed ports over one data directory."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from infra.local.ports import free_port, require_free
from infra.local.process import ChildProcess

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0


class Engine(ABC):
    """A database or broker as a child process.

    Ports and data directory stay the same for the object's life, so `kill` and `start` again is a crash and its
    recovery. Attributes ending in `_setting` name what a user changes when a port is taken.
    """

    name: str

    def __init__(self, state_dir: Path, port: int = 0, *, port_setting: str = "port") -> None:
        self.home = state_dir.resolve() / self.name
        self.log_path = state_dir.resolve() / "log" / f"{self.name}.log"
        self.port = port or free_port()
        self.port_setting = port_setting
        self._process: ChildProcess | None = None

    @property
    def process(self) -> ChildProcess | None:
        """The child process, None before the first launch."""
        return self._process

    @property
    def is_running(self) -> bool:
        """Whether the process exists."""
        return self._process is not None and self._process.is_running

    @property
    def is_frozen(self) -> bool:
        """Whether `freeze` stopped it."""
        return self._process is not None and self._process.is_frozen

    def start(self) -> None:
        """Launch and wait until it serves.

        Raises:
            EngineError: a part is missing, a port is taken, or it ended or hung while starting.

        """
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start the process without waiting, so that two engines can come up side by side."""
        if self.is_running:
            return
        self.require_ports()
        self.home.mkdir(parents=True, exist_ok=True)
        self._process = ChildProcess(self.name, self._prepare(), self.log_path)
        self._process.start()

    def require_ports(self) -> None:
        """Look whether its ports are free.

        Raises:
            EngineError: one is taken; names it and the setting that moves it.

        """
        for port, setting in self._ports():
            require_free(port, owner=self.name, setting=setting)

    def wait_ready(self, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Wait until it serves; on failure it is killed, so nothing half-started stays behind."""
        process = self._launched()
        try:
            self._wait_until_serving(process, timeout_s)
        except BaseException:
            process.kill()
            raise

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """End it cleanly (SIGTERM), killed if that takes longer than `timeout_s`."""
        if self._process is not None:
            self._process.stop(timeout_s)

    def kill(self) -> None:
        """SIGKILL: a crash."""
        if self._process is not None:
            self._process.kill()

    def restart(self) -> None:
        """Stop if it runs, and start on the same ports and data."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """SIGSTOP: connected and silent."""
        self._launched().freeze()

    def thaw(self) -> None:
        """SIGCONT after `freeze`."""
        self._launched().thaw()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _launched(self) -> ChildProcess:
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started: call start() first")
        return self._process

    def _ports(self) -> list[tuple[int, str]]:
        return [(self.port, self.port_setting)]

    @abstractmethod
    def _prepare(self) -> list[str]:
        """Make the data directory ready and return the command line."""

    @abstractmethod
    def _wait_until_serving(self, process: ChildProcess, timeout_s: float) -> None:
        """Return when a client's request is answered."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import process as process_module
from infra.local.errors import EngineError
from infra.local.process import ChildProcess
from tests.support.wait import wait_until

DEADLINE_S = 20.0
SLEEPER = "import signal; print('up', flush=True); signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"


@pytest.fixture
def children() -> Iterator[list[ChildProcess]]:
    started: list[ChildProcess] = []
    yield started
    for child in started:
        child.kill()


def start(children: list[ChildProcess], tmp_path: Path, code: str) -> ChildProcess:
    child = ChildProcess("child", [sys.executable, "-c", code], tmp_path / "child.log")
    children.append(child)
    child.start()
    return child


def wait_up(child: ChildProcess, times: int = 1) -> None:
    wait_until(lambda: child.log_tail(200).count("up") == times, DEADLINE_S, "the child's first line")


def state_of(pid: int) -> str:
    """Read the kernel's one-letter process state: T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_stop_ends_it_politely_and_start_runs_it_again(children: list[ChildProcess], tmp_path: Path) -> None:
    child = start(children, tmp_path, SLEEPER)
    wait_up(child)
    assert child.pid is not None
    assert os.getpgid(child.pid) == child.pid
    assert child.stop() == -signal.SIGTERM
    assert not child.is_running
    child.start()
    wait_up(child, times=2)


def test_stop_kills_what_ignores_it(children: list[ChildProcess], tmp_path: Path) -> None:
    child = start(children, tmp_path, STUBBORN)
    wait_up(child)
    assert child.stop(timeout_s=0.2) == -signal.SIGKILL


def test_a_frozen_child_can_be_thawed_and_stopped(children: list[ChildProcess], tmp_path: Path) -> None:
    child = start(children, tmp_path, SLEEPER)
    wait_up(child)
    pid = child.pid
    assert pid is not None
    child.freeze()
    wait_until(lambda: state_of(pid) == "T", DEADLINE_S, "the child is stopped")
    assert child.is_frozen
    child.thaw()
    wait_until(lambda: state_of(pid) == "S", DEADLINE_S, "the child goes on")
    child.freeze()
    assert child.stop() == -signal.SIGTERM
    assert not child.is_frozen


def test_an_early_end_is_told_with_the_end_of_the_log(children: list[ChildProcess], tmp_path: Path) -> None:
    child = start(children, tmp_path, "print('the reason'); raise SystemExit(3)")
    with pytest.raises(EngineError, match=r"(?s)exit code 3 while starting.*the reason"):
        child.wait_ready(lambda: False, DEADLINE_S)


def test_a_child_that_never_gets_ready_is_told(children: list[ChildProcess], tmp_path: Path) -> None:
    child = start(children, tmp_path, SLEEPER)
    with pytest.raises(EngineError, match="was not ready after 0 s"):
        child.wait_ready(lambda: False, 0.1)


def test_a_long_log_is_put_aside(children: list[ChildProcess], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_module, "LOG_LIMIT_BYTES", 10)
    (tmp_path / "child.log").write_text("much too long")
    wait_up(start(children, tmp_path, SLEEPER))
    assert (tmp_path / "child.log.1").read_text() == "much too long"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_a_child_dies_with_its_killed_parent(tmp_path: Path) -> None:
    code = f"""
import pathlib, signal, sys
from infra.local.process import ChildProcess
child = ChildProcess("child", [sys.executable, "-c", {SLEEPER!r}], pathlib.Path({str(tmp_path)!r}) / "child.log")
child.start()
print(child.pid, flush=True)
signal.pause()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child_pid = int(parent.stdout.readline())
        log = tmp_path / "child.log"
        wait_until(lambda: "up" in log.read_text().splitlines(), DEADLINE_S, "the child is up")
        parent.kill()
    wait_until(lambda: not _exists(child_pid), DEADLINE_S, "the child is gone")


def _exists(pid: int) -> bool:
    try:
        return state_of(pid) != "Z"  # nobody may be there to reap it
    except FileNotFoundError:
        return False

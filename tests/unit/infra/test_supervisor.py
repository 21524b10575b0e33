import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from infra.local.supervised import Command, RestartPolicy, Status
from infra.local.supervisor import Supervisor, SupervisorError
from tests.support.wait import wait_until

DEADLINE_S = 20.0
QUICK = RestartPolicy(first_pause_s=0.01, longest_pause_s=0.05, limit=3, window_s=60.0)
SLEEPER = "import signal; print('up', flush=True); signal.pause()"


def python(name: str, code: str, **env: str) -> Command:
    return Command(name, [sys.executable, "-c", code], env)


@contextmanager
def running(tmp_path: Path, *commands: Command, policy: RestartPolicy = QUICK) -> Iterator[Supervisor]:
    with ExitStack() as stack:
        supervisor = Supervisor(tmp_path, commands, policy=policy, on_event=lambda *_: None)
        yield stack.enter_context(supervisor)


def wait_for(supervisor: Supervisor, name: str, state: str, restarts: int) -> Status:
    def reached() -> Status | None:
        status = supervisor.status()[name]
        return status if (status.state, status.restarts) == (state, restarts) else None

    found = wait_until(reached, DEADLINE_S, f"{name} {state} after {restarts} restarts")
    assert found is not None
    return found


def wait_for_text(path: Path, text: str) -> None:
    wait_until(lambda: text in path.read_text(), DEADLINE_S, f"{text!r} in {path.name}")


def test_pauses_double_up_to_the_longest() -> None:
    policy = RestartPolicy(first_pause_s=0.2, longest_pause_s=1.0)
    assert [policy.pause_s(n) for n in range(1, 6)] == [0.2, 0.4, 0.8, 1.0, 1.0]
    assert policy.pause_s(1_000) == 1.0


def test_each_process_has_its_own_log_and_environment(tmp_path: Path) -> None:
    code = "import os, signal; print('i am', os.environ['WHO'], flush=True); signal.pause()"
    with running(tmp_path, python("a", code, WHO="anna"), python("b", code, WHO="bert")) as supervisor:
        for name, who in (("a", "anna"), ("b", "bert")):
            log = supervisor.status()[name].log_path
            assert log == tmp_path / "log" / f"{name}.log"
            wait_for_text(log, f"i am {who}")


def test_a_killed_process_is_restarted_and_its_neighbour_left_alone(tmp_path: Path) -> None:
    with running(tmp_path, python("worker", SLEEPER), python("api", SLEEPER)) as supervisor:
        before = supervisor.status()
        supervisor.kill("worker")
        after = wait_for(supervisor, "worker", "running", restarts=1)
        assert after.pid != before["worker"].pid
        assert supervisor.status()["api"].pid == before["api"].pid
    assert {status.state for status in supervisor.status().values()} == {"stopped"}


def test_a_process_that_exits_on_purpose_is_restarted(tmp_path: Path) -> None:
    marker = tmp_path / "seen"
    code = (
        f"import pathlib, signal; first = pathlib.Path({str(marker)!r})\n"
        "if not first.exists(): first.touch(); raise SystemExit(0)\n"
        "signal.pause()"
    )
    with running(tmp_path, python("worker", code)) as supervisor:
        wait_for(supervisor, "worker", "running", restarts=1)


def test_too_many_exits_are_an_error_with_the_end_of_the_log(tmp_path: Path) -> None:
    broken = python("broken", "print('no database'); raise SystemExit(7)")
    with running(tmp_path, broken, python("good", SLEEPER)) as supervisor:
        with pytest.raises(SupervisorError, match=r"(?s)broken ended 4 times.*exit code 7.*no database"):
            supervisor.wait(DEADLINE_S)
        statuses = supervisor.status()
        assert (statuses["broken"].state, statuses["broken"].restarts) == ("failed", 3)
        assert statuses["good"].state == "running"
    assert supervisor.status()["good"].state == "stopped"


def test_exits_older_than_the_window_are_forgotten(tmp_path: Path) -> None:
    patient = RestartPolicy(first_pause_s=0.01, longest_pause_s=0.02, limit=1, window_s=0.001)
    with running(tmp_path, python("worker", "raise SystemExit(1)"), policy=patient) as supervisor:
        wait_until(lambda: supervisor.status()["worker"].restarts >= 4, DEADLINE_S, "restarts beyond the limit")
        assert supervisor.error is None


def test_a_frozen_process_is_not_restarted_and_can_be_stopped(tmp_path: Path) -> None:
    with running(tmp_path, python("worker", SLEEPER)) as supervisor:
        pid = supervisor.status()["worker"].pid
        supervisor.freeze("worker")
        wait_for(supervisor, "worker", "frozen", restarts=0)
        supervisor.thaw("worker")
        assert wait_for(supervisor, "worker", "running", restarts=0).pid == pid
        supervisor.freeze("worker")
    assert supervisor.status()["worker"].exit_code == -signal.SIGTERM


def noting_its_end(name: str, log: Path, tier: int, wait_for_other: str = "") -> Command:
    """Return a process that notes when it is asked to end and when it ends, between the two awaiting another's note."""
    code = (
        "import pathlib, signal, sys, time\n"
        f"log = pathlib.Path({str(log)!r})\n"
        "name, other = sys.argv[1:]\n"
        "def note(what):\n"
        "    with log.open('a') as stream: stream.write(what + name + ' ')\n"
        "def end(*_):\n"
        "    note('asked-')\n"
        "    while other and 'asked-' + other not in log.read_text(): time.sleep(0.01)\n"
        "    note('ended-')\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('up', flush=True)\n"
        "while True: signal.pause()\n"
    )
    return Command(name, [sys.executable, "-c", code, name, wait_for_other], tier=tier)


def test_a_tier_has_ended_before_the_one_below_is_asked_to(tmp_path: Path) -> None:
    log = tmp_path / "order"
    commands = [noting_its_end(name, log, tier) for name, tier in (("top", 2), ("bottom", 0), ("middle", 1))]
    with running(tmp_path, *commands) as supervisor:
        for status in supervisor.status().values():
            wait_for_text(status.log_path, "\nup")
    order = [f"{what}-{name}" for name in ("top", "middle", "bottom") for what in ("asked", "ended")]
    assert log.read_text().split() == order


def test_processes_of_one_tier_are_stopped_at_the_same_time(tmp_path: Path) -> None:
    log = tmp_path / "order"
    commands = [noting_its_end("a", log, 0, "b"), noting_its_end("b", log, 0, "c"), noting_its_end("c", log, 0, "a")]
    with running(tmp_path, *commands) as supervisor:
        for status in supervisor.status().values():
            wait_for_text(status.log_path, "\nup")
    ends = supervisor.status().values()
    assert [status.exit_code for status in ends] == [0, 0, 0], "one was killed: it was asked to end after the others"


def test_a_tier_that_does_not_end_is_killed_within_one_limit(tmp_path: Path) -> None:
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\n"
    code += "while True: signal.pause()"
    supervisor = Supervisor(
        tmp_path, [python(name, code) for name in "abcd"], on_event=lambda *_: None, stop_timeout_s=1.0
    )
    with supervisor:
        for status in supervisor.status().values():
            wait_for_text(status.log_path, "\nup")
        began = time.monotonic()
    assert time.monotonic() - began < 2.0, "each process was given a limit of its own"
    assert {status.exit_code for status in supervisor.status().values()} == {-signal.SIGKILL}


def test_run_ends_on_a_signal(tmp_path: Path) -> None:
    code = "import os, signal; os.kill(int(os.environ['SUPERVISOR']), signal.SIGTERM); signal.pause()"
    supervisor = Supervisor(tmp_path, [python("worker", code, SUPERVISOR=str(os.getpid()))])
    before = signal.getsignal(signal.SIGTERM)
    supervisor.run()
    assert supervisor.status()["worker"].state == "stopped"
    assert signal.getsignal(signal.SIGTERM) is before


def test_names_must_differ(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="names must differ"):
        Supervisor(tmp_path, [python("a", ""), python("a", "")])

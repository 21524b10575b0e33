import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.errors import EngineError
from infra.local.owner import StateDirOwner

HOLDER = """
import pathlib, signal, sys
from infra.local.owner import StateDirOwner
signal.signal(signal.SIGTERM, signal.default_int_handler)
try:
    with StateDirOwner(pathlib.Path(sys.argv[1])).held({"kafka": "127.0.0.1:1"}):
        print("held", flush=True)
        signal.pause()
except KeyboardInterrupt:
    pass
"""


def test_a_free_directory_has_no_owner(tmp_path: Path) -> None:
    owner = StateDirOwner(tmp_path)
    assert owner.read() is None
    with owner.held({}):
        pass
    assert owner.read() is None
    assert not owner.end(1.0)


def test_the_owner_is_known_and_alone(tmp_path: Path) -> None:
    owner = StateDirOwner(tmp_path)
    with owner.held({"kafka": "127.0.0.1:1"}):
        running = owner.read()
        assert running is not None
        assert (running.pid, running.endpoints) == (os.getpid(), {"kafka": "127.0.0.1:1"})
        with pytest.raises(EngineError, match="Engines already run on"), StateDirOwner(tmp_path).held({}):
            pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_claim_ends_with_its_process(tmp_path: Path, number: signal.Signals) -> None:
    owner = StateDirOwner(tmp_path)
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        running = owner.read()
        assert running is not None
        assert running.pid == holder.pid
        if number == signal.SIGTERM:
            assert owner.end(20.0)
        else:
            holder.kill()
            holder.wait()
    assert owner.read() is None

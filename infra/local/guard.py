"""Become the given program, after asking the kernel to kill it when the parent is gone.

Run as `python guard.py PARENT_PID PROGRAM [ARGUMENT ...]`. A killed test run or a closed terminal (SIGKILL reaches
no `finally`) must not leave a broker behind that holds its port. Linux keeps the request over `exec`; elsewhere
there is no such request and the program just starts. A `preexec_fn` could do the same, but it runs Python between
fork and exec, which can deadlock in a process that has threads, and a test session has many.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask, look whether the parent died before we asked, and exec."""
    parent_pid, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        # SIGKILL, not SIGTERM: a frozen or hung child would never act on the latter.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent_pid:
            sys.exit("the parent is gone")
    os.execvp(program[0], program)  # noqa: S606 - to become the program is this file's purpose


if __name__ == "__main__":
    main()

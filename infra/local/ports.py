"""Ports on the loopback address."""

import random
import socket

from infra.local.errors import EngineError

HOST = "127.0.0.1"
# Below the kernel's ephemeral range (32768 and up): while a killed engine is down, no client's outgoing connection
# may be given its port, and no client that reconnects may end up connected to itself.
LOWEST, HIGHEST = 20000, 32000
ATTEMPTS = 200

_random = random.SystemRandom()
_given: set[int] = set()


def is_free(port: int) -> bool:
    """Whether `port` can be bound on the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections in TIME_WAIT don't count
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port that is free now and that this process has not handed out before.

    Raises:
        EngineError: no free port was found.

    """
    for _ in range(ATTEMPTS):
        port = _random.randint(LOWEST, HIGHEST)
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise EngineError(f"No free port between {LOWEST} and {HIGHEST} on {HOST}: stop something that listens there.")


def require_free(port: int, *, owner: str, setting: str) -> None:
    """Refuse to start on a port that something else listens on.

    Raises:
        EngineError: names the port, who wanted it, and the setting that moves it.

    """
    if not is_free(port):
        raise EngineError(
            f"Port {port} on {HOST}, which {owner} needs, is taken by another program: stop that program "
            f"(`ss -ltnp 'sport = :{port}'` shows it) or choose another port with {setting}."
        )


def accepts(port: int, timeout_s: float = 0.5) -> bool:
    """Whether something accepts connections on `port`."""
    try:
        with socket.create_connection((HOST, port), timeout_s):
            return True
    except OSError:
        return False

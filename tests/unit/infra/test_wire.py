import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.local.ports import HOST, free_port
from infra.local.wire import broker_count


@contextmanager
def answering(reply: bytes) -> Iterator[int]:
    """Serve one connection: read a little, send `reply`, close."""
    with socket.create_server((HOST, 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("reply", "brokers"),
    [
        (struct.pack(">iii", 8, 1, 2), 2),
        (struct.pack(">iii", 8, 1, 0), 0),
        (b"HTTP/1.1 400 Bad Request", 0),
        (b"\x00", 0),
        (b"", 0),
    ],
)
def test_brokers_are_counted_and_anything_else_is_none(reply: bytes, brokers: int) -> None:
    with answering(reply) as port:
        assert broker_count(port) == brokers


def test_a_closed_port_has_no_broker() -> None:
    assert broker_count(free_port()) == 0

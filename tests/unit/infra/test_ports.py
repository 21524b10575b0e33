import socket

import pytest

from infra.local.errors import EngineError
from infra.local.ports import HIGHEST, HOST, LOWEST, accepts, free_port, is_free, require_free


def test_free_ports_differ_and_lie_below_the_ephemeral_range() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert all(LOWEST <= port <= HIGHEST for port in ports)


def test_a_taken_port_is_named_with_its_owner_and_setting() -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        assert not is_free(port)
        assert accepts(port)
        with pytest.raises(EngineError, match=rf"Port {port} .* kafka needs, is taken .* --kafka-port"):
            require_free(port, owner="kafka", setting="--kafka-port")
    require_free(port, owner="kafka", setting="--kafka-port")
    assert not accepts(port)

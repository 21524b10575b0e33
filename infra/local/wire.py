"""The one Kafka request the broker's start is judged by: Metadata.

Spoken by hand: a client library would retry, log and keep state where a single question is asked.
Source: Apache Kafka protocol guide, request header v1, Metadata request and response v1.
"""

import socket
import struct

from infra.local.ports import HOST

METADATA_KEY, METADATA_VERSION = 3, 1
TIMEOUT_S = 2.0
RESPONSE_MIN_BYTES, RESPONSE_MAX_BYTES = 8, 1_000_000  # the least: correlation id and number of brokers
CLIENT_ID = b"tierloop-local"

_NO_TOPICS = struct.pack(">i", 0)


def broker_count(port: int) -> int:
    """How many brokers the node on `port` says are alive; 0 while it starts or does not answer."""
    try:
        with socket.create_connection((HOST, port), TIMEOUT_S) as connection:
            connection.sendall(_metadata_request())
            (size,) = struct.unpack(">i", _read(connection, 4))
            if not RESPONSE_MIN_BYTES <= size <= RESPONSE_MAX_BYTES:
                return 0
            _correlation_id, brokers = struct.unpack(">ii", _read(connection, RESPONSE_MIN_BYTES))
    except OSError:
        return 0
    return int(brokers)


def _metadata_request() -> bytes:
    header = struct.pack(">hhih", METADATA_KEY, METADATA_VERSION, 1, len(CLIENT_ID)) + CLIENT_ID
    return struct.pack(">i", len(header) + len(_NO_TOPICS)) + header + _NO_TOPICS


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise ConnectionError("closed")
        data += chunk
    return data

"""The real server, in a process of its own: limits on a real connection, and a clean stop."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.support.wait import wait_until

KEY = {"Idempotency-Key": "k", "Content-Type": "application/json"}


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def process(port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.unit.chassis.serve_edge", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        yield running
        running.kill()


def is_up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/live").is_success
    except httpx.TransportError:
        return False


def test_a_refused_body_gets_its_answer_and_a_stop_is_clean(process: subprocess.Popen[str], port: int) -> None:
    wait_until(lambda: is_up(port), 20, "the server answers")
    assert process.stdout is not None
    token = process.stdout.readline().strip()
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"} | KEY
    ) as client:
        fine = client.post("/v1/things", content=b'{"mass_kg": "1"}')
        declared = client.post("/v1/things", content=b"x" * 1_000_000)
        chunked = client.post("/v1/things", content=(b"x" * 10_000 for _ in range(100)))
    assert [fine.status_code, declared.status_code, chunked.status_code] == [201, 413, 413]
    assert declared.headers["content-type"] == chunked.headers["content-type"] == "application/problem+json"
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "cleaned up" in output
    assert all(line.startswith("{") for line in errors.splitlines())

"""A load of POSTs over keep-alive connections: plain asyncio streams, so that the generator costs little."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

MAX_HEAD: Final = 16_384


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests a second and latencies of one run."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


async def post_all(
    url: str, bodies: list[bytes], headers: Callable[[int], dict[str, str]], connections: int
) -> Measured:
    """POST each body once over `connections` connections. Raises `RuntimeError` for any answer but 2xx."""
    target = urlsplit(url)
    queue = iter(range(len(bodies)))
    latencies: list[float] = []

    async def run() -> None:
        reader, writer = await asyncio.open_connection(target.hostname, target.port, limit=1_048_576)
        for number in queue:
            started = time.perf_counter()
            writer.write(_request(target.path, target.netloc, bodies[number], headers(number)))
            await _response(reader)
            latencies.append(time.perf_counter() - started)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(run() for _ in range(connections)))
    seconds = time.perf_counter() - started
    latencies.sort()
    at = [latencies[int(len(latencies) * share)] * 1_000 for share in (0.5, 0.99)]
    return Measured(len(bodies), seconds, *at)


def _request(path: str, host: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def _response(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    length = next(
        (int(line.split(b":", 1)[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    body = await reader.readexactly(length)
    if not 200 <= status < 300:
        raise RuntimeError(f"{status}: {body[:500]!r}")

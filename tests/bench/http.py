"""HTTP benchmark: POST of a 3 KB footprint to the real API, beside a bare FastAPI app with one `insert_one`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx
from pymongo import MongoClient

from infra.local.ports import free_port
from infra.local.process import ChildProcess
from services.chassis.clock import system_clock
from services.chassis.testing.tokens import TokenMint
from tests.bench.http_load import Measured, post_all
from tests.support.footprints import housing
from tests.support.wait import wait_until

REQUESTS: Final = 3_000
WARM_UP: Final = 200
CONNECTIONS: Final = 64
ROUNDS: Final = 3
START_LIMIT_S: Final = 60


def measure_http(mongo_uri: str, folder: Path) -> dict[str, Any]:
    """Measure both in turn, `ROUNDS` times; return the medians and the ratio of the rates."""
    mint = TokenMint(system_clock)
    results: dict[str, list[Measured]] = {"tierloop": [], "bare": []}
    with jwks_server(mint) as jwks_url:
        environment = {
            "TIERLOOP_MONGO_URI": mongo_uri,
            "TIERLOOP_MONGO_DATABASE": "bench_footprints",
            "TIERLOOP_JWKS_URL": jwks_url,
            "TIERLOOP_TOKEN_ISSUER": mint.issuer,
            "TIERLOOP_TOKEN_AUDIENCE": mint.audience,
            "TIERLOOP_LOG_LEVEL": "error",
            "BENCH_MONGO_URI": mongo_uri,
            "BENCH_DATABASE": "bench_footprints",
        }
        client: MongoClient[Any] = MongoClient(mongo_uri)
        client.drop_database("bench_footprints")
        port = free_port()
        init = ChildProcess("init", _module("services.footprints", "init"), folder / "init.log", env=environment)
        init.start()
        wait_until(lambda: not init.is_running, START_LIMIT_S, "the indexes")
        ours = environment | {"TIERLOOP_HTTP_PORT": str(port)}
        bare_port = free_port()
        uvicorn = _module(
            "uvicorn", "tests.bench.bare_app:app", "--port", str(bare_port), "--log-level", "error", "--no-access-log"
        )
        with (
            served("api", _module("services.footprints", "api"), folder, ours, f"http://127.0.0.1:{port}/health/live"),
            served("bare", uvicorn, folder, environment, f"http://127.0.0.1:{bare_port}/openapi.json"),
        ):
            for _ in range(ROUNDS):
                token = mint.token("bench-supplier", roles=("supplier",))
                results["bare"].append(run(f"http://127.0.0.1:{bare_port}/v1/footprints", None))
                results["tierloop"].append(run(f"http://127.0.0.1:{port}/v1/footprints", token))
        client.drop_database("bench_footprints")
        client.close()
    return {name: _summary(runs) for name, runs in results.items()} | {
        "ratio": median(ours.rate / bare.rate for ours, bare in zip(results["tierloop"], results["bare"], strict=True))
    }


def run(url: str, token: str | None) -> Measured:
    """POST fresh footprints; the first ones warm the server up and are not counted."""
    authorization = {"Authorization": f"Bearer {token}"} if token else {}

    def headers(_: int) -> dict[str, str]:
        return authorization | {"Idempotency-Key": uuid.uuid4().hex}

    bodies = [json.dumps(housing(id=str(uuid.uuid4()))).encode() for _ in range(REQUESTS + WARM_UP)]
    asyncio.run(post_all(url, bodies[:WARM_UP], headers, CONNECTIONS))
    return asyncio.run(post_all(url, bodies[WARM_UP:], headers, CONNECTIONS))


def _module(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]


def _summary(runs: list[Measured]) -> dict[str, float]:
    return {
        "requests_per_s": median(run.rate for run in runs),
        "p50_ms": median(run.p50_ms for run in runs),
        "p99_ms": median(run.p99_ms for run in runs),
    }


@contextmanager
def served(name: str, argv: list[str], folder: Path, env: Mapping[str, str], probe: str) -> Iterator[None]:
    """Run a server until the block ends."""
    process = ChildProcess(name, argv, folder / f"{name}.log", env=dict(env) | {"PYTHONPATH": os.getcwd()})  # noqa: PTH109 - for the child
    process.start()
    try:
        wait_until(lambda: _answers(probe), START_LIMIT_S, f"{name} to answer")
        yield
    finally:
        process.stop()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


@contextmanager
def jwks_server(mint: TokenMint) -> Iterator[str]:
    """Serve the public keys that the API verifies tokens with."""
    body = json.dumps(mint.jwks()).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/jwks.json"
    finally:
        server.shutdown()

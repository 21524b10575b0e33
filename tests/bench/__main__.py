"""`make bench`: everything in one run on one machine; prints ratios, writes JSON. Ratios count, not the rates."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.local.engines import running_engines
from tests.bench.consumer import measure_consumers
from tests.bench.http import measure_http

RESULTS = Path("bench-results")


def main() -> int:
    """Measure and report; exit code 1 where a target is missed."""
    with tempfile.TemporaryDirectory() as folder, running_engines(Path(folder) / "engines") as engines:
        say("consumers: naive Faust agent, our batch consumer, the least atomic loop, raw driver ...")
        consumers = measure_consumers(engines.kafka.bootstrap, engines.mongo.uri)
        for size, found in consumers.items():
            say(_consumer_line(size, found))
        say("HTTP: POST of a 3 KB footprint, 64 connections ...")
        http = measure_http(engines.mongo.uri, Path(folder))
        ours, bare = http["tierloop"], http["bare"]
        say(f"  {ours['requests_per_s']:.0f}/s, bare {bare['requests_per_s']:.0f}/s: {http['ratio']:.2f} x")
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.machine()},
        "consumer": consumers,
        "http_post_3kb": http,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"bench-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(report, indent=2), encoding="utf-8")
    say(f"written to {path}")
    missed = [size for size, found in consumers.items() if found["times_naive"] < found["target_times_naive"]]
    if missed:
        say(f"target missed: {', '.join(missed)}")
    return 1 if missed else 0


def _consumer_line(size: str, found: dict[str, Any]) -> str:
    rates = ", ".join(f"{name} {rate:.0f}/s" for name, rate in found["messages_per_s"].items())
    return (
        f"  {size}: {rates}; {found['times_naive']:.1f} x naive (to reach {found['target_times_naive']:.0f}), "
        f"{found['share_of_bare_loop']:.0%} of the least atomic loop, "
        f"{found['share_of_raw_driver']:.0%} of the raw driver"
    )


def say(line: str) -> None:
    """Print one line of progress or result."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

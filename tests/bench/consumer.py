"""Consumer benchmark: Kafka into MongoDB, atomic, beside the naive Faust agent and the raw driver, in one run."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median
from typing import Any, Final

from pymongo import MongoClient

from infra.local.topics import ensure_topics
from schemas.topics import Topic
from services.chassis.relay import make_producer
from tests.bench.load import PARTITIONS, SIZES, events

ROUNDS: Final = 3
MESSAGES: Final = {"3 KB": 30_000, "200 B": 60_000}
NAIVE_MESSAGES: Final = 2_000
DATABASE: Final = "bench_consumer"
LIMIT_S: Final = 300
TARGETS: Final = {"3 KB": 20.0, "200 B": 50.0}
VARIANTS: Final = ("naive", "atomic", "bare", "raw")


def measure_consumers(bootstrap: str, mongo_uri: str) -> dict[str, Any]:
    """Measure each size; the variants take turns within a round, ratios are medians of the rounds."""
    return {size: _measure(size, bootstrap, mongo_uri) for size in SIZES}


def _measure(size: str, bootstrap: str, mongo_uri: str) -> dict[str, Any]:
    rates: dict[str, list[float]] = {name: [] for name in VARIANTS}
    for number in range(ROUNDS):
        topic = preload(size, number, bootstrap)
        for name in VARIANTS:
            rates[name].append(_run(name, topic, size, bootstrap, mongo_uri))
    ratios = [atomic / naive for atomic, naive in zip(rates["atomic"], rates["naive"], strict=True)]
    return {
        "messages_per_s": {name: median(found) for name, found in rates.items()},
        "times_naive": median(ratios),
        "target_times_naive": TARGETS[size],
        "share_of_bare_loop": median(a / b for a, b in zip(rates["atomic"], rates["bare"], strict=True)),
        "share_of_raw_driver": median(a / r for a, r in zip(rates["atomic"], rates["raw"], strict=True)),
    }


def preload(size: str, number: int, bootstrap: str) -> str:
    """Fill a fresh topic; return its name."""
    name = f"bench.record-{SIZES[size]}-{number}.v1"
    topic = Topic(
        name=name,
        kind="facts",
        owner="bench",
        key="key",
        consumers=[],
        partitions=PARTITIONS,
        max_message_bytes=1_048_576,
    )
    ensure_topics(bootstrap, [topic])
    producer = make_producer(bootstrap)
    for key, value in events(MESSAGES[size], SIZES[size]):
        producer.send(name, key=key, value=value)
    producer.flush()
    producer.close()
    return name


def _run(name: str, topic: str, size: str, bootstrap: str, mongo_uri: str) -> float:
    """Run one variant in a process of its own; return messages a second."""
    client: MongoClient[Any] = MongoClient(mongo_uri)
    client.drop_database(DATABASE)
    count = NAIVE_MESSAGES if name == "naive" else MESSAGES[size]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.variants", name, topic, size, bootstrap, mongo_uri, DATABASE, str(count)],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    client.drop_database(DATABASE)
    client.close()
    if done.returncode != 0:
        raise RuntimeError(f"{name}: {done.stderr[-2_000:]}")
    result = json.loads(done.stdout[done.stdout.index("{") :])  # Faust writes terminal codes before it
    return float(result["messages"] / result["seconds"])

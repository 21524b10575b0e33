"""Makes the topics of the catalogue (`schemas/topics.yaml`) on a broker: `python -m infra.local.topics`."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from infra.local.errors import EngineError
from schemas.topics import load_topics

REPLICATION_FACTOR = 1  # one node
CONNECT_TIMEOUT_MS = 20_000
READY_TIMEOUT_MS = 30_000


class TopicLike(Protocol):
    """What must be known of a catalogue entry."""

    @property
    def name(self) -> str:
        """The topic's name."""

    @property
    def partitions(self) -> int:
        """How many partitions it has, for ever: keys are spread by this number."""

    @property
    def config(self) -> Mapping[str, str]:
        """Its Kafka topic settings."""


@dataclass(frozen=True, slots=True)
class TopicReport:
    """What was found and done; `drifted` says which settings of existing topics differ from the catalogue."""

    created: tuple[str, ...]
    existing: tuple[str, ...]
    drifted: tuple[str, ...]


def ensure_topics(bootstrap: str, topics: Sequence[TopicLike]) -> TopicReport:
    """Create the topics that are missing, and wait until each has a leader.

    Existing topics are never changed. Running it again, or twice at once, is harmless.

    Raises:
        EngineError: the broker does not answer, refuses a topic, or has one with another number of partitions.

    """
    try:
        with KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=CONNECT_TIMEOUT_MS) as admin:
            return _ensure(admin, topics)
    except KafkaError as error:
        raise EngineError(f"The broker {bootstrap} could not make the topics: {error!r}.") from error


def _ensure(admin: Any, topics: Sequence[TopicLike]) -> TopicReport:
    before = set(admin.list_topics())
    missing = [topic for topic in topics if topic.name not in before]
    if missing:
        _create(admin, missing)
    names = [topic.name for topic in topics]
    admin.wait_for_topics(names, timeout_ms=READY_TIMEOUT_MS)
    counts = {found["name"]: len(found["partitions"]) for found in admin.describe_topics(names)}
    wrong = [
        f"{topic.name} has {counts[topic.name]}, the catalogue says {topic.partitions}"
        for topic in topics
        if counts[topic.name] != topic.partitions
    ]
    if wrong:
        raise EngineError(
            f"The number of partitions of a topic cannot change, it would break the order per key: "
            f"{'; '.join(wrong)}. Put the number back, give the topic a new major version, or, if the data is "
            "only local, delete the state directory."
        )
    existing = [topic for topic in topics if topic.name in before]
    created = tuple(topic.name for topic in missing)
    return TopicReport(created, tuple(topic.name for topic in existing), _drift(admin, existing))


def _create(admin: Any, missing: Sequence[TopicLike]) -> None:
    wanted = {
        topic.name: {
            "num_partitions": topic.partitions,
            "replication_factor": REPLICATION_FACTOR,
            "configs": dict(topic.config),
        }
        for topic in missing
    }
    answer = admin.create_topics(wanted, raise_errors=False)
    for topic in answer["topics"]:
        code = topic["error_code"]
        if code not in (0, TopicAlreadyExistsError.errno):  # somebody else was as quick
            reason = topic.get("error_message") or for_code(code).__name__
            raise EngineError(f"The broker refuses topic {topic['name']}: {reason}. Correct its catalogue entry.")


def _drift(admin: Any, topics: Sequence[TopicLike]) -> tuple[str, ...]:
    if not topics:
        return ()
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name, list(topic.config)) for topic in topics]
    found = admin.describe_configs(asked, config_filter="all")["topic"]
    return tuple(
        f"{topic.name}: {key} is {found[topic.name][key]['value']}, the catalogue says {value}"
        for topic in topics
        for key, value in topic.config.items()
        if found[topic.name][key]["value"] != value
    )


def main(argv: list[str] | None = None) -> int:
    """Make the catalogue's topics on the broker given."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.topics", description=__doc__)
    parser.add_argument("--bootstrap", default="127.0.0.1:19092", help="the broker's address")
    args = parser.parse_args(argv)
    try:
        report = ensure_topics(args.bootstrap, load_topics())
    except EngineError as error:
        sys.stderr.write(f"[topics] {error}\n")
        return 2
    lines = [f"{len(report.created)} created, {len(report.existing)} were there", *report.drifted]
    sys.stderr.writelines(f"[topics] {line}\n" for line in lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())

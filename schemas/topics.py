"""The topic catalogue as data: `topics.yaml` read, checked, and widened by the derived dead-letter topics."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

CATALOGUE: Final = Path(__file__).parent / "topics.yaml"
WORK_RETENTION_MS: Final = 7 * 24 * 3_600_000
DEAD_LETTER_RETENTION_MS: Final = 90 * 24 * 3_600_000
TopicKind = Literal["facts", "work", "dlq"]


class Topic(BaseModel):
    """One topic: who owns it, who reads it, what keys it, how it is created."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z.0-9-]+$", max_length=200)
    kind: TopicKind
    owner: str
    key: str
    consumers: list[str]
    partitions: int = Field(ge=1, le=256)
    max_message_bytes: int = Field(ge=1_024)

    @property
    def retention_ms(self) -> int:
        """Milliseconds; -1 keeps for ever (facts)."""
        return {"facts": -1, "work": WORK_RETENTION_MS, "dlq": DEAD_LETTER_RETENTION_MS}[self.kind]

    @property
    def config(self) -> dict[str, str]:
        """Kafka topic configuration."""
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(self.retention_ms),
            "max.message.bytes": str(self.max_message_bytes),
        }


def dead_letter_topic(service: str, topic: str) -> str:
    """Name the topic that takes what `service` could not read from `topic`."""
    return f"{service}.{topic}.dlq"


def load_topics(path: Path = CATALOGUE) -> list[Topic]:
    """Read the catalogue, dead-letter topics included. Raises ValueError (pydantic) for a wrong entry."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    declared = [Topic.model_validate(raw["defaults"] | entry) for entry in raw["topics"]]
    names = [topic.name for topic in declared]
    if len(set(names)) != len(names):
        raise ValueError(f"{path.name}: a topic name stands twice")
    return declared + [
        Topic(
            name=dead_letter_topic(service, topic.name),
            kind="dlq",
            owner=service,
            key=topic.key,
            consumers=[],
            partitions=1,
            max_message_bytes=topic.max_message_bytes + 65_536,
        )
        for topic in declared
        for service in topic.consumers
    ]

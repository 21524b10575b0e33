"""What may change in a topic within a major version: as in `compat_rules`, one rule per function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from schemas.compat_rules import Found

TopicFacts = Mapping[str, Any]


def key_changed(old: TopicFacts, new: TopicFacts) -> Iterator[Found]:
    """Refuse: the key decides in which order facts are read."""
    yield from _changed("key", old, new, "facts of one aggregate would lose their order")


def partitions_changed(old: TopicFacts, new: TopicFacts) -> Iterator[Found]:
    """Refuse: keys are spread by the number of partitions."""
    yield from _changed("partitions", old, new, "keys would move to other partitions and lose their order")


def kind_changed(old: TopicFacts, new: TopicFacts) -> Iterator[Found]:
    """Refuse: the kind decides how long messages are kept."""
    yield from _changed("kind", old, new, "messages would be kept for another time")


def owner_changed(old: TopicFacts, new: TopicFacts) -> Iterator[Found]:
    """Refuse: one service publishes to a topic."""
    yield from _changed("owner", old, new, "versions of two publishers can't be compared")


def size_lowered(old: TopicFacts, new: TopicFacts) -> Iterator[Found]:
    """Refuse: what could be published must go on to be."""
    if new["max_message_bytes"] < old["max_message_bytes"]:
        yield Found("size-lowered", f"max_message_bytes was {old['max_message_bytes']}, is {new['max_message_bytes']}")


TOPIC_RULES: Final[tuple[Callable[[TopicFacts, TopicFacts], Iterator[Found]], ...]] = (
    key_changed,
    partitions_changed,
    kind_changed,
    owner_changed,
    size_lowered,
)


def _changed(name: str, old: TopicFacts, new: TopicFacts, why: str) -> Iterator[Found]:
    if old[name] != new[name]:
        yield Found(f"{name}-changed", f"was {old[name]}, is {new[name]}: {why}")

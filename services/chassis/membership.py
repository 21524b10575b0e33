"""Whether a group member still is one. Without a partition no task meets the group's errors: these checks do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from aiokafka.errors import NoOffsetForPartitionError
from kafka.errors import KafkaError, UnknownTopicOrPartitionError

from services.chassis.claim import TopicChangedError
from services.chassis.topic_ids import TopicIds

CHECK_S: Final = 5.0
JOIN_LIMIT_S: Final = 120.0
"""A member to which the group hands out nothing for so long, not even an empty share, ends. A broker that is away
doesn't count: what was handed out before stays until the group is joined anew."""
ABSENT_LIMIT_S: Final = 60.0
"""A topic of the group that the broker doesn't know for so long: the member ends, for it would never read it."""


class NotJoinedError(Exception):
    """The member waits in vain: a restart connects, asks for the coordinator and joins anew."""


class TopicAbsentError(Exception):
    """A topic of the group is not there."""


async def check_joined(consumer: Any, waiting_s: Callable[[], float]) -> None:
    """Raise what the coordinator refused for good, or `NotJoinedError` where it never answers.

    `waiting_s` tells for how long nothing was handed out. A spare member holds nothing and is a member all the same.
    """
    if consumer.assignment():
        return
    with suppress(TimeoutError, NoOffsetForPartitionError):  # it joins, or has joined, at this moment
        async with asyncio.timeout(0):
            await consumer.getmany()  # raises first what the coordinator said; nobody else asks
    if waiting_s() > JOIN_LIMIT_S:
        raise NotJoinedError(f"the group handed out nothing for {waiting_s():.0f} s; look at the broker and our rights")


class TopicWatch:
    """Knows the ids under which the group's topics were claimed, and since when one is missing."""

    def __init__(self, topics: Sequence[str], ids: TopicIds) -> None:
        self.claimed: dict[str, str] = {}
        self._topics = topics
        self._ids = ids
        self._absent_since: dict[str, float] = {}

    async def check(self) -> None:
        """Raise `TopicAbsentError` for a topic that is gone for good, `TopicChangedError` for one made anew."""
        for topic in self._topics:
            try:
                now = await self._ids.get(topic)
            except UnknownTopicOrPartitionError as error:
                absent_s = time.monotonic() - self._absent_since.setdefault(topic, time.monotonic())
                if absent_s > ABSENT_LIMIT_S:
                    raise TopicAbsentError(f"{topic} is not there: create it, then start the worker") from error
                continue
            except KafkaError:
                continue  # the broker is away: asked again
            self._absent_since.pop(topic, None)
            known = self.claimed.get(topic, now)
            if now != known:
                raise TopicChangedError(f"{topic} was recreated: id {known} became {now}")

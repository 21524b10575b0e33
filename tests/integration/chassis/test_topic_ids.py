"""A topic deleted and made again keeps its name and changes its id."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator

import pytest
from kafka import KafkaAdminClient
from kafka.errors import UnknownTopicOrPartitionError

from services.chassis.topic_ids import TopicIds
from tests.support.wait import wait_until

LIMIT_S = 20.0


@pytest.fixture
def admin(kafka_bootstrap: str) -> Iterator[KafkaAdminClient]:
    with KafkaAdminClient(bootstrap_servers=kafka_bootstrap) as client:
        yield client


async def test_an_id_belongs_to_one_making_of_a_topic(admin: KafkaAdminClient, kafka_bootstrap: str) -> None:
    name = f"core-ids-{uuid.uuid4().hex[:8]}"
    ids = TopicIds(kafka_bootstrap)
    with pytest.raises(UnknownTopicOrPartitionError, match=name):
        await ids.get(name)
    admin.create_topics([name])
    admin.wait_for_topics([name])
    first = await ids.get(name)
    assert set(await asyncio.gather(ids.get(name), ids.get(name))) == {first}
    assert len(uuid.UUID(first).bytes) == 16
    admin.delete_topics([name])
    wait_until(lambda: name not in admin.list_topics(), LIMIT_S, "the topic to be gone")
    with pytest.raises(UnknownTopicOrPartitionError):
        await ids.get(name)
    admin.create_topics([name])
    admin.wait_for_topics([name])
    assert await ids.get(name) != first
    admin.delete_topics([name])
    await ids.close()


async def test_closing_before_the_first_question_is_no_error(kafka_bootstrap: str) -> None:
    await TopicIds(kafka_bootstrap).close()

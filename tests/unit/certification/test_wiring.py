"""What the composition root hands out fits the topic catalogue and the kinds."""

from __future__ import annotations

from schemas.topics import load_topics
from services.certification.adapters.mongo_indexes import INDEXES
from services.certification.application import handlers
from services.certification.application.ports import DOMAIN_KINDS, PART_VERDICTS, TRAIL
from services.certification.bootstrap import GROUPS, KINDS, NAME, PARTS, TRANSLATE
from services.certification.stream.routes import DECIDING
from services.certification.stream.routes import PARTS as PART_GROUP
from services.certification.stream.routes import TRAIL as TRAIL_GROUP
from services.chassis.parts import all_indexes

TOPICS = {topic.name: topic for topic in load_topics()}


def test_every_topic_read_names_certification_as_its_consumer() -> None:
    read = {topic for group in GROUPS for topic in group.topics}
    assert read == {name for name, topic in TOPICS.items() if NAME in topic.consumers}


def test_every_route_is_of_a_topic_the_group_reads_and_has_a_handler() -> None:
    for group in GROUPS:
        for event_type in group.routes:
            assert f"{event_type.rsplit('.', 2)[0]}.v1" in group.topics
        assert group.handlers


def test_group_names_are_their_positions_identity() -> None:
    assert [group.name for group in GROUPS] == ["certification.deciding", "certification.parts", "certification.trail"]
    assert (DECIDING, PART_GROUP, TRAIL_GROUP) == GROUPS


def test_each_command_has_one_handler_in_one_role() -> None:
    tables = (
        handlers.API_HANDLERS,
        handlers.DECIDING_HANDLERS,
        handlers.WORK_HANDLERS,
        handlers.TRAIL_HANDLERS,
    )
    commands = [command for table in tables for command in table]
    assert len(set(commands)) == len(commands) == 14


def test_every_kind_has_its_collection_and_its_match_indexes() -> None:
    assert {kind.name for kind in DOMAIN_KINDS} | {"idempotency"} == {kind.name for kind in KINDS} == set(INDEXES)
    indexes = all_indexes(PARTS)
    for kind in KINDS:
        names = {model.document["name"] for model in indexes[kind.name]}
        assert {f"match_{field}" for field in kind.match_fields} <= names
    assert {"by_verdict"} <= {model.document["name"] for model in indexes[PART_VERDICTS.name]}
    assert {"newest_of_aggregate", "by_request"} <= {model.document["name"] for model in indexes[TRAIL.name]}
    assert PARTS.translate is TRANSLATE

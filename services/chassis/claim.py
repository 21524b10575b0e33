"""Claim a partition: end the former owner's session, raise the epoch, check that the topic is still the same one.

Done in the partition's own task, not in the assignment callback: aiokafka swallows that callback's exceptions.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog
from bson.binary import Binary
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError

from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.chassis.mongo_store import POSITIONS
from services.chassis.store import FencedError, Position

log = structlog.get_logger(__name__)

CLAIM_ATTEMPTS: Final = 8
"""Rivals may raise the epoch between our read and our write; each attempt reads anew."""


class TopicChangedError(Exception):
    """The topic was deleted and recreated, or truncated below our position: reading on would skip or repeat facts."""


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """What the broker says of a partition right now."""

    topic_id: str
    beginning: int
    end: int
    """Next offset to be written."""


def position_id(group: str, topic: str, partition: int) -> str:
    """Key of the position document."""
    return f"{group}:{topic}:{partition}"


async def claim(mongo: Mongo, position: str, session: Any, facts: TopicFacts) -> Position:
    """Take the partition over and return where to go on.

    Raises `TopicChangedError` where the stored position doesn't belong to this topic, `FencedError` where rivals
    were faster every time, `TransientStoreError` from the store.
    """
    for _ in range(CLAIM_ATTEMPTS):
        with translated_errors():
            document = await mongo.collection(POSITIONS).find_one({"_id": position})
        if document is None:
            claimed = await _first_claim(mongo, position, session, facts)
        else:
            _check(position, document, facts)
            await _end_session(mongo, document.get("session"))
            claimed = await _raise_epoch(mongo, document, session, facts)
        if claimed is not None:
            _check(position, claimed, facts)
            return _position(claimed)
    raise FencedError(f"{position}: another worker claimed it {CLAIM_ATTEMPTS} times while we tried")


async def release(mongo: Mongo, position: str, session: Any) -> None:
    """Give a partition up in order: end what may be open on our session, then take its name off the position.

    The driver will hand the session out again, so that a successor that ended it would strike a neighbour's command.
    Does what it can: where the store is away, the successor's claim ends the session.
    """
    with suppress(PyMongoError):
        await mongo.admin_command({"killSessions": [{"id": session.session_id["id"]}]})
        await mongo.collection(POSITIONS).update_one(
            {"_id": position, "session": session.session_id}, {"$set": {"session": None}}
        )


async def read_position(mongo: Mongo, position: str) -> Position | None:
    """Read a position, None before its first claim."""
    with translated_errors():
        document = await mongo.collection(POSITIONS).find_one({"_id": position})
    return None if document is None else _position(document)


def _position(document: dict[str, Any]) -> Position:
    return Position(
        id=document["_id"],
        offset=document["offset"],
        epoch=document["epoch"],
        topic_id=document["topic_id"],
        poison_run=document["poison_run"],
        window_seen=document["window_seen"],
        window_poison=document["window_poison"],
    )


async def _first_claim(mongo: Mongo, position: str, session: Any, facts: TopicFacts) -> dict[str, Any] | None:
    document: dict[str, Any] = {
        "_id": position,
        "offset": facts.beginning,
        "epoch": 1,
        "session": session.session_id,
        "topic_id": facts.topic_id,
        "poison_run": 0,
        "window_seen": 0,
        "window_poison": 0,
    }
    with translated_errors():
        try:
            await mongo.collection(POSITIONS).insert_one(document)
        except DuplicateKeyError:
            return None
    return document


async def _raise_epoch(
    mongo: Mongo, document: dict[str, Any], session: Any, facts: TopicFacts
) -> dict[str, Any] | None:
    with translated_errors():
        return await mongo.collection(POSITIONS).find_one_and_update(
            {"_id": document["_id"], "epoch": document["epoch"]},
            {"$inc": {"epoch": 1}, "$set": {"session": session.session_id, "topic_id": facts.topic_id}},
            return_document=ReturnDocument.AFTER,
        )


async def _end_session(mongo: Mongo, session_id: Any) -> None:
    """Kill the former owner's session: a dead or frozen worker would hold its transaction's locks for a minute."""
    if not isinstance(session_id, dict) or not isinstance(session_id.get("id"), Binary | bytes):
        return
    try:
        await mongo.admin_command({"killSessions": [{"id": session_id["id"]}]})
    except OperationFailure as error:
        log.warning("claim.kill_sessions_refused", code=error.code, remedy="grant killAnySession or lower the limit")
    except PyMongoError as error:
        log.warning("claim.kill_sessions_failed", error=type(error).__name__)


def _check(position: str, document: dict[str, Any], facts: TopicFacts) -> None:
    if document["topic_id"] != facts.topic_id:
        raise TopicChangedError(
            f"{position}: the topic was recreated (id {document['topic_id']} became {facts.topic_id}). "
            "Restore it, or start the group under a new name after checking what was lost."
        )
    if not facts.beginning <= document["offset"] <= facts.end:
        raise TopicChangedError(
            f"{position}: next offset {document['offset']} lies outside the topic's {facts.beginning}..{facts.end}. "
            "The topic was truncated or its retention cut facts off; restore it before going on."
        )

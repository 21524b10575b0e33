"""The story's results, counted from the databases and not from what the story believes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pymongo import MongoClient

from infra.stack import DATABASE_PREFIX, SERVICES, database_name

CERTIFIED: Final = "certified"
DEAD_LETTER_SUFFIX: Final = r"\.dlq$"


def count_results(mongo_uri: str, story: Mapping[str, Any], prefix: str = DATABASE_PREFIX) -> dict[str, Any]:
    """Count what is stored over all services; `story` is `ok` when the part it made is certified there."""
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri)
    try:
        databases = {ports.name: client[database_name(ports.name, prefix)] for ports in SERVICES}
        verdicts = databases["certification"]["part_verdicts"]
        certified = {"verdicts.verdict": CERTIFIED}
        outboxes = [database["outbox"] for database in databases.values()]
        letters = {"topic": {"$regex": DEAD_LETTER_SUFFIX}}
        return {
            "story": "ok" if verdicts.count_documents({"_id": story["part"]} | certified) == 1 else "failed",
            "footprints_published": databases["footprints"]["footprints"].count_documents({}),
            "parts_certified": verdicts.count_documents(certified),
            "trades_settled": databases["recycling"]["trades"].count_documents({"status": "settled"}),
            "claims_issued": databases["recycling"]["claims"].count_documents({"status": "issued"}),
            "events_delivered": sum(box.count_documents({"published": True} | _not(letters)) for box in outboxes),
            "dead_letters": sum(box.count_documents(letters) for box in outboxes),
        }
    finally:
        client.close()


def _not(condition: dict[str, Any]) -> dict[str, Any]:
    return {"$nor": [condition]}

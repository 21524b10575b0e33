"""The grants that hold for a reader at an instant, asked of MongoDB. Every read of footprints stands on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.footprints.application.ports import GRANTS, MAX_GRANTS_READ
from services.footprints.application.queries import check_grant_count
from services.footprints.domain.access import Doors, doors
from services.footprints.domain.access_log import Opening
from services.footprints.domain.grant import GrantStatus

MAX_KEYS: Final = 1_000
"""Most access keys in one query; more are asked for in slices."""


def holding(reader: str, at: datetime) -> dict[str, Any]:
    """Match the grants that open something to the reader at this instant (`Grant.holds`, said to the database)."""
    return {
        "grantee_organisation_id": reader,
        "status": GrantStatus.ACTIVE.value,
        "valid_from": {"$lte": at},
        "$or": [{"valid_until": None}, {"valid_until": {"$gt": at}}],
    }


async def doors_held(mongo: Mongo, owner: str | None, reader: str, at: datetime) -> Doors:
    """Return what the reader may open at this instant; `owner` narrows it to one organisation's grants.

    Raises `TooManyGrants` for more than `MAX_GRANTS_READ`.
    """
    condition = holding(reader, at)
    if owner is not None:
        condition["owner_organisation_id"] = owner
    limit = MAX_GRANTS_READ + 1
    fields = {"access_key": 1, "owner_organisation_id": 1}
    with translated_errors():
        grants = await mongo.collection(GRANTS.name).find(condition, fields).limit(limit).to_list(limit)
    check_grant_count(len(grants))
    return doors(reader, ((grant["owner_organisation_id"], grant["access_key"]) for grant in grants))


async def openings(mongo: Mongo, access_keys: Collection[str], reader: str, at: datetime) -> Sequence[Opening]:
    """Return, for each of these keys that a grant hands over to the reader at this instant, the first such grant."""
    ordered = sorted(access_keys)
    found: list[Opening] = []
    for start in range(0, len(ordered), MAX_KEYS):
        keys = ordered[start : start + MAX_KEYS]
        pipeline: list[Mapping[str, Any]] = [
            {"$match": holding(reader, at) | {"access_key": {"$in": keys}}},
            {"$group": {"_id": "$access_key", "grant_id": {"$min": "$_id"}}},
        ]
        with translated_errors():
            groups = await mongo.aggregate(GRANTS.name, pipeline, limit=len(keys))
        found += [Opening(group["_id"], group["grant_id"]) for group in groups]
    return found

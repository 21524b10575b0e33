"""Indexes of this service's collections, beyond `_id`."""

from __future__ import annotations

from typing import Final

from pymongo import ASCENDING, IndexModel

from services.chassis.idempotency import IDEMPOTENCY
from services.footprints.application.ports import FOOTPRINTS, GRANTS, ORGANISATIONS, SUCCESSIONS

INDEXES: Final[dict[str, tuple[IndexModel, ...]]] = {
    FOOTPRINTS.name: (
        IndexModel(
            [("access_keys", ASCENDING), ("accepted_at", ASCENDING), ("_id", ASCENDING)], name="readable_in_order"
        ),
    ),
    GRANTS.name: (
        IndexModel(
            [("grantee_organisation_id", ASCENDING), ("access_key", ASCENDING), ("status", ASCENDING)], name="opens"
        ),
        IndexModel([("grantee_organisation_id", ASCENDING), ("_id", ASCENDING)], name="got_in_order"),
        IndexModel([("owner_organisation_id", ASCENDING), ("_id", ASCENDING)], name="given_in_order"),
    ),
    SUCCESSIONS.name: (),
    ORGANISATIONS.name: (),
    IDEMPOTENCY.name: (IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0),),
}

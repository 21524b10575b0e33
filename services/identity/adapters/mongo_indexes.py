"""Indexes beyond the automatic ones of match fields."""

from __future__ import annotations

from typing import Final

from pymongo import ASCENDING, IndexModel

from services.chassis.idempotency import IDEMPOTENCY
from services.identity.application.ports import CREDENTIALS, IDENTIFIER_CLAIMS, KEY_RINGS, ORGANISATIONS

INDEXES: Final[dict[str, tuple[IndexModel, ...]]] = {
    ORGANISATIONS.name: (),
    IDENTIFIER_CLAIMS.name: (),
    CREDENTIALS.name: (IndexModel([("organisation_id", ASCENDING), ("_id", ASCENDING)], name="listing"),),
    KEY_RINGS.name: (),
    IDEMPOTENCY.name: (IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),),
}

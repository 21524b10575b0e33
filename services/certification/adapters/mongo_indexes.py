"""Indexes beyond the automatic ones of match fields."""

from __future__ import annotations

from typing import Final

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.certification.application.ports import (
    DOMAIN_KINDS,
    PART_LISTINGS,
    PART_VERDICTS,
    PROFILES,
    TRAIL,
)
from services.chassis.idempotency import IDEMPOTENCY


def _by(name: str, *fields: str) -> IndexModel:
    return IndexModel([(field, ASCENDING) for field in fields], name=name)


INDEXES: Final[dict[str, tuple[IndexModel, ...]]] = {kind.name: () for kind in DOMAIN_KINDS} | {
    PROFILES.name: (_by("by_buyer", "buyer_organisation_id", "_id"),),
    PART_LISTINGS.name: (_by("by_supplier", "supplier_id", "_id"),),
    PART_VERDICTS.name: (_by("by_verdict", "verdicts.profile_id", "verdicts.verdict", "_id"),),
    TRAIL.name: (
        IndexModel(
            [("kind", ASCENDING), ("aggregate_id", ASCENDING), ("version", DESCENDING)], name="newest_of_aggregate"
        ),
        _by("by_request", "correlation_id", "supplier_id", "_id"),
    ),
    IDEMPOTENCY.name: (IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),),
}

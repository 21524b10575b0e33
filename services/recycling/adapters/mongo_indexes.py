"""Indexes beyond the automatic ones of match fields."""

from __future__ import annotations

from typing import Final

from pymongo import ASCENDING, IndexModel

from services.chassis.idempotency import IDEMPOTENCY
from services.recycling.application.ports import CLAIMS, DEMANDS, KINDS, LOTS, MATCHES


def _by(name: str, *fields: str) -> IndexModel:
    return IndexModel([(field, ASCENDING) for field in fields], name=name)


INDEXES: Final[dict[str, tuple[IndexModel, ...]]] = {kind.name: () for kind in KINDS} | {
    LOTS.name: (
        _by("by_grade", "grade_scheme", "grade_code", "status", "_id"),
        _by("by_status", "status", "_id"),
        _by("by_seller", "seller_organisation_id", "_id"),
    ),
    DEMANDS.name: (_by("by_buyer", "buyer_organisation_id", "_id"),),
    MATCHES.name: (
        _by("by_seller", "seller_organisation_id", "matched_at", "_id"),
        _by("by_buyer", "buyer_organisation_id", "matched_at", "_id"),
    ),
    CLAIMS.name: (
        _by("by_seller", "seller_organisation_id", "_id"),
        _by("by_beneficiary", "beneficiary_organisation_id", "_id"),
    ),
    IDEMPOTENCY.name: (IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),),
}

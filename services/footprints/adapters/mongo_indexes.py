"""Indexes of this service's collections, beyond `_id`."""

from __future__ import annotations

from typing import Final

from pymongo import ASCENDING, IndexModel

from services.chassis.idempotency import IDEMPOTENCY
from services.footprints.application.access_log import ACCESS_LOG
from services.footprints.application.exchange import (
    DELIVERIES,
    DELIVERY_STATES,
    PARTNER_CONNECTIONS,
    RECEIVED_EVENTS,
    REQUESTS,
    RETRY_ORDERS,
)
from services.footprints.application.intake import INTAKE_BLOCKS, INTAKE_CHUNKS, INTAKE_RESULTS, INTAKES
from services.footprints.application.ports import (
    FACTOR_SETS,
    FACTORS,
    FOOTPRINTS,
    GRANTS,
    ORGANISATIONS,
    SUCCESSIONS,
    VALIDATION_POLICIES,
)
from services.footprints.application.verifications import (
    EVIDENCE_CHUNKS,
    EVIDENCE_FOLDERS,
    PROGRAMME_CERTIFICATES,
    TRUST_FINDINGS,
    VERIFICATIONS,
)

READABLE: Final = "readable_in_order"
BY_KEY: Final = "found_in_order"
BY_END: Final = "readable_by_end"
BY_START: Final = "readable_by_start"
SUCCESSORS: Final = "successors"
NEWEST_FIRST: Final = "newest_first"
OF_FOOTPRINT: Final = "of_footprint"
OF_READER: Final = "of_reader"
"""Indexes of footprints that listings name; what follows the sort fields in them is looked at without the document."""

INDEXES: Final[dict[str, tuple[IndexModel, ...]]] = {
    FOOTPRINTS.name: (
        IndexModel([("access_keys", ASCENDING), ("accepted_at", ASCENDING), ("_id", ASCENDING)], name=READABLE),
        IndexModel(
            [
                ("search_keys", ASCENDING),
                ("status", ASCENDING),
                ("accepted_at", ASCENDING),
                ("_id", ASCENDING),
                ("validity.end", ASCENDING),
                ("validity.start", ASCENDING),
            ],
            name=BY_KEY,
        ),
        IndexModel(
            [
                ("access_keys", ASCENDING),
                ("validity.end", ASCENDING),
                ("_id", ASCENDING),
                ("validity.start", ASCENDING),
                ("status", ASCENDING),
            ],
            name=BY_END,
        ),
        IndexModel(
            [
                ("access_keys", ASCENDING),
                ("validity.start", ASCENDING),
                ("_id", ASCENDING),
                ("status", ASCENDING),
            ],
            name=BY_START,
        ),
        IndexModel([("preceding_ids", ASCENDING), ("_id", ASCENDING)], name=SUCCESSORS),
    ),
    GRANTS.name: (
        IndexModel(
            [("grantee_organisation_id", ASCENDING), ("access_key", ASCENDING), ("status", ASCENDING)], name="opens"
        ),
        IndexModel([("grantee_organisation_id", ASCENDING), ("_id", ASCENDING)], name="got_in_order"),
        IndexModel([("owner_organisation_id", ASCENDING), ("_id", ASCENDING)], name="given_in_order"),
    ),
    SUCCESSIONS.name: (),
    VERIFICATIONS.name: (
        IndexModel([("supplier_organisation_id", 1), ("_id", 1)], name="opened_in_order"),
        IndexModel([("verifier_organisation_id", 1), ("_id", 1)], name="got_in_order"),
        IndexModel([("verifier_organisation_id", 1), ("footprint_ids", 1), ("state", 1), ("_id", 1)], name="opens"),
    ),
    EVIDENCE_FOLDERS.name: (),
    EVIDENCE_CHUNKS.name: (),
    PROGRAMME_CERTIFICATES.name: (),
    TRUST_FINDINGS.name: (),
    ORGANISATIONS.name: (),
    VALIDATION_POLICIES.name: (),
    FACTOR_SETS.name: (),
    FACTORS.name: (),
    RECEIVED_EVENTS.name: (),
    PARTNER_CONNECTIONS.name: (),
    REQUESTS.name: (
        IndexModel([("entries.owner_organisation_id", 1), ("entries.state", 1), ("_id", 1)], name="inbox"),
    ),
    DELIVERIES.name: (IndexModel([("created_at", ASCENDING), ("_id", ASCENDING)], name="made_since"),),
    RETRY_ORDERS.name: (IndexModel([("ordered_at", ASCENDING)], name="ordered_since"),),
    DELIVERY_STATES: (
        IndexModel(
            [("progress", 1), ("next_attempt_at", 1), ("delivery.recipient_organisation_id", 1), ("_id", 1)],
            name="due",
        ),
        IndexModel([("delivery.created_at", -1), ("_id", -1)], name="newest_first"),
        IndexModel([("progress", 1), ("delivery.created_at", -1), ("_id", -1)], name="newest_by_progress"),
        IndexModel(
            [("delivery.owner_organisation_ids", 1), ("delivery.created_at", -1), ("_id", -1)], name="newest_of_owner"
        ),
    ),
    ACCESS_LOG.name: (
        IndexModel([("owner_organisation_id", 1), ("read_at", -1), ("_id", -1)], name=NEWEST_FIRST),
        IndexModel(
            [("owner_organisation_id", 1), ("footprint_ids", 1), ("read_at", -1), ("_id", -1)], name=OF_FOOTPRINT
        ),
        IndexModel(
            [("owner_organisation_id", 1), ("reader_organisation_id", 1), ("read_at", -1), ("_id", -1)],
            name=OF_READER,
        ),
        IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0),
    ),
    INTAKES.name: (
        IndexModel([("owner_organisation_id", 1), ("_id", -1)], name="newest_first"),
        IndexModel([("state", ASCENDING), ("turn_at", ASCENDING)], name="waiting"),
        IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0),
    ),
    INTAKE_RESULTS.name: (
        IndexModel([("intake_id", ASCENDING), ("outcome", ASCENDING), ("_id", ASCENDING)], name="by_outcome"),
        IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0),
    ),
    INTAKE_CHUNKS.name: (IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0),),
    INTAKE_BLOCKS.name: (IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0),),
    IDEMPOTENCY.name: (IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0),),
}

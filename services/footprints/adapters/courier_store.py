"""Deliveries and their states on MongoDB. The courier alone writes `delivery_states`, guarded by what it read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.chassis.codec import from_document, to_document
from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.chassis.store import TransientStoreError
from services.footprints.adapters.courier import CourierStore
from services.footprints.application.exchange import DELIVERIES, DELIVERY_STATES, RETRY_ORDERS
from services.footprints.domain.delivery import Delivery, DeliveryProgress, DeliveryState, RetryOrder, ordered

MAX_ORDERS: Final = 1_000
"""Most orders looked at in a turn; an operator gives them by hand."""


class MongoCourierStore(CourierStore):
    """Implements `courier.CourierStore`."""

    def __init__(self, mongo: Mongo) -> None:
        """`mongo` reads and writes at majority."""
        self._mongo = mongo
        self._states = mongo.collection(DELIVERY_STATES)

    async def adopt(self, since: datetime, begin: Callable[[Delivery], DeliveryState], limit: int) -> int:
        """Find deliveries by the absence of their state, and give them one."""
        pipeline: list[Mapping[str, Any]] = [
            {"$match": {"created_at": {"$gte": since}}},
            {
                "$lookup": {
                    "from": DELIVERY_STATES,
                    "localField": "_id",
                    "foreignField": "_id",
                    "pipeline": [{"$project": {"_id": 1}}],
                    "as": "state",
                }
            },
            {"$match": {"state": []}},
            {"$limit": limit},
            {"$unset": "state"},
        ]
        with translated_errors():
            found = await self._mongo.aggregate(DELIVERIES.name, pipeline, limit=limit)
        states = [_document(begin(from_document(document, Delivery))) for document in found]
        if not states:
            return 0
        try:
            with translated_errors():
                await self._states.insert_many(states, ordered=False)
        except TransientStoreError:
            return 0  # another courier was quicker with some of them: the next turn sees
        return len(states)

    async def follow_orders(self, since: datetime, skip: Collection[str]) -> int:
        """Apply orders that are newer than what their states followed."""
        with translated_errors():
            documents = (
                await self._mongo.collection(RETRY_ORDERS.name)
                .find({"ordered_at": {"$gte": since}, "_id": {"$nin": list(skip)}})
                .sort([("ordered_at", -1)])
                .limit(MAX_ORDERS)
                .to_list(MAX_ORDERS)
            )
            orders = {document["_id"]: from_document(document, RetryOrder) for document in documents}
            if not orders:
                return 0
            found = await self._states.find({"_id": {"$in": list(orders)}}).to_list(len(orders))
        followed = 0
        for state in (from_document(document, DeliveryState) for document in found):
            after = ordered(state, orders[state.delivery.delivery_id])
            if after is not None and await self.record(state, after):
                followed += 1
        return followed

    async def due(
        self, now: datetime, *, skip: Collection[str], busy: Collection[str], limit: int
    ) -> Sequence[DeliveryState]:
        """Read along the index of what is due."""
        condition = {
            "progress": DeliveryProgress.PENDING.value,
            "next_attempt_at": {"$lte": now},
            "delivery.recipient_organisation_id": {"$nin": sorted(busy)},
            "_id": {"$nin": sorted(skip)},
        }
        with translated_errors():
            documents = await self._states.find(condition).sort([("next_attempt_at", 1)]).limit(limit).to_list(limit)
        return [from_document(document, DeliveryState) for document in documents]

    async def record(self, before: DeliveryState, after: DeliveryState) -> bool:
        """Replace the state if attempts and orders are still those of `before`."""
        condition = {
            "_id": before.delivery.delivery_id,
            "attempts": before.attempts,
            "order_version": before.order_version,
        }
        with translated_errors():
            result = await self._states.replace_one(condition, _document(after))
        return bool(result.matched_count == 1)

    async def oldest_due(self, now: datetime) -> datetime | None:
        """Return since when the oldest delivery is due, None where none is."""
        with translated_errors():
            document = (
                await self._states.find(
                    {"progress": DeliveryProgress.PENDING.value, "next_attempt_at": {"$lte": now}},
                    {"next_attempt_at": 1},
                )
                .sort([("next_attempt_at", 1)])
                .limit(1)
                .to_list(1)
            )
        return document[0]["next_attempt_at"] if document else None


def _document(state: DeliveryState) -> dict[str, Any]:
    return {"_id": state.delivery.delivery_id} | to_document(state)

"""Reads on MongoDB. The tenant stands in every filter: a foreign document is as absent as a missing one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from services.chassis.codec import from_document
from services.chassis.kernel import Kind
from services.chassis.mongo import Mongo
from services.chassis.mongo_errors import translated_errors
from services.recycling.application.ports import (
    CLAIMS,
    DEMAND_BALANCES,
    DEMANDS,
    LOT_BALANCES,
    LOTS,
    MATCHES,
    ORGANISATIONS,
    TRADES,
    LotSearch,
    TradePosition,
    TradeSearch,
)
from services.recycling.domain.balances import DemandBalance, LotBalance
from services.recycling.domain.claims import Claim
from services.recycling.domain.demands import Demand
from services.recycling.domain.lots import Lot
from services.recycling.domain.standing import Organisation
from services.recycling.domain.trades import Trade

S = TypeVar("S")
Filter = dict[str, Any]
BY_ID: Final = ("_id",)
BY_MATCH: Final = ("matched_at", "_id")


class MongoQueries:
    """Implements `ports.MarketQueries`. A lost connection comes out as the store's `TransientStoreError` (503)."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def organisation(self, organisation_id: str) -> Organisation | None:
        """Return an organisation's standing."""
        return await self._one(ORGANISATIONS, {"_id": organisation_id})

    async def lots(self, search: LotSearch, after_id: str | None, limit: int) -> Sequence[Lot]:
        """Return lots in order of their ids."""
        condition = _given(
            grade_scheme=search.grade_scheme,
            grade_code=search.grade_code,
            status=None if search.status is None else search.status.value,
            seller_organisation_id=search.seller_organisation_id,
        )
        return await self._page(LOTS, condition | _after(after_id), BY_ID, limit)

    async def lot(self, lot_id: str) -> Lot | None:
        """Return a lot."""
        return await self._one(LOTS, {"_id": lot_id})

    async def lot_balances(self, lot_ids: Sequence[str]) -> dict[str, LotBalance]:
        """Return what the book knows of these lots."""
        return {balance.lot_id: balance for balance in await self._many(LOT_BALANCES, lot_ids)}

    async def demands(self, buyer_id: str, after_id: str | None, limit: int) -> Sequence[Demand]:
        """Return a buyer's demands in order of their ids."""
        return await self._page(DEMANDS, {"buyer_organisation_id": buyer_id} | _after(after_id), BY_ID, limit)

    async def demand(self, demand_id: str, buyer_id: str) -> Demand | None:
        """Return a buyer's demand."""
        return await self._one(DEMANDS, {"_id": demand_id, "buyer_organisation_id": buyer_id})

    async def demand_balances(self, demand_ids: Sequence[str]) -> dict[str, DemandBalance]:
        """Return what the book knows of these demands."""
        return {balance.demand_id: balance for balance in await self._many(DEMAND_BALANCES, demand_ids)}

    async def trades(
        self, party_id: str, search: TradeSearch, after: TradePosition | None, limit: int
    ) -> Sequence[Trade]:
        """Return a party's trades, oldest match first: every trade is in `matches`, its later versions in `trades`."""
        conditions = [_trade_party(party_id), _given(lot_id=search.lot_id, demand_id=search.demand_id)]
        if after is not None:
            same_instant = {"matched_at": after.matched_at, "_id": {"$gt": after.trade_id}}
            conditions.append({"$or": [{"matched_at": {"$gt": after.matched_at}}, same_instant]})
        matched = await self._page(MATCHES, {"$and": conditions}, BY_MATCH, limit)
        later = {trade.trade_id: trade for trade in await self._many(TRADES, [trade.trade_id for trade in matched])}
        return [later.get(trade.trade_id, trade) for trade in matched]

    async def trade(self, trade_id: str, party_id: str) -> Trade | None:
        """Return a party's trade in its present version."""
        condition = {"_id": trade_id} | _trade_party(party_id)
        later: Trade | None = await self._one(TRADES, condition)
        if later is not None:
            return later
        return await self._one(MATCHES, condition)

    async def claims(self, party_id: str, after_id: str | None, limit: int) -> Sequence[Claim]:
        """Return the claims of a party in order of their ids."""
        parties = [{"beneficiary_organisation_id": party_id}, {"seller_organisation_id": party_id}]
        return await self._page(CLAIMS, {"$or": parties} | _after(after_id), BY_ID, limit)

    async def claim(self, claim_id: str) -> Claim | None:
        """Return a claim."""
        return await self._one(CLAIMS, {"_id": claim_id})

    async def _one(self, kind: Kind[S], condition: Filter) -> S | None:
        with translated_errors():
            document = await self._mongo.collection(kind.name).find_one(condition)
        return None if document is None else from_document(document, kind.state)

    async def _many(self, kind: Kind[S], keys: Sequence[str]) -> list[S]:
        if not keys:
            return []
        return await self._page(kind, {"_id": {"$in": list(keys)}}, BY_ID, len(keys))

    async def _page(self, kind: Kind[S], condition: Filter, order: Sequence[str], limit: int) -> list[S]:
        with translated_errors():
            cursor = self._mongo.collection(kind.name).find(condition).sort([(field, 1) for field in order])
            found = await cursor.limit(limit).to_list(limit)
        return [from_document(document, kind.state) for document in found]


def _given(**fields: str | None) -> Filter:
    return {name: value for name, value in fields.items() if value is not None}


def _after(after_id: str | None) -> Filter:
    return {} if after_id is None else {"_id": {"$gt": after_id}}


def _trade_party(party_id: str) -> Filter:
    return {"$or": [{"seller_organisation_id": party_id}, {"buyer_organisation_id": party_id}]}

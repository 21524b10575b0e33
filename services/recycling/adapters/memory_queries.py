"""The same reads over the store in memory, for component tests."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.testing.memory_store import MemoryStore
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


class MemoryQueries:
    """Implements `ports.MarketQueries`."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def organisation(self, organisation_id: str) -> Organisation | None:
        """Return an organisation's standing."""
        return self._store.states(ORGANISATIONS).get(organisation_id)

    async def lots(self, search: LotSearch, after_id: str | None, limit: int) -> Sequence[Lot]:
        """Return lots in order of their ids."""
        found: list[Lot] = [lot for _, lot in sorted(self._store.states(LOTS).items())]
        wanted = [lot for lot in found if _fits(lot, search) and (after_id is None or lot.lot_id > after_id)]
        return wanted[:limit]

    async def lot(self, lot_id: str) -> Lot | None:
        """Return a lot."""
        return self._store.states(LOTS).get(lot_id)

    async def lot_balances(self, lot_ids: Sequence[str]) -> dict[str, LotBalance]:
        """Return what the book knows of these lots."""
        return {key: state for key, state in self._store.states(LOT_BALANCES).items() if key in lot_ids}

    async def demands(self, buyer_id: str, after_id: str | None, limit: int) -> Sequence[Demand]:
        """Return a buyer's demands in order of their ids."""
        found: list[Demand] = [demand for _, demand in sorted(self._store.states(DEMANDS).items())]
        own = [demand for demand in found if demand.buyer_organisation_id == buyer_id]
        return [demand for demand in own if after_id is None or demand.demand_id > after_id][:limit]

    async def demand(self, demand_id: str, buyer_id: str) -> Demand | None:
        """Return a buyer's demand."""
        found: Demand | None = self._store.states(DEMANDS).get(demand_id)
        return found if found is not None and found.buyer_organisation_id == buyer_id else None

    async def demand_balances(self, demand_ids: Sequence[str]) -> dict[str, DemandBalance]:
        """Return what the book knows of these demands."""
        return {key: state for key, state in self._store.states(DEMAND_BALANCES).items() if key in demand_ids}

    async def trades(
        self, party_id: str, search: TradeSearch, after: TradePosition | None, limit: int
    ) -> Sequence[Trade]:
        """Return a party's trades, oldest match first."""
        present: list[Trade] = list({**self._store.states(MATCHES), **self._store.states(TRADES)}.values())
        own = [trade for trade in present if trade.party(party_id) and _wanted(trade, search)]
        place = None if after is None else (after.matched_at, after.trade_id)
        ordered = sorted(own, key=lambda trade: (trade.matched_at, trade.trade_id))
        return [trade for trade in ordered if place is None or (trade.matched_at, trade.trade_id) > place][:limit]

    async def trade(self, trade_id: str, party_id: str) -> Trade | None:
        """Return a party's trade in its present version."""
        found: Trade | None = self._store.states(TRADES).get(trade_id) or self._store.states(MATCHES).get(trade_id)
        return found if found is not None and found.party(party_id) else None

    async def claims(self, party_id: str, after_id: str | None, limit: int) -> Sequence[Claim]:
        """Return the claims of a party in order of their ids."""
        found: list[Claim] = [claim for _, claim in sorted(self._store.states(CLAIMS).items())]
        own = [claim for claim in found if claim.concerns(party_id)]
        return [claim for claim in own if after_id is None or claim.claim_id > after_id][:limit]

    async def claim(self, claim_id: str) -> Claim | None:
        """Return a claim."""
        return self._store.states(CLAIMS).get(claim_id)


def _fits(lot: Lot, search: LotSearch) -> bool:
    return (
        search.grade_scheme in (None, lot.grade_scheme)
        and search.grade_code in (None, lot.grade_code)
        and search.status in (None, lot.status)
        and search.seller_organisation_id in (None, lot.seller_organisation_id)
    )


def _wanted(trade: Trade, search: TradeSearch) -> bool:
    return search.lot_id in (None, trade.lot_id) and search.demand_id in (None, trade.demand_id)

"""Reading the market: what is not there, or not the reader's, is refused here, and each shape is put together once."""

from __future__ import annotations

from dataclasses import dataclass

from services.recycling.application.ports import MarketQueries
from services.recycling.domain.balances import DemandBalance, LotBalance
from services.recycling.domain.claims import Claim
from services.recycling.domain.demands import Demand
from services.recycling.domain.errors import ClaimNotFound, DemandNotFound, LotNotFound, TradeNotFound
from services.recycling.domain.lots import Lot
from services.recycling.domain.trades import Trade


@dataclass(frozen=True, slots=True)
class ClaimReading:
    """A claim, and how much of it the reader may see."""

    claim: Claim
    with_chain: bool
    """Trade, lot and parties: for the parties alone."""


async def may_act(queries: MarketQueries, organisation_id: str) -> bool:
    """Tell whether an organisation is in good standing; one that is not known yet is."""
    organisation = await queries.organisation(organisation_id)
    return organisation is None or not organisation.suspended


async def lot_with_balance(queries: MarketQueries, lot_id: str) -> tuple[Lot, LotBalance | None]:
    """Return a lot with what the book knows of it, None until it has taken it in. Raises `LotNotFound`."""
    lot = await queries.lot(lot_id)
    if lot is None:
        raise LotNotFound(f"no lot {lot_id}")
    balances = await queries.lot_balances([lot_id])
    return lot, balances.get(lot_id)


async def demand_with_balance(
    queries: MarketQueries, demand_id: str, buyer_id: str
) -> tuple[Demand, DemandBalance | None]:
    """Return a buyer's demand with what the book knows of it. Raises `DemandNotFound`, for a foreign one too."""
    demand = await queries.demand(demand_id, buyer_id)
    if demand is None:
        raise DemandNotFound(f"no demand {demand_id} of yours")
    balances = await queries.demand_balances([demand_id])
    return demand, balances.get(demand_id)


async def trade_of_party(queries: MarketQueries, trade_id: str, party_id: str) -> Trade:
    """Return a party's trade in its present version. Raises `TradeNotFound`, for a foreign one too."""
    trade = await queries.trade(trade_id, party_id)
    if trade is None:
        raise TradeNotFound(f"no trade {trade_id} of yours")
    return trade


async def read_claim(queries: MarketQueries, claim_id: str, reader_id: str) -> ClaimReading:
    """Return a claim: everybody may check it, its parties see its chain. Raises `ClaimNotFound`."""
    claim = await queries.claim(claim_id)
    if claim is None:
        raise ClaimNotFound(f"no claim {claim_id}")
    return ClaimReading(claim, with_chain=claim.concerns(reader_id))

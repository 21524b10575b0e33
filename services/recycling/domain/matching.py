"""Price-time priority over one book: which lots serve which demands, decided by the orders alone.

DETERMINISTIC: the same open orders on the same day give the same fills, whatever order they are handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.recycling.domain.balances import DemandBalance, LotBalance


@dataclass(frozen=True, slots=True)
class Fill:
    """So many grams of a lot for a demand, at the lot's price."""

    lot_id: str
    demand_id: str
    mass_g: int


def feasible(lot: LotBalance, demand: DemandBalance, today: date) -> bool:
    """Tell whether a lot may serve a demand at all, price and remaining mass included."""
    return (
        lot.free_g > 0
        and demand.open_g > 0
        and lot.price_per_tonne <= demand.max_price_per_tonne
        and lot.seller_organisation_id != demand.buyer_organisation_id
        and lot.custody_model in demand.accepted_custody_models
        and lot.post_consumer_share_percent >= demand.min_post_consumer_share_percent
        and lot.available_from <= demand.needed_by
        and lot.available_until >= today
        and demand.needed_by >= today
        and lot.lot_id not in demand.cancelled_lot_ids
    )


def plan_fills(
    lots: Sequence[LotBalance], demands: Sequence[DemandBalance], today: date, limit: int
) -> tuple[tuple[Fill, ...], bool]:
    """Return at most `limit` fills, best demand first and its best lot first, and whether more would follow."""
    if not _cross(lots, demands):
        return (), False
    offers = sorted(lots, key=lambda lot: lot.rank)
    free = {lot.lot_id: lot.free_g for lot in offers}
    fills: list[Fill] = []
    for demand in sorted(demands, key=lambda demand: demand.rank):
        wanted = demand.open_g
        for lot in offers:
            if wanted == 0 or lot.price_per_tonne > demand.max_price_per_tonne:
                break
            if free[lot.lot_id] == 0 or not feasible(lot, demand, today):
                continue
            if len(fills) == limit:
                return tuple(fills), True
            mass_g = min(wanted, free[lot.lot_id])
            free[lot.lot_id] -= mass_g
            wanted -= mass_g
            fills.append(Fill(lot.lot_id, demand.demand_id, mass_g))
    return tuple(fills), False


def _cross(lots: Sequence[LotBalance], demands: Sequence[DemandBalance]) -> bool:
    """Tell cheaply whether any price meets another: between two orders a book stands uncrossed most of the time."""
    if not lots or not demands:
        return False
    return min(lot.price_per_tonne for lot in lots) <= max(demand.max_price_per_tonne for demand in demands)

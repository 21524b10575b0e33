"""Balances for tests of matching and turns, and strategies for small random books."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from services.recycling.domain.balances import DemandBalance, LotBalance
from services.recycling.domain.book import Arrivals, Book, turn
from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.trades import Trade

TODAY = date(2026, 6, 1)
AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
BOOK = Book("en13920/2/CNY", "en13920", "2", "CNY")


def lot(lot_id: str = "lot-1", **changes: Any) -> LotBalance:
    values: dict[str, Any] = {
        "lot_id": lot_id,
        "book_id": BOOK.book_id,
        "open_book_id": BOOK.book_id,
        "seller_organisation_id": "seller",
        "mass_g": 10,
        "price_per_tonne": Decimal(100),
        "custody_model": CustodyModel.SEGREGATED,
        "post_consumer_share_percent": Decimal(60),
        "pre_consumer_share_percent": Decimal(40),
        "available_from": TODAY,
        "available_until": TODAY + timedelta(days=30),
        "accepted_at": AT,
        "closed": None,
    } | changes
    return LotBalance(**{"free_g": values["mass_g"]} | values)


def demand(demand_id: str = "demand-1", **changes: Any) -> DemandBalance:
    values: dict[str, Any] = {
        "demand_id": demand_id,
        "book_id": BOOK.book_id,
        "open_book_id": BOOK.book_id,
        "buyer_organisation_id": "buyer",
        "mass_g": 10,
        "max_price_per_tonne": Decimal(100),
        "accepted_custody_models": (CustodyModel.SEGREGATED,),
        "min_post_consumer_share_percent": Decimal(0),
        "needed_by": TODAY + timedelta(days=30),
        "accepted_at": AT,
        "closed": None,
    } | changes
    return DemandBalance(**{"open_g": values["mass_g"]} | values)


def matched(mass_g: int = 4_000_000) -> Trade:
    """Return a trade as the book makes it."""
    (trade,) = turn(BOOK, [lot(mass_g=mass_g)], [demand(mass_g=mass_g)], Arrivals(), AT).trades
    return trade


PRICES = st.sampled_from([Decimal(number) for number in (100, 100, 90, 110)])
MASSES = st.integers(1, 6)
INSTANTS = st.integers(0, 3).map(lambda minutes: AT + timedelta(minutes=minutes))
FIRST_DAYS = st.sampled_from([0, 0, 0, 2]).map(lambda days: TODAY + timedelta(days=days))
LAST_DAYS = st.sampled_from([1, 1, 1, 0, -1]).map(lambda days: TODAY + timedelta(days=days))
SELLERS = st.sampled_from(["a", "a", "both"])
BUYERS = st.sampled_from(["b", "b", "both"])
MODELS = st.sampled_from([CustodyModel.SEGREGATED, CustodyModel.SEGREGATED, CustodyModel.MASS_BALANCE])
SHARES = st.sampled_from([Decimal(0), Decimal(0), Decimal(50)])


@st.composite
def random_books(draw: st.DrawFn) -> tuple[list[LotBalance], list[DemandBalance]]:
    """Draw up to five lots and five demands that meet, miss and compete in every way the rules know; most can meet."""
    lots = [
        lot(
            f"lot-{number}",
            seller_organisation_id=draw(SELLERS),
            mass_g=draw(MASSES),
            price_per_tonne=draw(PRICES),
            custody_model=draw(MODELS),
            post_consumer_share_percent=50 - draw(SHARES),
            available_from=draw(FIRST_DAYS),
            available_until=draw(LAST_DAYS),
            accepted_at=draw(INSTANTS),
        )
        for number in range(draw(st.integers(1, 5)))
    ]
    demands = [
        demand(
            f"demand-{number}",
            buyer_organisation_id=draw(BUYERS),
            mass_g=draw(MASSES),
            max_price_per_tonne=draw(PRICES),
            accepted_custody_models=tuple({CustodyModel.SEGREGATED, draw(MODELS)}),
            min_post_consumer_share_percent=draw(SHARES),
            needed_by=draw(LAST_DAYS),
            accepted_at=draw(INSTANTS),
            cancelled_lot_ids=tuple(draw(st.lists(st.sampled_from([f"lot-{n}" for n in range(15)]), max_size=2))),
        )
        for number in range(draw(st.integers(1, 5)))
    ]
    return lots, demands

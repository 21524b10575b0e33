from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.recycling.domain.balances import DemandBalance, LotBalance
from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.matching import Fill, plan_fills
from tests.unit.recycling.books import AT, TODAY, demand, lot, random_books

NO_LIMIT = 10_000
Books = tuple[list[LotBalance], list[DemandBalance]]


def allowed(offer: LotBalance, want: DemandBalance) -> bool:
    """Say a second time, in other words, which pair may trade at all."""
    broken = [
        offer.price_per_tonne > want.max_price_per_tonne,
        offer.seller_organisation_id == want.buyer_organisation_id,
        offer.custody_model not in want.accepted_custody_models,
        offer.post_consumer_share_percent < want.min_post_consumer_share_percent,
        offer.available_from > want.needed_by,
        max(offer.available_until, TODAY) != offer.available_until,
        max(want.needed_by, TODAY) != want.needed_by,
        offer.lot_id in want.cancelled_lot_ids,
    ]
    return not any(broken)


def brute_force(lots: list[LotBalance], demands: list[DemandBalance]) -> list[Fill]:
    """Match gram by gram: each gram goes to the best pair that still has one on both sides."""
    free = {offer.lot_id: offer.free_g for offer in lots}
    open_g = {want.demand_id: want.open_g for want in demands}
    grams: Counter[tuple[str, str]] = Counter()
    while True:
        pairs = [
            (
                -want.max_price_per_tonne,
                want.accepted_at,
                want.demand_id,
                offer.price_per_tonne,
                offer.accepted_at,
                offer.lot_id,
            )
            for want in demands
            for offer in lots
            if free[offer.lot_id] and open_g[want.demand_id] and allowed(offer, want)
        ]
        if not pairs:
            return [Fill(lot_id, demand_id, mass_g) for (lot_id, demand_id), mass_g in grams.items()]
        _, _, demand_id, _, _, lot_id = min(pairs)
        free[lot_id] -= 1
        open_g[demand_id] -= 1
        grams[lot_id, demand_id] += 1


@settings(max_examples=400)
@given(random_books())
def test_matching_equals_brute_force(book: Books) -> None:
    fills, more = plan_fills(*book, TODAY, NO_LIMIT)
    assert list(fills) == brute_force(*book)
    assert not more


@given(random_books(), st.randoms(use_true_random=False))
def test_the_order_in_which_orders_are_handed_in_does_not_matter(book: Books, random: Any) -> None:
    lots, demands = list(book[0]), list(book[1])
    random.shuffle(lots)
    random.shuffle(demands)
    assert plan_fills(lots, demands, TODAY, NO_LIMIT) == plan_fills(*book, TODAY, NO_LIMIT)


@given(random_books())
def test_no_order_gives_or_gets_more_than_it_has_and_no_pair_that_could_trade_is_left(book: Books) -> None:
    lots, demands = book
    fills, _ = plan_fills(lots, demands, TODAY, NO_LIMIT)
    given_g: Counter[str] = Counter()
    got_g: Counter[str] = Counter()
    for fill in fills:
        assert fill.mass_g > 0
        given_g[fill.lot_id] += fill.mass_g
        got_g[fill.demand_id] += fill.mass_g
    free = {offer.lot_id: offer.free_g - given_g[offer.lot_id] for offer in lots}
    open_g = {want.demand_id: want.open_g - got_g[want.demand_id] for want in demands}
    assert min([*free.values(), *open_g.values(), 0]) == 0
    assert not [1 for o in lots for w in demands if free[o.lot_id] and open_g[w.demand_id] and allowed(o, w)]


@given(random_books(), st.integers(0, 4))
def test_a_limited_plan_is_the_beginning_of_the_whole_one(book: Books, limit: int) -> None:
    whole, _ = plan_fills(*book, TODAY, NO_LIMIT)
    part, more = plan_fills(*book, TODAY, limit)
    assert part == whole[:limit]
    assert more == (len(whole) > limit)


def test_the_best_price_comes_first_then_the_earlier_order_then_the_id() -> None:
    later = AT + timedelta(seconds=1)
    lots = [
        lot("a", price_per_tonne=Decimal(95)),
        lot("b", price_per_tonne=Decimal(90), accepted_at=later),
        lot("d", price_per_tonne=Decimal(90)),
        lot("c", price_per_tonne=Decimal(90)),
    ]
    fills, _ = plan_fills(lots, [demand(mass_g=35)], TODAY, NO_LIMIT)
    assert [(fill.lot_id, fill.mass_g) for fill in fills] == [("c", 10), ("d", 10), ("b", 10), ("a", 5)]


def test_the_buyer_who_pays_more_is_served_first() -> None:
    demands = [demand("early", accepted_at=AT - timedelta(days=1)), demand("dear", max_price_per_tonne=Decimal(101))]
    fills, _ = plan_fills([lot(mass_g=12)], demands, TODAY, NO_LIMIT)
    assert fills == (Fill("lot-1", "dear", 10), Fill("lot-1", "early", 2))


def test_among_buyers_who_pay_the_same_the_earlier_is_served_first_then_the_lower_id() -> None:
    demands = [demand("a", accepted_at=AT + timedelta(seconds=1)), demand("c"), demand("b")]
    fills, _ = plan_fills([lot(mass_g=25)], demands, TODAY, NO_LIMIT)
    assert [(fill.demand_id, fill.mass_g) for fill in fills] == [("b", 10), ("c", 10), ("a", 5)]


@pytest.mark.parametrize(
    ("lot_changes", "demand_changes"),
    [
        ({"price_per_tonne": Decimal("100.0001")}, {}),
        ({"seller_organisation_id": "x"}, {"buyer_organisation_id": "x"}),
        ({"custody_model": CustodyModel.MASS_BALANCE}, {}),
        ({"custody_model": CustodyModel.IDENTITY_PRESERVED}, {}),
        ({}, {"min_post_consumer_share_percent": Decimal("60.0001")}),
        ({"available_from": TODAY + timedelta(days=31)}, {}),
        ({"available_until": TODAY - timedelta(days=1)}, {}),
        ({}, {"needed_by": TODAY - timedelta(days=1)}),
        ({}, {"cancelled_lot_ids": ("lot-1",)}),
    ],
)
def test_a_pair_that_breaks_one_rule_never_trades(lot_changes: dict[str, Any], demand_changes: dict[str, Any]) -> None:
    assert plan_fills([lot()], [demand()], TODAY, NO_LIMIT)[0]
    assert not plan_fills([lot(**lot_changes)], [demand(**demand_changes)], TODAY, NO_LIMIT)[0]

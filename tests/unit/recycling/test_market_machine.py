"""Any sequence of what parties may do, with work rows late, in any order and twice: conservation holds throughout."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.chassis.kernel import Refusal
from services.recycling.application import commands
from services.recycling.application.ports import BOOKS, DEMAND_BALANCES, LOT_BALANCES, MATCHES, RELEASES
from services.recycling.domain.claims import ClaimStatus
from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.mass import share_of
from services.recycling.domain.trades import Trade, TradeStatus
from services.recycling.stream.routes import BOOKS as BOOK_GROUP
from tests.unit.recycling.market import Market

ORGANISATIONS = ("org-a", "org-b", "org-c")
PICK = st.integers(0, 50)
GRAMS = st.integers(20, 80)
OPENING = ((True, 60, 1), (True, 25, 2), (False, 40, 3), (False, 30, 1), (False, 70, 2))
"""Orders that stand when the play begins: (is a lot, grams, price)."""
NEXT = {
    TradeStatus.MATCHED: "contracted",
    TradeStatus.CONTRACTED: "ship",
    TradeStatus.SHIPPED: "weigh",
    TradeStatus.WEIGHED: "settle",
}


def kilograms(grams: int) -> Decimal:
    return Decimal(grams).scaleb(-3)


class MarketMachine(RuleBasedStateMachine):
    """Drives one book of very small orders."""

    def __init__(self) -> None:
        super().__init__()
        self.market = Market()
        self.loop = asyncio.new_event_loop()
        self.refused = 0

    def teardown(self) -> None:
        self.drain()
        self.grams_are_conserved()
        self.released_is_exactly_what_was_cancelled()
        self.loop.close()

    def do(self, step: Any) -> Any:
        """Run a step; a refusal is one of its outcomes."""
        try:
            return self.loop.run_until_complete(step)
        except Refusal:
            self.refused += 1
            return None

    def pick(self, items: Any, number: int) -> Any:
        ordered = [items[key] for key in sorted(items)]
        return ordered[number % len(ordered)]

    def settled_trades(self) -> dict[str, Trade]:
        return {key: trade for key, trade in self.market.trades().items() if trade.status is TradeStatus.SETTLED}

    @initialize()
    def everybody_is_certified(self) -> None:
        for organisation in ORGANISATIONS:
            self.do(self.market.certify(organisation))
        for is_lot, grams, price in OPENING:
            if is_lot:
                self.list_a_lot("org-a", grams, price, CustodyModel.SEGREGATED)
            else:
                self.place_a_demand("org-b", grams, price, {CustodyModel.SEGREGATED})
        self.drain()
        self.do(self.market.settled(self.pick(self.market.trades(), 0)))

    @rule(who=st.sampled_from(ORGANISATIONS), grams=GRAMS, price=st.integers(1, 3), model=st.sampled_from(CustodyModel))
    def list_a_lot(self, who: str, grams: int, price: int, model: CustodyModel) -> None:
        changes = {"mass_kg": kilograms(grams), "price_per_tonne": Decimal(price), "custody_model": model}
        self.do(self.market.lot(who, **changes))

    @rule(
        who=st.sampled_from(ORGANISATIONS),
        grams=GRAMS,
        price=st.integers(1, 3),
        models=st.sets(st.sampled_from(CustodyModel), min_size=1),
    )
    def place_a_demand(self, who: str, grams: int, price: int, models: set[CustodyModel]) -> None:
        changes = {
            "mass_kg": kilograms(grams),
            "max_price_per_tonne": Decimal(price),
            "accepted_custody_models": tuple(sorted(models)),
        }
        self.do(self.market.demand(who, **changes))

    @rule(number=PICK)
    def withdraw_a_lot(self, number: int) -> None:
        lot = self.pick(self.market.lots(), number)
        meta = self.market.meta(lot.seller_organisation_id)
        self.do(self.market.api(commands.WithdrawLot(meta, lot.lot_id, lot.version)))

    @rule(number=PICK, times=st.integers(1, 2))
    def work_some_row_late_early_or_twice(self, number: int, times: int) -> None:
        rows = self.market.work_rows()
        for _ in range(times):
            self.loop.run_until_complete(self.market.consume(BOOK_GROUP, rows[number % len(rows)].value))

    @rule()
    def work_all_that_waits(self) -> None:
        self.drain()

    @rule(number=PICK, steps=st.integers(1, 5), difference=st.sampled_from([0, 0, 1, -1, -40]))
    def take_next_steps(self, number: int, steps: int, difference: int) -> None:
        trade = self.pick(self.market.trades(), number)
        for _ in range(steps):
            step = NEXT.get(trade.status) if trade else None
            if step == "weigh":
                trade = self.do(self.market.weigh(trade, kilograms(max(1, trade.mass_g + difference))))
            elif step is not None:
                trade = self.do(getattr(self.market, step)(trade))

    @rule(number=PICK, step=st.sampled_from(["contracted", "ship", "weigh", "settle"]))
    def take_any_step(self, number: int, step: str) -> None:
        self.do(getattr(self.market, step)(self.pick(self.market.trades(), number)))

    @rule(number=PICK, by_seller=st.booleans())
    def cancel(self, number: int, *, by_seller: bool) -> None:
        trade = self.pick(self.market.trades(), number)
        self.do(self.market.cancel(trade, trade.seller_organisation_id if by_seller else trade.buyer_organisation_id))

    @rule(number=PICK, grams=st.lists(st.integers(1, 40), min_size=1, max_size=4))
    def claim(self, number: int, grams: list[int]) -> None:
        for mass_g in grams:
            self.do(self.market.claim(self.pick(self.settled_trades(), number), kilograms(mass_g)))

    @rule(number=PICK)
    def revoke(self, number: int) -> None:
        if self.market.claims():
            self.do(self.market.revoke(self.pick(self.market.claims(), number)))

    def drain(self) -> None:
        self.loop.run_until_complete(self.market.work())

    @invariant()
    def grams_are_conserved(self) -> None:
        """GRAM-ONCE: free grams and the grams of trades that are not released make up each order."""
        states = self.market.store.states
        released = states(RELEASES)
        kept = [trade for key, trade in states(MATCHES).items() if key not in released]
        for lot in states(LOT_BALANCES).values():
            sold = sum(trade.mass_g for trade in kept if trade.lot_id == lot.lot_id)
            assert lot.free_g >= 0
            assert lot.free_g + sold == lot.mass_g == self.market.lots()[lot.lot_id].mass_g
        for demand in states(DEMAND_BALANCES).values():
            bought = sum(trade.mass_g for trade in kept if trade.demand_id == demand.demand_id)
            assert demand.open_g >= 0
            assert demand.open_g + bought == demand.mass_g

    @invariant()
    def only_cancelled_trades_are_released(self) -> None:
        trades = self.market.trades()
        for trade_id, release in self.market.store.states(RELEASES).items():
            assert trades[trade_id].status is TradeStatus.CANCELLED
            assert release.mass_g == trades[trade_id].mass_g

    @invariant()
    def no_more_is_claimed_than_was_settled(self) -> None:
        """SETTLED-CAP, by kind; and a trade knows exactly what its issued claims have drawn."""
        for trade in self.market.trades().values():
            issued = [
                claim
                for claim in self.market.claims().values()
                if claim.trade_id == trade.trade_id and claim.status is ClaimStatus.ISSUED
            ]
            settled_g = trade.settled_g or 0
            assert trade.claimed_post_g == sum(claim.post_consumer_g for claim in issued)
            assert trade.claimed_pre_g == sum(claim.pre_consumer_g for claim in issued)
            assert trade.claimed_post_g <= share_of(settled_g, trade.post_consumer_share_percent)
            assert trade.claimed_pre_g <= share_of(settled_g, trade.pre_consumer_share_percent)
            assert trade.claimed_g <= settled_g

    @invariant()
    def custody_is_never_stronger(self) -> None:
        lots = self.market.lots()
        for trade in self.market.trades().values():
            assert trade.custody_model is lots[trade.lot_id].custody_model
        for claim in self.market.claims().values():
            assert claim.custody_model is lots[claim.lot_id].custody_model
            assert claim.custody_model is not CustodyModel.BOOK_AND_CLAIM

    @invariant()
    def one_event_per_version(self) -> None:
        assert self.market.versions_are_whole()

    @invariant()
    def the_book_counts_right(self) -> None:
        states = self.market.store.states
        for book in states(BOOKS).values():
            assert book.trades_made == len(states(MATCHES))
            assert book.open_lots == sum(item.open_book_id is not None for item in states(LOT_BALANCES).values())
            assert book.open_demands == sum(item.open_book_id is not None for item in states(DEMAND_BALANCES).values())

    def released_is_exactly_what_was_cancelled(self) -> None:
        """CANCEL-RESTORES, once every row has been worked."""
        cancelled = {key for key, trade in self.market.trades().items() if trade.status is TradeStatus.CANCELLED}
        assert set(self.market.store.states(RELEASES)) == cancelled


TestMarketMachine = MarketMachine.TestCase
TestMarketMachine.settings = settings(max_examples=60, stateful_step_count=50)

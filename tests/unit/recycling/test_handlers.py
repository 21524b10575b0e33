from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.chassis.kernel import Change
from services.chassis.store import RowWrite
from services.recycling.application import commands
from services.recycling.application.handlers import WORK_HANDLERS
from services.recycling.application.ports import (
    BOOKS,
    DEMAND_BALANCES,
    DEMANDS,
    LOT_BALANCES,
    LOTS,
    MATCHES,
    RELEASES,
    TRADES,
)
from services.recycling.domain.balances import Closed
from services.recycling.domain.book import BOOK_SIDE_ACCEPTED, FILLS_PER_TURN, Book
from services.recycling.domain.errors import (
    AlreadyClosed,
    BookFull,
    CertificateRequired,
    ClaimExceedsSettledMass,
    ClaimNotFound,
    DemandNotFound,
    HazardousWasteCode,
    LotNotFound,
    PartySuspended,
    RuleBroken,
    TradeNotFound,
    VersionMismatch,
)
from services.recycling.domain.standing import Reliance
from services.recycling.domain.trades import TradeStatus
from services.recycling.stream.routes import BOOKS as BOOK_GROUP
from tests.unit.recycling.market import BUYER, NOW, SELLER, STRANGER, Market

BOOK_ID = "en13920/2/CNY"


async def put(market: Market, *changes: Change) -> None:
    """Place documents as a role would have left them."""
    async with market.store.transaction() as tx:
        await tx.write([RowWrite(change.kind, change.key, change.state, 0) for change in changes])


async def test_a_lot_records_the_certificate_it_relied_on_and_tells_its_book() -> None:
    market = Market()
    await market.certify(version=3)
    lot = await market.lot(grade_code="twitch", grade_scheme="rema", waste_code="120103")
    assert lot.relied_on == Reliance("cert-org-seller", 3)
    assert (lot.grade_code, lot.waste_code, lot.mass_g) == ("TWITCH", "12 01 03", 10_000_000)
    assert market.events("recycling.lot.v1") == [(lot.lot_id, "recycling.lot.listed.v1", 1)]
    assert [row.key for row in market.work_rows()] == [b"rema/TWITCH/CNY"]


async def test_without_a_valid_certificate_nothing_is_listed() -> None:
    market = Market()
    with pytest.raises(CertificateRequired, match="none known"):
        await market.lot()
    await market.certify(version=1)
    await market.certify(version=2, status="suspended", effective_on=date(2026, 5, 1))
    with pytest.raises(CertificateRequired, match="suspended since 2026-05-01"):
        await market.lot()
    assert not market.lots()
    assert not market.store.memory.outbox


async def test_validity_is_decided_on_the_day_of_the_command() -> None:
    market = Market()
    await market.certify(valid_until=date(2026, 6, 1))
    market.clock.set(NOW.replace(hour=15, minute=59))
    await market.lot()
    market.clock.set(NOW.replace(hour=16))  # midnight in Shenyang
    with pytest.raises(CertificateRequired, match="expired on 2026-06-01"):
        await market.lot()


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"mass_kg": Decimal("1.0005")}, RuleBroken, "/mass_kg"),
        ({"mass_kg": Decimal(0)}, RuleBroken, "/mass_kg"),
        ({"pre_consumer_share_percent": Decimal("30.0001")}, RuleBroken, "/pre_consumer_share_percent"),
        ({"post_consumer_share_percent": Decimal(101)}, RuleBroken, "/post_consumer_share_percent"),
        ({"price_per_tonne": Decimal("-0.01")}, RuleBroken, "/price_per_tonne"),
        ({"price_per_tonne": Decimal("0.00001")}, RuleBroken, "/price_per_tonne"),
        ({"available_until": date(2026, 5, 31), "available_from": date(2026, 5, 1)}, RuleBroken, "/available_until"),
        ({"available_until": date(2026, 6, 1), "available_from": date(2026, 6, 2)}, RuleBroken, "/available_until"),
        ({"waste_code": "12 01 09*"}, HazardousWasteCode, "/waste_code"),
        ({"grade_scheme": "EN 13920"}, RuleBroken, "/grade_scheme"),
    ],
)
async def test_a_lot_that_breaks_a_rule_is_refused(changes: dict[str, Any], error: type[Exception], field: str) -> None:
    market = Market()
    await market.certify()
    with pytest.raises(error) as refused:
        await market.lot(**changes)
    assert getattr(refused.value, "field", None) == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mass_kg": Decimal(0)}, "/mass_kg"),
        ({"needed_by": date(2026, 5, 31)}, "/needed_by"),
        ({"accepted_custody_models": ()}, "/accepted_custody_models"),
        ({"min_post_consumer_share_percent": Decimal(-1)}, "/min_post_consumer_share_percent"),
        ({"max_price_per_tonne": Decimal(10**9 + 1)}, "/max_price_per_tonne"),
    ],
)
async def test_a_demand_that_breaks_a_rule_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        await Market().demand(**changes)
    assert refused.value.field == field


async def test_a_full_book_takes_no_further_orders() -> None:
    market = Market()
    await market.certify()
    full = Book(BOOK_ID, "en13920", "2", "CNY", open_lots=BOOK_SIDE_ACCEPTED, open_demands=BOOK_SIDE_ACCEPTED)
    await put(market, Change(BOOKS, BOOK_ID, full))
    with pytest.raises(BookFull):
        await market.lot()
    with pytest.raises(BookFull):
        await market.demand()
    await market.lot(currency="EUR")


async def test_only_the_owner_takes_an_order_back_and_only_in_the_version_it_knows() -> None:
    market = Market()
    await market.certify()
    lot, demand = await market.lot(), await market.demand()
    with pytest.raises(LotNotFound):
        await market.api(commands.WithdrawLot(market.meta(BUYER), lot.lot_id, 1))
    with pytest.raises(LotNotFound):
        await market.api(commands.WithdrawLot(market.meta(SELLER), "absent", 1))
    with pytest.raises(VersionMismatch):
        await market.api(commands.WithdrawLot(market.meta(SELLER), lot.lot_id, 2))
    with pytest.raises(DemandNotFound):
        await market.api(commands.CancelDemand(market.meta(SELLER), demand.demand_id, 1))
    withdrawn = await market.api(commands.WithdrawLot(market.meta(SELLER), lot.lot_id, 1, "sold elsewhere"))
    with pytest.raises(AlreadyClosed):
        await market.api(commands.WithdrawLot(market.meta(SELLER), lot.lot_id, withdrawn.version))
    cancelled = await market.api(commands.CancelDemand(market.meta(BUYER), demand.demand_id, 1))
    with pytest.raises(AlreadyClosed):
        await market.api(commands.CancelDemand(market.meta(BUYER), demand.demand_id, cancelled.version))


async def test_a_lot_withdrawn_before_the_book_saw_it_never_trades() -> None:
    market = Market()
    await market.certify()
    lot = await market.lot()
    await market.api(commands.WithdrawLot(market.meta(), lot.lot_id, 1))
    await market.demand()
    await market.work()
    assert not market.trades()
    assert market.store.states(LOT_BALANCES)[lot.lot_id].closed is Closed.WITHDRAWN


async def test_golden_vector_7_each_gram_is_sold_once() -> None:
    market = Market()
    await market.certify()
    lot = await market.lot(mass_kg=Decimal(10_000))
    for mass_kg in (6_000, 4_000, Decimal("0.001")):
        await market.demand(mass_kg=Decimal(mass_kg))
    await market.work()
    first, second = sorted(market.trades().values(), key=lambda trade: -trade.mass_g)
    assert (first.mass_g, second.mass_g) == (6_000_000, 4_000_000)
    assert market.store.states(LOT_BALANCES)[lot.lot_id].free_g == 0
    left = [balance for balance in market.store.states(DEMAND_BALANCES).values() if balance.open_book_id]
    assert [balance.open_g for balance in left] == [1]
    settled = await market.settled(first, Decimal(5_950))
    assert settled.settled_g == 5_950_000
    assert market.trades()[second.trade_id] == second, "the loss of one contract is not taken from the other"
    assert market.store.states(LOT_BALANCES)[lot.lot_id].free_g == 0


async def test_rows_that_come_twice_or_name_nothing_known_do_nothing() -> None:
    market = Market()
    trade = await market.matched()
    before = market.store.memory.documents
    for whose in ({"lot_id": trade.lot_id}, {"demand_id": trade.demand_id}, {"trade_id": trade.trade_id}, {}):
        await market.run(WORK_HANDLERS, commands.TurnBook(market.meta(None), BOOK_ID, **whose), "worker")
    for unknown in ({"lot_id": "x"}, {"demand_id": "x"}, {"trade_id": "x"}):
        await market.run(WORK_HANDLERS, commands.TurnBook(market.meta(None), BOOK_ID, **unknown), "worker")
    await market.run(WORK_HANDLERS, commands.TurnBook(market.meta(None), "no/such/book"), "worker")
    await market.run(WORK_HANDLERS, commands.TurnBook(market.meta(None), "a/b/c", lot_id=trade.lot_id), "worker")
    assert market.store.memory.documents == before
    assert len(market.events("recycling.trade.v1")) == 1


async def test_cancel_restores_exactly_the_reserved_grams_once() -> None:
    market = Market()
    trade = await market.matched()
    cancelled = await market.cancel(await market.contracted(trade))
    assert cancelled.status is TradeStatus.CANCELLED
    await market.work()
    row = market.work_rows()[-1]
    for _ in range(2):
        await market.consume(BOOK_GROUP, row.value)
    assert market.store.states(LOT_BALANCES)[trade.lot_id].free_g == 10_000_000
    assert market.store.states(DEMAND_BALANCES)[trade.demand_id].open_g == 4_000_000
    assert market.store.states(RELEASES)[trade.trade_id].mass_g == trade.mass_g
    assert len(market.trades()) == 1, "the two don't meet again"
    await market.demand()
    await market.work()
    assert len(market.trades()) == 2, "another demand meets the freed grams"


async def test_a_trade_cancelled_in_between_is_not_released_by_an_early_row() -> None:
    market = Market()
    trade = await market.matched()
    await market.run(WORK_HANDLERS, commands.TurnBook(market.meta(None), BOOK_ID, trade_id=trade.trade_id), "worker")
    assert not market.store.states(RELEASES)
    assert market.store.states(LOT_BALANCES)[trade.lot_id].free_g == 6_000_000


async def test_a_big_order_is_matched_over_several_turns_of_bounded_size() -> None:
    market = Market()
    await market.certify()
    count = FILLS_PER_TURN + 3
    for _ in range(count):
        await market.lot(mass_kg=Decimal("0.001"))
    await market.work()
    await market.demand(mass_kg=Decimal(1))
    rows = len(market.work_rows())
    await market.work()
    assert len(market.trades()) == count
    assert len(market.work_rows()) == rows + 1, "one row more: go on"


STEPS = {"confirm": TradeStatus.MATCHED, "ship": TradeStatus.CONTRACTED, "settle": TradeStatus.WEIGHED}


async def step_at(market: Market, name: str) -> Any:
    """Bring a trade to where `name` is the next step, and return that step."""
    trade = await market.matched()
    if name == "confirm":
        return lambda: market.confirm(trade, SELLER)
    trade = await market.contracted(trade)
    if name == "ship":
        return lambda: market.ship(trade)
    trade = await market.weigh(await market.ship(trade))
    return lambda: market.settle(trade)


@pytest.mark.parametrize("name", STEPS)
async def test_the_sellers_certificate_is_checked_again_at_each_step(name: str) -> None:
    market = Market()
    step = await step_at(market, name)
    await market.certify(version=2, status="suspended", effective_on=date(2026, 5, 20))
    with pytest.raises(CertificateRequired, match="suspended since 2026-05-20"):
        await step()
    await market.certify(version=3, effective_on=date(2026, 6, 1))
    assert (await step()).relied_on == Reliance("cert-org-seller", 3)


@pytest.mark.parametrize("name", STEPS)
async def test_a_certificate_that_expired_since_stops_the_step(name: str) -> None:
    market = Market()
    step = await step_at(market, name)
    market.clock.advance(days=365)
    with pytest.raises(CertificateRequired, match="expired on 2026-12-31"):
        await step()


@pytest.mark.parametrize("who", [SELLER, BUYER])
@pytest.mark.parametrize("name", STEPS)
async def test_a_suspended_party_stops_the_step(name: str, who: str) -> None:
    market = Market()
    step = await step_at(market, name)
    await market.suspend(who)
    with pytest.raises(PartySuspended):
        await step()
    await market.suspend(who, version=1, status="active")  # old news changes nothing
    with pytest.raises(PartySuspended):
        await step()
    await market.suspend(who, version=3, status="active")
    await step()


async def test_a_trade_is_its_parties_and_for_others_not_there() -> None:
    market = Market()
    trade = await market.matched()
    for who in (STRANGER, "org-nobody-knows"):
        with pytest.raises(TradeNotFound):
            await market.confirm(trade, who)
        with pytest.raises(TradeNotFound):
            await market.cancel(trade, who)
        with pytest.raises(TradeNotFound):
            await market.claim(trade, Decimal(1), who)


async def test_a_step_decided_on_an_old_version_is_refused() -> None:
    market = Market()
    trade = await market.matched()
    await market.confirm(trade, SELLER)
    with pytest.raises(VersionMismatch, match="present version is 2"):
        await market.confirm(trade, BUYER)


async def test_a_trade_settles_and_its_events_are_its_versions_in_order() -> None:
    market = Market()
    trade = await market.settled(await market.matched())
    claim = await market.claim(trade, Decimal(1_000))
    await market.revoke(claim)
    names = [kind.split(".")[2] for _, kind, _ in market.events("recycling.trade.v1")]
    assert names == [
        "matched", "confirmed", "contracted", "shipped", "weighed", "settled", "claimed", "claim-revoked",
    ]  # fmt: skip
    assert [version for _, _, version in market.events("recycling.trade.v1")] == list(range(1, 9))
    assert market.versions_are_whole()
    assert market.store.states(MATCHES)[trade.trade_id].version == 1, "the match itself never changes"


async def test_two_claims_never_share_a_gram_and_a_revoked_one_frees_its_own() -> None:
    market = Market()
    trade = await market.settled(await market.matched())  # 4,000 kg settled, 95 % recycled
    first = await market.claim(trade, Decimal(2_000))
    with pytest.raises(ClaimExceedsSettledMass):
        await market.claim(trade, Decimal("1800.001"))
    await market.claim(trade, Decimal(1_800))
    assert market.trades()[trade.trade_id].claimed_g == 3_800_000
    await market.revoke(first)
    again = await market.claim(trade, Decimal(2_000))
    assert (again.post_consumer_g, again.pre_consumer_g) == (first.post_consumer_g, first.pre_consumer_g)


async def test_a_claim_is_revoked_by_its_beneficiary_alone() -> None:
    market = Market()
    claim = await market.claim(await market.settled(await market.matched()), Decimal(1))
    for who in (SELLER, STRANGER):
        with pytest.raises(ClaimNotFound):
            await market.revoke(claim, who)


async def test_kinds_have_one_writing_role_each() -> None:
    assert {kind.writer for kind in (LOTS, DEMANDS, TRADES)} == {"api"}
    assert {kind.writer for kind in (BOOKS, LOT_BALANCES, DEMAND_BALANCES, MATCHES, RELEASES)} == {"worker"}


async def test_an_order_past_its_last_day_is_not_matched() -> None:
    market = Market()
    await market.certify(valid_until=date(2028, 1, 1))
    lot = await market.lot(available_until=date(2026, 6, 1))
    await market.work()
    market.clock.set(NOW + timedelta(days=1))
    await market.demand()
    await market.work()
    assert not market.trades()
    assert market.store.states(LOT_BALANCES)[lot.lot_id].closed is Closed.EXPIRED

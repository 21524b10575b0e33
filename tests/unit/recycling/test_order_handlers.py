from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.chassis.kernel import Change
from services.chassis.store import RowWrite
from services.recycling.application import commands
from services.recycling.application.ports import (
    BOOKS,
)
from services.recycling.domain.book import BOOK_SIDE_ACCEPTED, Book
from services.recycling.domain.errors import (
    AlreadyClosed,
    BookFull,
    CertificateRequired,
    DemandNotFound,
    HazardousWasteCode,
    LotNotFound,
    RuleBroken,
    VersionMismatch,
)
from services.recycling.domain.standing import Reliance
from tests.unit.recycling.market import BUYER, NOW, SELLER, Market

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

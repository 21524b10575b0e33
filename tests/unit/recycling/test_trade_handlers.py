from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.recycling.application.ports import MATCHES
from services.recycling.domain.errors import (
    CertificateRequired,
    ClaimExceedsSettledMass,
    ClaimNotFound,
    PartySuspended,
    TradeNotFound,
    VersionMismatch,
)
from services.recycling.domain.standing import Reliance
from services.recycling.domain.trades import TradeStatus
from tests.unit.recycling.market import BUYER, SELLER, STRANGER, Market

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

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recycling.domain.claims import Claim, ClaimRequest, ClaimStatus, issue, last_day, revoke
from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.errors import (
    AlreadyClosed,
    BookAndClaimRefused,
    ClaimExceedsSettledMass,
    RuleBroken,
    WrongParty,
    WrongStep,
)
from services.recycling.domain.mass import share_of
from services.recycling.domain.trades import Party, Trade, TradeStatus
from tests.unit.recycling.books import AT, matched

BUYER = Party.BUYER


def settled(settled_g: int = 1_000_000, post: str = "60", pre: str = "40", **changes: Any) -> Trade:
    values: dict[str, Any] = {
        "status": TradeStatus.SETTLED,
        "settled_g": settled_g,
        "settled_at": AT,
        "post_consumer_share_percent": Decimal(post),
        "pre_consumer_share_percent": Decimal(pre),
    }
    return replace(matched(), **values | changes)


def request(recycled_g: int = 100, post_consumer_g: int | None = None, **changes: Any) -> ClaimRequest:
    values: dict[str, Any] = {
        "claim_id": "claim-1",
        "product_id": "urn:gtin:4012345678901",
        "name": "Inverter housing",
        "recycled_g": recycled_g,
        "post_consumer_g": post_consumer_g,
        "product_g": 10_000_000,
        "period_start": date(2026, 6, 1),
        "period_end": date(2027, 5, 31),
    }
    return ClaimRequest(**values | changes)


def test_a_claim_is_split_as_the_lot_was_and_drawn_from_the_trade() -> None:
    claim, trade = issue(settled(), BUYER, request(500_000, product_g=2_000_000), AT)
    assert (claim.post_consumer_g, claim.pre_consumer_g, claim.recycled_g) == (300_000, 200_000, 500_000)
    assert claim.recycled_share_percent == Decimal("25.0000")
    assert (trade.claimed_g, trade.version) == (500_000, settled().version + 1)


def test_the_arithmetic_of_golden_vector_7() -> None:
    # 8,000 kg of scrap at 95 %: 7,600 kg may be claimed; 5,000 passes, 2,700 doesn't, 2,600 are left.
    trade = settled(8_000_000, post="70", pre="25")
    _, trade = issue(trade, BUYER, request(5_000_000), AT)
    with pytest.raises(ClaimExceedsSettledMass):
        issue(trade, BUYER, request(2_700_000), AT)
    assert trade.claimable_post_g + trade.claimable_pre_g == 2_600_000
    _, trade = issue(trade, BUYER, request(2_600_000), AT)
    assert trade.claimed_g == 7_600_000


def test_more_post_consumer_than_the_lot_had_is_refused_with_what_is_left() -> None:
    with pytest.raises(ClaimExceedsSettledMass) as refused:
        issue(settled(), BUYER, request(700_000, 600_001), AT)
    assert refused.value.field == "/post_consumer_mass_kg"
    assert "600.000 kg post-consumer" in refused.value.detail
    with pytest.raises(ClaimExceedsSettledMass):
        issue(settled(), BUYER, request(500_000, 0), AT)  # 500 kg pre-consumer of 400


def test_material_without_recycled_content_supports_no_claim() -> None:
    with pytest.raises(ClaimExceedsSettledMass):
        issue(settled(post="0", pre="0"), BUYER, request(1), AT)


@given(
    st.integers(0, 50), st.integers(0, 100), st.integers(0, 100), st.lists(st.tuples(st.integers(1, 20), st.booleans()))
)
def test_settled_cap_holds_after_any_claims_and_revocations(
    settled_g: int, post: int, pre_of_rest: int, steps: list[tuple[int, bool]]
) -> None:
    pre = (100 - post) * pre_of_rest // 100
    trade = settled(settled_g, str(post), str(pre))
    issued: list[Claim] = []
    for grams, take_back in steps:
        if take_back and issued:
            _, trade = revoke(issued.pop(), trade, "error", AT)
        else:
            try:
                claim, trade = issue(trade, BUYER, request(grams), AT)
            except ClaimExceedsSettledMass:
                assert grams > trade.claimable_post_g + trade.claimable_pre_g
                continue
            issued.append(claim)
        assert trade.claimed_post_g == sum(claim.post_consumer_g for claim in issued)
        assert trade.claimed_pre_g == sum(claim.pre_consumer_g for claim in issued)
        assert trade.claimed_g <= settled_g
        assert trade.claimed_post_g <= share_of(settled_g, Decimal(post))
        assert trade.claimed_pre_g <= share_of(settled_g, Decimal(pre))


@pytest.mark.parametrize("model", [model for model in CustodyModel if model is not CustodyModel.BOOK_AND_CLAIM])
def test_a_claim_speaks_of_the_lots_own_custody_model(model: CustodyModel) -> None:
    claim, _ = issue(settled(custody_model=model), BUYER, request(), AT)
    assert claim.custody_model is model


def test_book_and_claim_supports_no_product_claim() -> None:
    with pytest.raises(BookAndClaimRefused):
        issue(settled(custody_model=CustodyModel.BOOK_AND_CLAIM), BUYER, request(), AT)


@pytest.mark.parametrize("status", [status for status in TradeStatus if status is not TradeStatus.SETTLED])
def test_only_a_settled_trade_can_be_claimed(status: TradeStatus) -> None:
    with pytest.raises(WrongStep, match=status.value):
        issue(settled(status=status), BUYER, request(), AT)


def test_only_the_buyer_claims() -> None:
    with pytest.raises(WrongParty):
        issue(settled(), Party.SELLER, request(), AT)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"recycled_g": 0}, "/recycled_mass_kg"),
        ({"product_g": 99}, "/product_mass_kg"),
        ({"post_consumer_g": 101}, "/post_consumer_mass_kg"),
        ({"period_end": date(2026, 5, 31)}, "/period_end"),
        ({"period_end": date(2027, 6, 1)}, "/period_end"),
        ({"period_start": date(2025, 6, 1), "period_end": date(2026, 5, 31)}, "/period_end"),
    ],
)
def test_a_request_that_breaks_a_rule_names_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        issue(settled(), BUYER, request(**changes), AT)
    assert refused.value.field == field
    assert refused.value.remedy


def test_a_share_of_exactly_100_percent_passes() -> None:
    claim, _ = issue(settled(), BUYER, request(100, product_g=100), AT)
    assert claim.recycled_share_percent == Decimal("100.0000")


def test_the_day_of_settlement_is_the_markets_not_greenwichs() -> None:
    trade = settled(settled_at=datetime(2026, 6, 30, 17, 0, tzinfo=UTC))  # 1 July in Shenyang
    with pytest.raises(RuleBroken, match="settled on 2026-07-01"):
        issue(trade, BUYER, request(period_end=date(2026, 6, 30)), AT)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2027, 3, 1), date(2028, 2, 29)),
        (date(9999, 5, 1), date.max),
    ],
)
def test_twelve_months_end_the_day_before_the_anniversary(start: date, end: date) -> None:
    assert last_day(start) == end


def test_revoking_gives_the_mass_back_once() -> None:
    claim, trade = issue(settled(), BUYER, request(100), AT)
    revoked, back = revoke(claim, trade, "wrong part", AT)
    assert (revoked.status, revoked.version, revoked.reason) == (ClaimStatus.REVOKED, 2, "wrong part")
    assert (back.claimed_g, back.version) == (0, trade.version + 1)
    with pytest.raises(AlreadyClosed):
        revoke(revoked, back, "again", AT)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recycling.domain import trade_steps
from services.recycling.domain.errors import OutsideTolerance, RuleBroken, WrongParty, WrongStep
from services.recycling.domain.standing import Reliance
from services.recycling.domain.terms import MarketTerms
from services.recycling.domain.trades import Party, Ticket, Trade, TradeStatus
from tests.unit.recycling.books import AT, matched

TERMS = MarketTerms()
CERTIFICATE = Reliance("cert-1", 4)
SELLER, BUYER = Party.SELLER, Party.BUYER


def contracted() -> Trade:
    return trade_steps.confirm(
        trade_steps.confirm(matched(), SELLER, CERTIFICATE, TERMS, AT), BUYER, CERTIFICATE, TERMS, AT
    )


def shipped() -> Trade:
    return trade_steps.ship(contracted(), SELLER, CERTIFICATE, AT)


def ticket(net_g: int = 4_000_000, **changes: Any) -> Ticket:
    values: dict[str, Any] = {
        "ticket_number": "WB-1",
        "gross_g": net_g + 1,
        "tare_g": 1,
        "moisture_percent": Decimal(0),
        "impurity_percent": Decimal(0),
        "weighed_at": AT,
    }
    return Ticket(**values | changes)


def weighed(net_g: int = 4_000_000) -> Trade:
    return trade_steps.weigh(shipped(), BUYER, ticket(net_g), AT)


def test_a_match_is_provisional_until_both_confirm() -> None:
    one = trade_steps.confirm(matched(), BUYER, CERTIFICATE, TERMS, AT)
    assert (one.status, one.buyer_confirmed, one.seller_confirmed, one.version) == (TradeStatus.MATCHED, True, False, 2)
    with pytest.raises(WrongStep, match="buyer has confirmed already"):
        trade_steps.confirm(one, BUYER, CERTIFICATE, TERMS, AT)
    both = trade_steps.confirm(one, SELLER, CERTIFICATE, TERMS, AT)
    assert (both.status, both.version, both.relied_on) == (TradeStatus.CONTRACTED, 3, CERTIFICATE)


def test_settlement_takes_the_weighed_mass_at_the_contracted_price() -> None:
    settled = trade_steps.settle(weighed(3_900_000), SELLER, CERTIFICATE, TERMS, AT)
    assert (settled.status, settled.settled_g) == (TradeStatus.SETTLED, 3_900_000)
    assert settled.settled_amount == Decimal("390.00")
    assert settled.terms_version == TERMS.version


@pytest.mark.parametrize("net_g", [3_800_000, 4_200_000])
def test_exactly_the_tolerance_settles(net_g: int) -> None:
    assert trade_steps.settle(weighed(net_g), SELLER, CERTIFICATE, TERMS, AT).settled_g == net_g


@pytest.mark.parametrize("net_g", [3_799_999, 4_200_001])
def test_a_gram_beyond_the_tolerance_does_not(net_g: int) -> None:
    with pytest.raises(OutsideTolerance, match="more than 5 % apart"):
        trade_steps.settle(weighed(net_g), SELLER, CERTIFICATE, TERMS, AT)


def test_a_second_weighing_replaces_the_first_under_a_number_of_its_own() -> None:
    short = weighed(1_000)
    with pytest.raises(RuleBroken) as refused:
        trade_steps.weigh(short, BUYER, ticket(), AT)
    assert refused.value.field == "/ticket_number"
    again = trade_steps.weigh(short, BUYER, ticket(ticket_number="WB-2"), AT)
    assert (again.weighed_g, again.version) == (4_000_000, short.version + 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tare_g": 5_000_000}, "/tare_kg"),
        ({"moisture_percent": Decimal("100.1")}, "/moisture_percent"),
        ({"impurity_percent": Decimal("0.00001")}, "/impurity_percent"),
        ({"weighed_at": AT + timedelta(minutes=6)}, "/weighed_at"),
    ],
)
def test_a_ticket_that_breaks_a_rule_names_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        trade_steps.weigh(shipped(), BUYER, ticket(**changes), AT)
    assert refused.value.field == field
    assert refused.value.remedy


@pytest.mark.parametrize(
    "step",
    [
        lambda: trade_steps.ship(contracted(), BUYER, CERTIFICATE, AT),
        lambda: trade_steps.weigh(shipped(), SELLER, ticket(), AT),
        lambda: trade_steps.settle(weighed(), BUYER, CERTIFICATE, TERMS, AT),
    ],
)
def test_each_step_belongs_to_one_party(step: Callable[[], Trade]) -> None:
    with pytest.raises(WrongParty):
        step()


STEPS: dict[str, tuple[Callable[[Trade], Trade], frozenset[TradeStatus]]] = {
    "confirm": (
        lambda trade: trade_steps.confirm(trade, SELLER, CERTIFICATE, TERMS, AT),
        frozenset({TradeStatus.MATCHED}),
    ),
    "ship": (lambda trade: trade_steps.ship(trade, SELLER, CERTIFICATE, AT), frozenset({TradeStatus.CONTRACTED})),
    "weigh": (
        lambda trade: trade_steps.weigh(trade, BUYER, ticket(ticket_number="WB-9"), AT),
        frozenset({TradeStatus.SHIPPED, TradeStatus.WEIGHED}),
    ),
    "settle": (
        lambda trade: trade_steps.settle(trade, SELLER, CERTIFICATE, TERMS, AT),
        frozenset({TradeStatus.WEIGHED}),
    ),
    "cancel": (
        lambda trade: trade_steps.cancel(trade, "no furnace", AT),
        frozenset({TradeStatus.MATCHED, TradeStatus.CONTRACTED}),
    ),
}


@given(st.sampled_from(sorted(STEPS)), st.sampled_from(TradeStatus))
def test_a_step_is_allowed_in_its_statuses_alone(name: str, status: TradeStatus) -> None:
    step, allowed = STEPS[name]
    trade = replace(weighed(), status=status, seller_confirmed=False)
    if status in allowed:
        assert step(trade).version == trade.version + 1
    else:
        with pytest.raises(WrongStep) as refused:
            step(trade)
        assert status.value in refused.value.detail

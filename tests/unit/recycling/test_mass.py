from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recycling.domain.errors import RuleBroken
from services.recycling.domain.mass import (
    MAX_MASS_G,
    amount_for,
    percent_of,
    settled_grams,
    share_of,
    to_grams,
    to_kilograms,
)

GRAMS = st.integers(0, MAX_MASS_G)
PERCENT = st.decimals(0, 100, places=4)


@given(GRAMS)
def test_kilograms_and_grams_are_one_thing(grams: int) -> None:
    assert to_grams(to_kilograms(grams), "/mass_kg") == grams


@pytest.mark.parametrize("text", ["1.0005", "0.0001", "-1", "100000000.001"])
def test_a_mass_finer_than_a_gram_or_out_of_range_names_its_field(text: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        to_grams(Decimal(text), "/tare_kg")
    assert refused.value.field == "/tare_kg"
    assert refused.value.remedy


def test_net_less_moisture_less_impurity() -> None:
    # 18,460 - 14,380 = 4,080 kg net; x 0.985 = 4,018.8 kg dry; x 0.992 = 3,986.6496 kg clean
    assert settled_grams(18_460_000, 14_380_000, Decimal("1.5"), Decimal("0.8")) == 3_986_650


@pytest.mark.parametrize(("net_g", "settled_g"), [(1, 0), (3, 2), (5, 2), (7, 4)])
def test_half_grams_go_to_the_even_neighbour(net_g: int, settled_g: int) -> None:
    assert settled_grams(net_g, 0, Decimal(50), Decimal(0)) == settled_g


@given(GRAMS, GRAMS, PERCENT, PERCENT)
def test_deductions_never_add_mass_and_are_off_by_half_a_gram_at_most(
    tare: int, net: int, moisture: Decimal, impurity: Decimal
) -> None:
    settled = settled_grams(tare + net, tare, moisture, impurity)
    exact = Fraction(net) * (1 - Fraction(moisture) / 100) * (1 - Fraction(impurity) / 100)
    assert 0 <= settled <= net
    assert abs(settled - exact) <= Fraction(1, 2)


@given(GRAMS, st.decimals(0, 100, places=4))
def test_two_shares_that_fill_a_mass_never_exceed_it(grams: int, percent: Decimal) -> None:
    assert share_of(grams, percent) + share_of(grams, 100 - percent) <= grams


def test_a_share_is_never_overstated() -> None:
    assert [share_of(grams, Decimal(50)) for grams in (1, 2, 3)] == [0, 1, 1]
    assert share_of(1, Decimal("99.9999")) == 0
    assert percent_of(2, 3) == Decimal("66.6666")
    assert percent_of(3, 8) == Decimal("37.5000")


def test_an_amount_is_rounded_to_hundredths_half_to_even() -> None:
    assert amount_for(3_986_650, Decimal("14200.00")) == Decimal("56610.43")
    assert amount_for(500, Decimal(10)) == Decimal("0.00")  # 0.005
    assert amount_for(1_500, Decimal(10)) == Decimal("0.02")  # 0.015

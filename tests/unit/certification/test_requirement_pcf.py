from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.certification.domain.facts import Footprint, Grant, GrantScope
from services.certification.domain.profile import DeclaredUnit, PcfCeiling, PcfTotal
from services.certification.domain.requirements.assessment import Assessment, Evidence
from services.certification.domain.requirements.pcf import assess_pcf, is_within
from services.certification.domain.verdict import EvidenceKind, EvidenceRef, Outcome, Result
from tests.unit.certification.builders import (
    AT,
    BUYER,
    OTHER_BUYER,
    OTHER_PRODUCT,
    PRODUCT,
    ceiling,
    footprint,
    grant,
    listing,
)

DAY = timedelta(days=1)


def assess(
    footprints: tuple[Footprint, ...] = (footprint(),),
    grants: tuple[Grant, ...] = (grant(),),
    asked: PcfCeiling | None = None,
    too_many: frozenset[EvidenceKind] = frozenset(),
) -> Assessment:
    evidence = Evidence(footprints=footprints, grants=grants, too_many=too_many)
    return assess_pcf(listing(), asked or ceiling(), BUYER, evidence, AT)


def outcome(*args: object, **kwargs: object) -> Outcome:
    return assess(*args, **kwargs).outcome  # type: ignore[arg-type]  # passed on as they are


def test_a_readable_footprint_under_the_ceiling_meets_it() -> None:
    found = outcome()
    assert (found.requirement, found.result) == ("pcf_ceiling", Result.MET)
    assert found.evidence == (
        EvidenceRef(EvidenceKind.FOOTPRINT, "footprint-1", 1),
        EvidenceRef(EvidenceKind.GRANT, "grant-1", 1),
    )
    assert "5.94 kgCO2e excluding biogenic uptake per 1 kilogram" in found.detail


def test_the_ceiling_itself_still_meets_and_a_trifle_more_fails() -> None:
    assert outcome((footprint("6.50"),)).result is Result.MET
    assert outcome((footprint("6.5000000000000000000000000000001"),)).result is Result.FAILED


def test_amounts_are_brought_together_exactly() -> None:
    a_third = footprint("1", amount="3")
    assert is_within(a_third, ceiling("1", amount="3"))
    assert is_within(a_third, ceiling("0.3333333333333333333333333333333334"))
    assert not is_within(a_third, ceiling("0.3333333333333333333333333333333333"))


def test_the_profile_says_which_total_counts() -> None:
    both = footprint("6.0", pcf_including_biogenic_uptake_kgco2e=Decimal("7.0"))
    assert outcome((both,)).result is Result.MET
    including = ceiling(pcf_total=PcfTotal.INCLUDING_BIOGENIC_UPTAKE)
    assert outcome((both,), asked=including).result is Result.FAILED


def test_another_unit_does_not_compare() -> None:
    found = outcome(asked=ceiling(unit=DeclaredUnit.PIECE))
    assert found.result is Result.FAILED
    assert "not comparable" in found.detail


def test_a_comparable_footprint_wins_over_a_newer_one_in_another_unit() -> None:
    newer = footprint("1", footprint_id="newer", unit_of_measurement="piece", accepted_at=AT)
    assert outcome((footprint(), newer)).evidence[0].id == "footprint-1"


@pytest.mark.parametrize(
    "known",
    [
        footprint(active=False),
        footprint(owner_organisation_id="org-other"),
        footprint(product_ids=(OTHER_PRODUCT,)),
    ],
    ids=["deprecated", "another owner's", "another product's"],
)
def test_what_does_not_speak_for_the_part_leaves_it_missing(known: Footprint) -> None:
    found = outcome((known,), (grant(), grant(owner_organisation_id="org-other", grant_id="grant-2")))
    assert (found.result, found.evidence) == (Result.MISSING, ())


def test_product_urns_compare_by_their_canonical_form() -> None:
    assert outcome((footprint(product_ids=(PRODUCT.replace("urn:tierloop", "URN:TierLoop"),)),)).result is Result.MET


@pytest.mark.parametrize(
    "dates",
    [{"valid_until": AT}, {"valid_from": AT + DAY, "valid_until": AT + 9 * DAY}],
    ids=["over, the end is exclusive", "not begun"],
)
def test_a_readable_footprint_out_of_validity_fails(dates: dict[str, Any]) -> None:
    found = outcome((footprint(**dates),))
    assert found.result is Result.FAILED
    assert "valid from" in found.detail


NO_RIGHT = [
    (),
    (grant(active=False),),
    (grant(valid_from=AT + DAY),),
    (grant(valid_until=AT),),
    (grant(grantee_organisation_id=OTHER_BUYER),),
    (grant(owner_organisation_id="org-other"),),
    (grant(scope=GrantScope.PRODUCT, scope_value=OTHER_PRODUCT),),
    (grant(scope=GrantScope.FOOTPRINT, scope_value="footprint-2"),),
]


@pytest.mark.parametrize("grants", NO_RIGHT)
def test_without_the_right_to_read_the_answer_is_no_access(grants: tuple[Grant, ...]) -> None:
    found = outcome(grants=grants)
    assert (found.result, found.evidence) == (Result.NO_ACCESS, ())


@pytest.mark.parametrize(
    "right",
    [
        grant(scope=GrantScope.PRODUCT, scope_value=PRODUCT),
        grant(
            scope=GrantScope.PRODUCT, scope_value=PRODUCT.upper().replace("PRODUCT:ALU-HOUSING", "product:alu-housing")
        ),
        grant(scope=GrantScope.FOOTPRINT, scope_value="footprint-1"),
        grant(valid_from=AT, valid_until=AT + DAY),
    ],
)
def test_each_scope_opens(right: Grant) -> None:
    assert outcome(grants=(right,)).result is Result.MET


def test_a_grant_on_another_product_of_the_footprint_opens_it_for_that_products_parts_only() -> None:
    shared = footprint(product_ids=(PRODUCT, OTHER_PRODUCT))
    on_other = grant(scope=GrantScope.PRODUCT, scope_value=OTHER_PRODUCT)
    assert outcome((shared,), (on_other,)).result is Result.NO_ACCESS
    evidence = Evidence(footprints=(shared,), grants=(on_other,))
    other_part = listing(product_id=OTHER_PRODUCT)
    assert assess_pcf(other_part, ceiling(), BUYER, evidence, AT).outcome.result is Result.MET


@pytest.mark.parametrize(
    "newer",
    [
        {"reference_period_end": datetime(2026, 5, 1, tzinfo=UTC), "accepted_at": AT - 99 * DAY},
        {"accepted_at": AT},
        {"footprint_id": "footprint-9"},
    ],
    ids=["later period", "same period, accepted later", "same instant, higher id"],
)
def test_the_newest_readable_footprint_decides(newer: dict[str, Any]) -> None:
    values: dict[str, Any] = {"footprint_id": "footprint-0", "pcf_excluding_biogenic_uptake_kgco2e": Decimal(9)}
    high = footprint(**values | newer)
    for known in ((footprint(), high), (high, footprint())):
        found = outcome(known)
        assert (found.result, found.evidence[0].id) == (Result.FAILED, high.footprint_id)


def test_a_hidden_newer_footprint_changes_nothing_where_one_is_readable() -> None:
    hidden = footprint("99", footprint_id="hidden", accepted_at=AT)
    right = grant(scope=GrantScope.FOOTPRINT, scope_value="footprint-1")
    assert assess((footprint(), hidden), (right,)) == assess((footprint(),), (right,))


def test_of_several_grants_the_longest_is_the_evidence() -> None:
    rights = (
        grant(grant_id="a", valid_until=AT + DAY),
        grant(grant_id="c"),
        grant(grant_id="b", scope=GrantScope.PRODUCT, scope_value=PRODUCT),
    )
    for order in (rights, rights[::-1]):
        assert outcome(grants=order).evidence[1].id == "b"


def test_too_many_footprints_fail_for_who_may_read_all_and_say_nothing_to_others() -> None:
    too_many = frozenset({EvidenceKind.FOOTPRINT})
    assert outcome((), (grant(),), too_many=too_many).result is Result.FAILED
    one = grant(scope=GrantScope.FOOTPRINT, scope_value="footprint-1")
    for rights in ((), (one,)):
        assert outcome((), rights, too_many=too_many) == outcome(grants=())


INSTANTS = st.integers(0, 3650).map(lambda days: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=days))
FIGURES = st.fixed_dictionaries(
    {
        "pcf": st.decimals(-50, 50, places=4).map(str),
        "amount": st.decimals("0.0001", 100, places=4).map(str),
        "unit_of_measurement": st.sampled_from(list(DeclaredUnit)),
        "reference_period_end": INSTANTS,
        "valid_from": INSTANTS,
        "valid_until": INSTANTS,
        "version": st.integers(1, 9),
        "footprint_id": st.sampled_from(["footprint-a", "footprint-b"]),
    }
)


@given(st.lists(FIGURES, min_size=1, max_size=3), st.sampled_from(NO_RIGHT[:-1]))
def test_hidden_figures_show_in_no_answer(figures: list[dict[str, Any]], grants: tuple[Grant, ...]) -> None:
    """Neither outcome nor the instants it holds until tell two hidden footprints apart."""
    hidden = tuple(footprint(**values) for values in figures)
    assert assess(hidden, grants) == assess((footprint(),), grants)


@given(
    pcf=st.decimals(-1000, 1000, places=6),
    amount=st.decimals("0.000001", 1000, places=6),
    most=st.decimals(0, 1000, places=6),
    per=st.decimals("0.000001", 1000, places=6),
)
def test_comparison_is_that_of_exact_fractions(pcf: Decimal, amount: Decimal, most: Decimal, per: Decimal) -> None:
    asked = PcfCeiling(most, DeclaredUnit.KILOGRAM, per)
    expected = Fraction(pcf) / Fraction(amount) <= Fraction(most) / Fraction(per)
    assert is_within(footprint(str(pcf), str(amount)), asked) is expected

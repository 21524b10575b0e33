from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.certification.domain.facts import Claim
from services.certification.domain.requirements.assessment import MAX_EVIDENCE_NAMED, Evidence
from services.certification.domain.requirements.recycled import assess_recycled_share
from services.certification.domain.verdict import EvidenceKind, EvidenceRef, Outcome, Result
from tests.unit.certification.builders import OTHER_PRODUCT, PRODUCT, claim, listing


def outcome(*claims: Claim, minimum: str = "25", too_many: frozenset[EvidenceKind] = frozenset()) -> Outcome:
    evidence = Evidence(claims=claims, too_many=too_many)
    return assess_recycled_share(listing(), Decimal(minimum), evidence).outcome


def test_enough_recycled_content_meets_it() -> None:
    found = outcome(claim("250", "1000"))
    assert (found.requirement, found.result) == ("recycled_share", Result.MET)
    assert found.evidence == (EvidenceRef(EvidenceKind.CLAIM, "claim-1", 1),)


def test_a_gram_less_fails() -> None:
    found = outcome(claim("249.999", "1000"))
    assert found.result is Result.FAILED
    assert "24.9999 %" in found.detail


@pytest.mark.parametrize(
    "known",
    [
        (),
        (claim(issued=False),),
        (claim(beneficiary_organisation_id="org-other"),),
        (claim(product_id=OTHER_PRODUCT),),
    ],
    ids=["none", "revoked", "another's", "another product's"],
)
def test_without_a_claim_it_is_missing(known: tuple[Claim, ...]) -> None:
    found = outcome(*known)
    assert (found.result, found.evidence) == (Result.MISSING, ())


def test_claims_are_summed_over_their_product_mass() -> None:
    rich, poor = claim("400", "1000"), claim("0.1", "1000", claim_id="claim-2")
    assert outcome(rich, minimum="40").result is Result.MET
    assert outcome(rich, poor, minimum="40").result is Result.FAILED
    assert outcome(rich, poor, minimum="20.005").result is Result.MET


def test_product_urns_compare_by_their_canonical_form() -> None:
    assert outcome(claim(product_id=PRODUCT.replace("urn:tierloop", "URN:TIERLOOP"))).result is Result.MET


def test_many_claims_are_counted_and_the_newest_named() -> None:
    claims = [claim("300", "1000", claim_id=f"claim-{number:02}") for number in range(MAX_EVIDENCE_NAMED + 5)]
    found = outcome(*claims)
    assert [ref.id for ref in found.evidence] == [f"claim-{number:02}" for number in range(14, 4, -1)]
    assert "by 15 claims" in found.detail


def test_more_claims_than_can_be_loaded_fail_with_the_reason() -> None:
    found = outcome(too_many=frozenset({EvidenceKind.CLAIM}))
    assert found.result is Result.FAILED
    assert "more claims" in found.detail


MASSES = st.tuples(st.decimals("0.001", 10**9, places=3), st.decimals("0.001", 10**9, places=3))


@given(st.lists(MASSES, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_sum_is_exact_in_any_order(masses: list[tuple[Decimal, Decimal]], order: Random) -> None:
    claims = [claim(str(mass), str(total), claim_id=f"claim-{n}") for n, (mass, total) in enumerate(masses)]
    share = sum(Fraction(mass) for mass, _ in masses) * 100 / sum(Fraction(total) for _, total in masses)
    met = outcome(*claims).result is Result.MET
    assert met is (share >= 25)
    shuffled = order.sample(claims, k=len(claims))
    assert outcome(*shuffled) == outcome(*claims)

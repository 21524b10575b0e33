"""Laws of the evaluation that hold for any evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from services.certification.domain.certificate import CertificateStatus
from services.certification.domain.evaluation import evaluate
from services.certification.domain.facts import Footprint, Grant, GrantScope
from services.certification.domain.requirements.assessment import Evidence
from services.certification.domain.verdict import Outcome, Result, Verdict
from tests.unit.certification import builders
from tests.unit.certification.builders import (
    AT,
    BUYER,
    ISO,
    OTHER_BUYER,
    OTHER_PRODUCT,
    OTHER_SITE,
    PRODUCT,
    SITE,
    SUPPLIER,
    listing,
    profile,
)

FOOTPRINT_IDS = ("footprint-1", "footprint-2", "footprint-3")
NEAR = st.integers(-3, 3).map(lambda days: AT + timedelta(days=days))
DAYS = st.integers(-3, 3).map(lambda days: AT.date() + timedelta(days=days))

CERTIFICATES = st.builds(
    builders.certificate,
    certificate_id=st.sampled_from(["cert-1", "cert-2", "cert-3"]),
    certificate_type=st.sampled_from([ISO, "iso9001"]),
    site_ids=st.sampled_from([(SITE,), (OTHER_SITE,), (SITE, OTHER_SITE)]),
    valid_from=DAYS,
    valid_until=st.one_of(DAYS, st.just(date(9999, 12, 31))),
    status=st.sampled_from(CertificateStatus),
)
FOOTPRINTS = st.builds(
    builders.footprint,
    pcf=st.sampled_from(["1", "6.5", "7", "-3"]),
    footprint_id=st.sampled_from(FOOTPRINT_IDS),
    active=st.booleans(),
    product_ids=st.sampled_from([(PRODUCT,), (OTHER_PRODUCT,), (PRODUCT, OTHER_PRODUCT)]),
    unit_of_measurement=st.sampled_from(["kilogram", "piece"]),
    reference_period_end=NEAR,
    accepted_at=NEAR,
    valid_from=NEAR,
    valid_until=NEAR,
)
TARGETS = st.one_of(
    st.just((GrantScope.EVERYTHING, None)),
    st.sampled_from([(GrantScope.PRODUCT, PRODUCT), (GrantScope.PRODUCT, OTHER_PRODUCT)]),
    st.sampled_from(FOOTPRINT_IDS).map(lambda value: (GrantScope.FOOTPRINT, value)),
)
GRANTS = st.builds(
    lambda target, **rest: builders.grant(scope=target[0], scope_value=target[1], **rest),
    TARGETS,
    grant_id=st.sampled_from(["grant-1", "grant-2", "grant-3"]),
    grantee_organisation_id=st.sampled_from([BUYER, OTHER_BUYER]),
    active=st.booleans(),
    valid_from=NEAR,
    valid_until=st.one_of(st.none(), NEAR),
)
CLAIMS = st.builds(
    builders.claim,
    recycled_kg=st.sampled_from(["100", "250", "600"]),
    claim_id=st.sampled_from(["claim-1", "claim-2"]),
    issued=st.booleans(),
    product_id=st.sampled_from([PRODUCT, OTHER_PRODUCT]),
    beneficiary_organisation_id=st.sampled_from([SUPPLIER, "org-other"]),
)


def each_once(strategy: st.SearchStrategy[object], key: str) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=3, unique_by=lambda item: getattr(item, key)).map(tuple)


EVIDENCE = st.builds(
    Evidence,
    each_once(CERTIFICATES, "certificate_id"),
    each_once(FOOTPRINTS, "footprint_id"),
    each_once(GRANTS, "grant_id"),
    each_once(CLAIMS, "claim_id"),
)


def pcf_outcome(evidence: Evidence) -> Outcome:
    outcomes = evaluate(listing(), profile(), evidence, AT).outcomes
    return next(outcome for outcome in outcomes if outcome.requirement == "pcf_ceiling")


@given(EVIDENCE, st.randoms(use_true_random=False))
def test_the_order_of_evidence_makes_no_difference(evidence: Evidence, order: Random) -> None:
    def mixed(items: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(order.sample(items, k=len(items)))

    other = Evidence(
        *(mixed(group) for group in (evidence.certificates, evidence.footprints, evidence.grants, evidence.claims))  # type: ignore[arg-type]  # same items
    )
    one, two = (evaluate(listing(), profile(), each, AT) for each in (evidence, other))
    assert one == two
    assert one.holds_until == two.holds_until


@given(EVIDENCE)
def test_certified_is_exactly_all_met(evidence: Evidence) -> None:
    verdict = evaluate(listing(), profile(), evidence, AT)
    assert (verdict.verdict is Verdict.CERTIFIED) is all(item.result is Result.MET for item in verdict.outcomes)


@given(EVIDENCE)
def test_evidence_is_named_exactly_where_it_was_read(evidence: Evidence) -> None:
    for outcome in evaluate(listing(), profile(), evidence, AT).outcomes:
        assert bool(outcome.evidence) is (outcome.result in (Result.MET, Result.FAILED))


@given(EVIDENCE, GRANTS)
def test_another_grant_never_takes_access_away(evidence: Evidence, another: Grant) -> None:
    """It may open a newer footprint that fails: then, and only then, does met turn to failed."""
    assume(another.grant_id not in {known.grant_id for known in evidence.grants})
    before = pcf_outcome(evidence)
    after = pcf_outcome(replace(evidence, grants=(*evidence.grants, another)))
    if before.result in (Result.MET, Result.FAILED):
        assert after.result in (Result.MET, Result.FAILED)
    if after.result is not before.result and before.result is Result.MET:
        assert after.evidence[0] != before.evidence[0]
    if before.result is Result.MISSING:
        assert after == before


@given(EVIDENCE, FOOTPRINTS)
def test_a_hidden_footprint_says_at_most_that_it_exists(evidence: Evidence, hidden: Footprint) -> None:
    """Two hidden footprints can't be told apart, and none shows where another one is readable."""
    shut = replace(evidence, grants=tuple(known for known in evidence.grants if _never_opens_third(known)))
    assume(all(known.footprint_id != FOOTPRINT_IDS[2] for known in shut.footprints))
    kept = builders.footprint(footprint_id=FOOTPRINT_IDS[2])
    figures = replace(hidden, footprint_id=FOOTPRINT_IDS[2], product_ids=(PRODUCT,), active=True)
    with_one = replace(shut, footprints=(*shut.footprints, kept))
    with_other = replace(shut, footprints=(*shut.footprints, figures))
    one, two = (evaluate(listing(), profile(), each, AT) for each in (with_one, with_other))
    assert one == two
    assert one.holds_until == two.holds_until
    if pcf_outcome(shut).result in (Result.MET, Result.FAILED):
        assert pcf_outcome(with_one) == pcf_outcome(shut)


def _never_opens_third(known: Grant) -> bool:
    return known.scope is GrantScope.FOOTPRINT and known.scope_value != FOOTPRINT_IDS[2]


@given(EVIDENCE)
def test_a_verdict_holds_until_it_says(evidence: Evidence) -> None:
    """Between two of its dates a verdict never changes: half-way to `holds_until`, and just before."""
    verdict = evaluate(listing(), profile(), evidence, AT)
    end = verdict.holds_until or AT + timedelta(days=400)
    for at in (AT + (end - AT) / 2, end - timedelta(milliseconds=1)):
        assert evaluate(listing(), profile(), evidence, at) == verdict

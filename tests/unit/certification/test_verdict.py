from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.certification.domain.evaluation import evaluate
from services.certification.domain.profile import Requirements
from services.certification.domain.requirements.assessment import Evidence
from services.certification.domain.verdict import PartVerdicts, ProfileVerdict, Result, Verdict, next_verdicts
from tests.unit.certification.builders import (
    AT,
    BUYER,
    ISO,
    OTHER_BUYER,
    PRODUCT,
    ceiling,
    certificate,
    claim,
    footprint,
    grant,
    listing,
    profile,
)

LATER = AT + timedelta(hours=1)
ALL = Evidence((certificate(),), (footprint(),), (grant(),), (claim(),))


def decided(evidence: Evidence = ALL, at: datetime = AT, **changes: Any) -> ProfileVerdict:
    return evaluate(listing(), profile(**changes), evidence, at)


def without(lost: str) -> Evidence:
    nothing: dict[str, Any] = {lost: ()}
    return replace(ALL, **nothing)


def first(*verdicts: ProfileVerdict) -> PartVerdicts:
    state, _ = next_verdicts(listing(), None, verdicts, AT)
    assert state is not None
    return state


def test_all_requirements_met_is_certified() -> None:
    verdict = decided()
    assert verdict.verdict is Verdict.CERTIFIED
    assert [outcome.requirement for outcome in verdict.outcomes] == [
        "certificate:iso14001",
        "pcf_ceiling",
        "recycled_share",
    ]
    assert (verdict.profile_version, verdict.buyer_organisation_id, verdict.decided_at) == (1, BUYER, AT)


@pytest.mark.parametrize("lost", ["certificates", "footprints", "grants", "claims"])
def test_one_requirement_not_met_is_not_certified(lost: str) -> None:
    verdict = decided(without(lost))
    assert verdict.verdict is Verdict.NOT_CERTIFIED
    assert sum(outcome.result is not Result.MET for outcome in verdict.outcomes) == 1


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (Requirements(("b1", "a1")), ["certificate:a1", "certificate:b1"]),
        (Requirements(pcf_ceiling=ceiling()), ["pcf_ceiling"]),
        (Requirements(minimum_recycled_share_percent=Decimal(5)), ["recycled_share"]),
    ],
)
def test_what_is_not_asked_for_is_not_decided(asked: Requirements, names: list[str]) -> None:
    verdict = evaluate(listing(), profile(asked), ALL, AT)
    assert [outcome.requirement for outcome in verdict.outcomes] == names


def test_a_verdict_holds_until_the_next_date_of_what_it_could_rest_on() -> None:
    evidence = replace(ALL, certificates=(certificate(valid_until=date(2026, 7, 31)),))
    verdict = decided(evidence)
    assert verdict.holds_until == datetime(2026, 8, 1, tzinfo=UTC)
    assert verdict.is_current(datetime(2026, 7, 31, 23, 59, tzinfo=UTC))
    assert not verdict.is_current(datetime(2026, 8, 1, tzinfo=UTC))


def test_without_dates_ahead_a_verdict_holds() -> None:
    verdict = evaluate(listing(), profile(Requirements(minimum_recycled_share_percent=Decimal(5))), ALL, AT)
    assert verdict.holds_until is None
    assert verdict.is_current(AT + timedelta(days=99_999))


def test_the_first_decision_is_news_even_without_profiles() -> None:
    state, event = next_verdicts(listing(), None, (), AT)
    assert state is not None
    assert event is not None
    assert (state.version, state.verdicts, event.version, event.aggregate_id) == (1, (), 1, state.part_id)
    assert (state.product_id, state.supplier_id) == (PRODUCT, listing().supplier_id)


def test_deciding_the_same_again_changes_nothing() -> None:
    assert next_verdicts(listing(), first(decided()), (decided(at=LATER),), LATER) == (None, None)


def test_another_result_is_news_and_keeps_count() -> None:
    known = first(decided())
    state, event = next_verdicts(listing(), known, (decided(Evidence(), LATER),), LATER)
    assert state is not None
    assert event is not None
    assert (state.version, state.changed_at, event.part) == (2, LATER, state)
    assert (state.verdicts[0].verdict_version, state.verdicts[0].decided_at) == (2, LATER)


@pytest.mark.parametrize(
    "evidence",
    [
        replace(ALL, certificates=(certificate(version=2),)),
        replace(ALL, footprints=(footprint("5.95"),)),
        replace(ALL, grants=(grant(grant_id="grant-2"),)),
    ],
    ids=["another version", "another figure", "another right"],
)
def test_the_same_result_on_other_evidence_is_news(evidence: Evidence) -> None:
    _, event = next_verdicts(listing(), first(decided()), (decided(evidence),), LATER)
    assert event is not None


def test_a_moved_date_alone_is_kept_without_an_event() -> None:
    known = first(decided())
    sooner = replace(
        ALL, certificates=(certificate(), certificate(certificate_id="cert-2", valid_until=date(2026, 7, 1)))
    )
    state, event = next_verdicts(listing(), known, (decided(sooner),), LATER)
    assert event is None
    assert state is not None
    assert (state.version, state.changed_at, state.verdicts[0].decided_at) == (known.version, AT, AT)
    assert state.verdicts[0].holds_until == datetime(2026, 7, 2, tzinfo=UTC)


def test_each_verdict_counts_its_own_changes() -> None:
    """A buyer must not learn from its own verdict that another buyer's has changed."""
    asked = Requirements((ISO,))
    mine = profile(asked, profile_id="mine")
    other = profile(profile_id="other", buyer_organisation_id=OTHER_BUYER)

    def both(evidence: Evidence) -> tuple[ProfileVerdict, ...]:
        return tuple(evaluate(listing(), each, evidence, LATER) for each in (other, mine))

    known = first(*both(ALL))
    state, event = next_verdicts(listing(), known, both(replace(ALL, claims=())), LATER)
    assert event is not None
    assert state is not None
    assert {verdict.profile_id: verdict.verdict_version for verdict in state.verdicts} == {"mine": 1, "other": 2}
    assert state.of_profile("mine") == known.of_profile("mine")
    before, after = known.of_profile("mine"), state.of_profile("mine")
    assert before is not None
    assert after is not None
    assert after.decided_at == before.decided_at


def test_verdicts_stand_in_order_of_their_profiles() -> None:
    ids = ["c", "a", "b"]
    state = first(*(decided(profile_id=profile_id) for profile_id in ids))
    assert [verdict.profile_id for verdict in state.verdicts] == sorted(ids)

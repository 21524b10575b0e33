"""Grading a submission: what rules look at beyond the document, and the policy of its organisation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.chassis.kernel import Key, Loaded, Match, Need
from services.footprints.application.ports import FACTORS, FOOTPRINTS, VALIDATION_POLICIES
from services.footprints.domain.carbon import Submission
from services.footprints.domain.findings import (
    Evidence,
    Factor,
    Finding,
    ValidationPolicy,
    check_policy,
    classification_key,
    first_policy,
    review,
)


def grading_needs(submission: Submission, owner: str) -> Iterator[Need]:
    """Ask for the policy and the reference factors; predecessors are asked for by whoever submits."""
    yield Key(VALIDATION_POLICIES, owner)
    for urn in submission.product_classifications:
        yield _factors_of(urn)


def graded(loaded: Loaded, submission: Submission, owner: str, at: datetime) -> tuple[Finding, ...]:
    """Return the findings. Raises `MethodologyBroken` where the policy is strict and one of them is an error."""
    before = {each: loaded.get(FOOTPRINTS, each) for each in submission.preceding_ids}
    predecessors = {each: None if known is None else known.carbon for each, known in before.items()}
    factors = [factor for urn in submission.product_classifications for factor in _loaded_factors(loaded, urn)]
    findings = review(Evidence.of(submission, at, predecessors, tuple(factors)))
    check_policy(policy_of(loaded, owner), findings)
    return findings


def policy_of(loaded: Loaded, organisation_id: str) -> ValidationPolicy:
    """Return an organisation's policy, the first one where it never set any."""
    return loaded.get(VALIDATION_POLICIES, organisation_id) or first_policy(organisation_id)


def _factors_of(urn: str) -> Match:
    return Match(FACTORS, "product_classification", classification_key(urn))


def _loaded_factors(loaded: Loaded, urn: str) -> tuple[Factor, ...]:
    """Return the factors of one classification; more than a match may load would be more sets than anyone compares."""
    need = _factors_of(urn)
    return () if loaded.overflows(need) else tuple(loaded.match(FACTORS, need.field, need.value))

"""The verdict of a part for a profile: a pure function of the part, the profile, the evidence and the instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.certification.domain.part import PartListing
from services.certification.domain.profile import BuyerProfile
from services.certification.domain.requirements.assessment import Assessment, Evidence
from services.certification.domain.requirements.certificate import assess_certificate
from services.certification.domain.requirements.pcf import assess_pcf
from services.certification.domain.requirements.recycled import assess_recycled_share
from services.certification.domain.verdict import ProfileVerdict, Result, Verdict


def evaluate(part: PartListing, profile: BuyerProfile, evidence: Evidence, at: datetime) -> ProfileVerdict:
    """Decide every requirement of the profile; certified when all are met.

    `evidence` may hold more than concerns the part, in any order. Validity is computed from the dates at `at`.
    """
    assessments = tuple(_assessments(part, profile, evidence, at))
    outcomes = tuple(assessment.outcome for assessment in assessments)
    all_met = all(outcome.result is Result.MET for outcome in outcomes)
    ahead = [instant for assessment in assessments for instant in assessment.boundaries if instant > at]
    return ProfileVerdict(
        profile_id=profile.profile_id,
        profile_version=profile.version,
        buyer_organisation_id=profile.buyer_organisation_id,
        verdict=Verdict.CERTIFIED if all_met else Verdict.NOT_CERTIFIED,
        outcomes=outcomes,
        decided_at=at,
        holds_until=min(ahead, default=None),
    )


def _assessments(part: PartListing, profile: BuyerProfile, evidence: Evidence, at: datetime) -> Iterator[Assessment]:
    asked = profile.requirements
    for certificate_type in asked.certificate_types:
        yield assess_certificate(part, certificate_type, evidence, at)
    if asked.pcf_ceiling is not None:
        yield assess_pcf(part, asked.pcf_ceiling, profile.buyer_organisation_id, evidence, at)
    if asked.minimum_recycled_share_percent is not None:
        yield assess_recycled_share(part, asked.minimum_recycled_share_percent, evidence)

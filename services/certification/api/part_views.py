"""Answers about parts: listings, verdicts and trails, each as far as the caller may see."""

from __future__ import annotations

from datetime import datetime

from services.certification.api.types import Answer
from services.certification.application.queries import PartView, VerdictView
from services.certification.application.trail import Role, TrailStep
from services.certification.domain.trail import TrailKind
from services.certification.domain.verdict import EvidenceKind, Outcome, ProfileVerdict, Result, Verdict


class VerdictSummary(Answer):
    """A verdict in one line; ask for it by its profile to see why."""

    profile_id: str
    verdict: Verdict
    current: bool
    """False: a date has passed that may have changed it."""

    @classmethod
    def of(cls, verdict: ProfileVerdict, at: datetime) -> VerdictSummary:
        """Show a verdict as it is read at an instant."""
        return cls(profile_id=verdict.profile_id, verdict=verdict.verdict, current=verdict.is_current(at))


class PartAnswer(Answer):
    """A listed part with the verdicts the caller may see."""

    part_id: str
    supplier_id: str
    site_id: str
    part_number: str
    name: str
    product_id: str
    verdicts: list[VerdictSummary]
    """Of the caller's own profiles; the supplier sees all. Empty: not decided yet."""

    @classmethod
    def of(cls, part: PartView, at: datetime) -> PartAnswer:
        """Show a part."""
        return cls(
            part_id=part.part_id,
            supplier_id=part.supplier_id,
            site_id=part.site_id,
            part_number=part.part_number,
            name=part.name,
            product_id=part.product_id,
            verdicts=[VerdictSummary.of(verdict, at) for verdict in part.verdicts],
        )


class PartPage(Answer):
    """Parts in order of their ids."""

    items: list[PartAnswer]


class EvidenceView(Answer):
    """A piece of evidence in the version that was read."""

    kind: EvidenceKind
    """`grant` is the buyer's right to read the footprint beside it."""
    id: str
    version: int


class RequirementView(Answer):
    """One requirement, decided."""

    requirement: str
    """`certificate:<type>`, `pcf_ceiling` or `recycled_share`."""
    result: Result
    detail: str
    evidence: list[EvidenceView]

    @classmethod
    def of(cls, outcome: Outcome) -> RequirementView:
        """Show an outcome."""
        evidence = [EvidenceView(kind=ref.kind, id=ref.id, version=ref.version) for ref in outcome.evidence]
        return cls(requirement=outcome.requirement, result=outcome.result, detail=outcome.detail, evidence=evidence)


class VerdictAnswer(Answer):
    """A verdict that explains itself."""

    part_id: str
    profile_id: str
    profile_version: int
    """The version of the profile that was decided against."""
    verdict: Verdict
    verdict_version: int
    """Counts the changes of this verdict; also the ETag."""
    requirements: list[RequirementView]
    decided_at: datetime
    """When this verdict was reached; later decisions have confirmed it."""
    holds_until: datetime | None
    """First instant at which a date of the evidence alone may change it."""
    current: bool
    """False: that instant has passed; the verdict certifies nothing until it is decided again."""

    @classmethod
    def of(cls, view: VerdictView) -> VerdictAnswer:
        """Show a verdict."""
        verdict = view.verdict
        return cls(
            part_id=view.part.part_id,
            profile_id=verdict.profile_id,
            profile_version=verdict.profile_version,
            verdict=verdict.verdict,
            verdict_version=verdict.verdict_version,
            requirements=[RequirementView.of(outcome) for outcome in verdict.outcomes],
            decided_at=verdict.decided_at,
            holds_until=verdict.holds_until,
            current=view.is_current,
        )


class TrailStepView(Answer):
    """One event behind a verdict."""

    role: Role
    kind: TrailKind
    id: str
    version: int
    """The aggregate's; for a verdict, the verdict's own."""
    event_id: str
    event_type: str
    occurred_at: datetime
    correlation_id: str
    """The request that started it; the same along the whole chain."""
    causation_id: str | None
    profile_id: str | None
    verdict: Verdict | None

    @classmethod
    def of(cls, step: TrailStep) -> TrailStepView:
        """Show a step."""
        return cls(
            role=step.role,
            kind=step.event.kind,
            id=step.event.aggregate_id,
            version=step.version,
            event_id=step.event.event_id,
            event_type=step.event.event_type,
            occurred_at=step.event.occurred_at,
            correlation_id=step.event.correlation_id,
            causation_id=step.event.causation_id,
            profile_id=step.profile_id,
            verdict=None if step.verdict is None else Verdict(step.verdict),
        )


class TrailAnswer(Answer):
    """The events behind the verdicts of a part, in order of time."""

    part_id: str
    events: list[TrailStepView]

"""What a rule is, what it may look at, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from services.footprints.domain.carbon import CarbonFootprint, Submission
from services.footprints.domain.findings.factors import Factor
from services.footprints.domain.findings.finding import Finding, Severity

LATER_RULES_BEGIN: Final = datetime(2027, 12, 31, tzinfo=UTC)
"""From this day the tags SHALL-2027 and BIO-2027 bind (PACT Technical Specifications 3.0.3, reporting rules)."""


class Tag(StrEnum):
    """Reporting requirement of a property (PACT Technical Specifications 3.0.3)."""

    SHALL = "SHALL"
    SHOULD = "SHOULD"
    BIO = "BIO"
    """Needed where biogenic or land-related parts matter; "0" says not applicable, undefined says unknown."""
    BIO_2027 = "BIO-2027"
    SHALL_2027 = "SHALL-2027"
    CCS = "CCS"
    CCU = "CCU"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule is written."""

    standard: str
    section: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that rules may look at. Nothing is looked up later, so the same evidence has the same findings."""

    submission: Submission
    at: datetime
    """The instant of the grading, UTC."""
    content: Mapping[str, Any]
    """The document, parsed: for properties that the domain has no words for."""
    predecessors: Mapping[str, CarbonFootprint | None] = field(default_factory=dict)
    """What is stored under the ids of precedingPfIds; None is an unknown one, a missing one was not looked for."""
    factors: tuple[Factor, ...] = ()
    """Reference factors of the product's classifications, out of the loaded factor sets."""

    @classmethod
    def of(
        cls,
        submission: Submission,
        at: datetime,
        predecessors: Mapping[str, CarbonFootprint | None] | None = None,
        factors: tuple[Factor, ...] = (),
    ) -> Evidence:
        """Gather the evidence of a submission; its document is parsed here, once."""
        return cls(submission, at, submission.document.content, predecessors or {}, factors)

    @property
    def carbon(self) -> CarbonFootprint:
        """The parsed carbon footprint."""
        return self.submission.carbon

    @property
    def pcf(self) -> Mapping[str, Any]:
        """The carbon footprint as the document has it."""
        pcf: Mapping[str, Any] = self.content["pcf"]
        return pcf

    @property
    def bound_to_later_rules(self) -> bool:
        """Whether the reference period touches 31 December 2027 or a later day."""
        return self.carbon.reference_period.end > LATER_RULES_BEGIN


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where a rule is not kept."""

    field: str
    found: str | None
    values: Mapping[str, str]


def breach(field: str, found: str | None, **values: str) -> Breach:
    """Name the place, what was found there, and what fills the placeholders of the rule's texts."""
    return Breach(field, found, values)


Check = Callable[[Evidence], Iterator[Breach]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the methodology. Its title, expectation and remedy stand in the message catalogue, under its id."""

    rule_id: str
    """Stable; the `code` of its findings."""
    source: Source
    severity: Severity
    check: Check
    """Pure: yields a breach for each place where the rule is not kept."""
    reads: tuple[str, ...]
    """JSON pointers of the properties it looks at: where one of them can't be read, the rule says nothing."""
    tags: tuple[Tag, ...] = ()
    later_severity: Severity | None = None
    """Severity once the tags of 2027 bind; None where it stays the same."""
    is_assumption: bool = False
    """Whether the rule, or a bound in it, is ours and not the standard's."""

    def findings(self, evidence: Evidence) -> Iterator[Finding]:
        """Run the check."""
        severity = self.severity
        if self.later_severity is not None and evidence.bound_to_later_rules:
            severity = self.later_severity
        for each in self.check(evidence):
            yield Finding(self.rule_id, severity, each.field, each.found, each.values)


def rule(
    severity: Severity,
    source: Source,
    *reads: str,
    tags: tuple[Tag, ...] = (),
    later: Severity | None = None,
    is_assumption: bool = False,
) -> Callable[[Check], Rule]:
    """Make a rule of a check; the function's name is the rule's id."""

    def make(check: Check) -> Rule:
        return Rule(check.__name__, source, severity, check, reads, tags, later, is_assumption)

    return make


def pact(section: str) -> Source:
    """Return a place in the PACT specification."""
    return Source("PACT Technical Specifications 3.0.3", section)


def rulebook(section: str) -> Source:
    """Return a place in the Catena-X rulebook."""
    return Source("Catena-X PCF Rulebook 4.0.1", section)


def catenax(section: str) -> Source:
    """Return a place in the Catena-X standard and its data model."""
    return Source("Catena-X CX-0136, model io.catenax.pcf 10.0.0", section)


TIERLOOP: Final = "Tierloop"
"""Standard of the rules that are ours alone."""

"""Methodology rules: what a footprint states against the prose of its specification.

Real documents break them (of thirty public ones, all do), so a broken rule is told and never refused. Each rule is a
pure function from a submission to its findings.
"""

from __future__ import annotations

from typing import Final

from services.footprints.domain.carbon import Submission
from services.footprints.domain.findings.finding import Finding, Severity
from services.footprints.domain.findings.periods import period_findings
from services.footprints.domain.findings.shares import share_findings
from services.footprints.domain.findings.statements import statement_findings
from services.footprints.domain.findings.sums import sum_findings

__all__ = ["MAX_FINDINGS", "Finding", "Severity", "review"]

MAX_FINDINGS: Final = 50
"""Most findings kept with a record; lists in a document are bounded, so only a strange one has more."""
RULES: Final = (period_findings, sum_findings, share_findings, statement_findings)


def review(submission: Submission) -> tuple[Finding, ...]:
    """Return the findings of a submission, errors first, in the order of the rules."""
    order = list(Severity)
    findings = [finding for rule in RULES for finding in rule(submission)]
    return tuple(sorted(findings, key=lambda finding: order.index(finding.severity))[:MAX_FINDINGS])

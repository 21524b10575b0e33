"""Rules on instants: reference period and validity period.

Source: PACT Technical Specifications 3.0.3, ProductFootprint.validityPeriodStart / validityPeriodEnd (prose) and
CarbonFootprint.referencePeriodStart / referencePeriodEnd.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from services.footprints.domain.carbon import Submission
from services.footprints.domain.findings.finding import Finding, Severity
from services.footprints.domain.validity import VALIDITY_YEARS, add_years, effective_validity

NEW_RECORD = "Submit a corrected footprint under a new id that names this one in precedingPfIds."


def period_findings(submission: Submission) -> Iterator[Finding]:
    """Check the order of the two periods and the length of the validity period."""
    reference = submission.carbon.reference_period
    if reference.start >= reference.end:
        yield _error(
            "reference_period_order",
            "/pcf/referencePeriodEnd",
            reference.end,
            f"an instant after referencePeriodStart ({_text(reference.start)})",
        )
    yield from _start_findings(submission, reference.end)
    yield from _end_findings(submission, reference.end)


def _start_findings(submission: Submission, reference_end: datetime) -> Iterator[Finding]:
    start = submission.validity_start
    if start is not None and start < reference_end:
        yield _error(
            "validity_starts_too_early",
            "/validityPeriodStart",
            start,
            f"not before referencePeriodEnd ({_text(reference_end)})",
        )


def _end_findings(submission: Submission, reference_end: datetime) -> Iterator[Finding]:
    end = submission.validity_end
    latest = add_years(reference_end, VALIDITY_YEARS)
    if end is not None and end > latest:
        yield _error(
            "validity_ends_too_late",
            "/validityPeriodEnd",
            end,
            f"not after referencePeriodEnd + {VALIDITY_YEARS} years ({_text(latest)})",
        )
    period = effective_validity(reference_end, submission.validity_start, end)
    if period.start >= period.end:
        field = "/validityPeriodStart" if end is None else "/validityPeriodEnd"
        yield _error(
            "validity_is_empty",
            field,
            period.start if end is None else period.end,
            f"a period that ends after it starts; it runs from {_text(period.start)} to {_text(period.end)}",
        )


def _error(code: str, field: str, found: datetime, expected: str) -> Finding:
    return Finding(code, Severity.ERROR, field, _text(found), expected, NEW_RECORD)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

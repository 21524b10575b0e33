"""Rules on instants: reference period, validity period and the day of the calculation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from services.footprints.domain.findings.finding import Severity, shown_instant
from services.footprints.domain.findings.rule import TIERLOOP, Breach, Evidence, Source, breach, pact, rule, rulebook
from services.footprints.domain.validity import VALIDITY_YEARS, add_years, effective_validity

MAX_REFERENCE_YEARS: Final = 3
REVIEW_YEARS: Final = 1
CLOCK_SKEW: Final = timedelta(minutes=5)
"""[A] Ours: clocks of two companies may differ by this."""

START, END = "/pcf/referencePeriodStart", "/pcf/referencePeriodEnd"
VALID_FROM, VALID_UNTIL, CREATED = "/validityPeriodStart", "/validityPeriodEnd", "/created"


@rule(Severity.ERROR, pact("CarbonFootprint, referencePeriodStart and referencePeriodEnd"), START, END)
def reference_period_order(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the reference period begins before it ends (start inclusive, end exclusive)."""
    period = evidence.carbon.reference_period
    if period.start >= period.end:
        yield breach(END, shown_instant(period.end), start=shown_instant(period.start))


@rule(Severity.WARNING, rulebook("averaging period: one year, three at most"), START, END)
def reference_period_too_long(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the reference period covers three calendar years at most."""
    period = evidence.carbon.reference_period
    latest = add_years(period.start, MAX_REFERENCE_YEARS)
    if period.end > latest:
        yield breach(END, shown_instant(period.end), years=str(MAX_REFERENCE_YEARS), latest=shown_instant(latest))


@rule(Severity.ERROR, pact("ProductFootprint, validityPeriodStart"), VALID_FROM, END)
def validity_starts_too_early(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a stated validity starts with the end of the reference period or later."""
    start, end = evidence.submission.validity_start, evidence.carbon.reference_period.end
    if start is not None and start < end:
        yield breach(VALID_FROM, shown_instant(start), reference_end=shown_instant(end))


@rule(Severity.ERROR, pact("ProductFootprint, validityPeriodEnd"), VALID_UNTIL, END)
def validity_ends_too_late(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a stated validity ends three calendar years after the reference period, or earlier."""
    end = evidence.submission.validity_end
    latest = add_years(evidence.carbon.reference_period.end, VALIDITY_YEARS)
    if end is not None and end > latest:
        yield breach(VALID_UNTIL, shown_instant(end), years=str(VALIDITY_YEARS), latest=shown_instant(latest))


@rule(Severity.ERROR, pact("ProductFootprint, validityPeriodStart and validityPeriodEnd"), VALID_FROM, VALID_UNTIL, END)
def validity_is_empty(evidence: Evidence) -> Iterator[Breach]:
    """Hold that the effective validity ends after it starts."""
    submission = evidence.submission
    end = submission.validity_end
    period = effective_validity(evidence.carbon.reference_period.end, submission.validity_start, end)
    if period.start >= period.end:
        yield breach(
            VALID_FROM if end is None else VALID_UNTIL,
            shown_instant(period.start if end is None else period.end),
            start=shown_instant(period.start),
            end=shown_instant(period.end),
        )


@rule(
    Severity.WARNING,
    rulebook("retrospective footprints (rule 8; inferred, no clause says it in these words)"),
    CREATED,
    END,
    is_assumption=True,
)
def created_before_reference_end(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a footprint of measured data is not calculated before its reference period is over."""
    created, end = evidence.submission.created, evidence.carbon.reference_period.end
    if created < end:
        yield breach(CREATED, shown_instant(created), reference_end=shown_instant(end))


@rule(Severity.WARNING, Source(TIERLOOP, "clocks differ by five minutes at most"), CREATED, is_assumption=True)
def created_in_the_future(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a footprint was calculated before it is submitted."""
    created = evidence.submission.created
    if created > evidence.at + CLOCK_SKEW:
        yield breach(CREATED, shown_instant(created), now=shown_instant(evidence.at))


@rule(Severity.INFO, rulebook("validity: a yearly review (rule 8)"), CREATED)
def review_is_due(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a footprint was calculated, or reviewed, within a year before it is submitted."""
    created = evidence.submission.created
    due = add_years(created, REVIEW_YEARS)
    if due <= evidence.at:
        yield breach(CREATED, shown_instant(created), due=shown_instant(due), now=shown_instant(evidence.at))


RULES: Final = (
    reference_period_order,
    reference_period_too_long,
    validity_starts_too_early,
    validity_ends_too_late,
    validity_is_empty,
    created_before_reference_end,
    created_in_the_future,
    review_is_due,
)

"""Rules on shares and ratings: primary data share, exempted emissions, data quality.

Source: PACT Technical Specifications 3.0.3, CarbonFootprint.primaryDataShare, exemptedEmissionsPercent (the cap of 5 %
of the 2.x line is gone) and DataQualityIndicators (range in prose).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from services.footprints.domain.carbon import Submission
from services.footprints.domain.findings.finding import Finding, Severity, shown

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
HUNDRED: Final = Decimal(100)
BEST_RATING: Final = Decimal(1)
WORST_RATING: Final = Decimal(5)


def share_findings(submission: Submission) -> Iterator[Finding]:
    """Check that percentages are percentages and ratings are ratings."""
    yield from _primary_data_share(submission)
    exempted = submission.carbon.exempted_emissions_percent
    if not ZERO <= exempted <= HUNDRED:
        yield _out_of_range("exempted_emissions_out_of_range", "/pcf/exemptedEmissionsPercent", exempted)
    yield from _data_quality(submission)


def _primary_data_share(submission: Submission) -> Iterator[Finding]:
    field = "/pcf/primaryDataShare"
    share = submission.carbon.primary_data_share_percent
    if share is None:
        yield Finding(
            "primary_data_share_missing",
            Severity.INFO,
            field,
            None,
            "the share of primary data in percent: the methodology asks for it (SHALL)",
            'Add it as a decimal string, such as "62.5".',
        )
    elif not ZERO <= share <= HUNDRED:
        yield _out_of_range("primary_data_share_out_of_range", field, share)
    elif ZERO < share <= ONE:
        yield Finding(
            "primary_data_share_looks_like_fraction",
            Severity.WARNING,
            field,
            shown(share),
            f"a percentage from 0 to 100; it is read as {shown(share)} %",
            "If a fraction was meant, submit the percentage (a hundred times as much) under a new id.",
        )


def _data_quality(submission: Submission) -> Iterator[Finding]:
    quality = submission.carbon.data_quality
    if quality is None:
        yield Finding(
            "data_quality_missing",
            Severity.INFO,
            "/pcf/dqi",
            None,
            "data quality indicators: required from 31 December 2027",
            "Add technologicalDQR, geographicalDQR and temporalDQR.",
        )
        return
    ratings = {
        "technologicalDQR": quality.technological,
        "geographicalDQR": quality.geographical,
        "temporalDQR": quality.temporal,
    }
    for name, rating in ratings.items():
        if not BEST_RATING <= rating <= WORST_RATING:
            yield Finding(
                "data_quality_out_of_range",
                Severity.ERROR,
                f"/pcf/dqi/{name}",
                shown(rating),
                "a rating from 1 (best) to 5",
                "Rate on the scale of PACT 3; the scale 1 to 3 of the 2.x line can't be carried over.",
            )


def _out_of_range(code: str, field: str, found: Decimal) -> Finding:
    return Finding(
        code,
        Severity.ERROR,
        field,
        shown(found),
        "a percentage from 0 to 100",
        "Submit the right percentage under a new id.",
    )

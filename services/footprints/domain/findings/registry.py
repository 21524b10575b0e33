"""All rules, in one place and in the order in which they are told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from services.footprints.domain.findings import (
    flags,
    identifiers,
    lineage,
    masses,
    methods,
    periods,
    plausibility,
    shares,
    sums,
)
from services.footprints.domain.findings.finding import Finding, Severity
from services.footprints.domain.findings.rule import Evidence, Rule

RULES: Final[tuple[Rule, ...]] = (
    *periods.RULES,
    *sums.RULES,
    *masses.RULES,
    *shares.RULES,
    *flags.RULES,
    *methods.RULES,
    *identifiers.RULES,
    *lineage.RULES,
    *plausibility.RULES,
)
RULES_BY_ID: Final = {each.rule_id: each for each in RULES}
MAX_FINDINGS: Final = 50
"""Most findings kept with a record; lists in a document are bounded, so only a strange one has more."""

CATENAX_RULES: Final = {
    1: "shape of the Catena-X model alone: a PACT record has no arrays of one object",
    2: "total_excluding_uptake_differs, total_including_uptake_differs",
    3: "schema (signs), total_excluding_uptake_negative",
    4: "total_including_uptake_differs",
    5: "exempted_emissions_over_cut_off",
    6: "characterization_factors_outdated, characterization_factors_mixed",
    7: "no property of PACT 3 names the allocation of incineration or of recycled carbon",
    8: "reference_period_order, validity_starts_too_early, validity_is_empty, created_before_reference_end,"
    " review_is_due",
    9: "country_code_unassigned; a PACT record names one geography, so that no two can contradict",
    10: "packaging_emissions_contradict_flag, packaging_exceeds_total; PACT 3 has no flag for distribution",
    11: "no property of PACT 3 says that a footprint is prospective",
    12: "needs the inputs: a matter of roll-ups, not of one record",
    13: "no property of PACT 3 holds verification shares",
    14: "no property of PACT 3 names mass balancing",
    15: "partner_number_malformed, partner_number_check_fails",
    16: "predecessor_unknown; circles are refused",
    17: "carbon_exceeds_mass, recycled_carbon_exceeds_content",
    18: "total_rises_against_predecessor",
}
"""Rules for a Catena-X footprint, by number, and what stands for each in a PACT record."""


def review(evidence: Evidence, unread: Collection[str] = ()) -> tuple[Finding, ...]:
    """Return the findings, errors first, in the order of the rules.

    `unread` are pointers of properties that could not be read: rules that look at one of them say nothing.
    """
    order = list(Severity)
    findings = [finding for each in RULES if not _looks_at(each, unread) for finding in each.findings(evidence)]
    return tuple(sorted(findings, key=lambda finding: order.index(finding.severity))[:MAX_FINDINGS])


def _looks_at(each: Rule, unread: Collection[str]) -> bool:
    return any(_within(pointer, place) or _within(place, pointer) for pointer in each.reads for place in unread)


def _within(pointer: str, place: str) -> bool:
    return pointer == place or pointer.startswith(f"{place}/")

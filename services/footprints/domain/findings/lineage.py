"""Rules on a footprint and those it replaces."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import Final

from services.footprints.domain.findings.exact import EXACT, HUNDRED, ZERO
from services.footprints.domain.findings.finding import Severity, shown
from services.footprints.domain.findings.rule import Breach, Evidence, Tag, breach, catenax, pact, rule, rulebook

RISE_PERCENT: Final = Decimal(10)
"""A rise above this share makes customers recalculate (Catena-X PCF Rulebook 4.0.1; 3.1 had 5)."""
SHOWN_PLACES: Final = Decimal("0.1")
PRECEDING, COMMENT, TOTAL = "/precedingPfIds", "/comment", "/pcf/pcfIncludingBiogenicUptake"


@rule(Severity.INFO, pact("ProductFootprint, comment (reason of a change)"), PRECEDING, COMMENT, tags=(Tag.SHOULD,))
def change_reason_missing(evidence: Evidence) -> Iterator[Breach]:
    """Hold that a footprint that replaces another one says why."""
    comment = evidence.content.get("comment")
    if evidence.submission.preceding_ids and not (comment or "").strip():
        yield breach(COMMENT, comment)


@rule(Severity.INFO, catenax("precedingPfIds (rule 16)"), PRECEDING)
def predecessor_unknown(evidence: Evidence) -> Iterator[Breach]:
    """Hold that what is replaced is known here; a successor may come first, so this is a hint alone."""
    for index, footprint_id in enumerate(evidence.submission.preceding_ids):
        if footprint_id in evidence.predecessors and evidence.predecessors[footprint_id] is None:
            yield breach(f"{PRECEDING}/{index}", footprint_id)


@rule(
    Severity.INFO,
    rulebook("recalculation at 10 % more (rule 18)"),
    PRECEDING,
    TOTAL,
    "/pcf/declaredUnitOfMeasurement",
    "/pcf/declaredUnitAmount",
)
def total_rises_against_predecessor(evidence: Evidence) -> Iterator[Breach]:
    """Point out a total that rises by more than a tenth per unit of measurement: customers recalculate."""
    carbon = evidence.carbon
    total = carbon.amounts.pcf_including_biogenic_uptake_kgco2e
    for footprint_id, before in evidence.predecessors.items():
        if before is None or before.unit_of_measurement is not carbon.unit_of_measurement:
            continue
        known = before.amounts.pcf_including_biogenic_uptake_kgco2e
        with localcontext(EXACT):
            old, new = known * carbon.declared_unit_amount, total * before.declared_unit_amount
            if old > ZERO and (new - old) * HUNDRED > old * RISE_PERCENT:
                rise = (new / old - 1) * HUNDRED
                yield breach(
                    TOTAL,
                    shown(total),
                    predecessor=footprint_id,
                    before=shown(known),
                    rise=shown(rise.quantize(SHOWN_PLACES)),
                    limit=shown(RISE_PERCENT),
                )


RULES: Final = (change_reason_missing, predecessor_unknown, total_rises_against_predecessor)

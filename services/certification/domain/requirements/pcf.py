"""A PCF ceiling is set: met by the newest footprint the buyer may read, in the ceiling's unit.

Invariant: HIDDEN-SAYS-NOTHING. A footprint the buyer may not read shows in no answer but `no_access`, which is the same
for every such footprint: with met or failed its value could be found by moving the ceiling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from services.certification.domain.facts import Footprint, Grant, GrantScope, grant_target
from services.certification.domain.identifiers import canonical_urn
from services.certification.domain.part import PartListing
from services.certification.domain.profile import PcfCeiling
from services.certification.domain.requirements.assessment import EXACT, Assessment, Evidence, known_instants
from services.certification.domain.verdict import EvidenceKind, EvidenceRef, Outcome, Result

REQUIREMENT: Final = "pcf_ceiling"
FOREVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Readable:
    footprint: Footprint
    grant: Grant


def assess_pcf(
    part: PartListing, ceiling: PcfCeiling, buyer_organisation_id: str, evidence: Evidence, at: datetime
) -> Assessment:
    """Decide a PCF ceiling for a part.

    Of the supplier's active footprints of the product the buyer may read, those valid at the instant and in the
    ceiling's unit compare, and the newest of them decides: latest end of reference period, then latest acceptance,
    then highest id. No readable one: `no_access` if any exists, else `missing`.
    """
    grants = [grant for grant in evidence.grants if grant.grantee_organisation_id == buyer_organisation_id]
    known = [footprint for footprint in evidence.footprints if _speaks_for(footprint, part)]
    if EvidenceKind.FOOTPRINT in evidence.too_many:
        return Assessment(_too_many(part, grants, at), tuple(_grant_instants(grants)))
    by_target = _longest_by_target(grants, at)
    pairs = [(footprint, _opening(footprint, part, by_target)) for footprint in known]
    readable = [_Readable(footprint, grant) for footprint, grant in pairs if grant is not None]
    outcome = _outcome(readable, ceiling, at) if readable else _nothing_readable(exists=bool(known))
    instants = (instant for item in readable for instant in (item.footprint.valid_from, item.footprint.valid_until))
    return Assessment(outcome, (*instants, *_grant_instants(grants)))


def is_within(footprint: Footprint, ceiling: PcfCeiling) -> bool:
    """Compare exactly, without a division: pcf / amount <= ceiling / its amount. Units must be equal already."""
    pcf = EXACT.multiply(footprint.total_kgco2e(ceiling.pcf_total), ceiling.unit_amount)
    return pcf <= EXACT.multiply(ceiling.value_kgco2e, footprint.unit_amount)


def _speaks_for(footprint: Footprint, part: PartListing) -> bool:
    return (
        footprint.active
        and footprint.owner_organisation_id == part.supplier_id
        and canonical_urn(part.product_id) in footprint.product_ids
    )


def _longest_by_target(grants: Sequence[Grant], at: datetime) -> dict[str, Grant]:
    """Return, for each target, the grant in force that lasts longest (lowest id among equals)."""
    in_force = sorted((grant for grant in grants if grant.is_valid(at)), key=_lasting)
    return {grant.target: grant for grant in in_force if grant.target is not None}


def _opening(footprint: Footprint, part: PartListing, by_target: Mapping[str, Grant]) -> Grant | None:
    targets = footprint.grant_targets(part.product_id)
    found = [by_target[target] for target in targets if target in by_target]
    return max(found, key=_lasting, default=None)


def _lasting(grant: Grant) -> tuple[datetime, tuple[int, ...]]:
    return grant.valid_until or FOREVER, tuple(-ord(character) for character in grant.grant_id)


def _outcome(readable: Sequence[_Readable], ceiling: PcfCeiling, at: datetime) -> Outcome:
    valid = [item for item in readable if item.footprint.is_valid(at)]
    comparable = [item for item in valid if item.footprint.unit_of_measurement == ceiling.unit_of_measurement]
    newest = max(comparable or valid or readable, key=_newness)
    refs = (
        EvidenceRef(EvidenceKind.FOOTPRINT, newest.footprint.footprint_id, newest.footprint.version),
        EvidenceRef(EvidenceKind.GRANT, newest.grant.grant_id, newest.grant.version),
    )
    if not valid:
        period = f"{newest.footprint.valid_from:%Y-%m-%dT%H:%MZ} until {newest.footprint.valid_until:%Y-%m-%dT%H:%MZ}"
        detail = f"the footprint is valid from {period} only"
        return Outcome(REQUIREMENT, Result.FAILED, detail, refs)
    if not comparable:
        unit = newest.footprint.unit_of_measurement
        detail = f"the footprint is declared per {unit}, the ceiling per {ceiling.unit_of_measurement}: not comparable"
        return Outcome(REQUIREMENT, Result.FAILED, detail, refs)
    within = is_within(newest.footprint, ceiling)
    return Outcome(REQUIREMENT, Result.MET if within else Result.FAILED, _figures(newest.footprint, ceiling), refs)


def _newness(item: _Readable) -> tuple[datetime, datetime, str]:
    footprint = item.footprint
    return footprint.reference_period_end, footprint.accepted_at, footprint.footprint_id


def _figures(footprint: Footprint, ceiling: PcfCeiling) -> str:
    return (
        f"{_plain(footprint.total_kgco2e(ceiling.pcf_total))} kgCO2e {ceiling.pcf_total} biogenic uptake per "
        f"{_plain(footprint.unit_amount)} {footprint.unit_of_measurement}; the ceiling is "
        f"{_plain(ceiling.value_kgco2e)} per {_plain(ceiling.unit_amount)}"
    )


def _nothing_readable(*, exists: bool) -> Outcome:
    if exists:
        return Outcome(REQUIREMENT, Result.NO_ACCESS, "the buyer may read no footprint of this product")
    return Outcome(REQUIREMENT, Result.MISSING, "no active footprint of this product is known")


def _too_many(part: PartListing, grants: Sequence[Grant], at: datetime) -> Outcome:
    """More footprints than a decision may load: told only to a buyer who may read every one of them."""
    all_of_them = {
        grant_target(part.supplier_id, GrantScope.EVERYTHING, None),
        grant_target(part.supplier_id, GrantScope.PRODUCT, part.product_id),
    }
    if any(grant.is_valid(at) and grant.target in all_of_them for grant in grants):
        detail = "more active footprints of this product are known than can be compared; deprecate superseded ones"
        return Outcome(REQUIREMENT, Result.FAILED, detail)
    return _nothing_readable(exists=True)


def _grant_instants(grants: Sequence[Grant]) -> list[datetime]:
    return [
        instant for grant in grants if grant.active for instant in known_instants(grant.valid_from, grant.valid_until)
    ]


def _plain(value: Decimal) -> str:
    return format(value, "f")

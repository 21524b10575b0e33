"""A minimum recycled share is asked for: met when the supplier's claims for the product reach it together."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal
from typing import Final

from services.certification.domain.identifiers import canonical_urn
from services.certification.domain.part import PartListing
from services.certification.domain.requirements.assessment import EXACT, MAX_EVIDENCE_NAMED, Assessment, Evidence
from services.certification.domain.verdict import EvidenceKind, EvidenceRef, Outcome, Result

REQUIREMENT: Final = "recycled_share"
SHOWN_DIGITS: Final = Context(prec=6)
HUNDRED: Final = Decimal(100)


def assess_recycled_share(part: PartListing, minimum_percent: Decimal, evidence: Evidence) -> Assessment:
    """Decide a minimum recycled share, per cent of mass, for a part.

    The share is the recycled mass of all issued claims over their product mass (ISO 14021, 7.8.4, over several
    claims). Simplification: every issued claim counts, whatever its period; a revoked one never does. A claim's mass,
    share and status are public, so no grant is asked for.
    """
    claims = [
        claim
        for claim in evidence.claims
        if claim.issued
        and claim.beneficiary_organisation_id == part.supplier_id
        and claim.product_id == canonical_urn(part.product_id)
    ]
    if EvidenceKind.CLAIM in evidence.too_many:
        detail = "more claims for this product are known than can be summed; claim a period at once"
        return Assessment(Outcome(REQUIREMENT, Result.FAILED, detail))
    if not claims:
        return Assessment(Outcome(REQUIREMENT, Result.MISSING, "no recycled-content claim for this product is known"))
    recycled_kg = _sum(claim.recycled_mass_kg for claim in claims)
    product_kg = _sum(claim.product_mass_kg for claim in claims)
    enough = EXACT.multiply(recycled_kg, HUNDRED) >= EXACT.multiply(minimum_percent, product_kg)
    newest_first = sorted(claims, key=lambda claim: claim.claim_id, reverse=True)
    refs = tuple(
        EvidenceRef(EvidenceKind.CLAIM, claim.claim_id, claim.version) for claim in newest_first[:MAX_EVIDENCE_NAMED]
    )
    share = SHOWN_DIGITS.divide(EXACT.multiply(recycled_kg, HUNDRED), product_kg)
    detail = (
        f"{recycled_kg:f} kg recycled in {product_kg:f} kg of product, about {share:f} %, by {len(claims)} claims; "
        f"at least {minimum_percent:f} % is asked for"
    )
    return Assessment(Outcome(REQUIREMENT, Result.MET if enough else Result.FAILED, detail, refs))


def _sum(masses_kg: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for mass_kg in masses_kg:
        total = EXACT.add(total, mass_kg)
    return total

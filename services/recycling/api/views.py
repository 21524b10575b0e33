"""Answers. Masses are kilograms with three decimals; what a stranger may not see is in another model, not blanked."""

from __future__ import annotations

from datetime import date

from services.chassis.wire_types import DecimalString, Instant
from services.recycling.api.types import Answer
from services.recycling.domain.balances import Closed, DemandBalance, LotBalance
from services.recycling.domain.claims import Claim, ClaimStatus
from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.demands import Demand, DemandStatus
from services.recycling.domain.lots import Lot, LotStatus
from services.recycling.domain.mass import to_kilograms
from services.recycling.domain.standing import Reliance


class CertificateRef(Answer):
    """A certificate, in the version that was relied on."""

    certificate_id: str
    version: int

    @classmethod
    def of(cls, relied_on: Reliance) -> CertificateRef:
        """Render the reference."""
        return cls(certificate_id=relied_on.certificate_id, version=relied_on.version)


class LotView(Answer):
    """A lot."""

    lot_id: str
    version: int
    seller_organisation_id: str
    grade_scheme: str
    grade_code: str
    description: str
    mass_kg: DecimalString
    free_mass_kg: DecimalString | None
    """What no trade has reserved, by the order book; null until it has taken the lot in, and in answers to commands."""
    closed_because: Closed | None
    """Why the lot takes no part in matching; null while it does."""
    post_consumer_share_percent: DecimalString
    pre_consumer_share_percent: DecimalString
    custody_model: CustodyModel
    country: str
    price_per_tonne: DecimalString
    currency: str
    available_from: date
    available_until: date
    waste_code: str | None
    relied_on: CertificateRef
    """The seller's certificate when the lot was listed."""
    terms_version: str
    status: LotStatus
    reason: str | None
    listed_at: Instant
    changed_at: Instant

    @classmethod
    def of(cls, lot: Lot, balance: LotBalance | None = None) -> LotView:
        """Render a lot with what the book knows of it."""
        return cls(
            lot_id=lot.lot_id,
            version=lot.version,
            seller_organisation_id=lot.seller_organisation_id,
            grade_scheme=lot.grade_scheme,
            grade_code=lot.grade_code,
            description=lot.description,
            mass_kg=to_kilograms(lot.mass_g),
            free_mass_kg=to_kilograms(balance.free_g) if balance else None,
            closed_because=balance.closed if balance else None,
            post_consumer_share_percent=lot.post_consumer_share_percent,
            pre_consumer_share_percent=lot.pre_consumer_share_percent,
            custody_model=lot.custody_model,
            country=lot.country,
            price_per_tonne=lot.price_per_tonne,
            currency=lot.currency,
            available_from=lot.available_from,
            available_until=lot.available_until,
            waste_code=lot.waste_code,
            relied_on=CertificateRef.of(lot.relied_on),
            terms_version=lot.terms_version,
            status=lot.status,
            reason=lot.reason,
            listed_at=lot.listed_at,
            changed_at=lot.changed_at,
        )


class LotPage(Answer):
    """A page of lots, in order of their ids."""

    items: list[LotView]


class DemandView(Answer):
    """A demand, to its buyer."""

    demand_id: str
    version: int
    grade_scheme: str
    grade_code: str
    mass_kg: DecimalString
    open_mass_kg: DecimalString | None
    """What no trade covers, by the order book; null until it has taken it in, and in answers to commands."""
    closed_because: Closed | None
    """Why the demand takes no part in matching; null while it does."""
    max_price_per_tonne: DecimalString
    currency: str
    needed_by: date
    accepted_custody_models: list[CustodyModel]
    min_post_consumer_share_percent: DecimalString
    status: DemandStatus
    reason: str | None
    placed_at: Instant
    changed_at: Instant

    @classmethod
    def of(cls, demand: Demand, balance: DemandBalance | None = None) -> DemandView:
        """Render a demand with what the book knows of it."""
        return cls(
            demand_id=demand.demand_id,
            version=demand.version,
            grade_scheme=demand.grade_scheme,
            grade_code=demand.grade_code,
            mass_kg=to_kilograms(demand.mass_g),
            open_mass_kg=to_kilograms(balance.open_g) if balance else None,
            closed_because=balance.closed if balance else None,
            max_price_per_tonne=demand.max_price_per_tonne,
            currency=demand.currency,
            needed_by=demand.needed_by,
            accepted_custody_models=list(demand.accepted_custody_models),
            min_post_consumer_share_percent=demand.min_post_consumer_share_percent,
            status=demand.status,
            reason=demand.reason,
            placed_at=demand.placed_at,
            changed_at=demand.changed_at,
        )


class DemandPage(Answer):
    """A page of the caller's demands, in order of their ids."""

    items: list[DemandView]


class ClaimSummary(Answer):
    """What everybody may know of a claim."""

    claim_id: str
    version: int
    status: ClaimStatus
    product_id: str
    name: str
    recycled_mass_kg: DecimalString
    post_consumer_mass_kg: DecimalString
    pre_consumer_mass_kg: DecimalString
    product_mass_kg: DecimalString
    recycled_share_percent: DecimalString
    """100 x recycled mass / product mass, rounded down; ISO 14021, 7.8.4."""
    custody_model: CustodyModel
    period_start: date
    period_end: date
    reason: str | None
    changed_at: Instant

    @classmethod
    def of(cls, claim: Claim) -> ClaimSummary:
        """Render the public facts."""
        return cls(**_public(claim))


class ClaimDetail(ClaimSummary):
    """A claim with its chain, to the parties of its trade."""

    trade_id: str
    lot_id: str
    seller_organisation_id: str
    beneficiary_organisation_id: str
    issued_at: Instant

    @classmethod
    def of(cls, claim: Claim) -> ClaimDetail:
        """Render everything."""
        return cls(
            **_public(claim),
            trade_id=claim.trade_id,
            lot_id=claim.lot_id,
            seller_organisation_id=claim.seller_organisation_id,
            beneficiary_organisation_id=claim.beneficiary_organisation_id,
            issued_at=claim.issued_at,
        )


class ClaimPage(Answer):
    """A page of the claims of which the caller is beneficiary or seller, in order of their ids."""

    items: list[ClaimDetail]


def _public(claim: Claim) -> dict[str, object]:
    return {
        "claim_id": claim.claim_id,
        "version": claim.version,
        "status": claim.status,
        "product_id": claim.product_id,
        "name": claim.name,
        "recycled_mass_kg": to_kilograms(claim.recycled_g),
        "post_consumer_mass_kg": to_kilograms(claim.post_consumer_g),
        "pre_consumer_mass_kg": to_kilograms(claim.pre_consumer_g),
        "product_mass_kg": to_kilograms(claim.product_g),
        "recycled_share_percent": claim.recycled_share_percent,
        "custody_model": claim.custody_model,
        "period_start": claim.period_start,
        "period_end": claim.period_end,
        "reason": claim.reason,
        "changed_at": claim.changed_at,
    }

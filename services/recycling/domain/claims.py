"""Recycled-content claims: a settled trade's recycled mass, said once, of the products made from it.

SETTLED-CAP, CLAIMED-ONCE: what a claim takes is drawn from its trade in the same transaction, by writing the trade.
CUSTODY-NEVER-STRONGER: a claim speaks of the lot's own custody model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import MAXYEAR, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.errors import (
    AlreadyClosed,
    BookAndClaimRefused,
    ClaimExceedsSettledMass,
    RuleBroken,
    WrongParty,
    WrongStep,
)
from services.recycling.domain.mass import percent_of, to_kilograms
from services.recycling.domain.terms import market_day
from services.recycling.domain.trades import Party, Trade, TradeStatus

LEAP_DAY: Final = (2, 29)


class ClaimStatus(StrEnum):
    """Revocation is final for the claim; its mass goes back to the trade."""

    ISSUED = "issued"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """What the beneficiary wants to claim. Masses in grams; `post_consumer_g` None: split as the lot was."""

    claim_id: str
    product_id: str
    name: str
    recycled_g: int
    post_consumer_g: int | None
    product_g: int
    period_start: date
    period_end: date


@dataclass(frozen=True, slots=True)
class Claim:
    """An issued claim. Masses in grams; post- and pre-consumer mass add up to the recycled mass (ISO 14021, 7.8)."""

    claim_id: str
    version: int
    trade_id: str
    lot_id: str
    seller_organisation_id: str
    beneficiary_organisation_id: str
    product_id: str
    name: str
    post_consumer_g: int
    pre_consumer_g: int
    product_g: int
    recycled_share_percent: Decimal
    custody_model: CustodyModel
    period_start: date
    period_end: date
    status: ClaimStatus
    issued_at: datetime
    changed_at: datetime
    reason: str | None = None

    @property
    def recycled_g(self) -> int:
        """Recycled mass claimed."""
        return self.post_consumer_g + self.pre_consumer_g

    def concerns(self, organisation_id: str) -> bool:
        """Tell whether the organisation was a party of the trade behind the claim."""
        return organisation_id in (self.seller_organisation_id, self.beneficiary_organisation_id)


def issue(trade: Trade, party: Party, request: ClaimRequest, at: datetime) -> tuple[Claim, Trade]:
    """Draw the claimed mass from the trade and return both in their next versions.

    Raises `WrongParty`, `WrongStep`, `BookAndClaimRefused`, `RuleBroken`, `ClaimExceedsSettledMass`.
    """
    _check_claimable(trade, party)
    _check_request(request, trade)
    post_g = _post_consumer_part(trade, request)
    pre_g = request.recycled_g - post_g
    claim = Claim(
        claim_id=request.claim_id,
        version=1,
        trade_id=trade.trade_id,
        lot_id=trade.lot_id,
        seller_organisation_id=trade.seller_organisation_id,
        beneficiary_organisation_id=trade.buyer_organisation_id,
        product_id=request.product_id,
        name=request.name,
        post_consumer_g=post_g,
        pre_consumer_g=pre_g,
        product_g=request.product_g,
        recycled_share_percent=percent_of(request.recycled_g, request.product_g),
        custody_model=trade.custody_model,
        period_start=request.period_start,
        period_end=request.period_end,
        status=ClaimStatus.ISSUED,
        issued_at=at,
        changed_at=at,
    )
    return claim, _drawn(trade, post_g, pre_g, at)


def revoke(claim: Claim, trade: Trade, reason: str, at: datetime) -> tuple[Claim, Trade]:
    """End a claim for good and give its mass back to the trade. Raises `AlreadyClosed`."""
    if claim.status is ClaimStatus.REVOKED:
        raise AlreadyClosed("the claim is revoked already", remedy="issue a new claim for what the trade has left")
    revoked = replace(claim, version=claim.version + 1, status=ClaimStatus.REVOKED, reason=reason, changed_at=at)
    return revoked, _drawn(trade, -claim.post_consumer_g, -claim.pre_consumer_g, at)


def last_day(start: date) -> date:
    """Return the last day of the twelve months that begin on `start`."""
    if start.year == MAXYEAR:
        return date.max
    if (start.month, start.day) == LEAP_DAY:
        return date(start.year + 1, 2, 28)
    return start.replace(year=start.year + 1) - timedelta(days=1)


def _drawn(trade: Trade, post_g: int, pre_g: int, at: datetime) -> Trade:
    return replace(
        trade,
        version=trade.version + 1,
        claimed_post_g=trade.claimed_post_g + post_g,
        claimed_pre_g=trade.claimed_pre_g + pre_g,
        changed_at=at,
    )


def _check_claimable(trade: Trade, party: Party) -> None:
    if party is not Party.BUYER:
        raise WrongParty("the buyer claims, not the seller", field="/trade_id", remedy="ask the buyer to claim")
    if trade.status is not TradeStatus.SETTLED:
        raise WrongStep(
            f"the trade is {trade.status}; only settled mass can be claimed",
            field="/trade_id",
            remedy="claim after the seller has settled the trade",
        )
    if trade.custody_model is CustodyModel.BOOK_AND_CLAIM:
        raise BookAndClaimRefused(
            "the lot was sold by book and claim, which binds no material to a product (ISO 22095:2020)",
            field="/trade_id",
            remedy="buy a lot with a custody model of mass balance or stronger for this product",
        )


def _check_request(request: ClaimRequest, trade: Trade) -> None:
    if request.recycled_g == 0:
        raise RuleBroken("a claim of 0 kg says nothing", field="/recycled_mass_kg", remedy="give a mass above 0 kg")
    if request.recycled_g > request.product_g:
        raise RuleBroken(
            f"{to_kilograms(request.recycled_g)} kg recycled in {to_kilograms(request.product_g)} kg of products is "
            "over 100 %",
            field="/product_mass_kg",
            remedy="give the mass of all products made in the period that the claim speaks of",
        )
    if request.period_end < request.period_start or request.period_end > last_day(request.period_start):
        raise RuleBroken(
            f"a claim period has one day to twelve months; from {request.period_start} at most until "
            f"{last_day(request.period_start)}",
            field="/period_end",
            remedy="split the claim by periods",
        )
    settled_on = market_day(trade.settled_at) if trade.settled_at else None
    if settled_on and request.period_end < settled_on:
        raise RuleBroken(
            f"the period ends on {request.period_end}, before the material was settled on {settled_on}",
            field="/period_end",
            remedy="claim for products that were made when the material was there",
        )


def _post_consumer_part(trade: Trade, request: ClaimRequest) -> int:
    """Return the post-consumer grams of a claim, within what the trade has left of each kind."""
    post_left, pre_left = trade.claimable_post_g, trade.claimable_pre_g
    if request.recycled_g > post_left + pre_left:
        raise _exceeds(trade, "/recycled_mass_kg")
    if request.post_consumer_g is None:
        wanted = round(Fraction(request.recycled_g) * _post_fraction(trade))
        return min(max(wanted, request.recycled_g - pre_left), post_left)
    if request.post_consumer_g > request.recycled_g:
        raise RuleBroken(
            "post-consumer mass is part of the recycled mass and can't exceed it",
            field="/post_consumer_mass_kg",
            remedy="give the post-consumer part, or leave it out to split as the lot was",
        )
    if request.post_consumer_g > post_left or request.recycled_g - request.post_consumer_g > pre_left:
        raise _exceeds(trade, "/post_consumer_mass_kg")
    return request.post_consumer_g


def _post_fraction(trade: Trade) -> Fraction:
    post = Fraction(trade.post_consumer_share_percent)
    return post / (post + Fraction(trade.pre_consumer_share_percent))


def _exceeds(trade: Trade, field: str) -> ClaimExceedsSettledMass:
    settled, post_left, pre_left = (
        to_kilograms(grams) for grams in (trade.settled_g or 0, trade.claimable_post_g, trade.claimable_pre_g)
    )
    return ClaimExceedsSettledMass(
        f"{settled} kg were settled, {trade.post_consumer_share_percent} % post-consumer and "
        f"{trade.pre_consumer_share_percent} % pre-consumer; left to claim: {post_left} kg post-consumer, "
        f"{pre_left} kg pre-consumer",
        field=field,
        remedy="claim within what is left, or revoke a claim made in error",
    )

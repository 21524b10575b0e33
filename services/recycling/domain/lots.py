"""Lots: material on offer. What is still free of a lot is the book's knowledge (`balances.py`), not the lot's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.errors import AlreadyClosed, RuleBroken
from services.recycling.domain.grades import Grade
from services.recycling.domain.mass import HUNDRED_PERCENT
from services.recycling.domain.rules import check_not_past, check_percent, check_price
from services.recycling.domain.standing import Reliance


class LotStatus(StrEnum):
    """Whether the seller offers the lot."""

    LISTED = "listed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot. Masses in grams, prices per tonne, shares in percent of the lot's mass (ISO 14021, 7.8.1.1)."""

    lot_id: str
    version: int
    seller_organisation_id: str
    grade_scheme: str
    grade_code: str
    description: str
    mass_g: int
    post_consumer_share_percent: Decimal
    pre_consumer_share_percent: Decimal
    custody_model: CustodyModel
    country: str
    price_per_tonne: Decimal
    currency: str
    available_from: date
    available_until: date
    waste_code: str | None
    relied_on: Reliance
    """The seller's certificate, as it was known when the lot was listed."""
    terms_version: str
    status: LotStatus
    listed_at: datetime
    changed_at: datetime
    reason: str | None = None

    @property
    def book_id(self) -> str:
        """The book the lot is traded in."""
        return Grade(self.grade_scheme, self.grade_code).book_id(self.currency)


def check_lot(lot: Lot) -> None:
    """Check the rules between the fields of a new lot. Raises `RuleBroken`."""
    if lot.mass_g == 0:
        raise RuleBroken("a lot of 0 kg is nothing", field="/mass_kg", remedy="give a mass above 0 kg")
    check_price(lot.price_per_tonne, "/price_per_tonne")
    check_percent(lot.post_consumer_share_percent, "/post_consumer_share_percent")
    check_percent(lot.pre_consumer_share_percent, "/pre_consumer_share_percent")
    recycled = lot.post_consumer_share_percent + lot.pre_consumer_share_percent
    if recycled > HUNDRED_PERCENT:
        raise RuleBroken(
            f"pre- and post-consumer shares add up to {recycled} %, over 100 %",
            field="/pre_consumer_share_percent",
            remedy="give each as a share of the lot's whole mass (ISO 14021, 7.8.1.1); in-process scrap is neither",
        )
    if lot.available_until < lot.available_from:
        raise RuleBroken(
            f"the offer ends on {lot.available_until}, before it begins on {lot.available_from}",
            field="/available_until",
            remedy="give an end on or after the beginning; both days count",
        )
    check_not_past(lot.available_until, lot.listed_at, "/available_until")


def withdraw(lot: Lot, reason: str | None, at: datetime) -> Lot:
    """Take the lot off the market; trades made from it stand. Raises `AlreadyClosed`."""
    if lot.status is LotStatus.WITHDRAWN:
        raise AlreadyClosed("the lot is withdrawn already", remedy="list a new lot to offer the material again")
    return replace(lot, version=lot.version + 1, status=LotStatus.WITHDRAWN, reason=reason, changed_at=at)

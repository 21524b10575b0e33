"""Demands: material wanted. Private to the buyer; the book knows what is still open of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.errors import AlreadyClosed, RuleBroken
from services.recycling.domain.grades import Grade
from services.recycling.domain.rules import check_not_past, check_percent, check_price


class DemandStatus(StrEnum):
    """Whether the buyer still wants material."""

    PLACED = "placed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Demand:
    """A demand. Mass in grams; the price is the highest the buyer pays per tonne."""

    demand_id: str
    version: int
    buyer_organisation_id: str
    grade_scheme: str
    grade_code: str
    mass_g: int
    max_price_per_tonne: Decimal
    currency: str
    needed_by: date
    accepted_custody_models: tuple[CustodyModel, ...]
    min_post_consumer_share_percent: Decimal
    status: DemandStatus
    placed_at: datetime
    changed_at: datetime
    reason: str | None = None

    @property
    def book_id(self) -> str:
        """The book the demand is traded in."""
        return Grade(self.grade_scheme, self.grade_code).book_id(self.currency)


def check_demand(demand: Demand) -> None:
    """Check the rules between the fields of a new demand. Raises `RuleBroken`."""
    if demand.mass_g == 0:
        raise RuleBroken("a demand for 0 kg asks for nothing", field="/mass_kg", remedy="give a mass above 0 kg")
    check_price(demand.max_price_per_tonne, "/max_price_per_tonne")
    check_percent(demand.min_post_consumer_share_percent, "/min_post_consumer_share_percent")
    if not demand.accepted_custody_models:
        raise RuleBroken(
            "no custody model is accepted, so no lot could ever match",
            field="/accepted_custody_models",
            remedy="name each model of ISO 22095 that you accept",
        )
    check_not_past(demand.needed_by, demand.placed_at, "/needed_by")


def cancel(demand: Demand, reason: str | None, at: datetime) -> Demand:
    """Take the demand off the market; trades made for it stand. Raises `AlreadyClosed`."""
    if demand.status is DemandStatus.CANCELLED:
        raise AlreadyClosed("the demand is cancelled already", remedy="place a new demand")
    return replace(demand, version=demand.version + 1, status=DemandStatus.CANCELLED, reason=reason, changed_at=at)

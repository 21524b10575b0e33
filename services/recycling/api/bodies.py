"""Bodies of requests. Each knows the command it asks for; what a value means is the domain's to judge."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.chassis.kernel import Meta
from services.recycling.api.types import (
    MAX_NAME,
    MAX_TEXT,
    Body,
    Country,
    Currency,
    Day,
    GradeCode,
    GradeScheme,
    Identity,
    MassKg,
    MassKgOrZero,
    PastInstant,
    Percent,
    PricePerTonne,
    ProductUrn,
    Reason,
    WasteCodeText,
)
from services.recycling.application.commands import IssueClaim, ListLot, PlaceDemand
from services.recycling.domain.claims import ClaimRequest
from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.mass import to_grams
from services.recycling.domain.terms import MarketTerms
from services.recycling.domain.trades import Ticket


class NewLot(Body):
    """A lot to list."""

    grade_scheme: GradeScheme
    """Whose grades: `en13920`, `rema`, `gbt38472` or another list."""
    grade_code: GradeCode
    """The entry in that list; kept in capitals."""
    description: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
    mass_kg: MassKg
    post_consumer_share_percent: Percent
    """Share of the lot's mass (ISO 14021, 7.8.1.1)."""
    pre_consumer_share_percent: Percent
    """Share of the lot's mass; rework and scrap that returns to its own process is not pre-consumer."""
    custody_model: CustodyModel
    """Chain-of-custody model (ISO 22095)."""
    country: Country
    """ISO 3166-1 alpha-2: where the lot lies."""
    price_per_tonne: PricePerTonne
    currency: Currency
    """ISO 4217."""
    available_from: Day
    available_until: Day
    """Inclusive."""
    waste_code: WasteCodeText | None = None
    """EU or Chinese waste code; it classifies itself. Leave out for material that is no waste."""

    def command(self, meta: Meta, terms: MarketTerms, lot_id: str) -> ListLot:
        """Return the command."""
        return ListLot(
            meta=meta,
            terms=terms,
            lot_id=lot_id,
            grade_scheme=self.grade_scheme,
            grade_code=self.grade_code,
            description=self.description,
            mass_kg=self.mass_kg,
            post_consumer_share_percent=self.post_consumer_share_percent,
            pre_consumer_share_percent=self.pre_consumer_share_percent,
            custody_model=self.custody_model,
            country=self.country,
            price_per_tonne=self.price_per_tonne,
            currency=self.currency,
            available_from=self.available_from,
            available_until=self.available_until,
            waste_code=self.waste_code,
        )


class NewDemand(Body):
    """A demand to place."""

    grade_scheme: GradeScheme
    grade_code: GradeCode
    mass_kg: MassKg
    max_price_per_tonne: PricePerTonne
    currency: Currency
    needed_by: Day
    """Last day on which the material is of use; only lots that are available by then match."""
    accepted_custody_models: Annotated[list[CustodyModel], Field(min_length=1, max_length=len(CustodyModel))]
    """A lot matches only with one of these models: none is ever passed off as a stronger one."""
    min_post_consumer_share_percent: Percent = Field(default="0", validate_default=True)

    def command(self, meta: Meta, demand_id: str) -> PlaceDemand:
        """Return the command."""
        return PlaceDemand(
            meta=meta,
            demand_id=demand_id,
            grade_scheme=self.grade_scheme,
            grade_code=self.grade_code,
            mass_kg=self.mass_kg,
            max_price_per_tonne=self.max_price_per_tonne,
            currency=self.currency,
            needed_by=self.needed_by,
            accepted_custody_models=tuple(sorted(set(self.accepted_custody_models))),
            min_post_consumer_share_percent=self.min_post_consumer_share_percent,
        )


class NewTicket(Body):
    """The receiver's weighbridge ticket."""

    ticket_number: Annotated[str, Field(min_length=1, max_length=128)]
    gross_kg: MassKg
    tare_kg: MassKgOrZero
    moisture_percent: Percent
    impurity_percent: Percent
    """Share of the dried mass."""
    weighed_at: PastInstant

    def ticket(self) -> Ticket:
        """Return the domain's ticket. Raises `RuleBroken` for a mass finer than a gram."""
        return Ticket(
            ticket_number=self.ticket_number,
            gross_g=to_grams(self.gross_kg, "/gross_kg"),
            tare_g=to_grams(self.tare_kg, "/tare_kg"),
            moisture_percent=self.moisture_percent,
            impurity_percent=self.impurity_percent,
            weighed_at=self.weighed_at,
        )


class NewClaim(Body):
    """A recycled-content claim for the products made from a settled trade."""

    trade_id: Identity
    product_id: ProductUrn
    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    """Name of the product."""
    recycled_mass_kg: MassKg
    post_consumer_mass_kg: MassKgOrZero | None = None
    """The post-consumer part; left out, the claim is split as the lot was."""
    product_mass_kg: MassKg
    """Mass of all products made in the period that the claim speaks of."""
    period_start: Day
    period_end: Day
    """Inclusive; twelve months at most."""

    def command(self, meta: Meta, claim_id: str) -> IssueClaim:
        """Return the command. Raises `RuleBroken` for a mass finer than a gram."""
        post = self.post_consumer_mass_kg
        request = ClaimRequest(
            claim_id=claim_id,
            product_id=self.product_id,
            name=self.name,
            recycled_g=to_grams(self.recycled_mass_kg, "/recycled_mass_kg"),
            post_consumer_g=None if post is None else to_grams(post, "/post_consumer_mass_kg"),
            product_g=to_grams(self.product_mass_kg, "/product_mass_kg"),
            period_start=self.period_start,
            period_end=self.period_end,
        )
        return IssueClaim(meta, self.trade_id, request)


class Why(Body):
    """Why something ends; told to the other party."""

    reason: Reason

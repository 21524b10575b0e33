"""A trade as its two parties see it."""

from __future__ import annotations

from services.chassis.wire_types import DecimalString, Instant
from services.recycling.api.types import Answer
from services.recycling.api.views import CertificateRef
from services.recycling.domain.custody import CustodyModel
from services.recycling.domain.mass import to_kilograms
from services.recycling.domain.trades import Ticket, Trade, TradeStatus


class TicketView(Answer):
    """A weighbridge ticket."""

    ticket_number: str
    gross_kg: DecimalString
    tare_kg: DecimalString
    moisture_percent: DecimalString
    impurity_percent: DecimalString
    weighed_at: Instant

    @classmethod
    def of(cls, ticket: Ticket) -> TicketView:
        """Render a ticket."""
        return cls(
            ticket_number=ticket.ticket_number,
            gross_kg=to_kilograms(ticket.gross_g),
            tare_kg=to_kilograms(ticket.tare_g),
            moisture_percent=ticket.moisture_percent,
            impurity_percent=ticket.impurity_percent,
            weighed_at=ticket.weighed_at,
        )


class TradeView(Answer):
    """A trade."""

    trade_id: str
    version: int
    lot_id: str
    demand_id: str
    seller_organisation_id: str
    buyer_organisation_id: str
    grade_scheme: str
    grade_code: str
    mass_kg: DecimalString
    """Contracted mass."""
    price_per_tonne: DecimalString
    currency: str
    custody_model: CustodyModel
    post_consumer_share_percent: DecimalString
    pre_consumer_share_percent: DecimalString
    status: TradeStatus
    seller_confirmed: bool
    buyer_confirmed: bool
    relied_on: CertificateRef | None
    """The seller's certificate at the latest step that asked for one."""
    terms_version: str | None
    ticket: TicketView | None
    weighed_mass_kg: DecimalString | None
    """(gross - tare) x (1 - moisture) x (1 - impurity), to the gram, half to even."""
    settled_mass_kg: DecimalString | None
    settled_amount: DecimalString | None
    claimed_mass_kg: DecimalString
    reason: str | None
    matched_at: Instant
    settled_at: Instant | None
    changed_at: Instant

    @classmethod
    def of(cls, trade: Trade) -> TradeView:
        """Render a trade."""
        return cls(
            trade_id=trade.trade_id,
            version=trade.version,
            lot_id=trade.lot_id,
            demand_id=trade.demand_id,
            seller_organisation_id=trade.seller_organisation_id,
            buyer_organisation_id=trade.buyer_organisation_id,
            grade_scheme=trade.grade_scheme,
            grade_code=trade.grade_code,
            mass_kg=to_kilograms(trade.mass_g),
            price_per_tonne=trade.price_per_tonne,
            currency=trade.currency,
            custody_model=trade.custody_model,
            post_consumer_share_percent=trade.post_consumer_share_percent,
            pre_consumer_share_percent=trade.pre_consumer_share_percent,
            status=trade.status,
            seller_confirmed=trade.seller_confirmed,
            buyer_confirmed=trade.buyer_confirmed,
            relied_on=CertificateRef.of(trade.relied_on) if trade.relied_on else None,
            terms_version=trade.terms_version,
            ticket=TicketView.of(trade.ticket) if trade.ticket else None,
            weighed_mass_kg=None if trade.weighed_g is None else to_kilograms(trade.weighed_g),
            settled_mass_kg=None if trade.settled_g is None else to_kilograms(trade.settled_g),
            settled_amount=trade.settled_amount,
            claimed_mass_kg=to_kilograms(trade.claimed_g),
            reason=trade.reason,
            matched_at=trade.matched_at,
            settled_at=trade.settled_at,
            changed_at=trade.changed_at,
        )


class TradePage(Answer):
    """A page of the caller's trades, oldest match first."""

    items: list[TradeView]

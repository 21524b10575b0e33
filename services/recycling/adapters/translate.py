"""Domain events and work put into their wire contracts. Grams become kilograms here."""

from __future__ import annotations

from typing import Final

from schemas.contracts import recycling_v1 as wire
from services.chassis.kernel import Work
from services.chassis.outbox import Outgoing, work_topic, work_type
from services.recycling.domain.claims import Claim
from services.recycling.domain.events import ClaimEvent, LotEvent, TradeEvent
from services.recycling.domain.lots import Lot
from services.recycling.domain.mass import to_kilograms
from services.recycling.domain.standing import Reliance
from services.recycling.domain.trades import Ticket, Trade

SERVICE: Final = "recycling"


def translate(fact: LotEvent | TradeEvent | ClaimEvent | Work) -> Outgoing:
    """Return the fact as it is published. Raises `TypeError` for anything recycling does not publish."""
    if isinstance(fact, Work):
        contract = wire.BookWorkV1(book_id=fact.key, reason=fact.reason, **fact.data)
        return Outgoing(work_topic(SERVICE, fact), work_type(SERVICE, fact), fact.key, 0, contract)
    if isinstance(fact, LotEvent):
        return _outgoing("lot", fact, lot_contract(fact.lot))
    if isinstance(fact, TradeEvent):
        return _outgoing("trade", fact, trade_contract(fact.trade))
    if isinstance(fact, ClaimEvent):
        return _outgoing("claim", fact, claim_contract(fact.claim))
    raise TypeError(f"recycling publishes nothing like {type(fact).__name__}")


def lot_contract(lot: Lot) -> wire.LotV1:
    """Return a lot's public state."""
    return wire.LotV1(
        version=lot.version,
        lot_id=lot.lot_id,
        seller_organisation_id=lot.seller_organisation_id,
        grade_scheme=lot.grade_scheme,
        grade_code=lot.grade_code,
        description=lot.description,
        mass_kg=to_kilograms(lot.mass_g),
        post_consumer_share_percent=lot.post_consumer_share_percent,
        pre_consumer_share_percent=lot.pre_consumer_share_percent,
        custody_model=wire.CustodyModel(lot.custody_model),
        country=lot.country,
        price_per_tonne=lot.price_per_tonne,
        currency=lot.currency,
        available_from=lot.available_from,
        available_until=lot.available_until,
        waste_code=lot.waste_code,
        relied_on=_reliance(lot.relied_on),
        status=wire.LotStatus(lot.status),
        reason=lot.reason,
        listed_at=lot.listed_at,
        changed_at=lot.changed_at,
    )


def trade_contract(trade: Trade) -> wire.TradeV1:
    """Return a trade's public state."""
    return wire.TradeV1(
        version=trade.version,
        trade_id=trade.trade_id,
        lot_id=trade.lot_id,
        demand_id=trade.demand_id,
        seller_organisation_id=trade.seller_organisation_id,
        buyer_organisation_id=trade.buyer_organisation_id,
        grade_scheme=trade.grade_scheme,
        grade_code=trade.grade_code,
        mass_kg=to_kilograms(trade.mass_g),
        price_per_tonne=trade.price_per_tonne,
        currency=trade.currency,
        custody_model=wire.CustodyModel(trade.custody_model),
        post_consumer_share_percent=trade.post_consumer_share_percent,
        pre_consumer_share_percent=trade.pre_consumer_share_percent,
        status=wire.TradeStatus(trade.status),
        seller_confirmed=trade.seller_confirmed,
        buyer_confirmed=trade.buyer_confirmed,
        relied_on=_reliance(trade.relied_on),
        ticket=_ticket(trade.ticket),
        weighed_mass_kg=None if trade.weighed_g is None else to_kilograms(trade.weighed_g),
        settled_mass_kg=None if trade.settled_g is None else to_kilograms(trade.settled_g),
        settled_amount=trade.settled_amount,
        settled_at=trade.settled_at,
        claimed_mass_kg=to_kilograms(trade.claimed_g),
        reason=trade.reason,
        matched_at=trade.matched_at,
        changed_at=trade.changed_at,
    )


def claim_contract(claim: Claim) -> wire.ClaimV1:
    """Return a claim's public state."""
    return wire.ClaimV1(
        version=claim.version,
        claim_id=claim.claim_id,
        trade_id=claim.trade_id,
        lot_id=claim.lot_id,
        beneficiary_organisation_id=claim.beneficiary_organisation_id,
        product_id=claim.product_id,
        name=claim.name,
        recycled_mass_kg=to_kilograms(claim.recycled_g),
        post_consumer_mass_kg=to_kilograms(claim.post_consumer_g),
        pre_consumer_mass_kg=to_kilograms(claim.pre_consumer_g),
        product_mass_kg=to_kilograms(claim.product_g),
        recycled_share_percent=claim.recycled_share_percent,
        custody_model=wire.CustodyModel(claim.custody_model),
        period_start=claim.period_start,
        period_end=claim.period_end,
        status=wire.ClaimStatus(claim.status),
        reason=claim.reason,
        changed_at=claim.changed_at,
    )


def _outgoing(
    aggregate: str, fact: LotEvent | TradeEvent | ClaimEvent, data: wire.LotV1 | wire.TradeV1 | wire.ClaimV1
) -> Outgoing:
    return Outgoing(
        topic=f"{SERVICE}.{aggregate}.v1",
        type=f"{SERVICE}.{aggregate}.{fact.name}.v1",
        key=fact.aggregate_id,
        version=fact.version,
        data=data,
    )


def _reliance(relied_on: Reliance | None) -> wire.ReliedOnCertificate | None:
    if relied_on is None:
        return None
    return wire.ReliedOnCertificate(certificate_id=relied_on.certificate_id, version=relied_on.version)


def _ticket(ticket: Ticket | None) -> wire.WeighbridgeTicket | None:
    if ticket is None:
        return None
    return wire.WeighbridgeTicket(
        ticket_number=ticket.ticket_number,
        gross_kg=to_kilograms(ticket.gross_g),
        tare_kg=to_kilograms(ticket.tare_g),
        moisture_percent=ticket.moisture_percent,
        impurity_percent=ticket.impurity_percent,
        weighed_at=ticket.weighed_at,
    )

"""The steps of a trade after its match: confirm, ship, weigh, settle, cancel. Each returns the next version.

matched -(both confirm)-> contracted -(seller ships)-> shipped -(buyer weighs)-> weighed -(seller accepts)-> settled;
either party may cancel before shipment. A step of the seller's or on the seller's account is given the certificate it
relies on: who calls it has checked the seller's standing on that day (`standing.rely_on_certificate`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.recycling.domain.errors import OutsideTolerance, RuleBroken, WrongParty, WrongStep
from services.recycling.domain.mass import amount_for, settled_grams, to_kilograms
from services.recycling.domain.rules import check_percent
from services.recycling.domain.standing import Reliance
from services.recycling.domain.terms import MarketTerms
from services.recycling.domain.trades import Party, Ticket, Trade, TradeStatus

MAX_CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far a weighbridge's clock may run ahead of ours."""


def confirm(trade: Trade, party: Party, relied_on: Reliance, terms: MarketTerms, at: datetime) -> Trade:
    """Take one party's word; with both the trade is contracted. Raises `WrongStep`."""
    _require(trade, "confirmed", TradeStatus.MATCHED)
    if (party is Party.SELLER and trade.seller_confirmed) or (party is Party.BUYER and trade.buyer_confirmed):
        raise WrongStep(f"the {party} has confirmed already", remedy="wait for the other party to confirm")
    seller = trade.seller_confirmed or party is Party.SELLER
    buyer = trade.buyer_confirmed or party is Party.BUYER
    return replace(
        _next(trade, at),
        seller_confirmed=seller,
        buyer_confirmed=buyer,
        status=TradeStatus.CONTRACTED if seller and buyer else TradeStatus.MATCHED,
        relied_on=relied_on,
        terms_version=terms.version,
    )


def ship(trade: Trade, party: Party, relied_on: Reliance, at: datetime) -> Trade:
    """Record that the material has left the seller. Raises `WrongParty`, `WrongStep`."""
    _require_party(party, Party.SELLER, "ships")
    _require(trade, "shipped", TradeStatus.CONTRACTED)
    return replace(_next(trade, at), status=TradeStatus.SHIPPED, relied_on=relied_on)


def weigh(trade: Trade, party: Party, ticket: Ticket, at: datetime) -> Trade:
    """Take the receiver's ticket; another one replaces it until the trade is settled.

    Raises `WrongParty`, `WrongStep`, `RuleBroken`.
    """
    _require_party(party, Party.BUYER, "weighs")
    _require(trade, "weighed", TradeStatus.SHIPPED, TradeStatus.WEIGHED)
    _check_ticket(ticket, trade.ticket, at)
    weighed_g = settled_grams(ticket.gross_g, ticket.tare_g, ticket.moisture_percent, ticket.impurity_percent)
    return replace(_next(trade, at), status=TradeStatus.WEIGHED, ticket=ticket, weighed_g=weighed_g)


def settle(trade: Trade, party: Party, relied_on: Reliance, terms: MarketTerms, at: datetime) -> Trade:
    """Accept the weighing, by the party that did not weigh. Raises `WrongParty`, `WrongStep`, `OutsideTolerance`."""
    _require_party(party, Party.SELLER, "accepts the receiver's weighing and settles")
    _require(trade, "settled", TradeStatus.WEIGHED)
    weighed_g = trade.weighed_g or 0
    if abs(trade.deviation_percent) > terms.settlement_tolerance_percent:
        raise OutsideTolerance(
            f"{to_kilograms(weighed_g)} kg weighed of {to_kilograms(trade.mass_g)} kg contracted: "
            f"more than {terms.settlement_tolerance_percent} % apart (terms {terms.version})",
            remedy="the buyer weighs again and sends a new ticket; disputes come with a later release",
        )
    return replace(
        _next(trade, at),
        status=TradeStatus.SETTLED,
        settled_g=weighed_g,
        settled_amount=amount_for(weighed_g, trade.price_per_tonne),
        settled_at=at,
        relied_on=relied_on,
        terms_version=terms.version,
    )


def cancel(trade: Trade, reason: str, at: datetime) -> Trade:
    """End the trade before shipment; the book gives back exactly what it reserved. Raises `WrongStep`."""
    _require(trade, "cancelled", TradeStatus.MATCHED, TradeStatus.CONTRACTED)
    return replace(_next(trade, at), status=TradeStatus.CANCELLED, reason=reason)


def _next(trade: Trade, at: datetime) -> Trade:
    return replace(trade, version=trade.version + 1, changed_at=at)


def _require(trade: Trade, step: str, *allowed: TradeStatus) -> None:
    if trade.status not in allowed:
        names = " or ".join(allowed)
        raise WrongStep(
            f"a trade that is {trade.status} can't be {step}; it must be {names}",
            remedy=f"read the trade; this step follows on {names}",
        )


def _require_party(party: Party, wanted: Party, step: str) -> None:
    if party is not wanted:
        raise WrongParty(f"the {wanted} {step}, not the {party}", remedy=f"ask the {wanted} to take this step")


def _check_ticket(ticket: Ticket, before: Ticket | None, at: datetime) -> None:
    if ticket.tare_g >= ticket.gross_g:
        raise RuleBroken(
            f"tare {to_kilograms(ticket.tare_g)} kg is not below gross {to_kilograms(ticket.gross_g)} kg",
            field="/tare_kg",
            remedy="gross is the loaded vehicle, tare the empty one",
        )
    check_percent(ticket.moisture_percent, "/moisture_percent")
    check_percent(ticket.impurity_percent, "/impurity_percent")
    if ticket.weighed_at > at + MAX_CLOCK_SKEW:
        raise RuleBroken(
            f"{ticket.weighed_at.isoformat()} lies in the future",
            field="/weighed_at",
            remedy="give the instant of the weighing with its UTC offset",
        )
    if before is not None and before.ticket_number == ticket.ticket_number:
        raise RuleBroken(
            f"ticket {ticket.ticket_number} has been taken already",
            field="/ticket_number",
            remedy="a further weighing has a ticket number of its own",
        )

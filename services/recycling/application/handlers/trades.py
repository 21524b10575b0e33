"""The parties' steps of a trade. Standing of both and the seller's certificate are checked again at each of them."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import Change, Decision, Key, Loaded, Need, Work
from services.recycling.application.commands import CancelTrade, ConfirmTrade, SettleTrade, ShipTrade, WeighTrade
from services.recycling.application.handlers.shared import (
    book_work,
    check_seller,
    check_version,
    known_trade,
    seller_needs,
    trade_needs,
    trade_of,
)
from services.recycling.application.ports import ORGANISATIONS, TRADES
from services.recycling.domain import trade_steps
from services.recycling.domain.events import TradeEvent, TradeEventName
from services.recycling.domain.standing import Reliance, check_not_suspended
from services.recycling.domain.trades import Party, Trade, TradeStatus

CheckedStep = ConfirmTrade | ShipTrade | SettleTrade


class ConfirmTradeHandler:
    """A party gives its word; with both the trade is contracted."""

    def needs(self, command: ConfirmTrade, loaded: Loaded) -> Iterable[Need]:
        """Name the trade and its parties' standing."""
        yield from _checked_needs(command, loaded)

    def decide(self, loaded: Loaded, command: ConfirmTrade) -> Decision:
        """Confirm. Result: the trade."""
        trade, party, relied_on = _checked(loaded, command)
        after = trade_steps.confirm(trade, party, relied_on, command.terms, command.meta.at)
        return _decided("contracted" if after.status is TradeStatus.CONTRACTED else "confirmed", after)


class ShipTradeHandler:
    """The seller ships."""

    def needs(self, command: ShipTrade, loaded: Loaded) -> Iterable[Need]:
        """Name the trade and its parties' standing."""
        yield from _checked_needs(command, loaded)

    def decide(self, loaded: Loaded, command: ShipTrade) -> Decision:
        """Ship. Result: the trade."""
        trade, party, relied_on = _checked(loaded, command)
        return _decided("shipped", trade_steps.ship(trade, party, relied_on, command.meta.at))


class WeighTradeHandler:
    """The buyer weighs what arrived: a measurement, taken whatever the standing of the parties is by now."""

    def needs(self, command: WeighTrade, _loaded: Loaded) -> Iterable[Need]:
        """Name the trade."""
        yield from trade_needs(command.trade_id)

    def decide(self, loaded: Loaded, command: WeighTrade) -> Decision:
        """Weigh. Result: the trade."""
        trade, party = trade_of(loaded, command.trade_id, command.meta)
        check_version(command.expected_version, trade.version)
        return _decided("weighed", trade_steps.weigh(trade, party, command.ticket, command.meta.at))


class SettleTradeHandler:
    """The seller accepts the weighing."""

    def needs(self, command: SettleTrade, loaded: Loaded) -> Iterable[Need]:
        """Name the trade and its parties' standing."""
        yield from _checked_needs(command, loaded)

    def decide(self, loaded: Loaded, command: SettleTrade) -> Decision:
        """Settle. Result: the trade."""
        trade, party, relied_on = _checked(loaded, command)
        return _decided("settled", trade_steps.settle(trade, party, relied_on, command.terms, command.meta.at))


class CancelTradeHandler:
    """A party cancels before shipment; the book gives the grams back (CANCEL-RESTORES)."""

    def needs(self, command: CancelTrade, _loaded: Loaded) -> Iterable[Need]:
        """Name the trade."""
        yield from trade_needs(command.trade_id)

    def decide(self, loaded: Loaded, command: CancelTrade) -> Decision:
        """Cancel. Result: the trade."""
        trade, _ = trade_of(loaded, command.trade_id, command.meta)
        check_version(command.expected_version, trade.version)
        cancelled = trade_steps.cancel(trade, command.reason, command.meta.at)
        return _decided("cancelled", cancelled, book_work(trade.book_id, "trade cancelled", trade_id=trade.trade_id))


def _checked_needs(command: CheckedStep, loaded: Loaded) -> Iterable[Need]:
    yield from trade_needs(command.trade_id)
    trade = known_trade(loaded, command.trade_id)
    if trade is not None:
        yield Key(ORGANISATIONS, trade.buyer_organisation_id)
        yield from seller_needs(trade.seller_organisation_id, command.terms)


def _checked(loaded: Loaded, command: CheckedStep) -> tuple[Trade, Party, Reliance]:
    trade, party = trade_of(loaded, command.trade_id, command.meta)
    check_version(command.expected_version, trade.version)
    check_not_suspended(loaded.get(ORGANISATIONS, trade.buyer_organisation_id))
    return trade, party, check_seller(loaded, trade.seller_organisation_id, command.terms, command.meta)


def _decided(name: TradeEventName, trade: Trade, *work: Work) -> Decision:
    return Decision((Change(TRADES, trade.trade_id, trade),), (TradeEvent(name, trade),), work, trade)

"""Handlers: `needs` names what a decision reads, `decide` decides. Grouped by who runs them."""

from __future__ import annotations

from typing import Any, Final

from services.chassis.kernel import Handler
from services.recycling.application import commands
from services.recycling.application.handlers.books import TurnBookHandler
from services.recycling.application.handlers.claims import IssueClaimHandler, RevokeClaimHandler
from services.recycling.application.handlers.demands import CancelDemandHandler, PlaceDemandHandler
from services.recycling.application.handlers.lots import ListLotHandler, WithdrawLotHandler
from services.recycling.application.handlers.standing import (
    LearnCertificateHandler,
    LearnOrganisationHandler,
    LearnSupplierHandler,
)
from services.recycling.application.handlers.trades import (
    CancelTradeHandler,
    ConfirmTradeHandler,
    SettleTradeHandler,
    ShipTradeHandler,
    WeighTradeHandler,
)

API_HANDLERS: Final[dict[type[Any], Handler[Any]]] = {
    commands.ListLot: ListLotHandler(),
    commands.WithdrawLot: WithdrawLotHandler(),
    commands.PlaceDemand: PlaceDemandHandler(),
    commands.CancelDemand: CancelDemandHandler(),
    commands.ConfirmTrade: ConfirmTradeHandler(),
    commands.ShipTrade: ShipTradeHandler(),
    commands.WeighTrade: WeighTradeHandler(),
    commands.SettleTrade: SettleTradeHandler(),
    commands.CancelTrade: CancelTradeHandler(),
    commands.IssueClaim: IssueClaimHandler(),
    commands.RevokeClaim: RevokeClaimHandler(),
}
DECIDING_HANDLERS: Final[dict[type[Any], Handler[Any]]] = {
    commands.LearnOrganisation: LearnOrganisationHandler(),
    commands.LearnSupplier: LearnSupplierHandler(),
    commands.LearnCertificate: LearnCertificateHandler(),
}
WORK_HANDLERS: Final[dict[type[Any], Handler[Any]]] = {commands.TurnBook: TurnBookHandler()}

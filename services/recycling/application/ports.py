"""What the market keeps (kinds of documents, each with its one writing role) and how it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from services.chassis.kernel import Kind
from services.recycling.domain.balances import DemandBalance, LotBalance, Release
from services.recycling.domain.book import Book
from services.recycling.domain.claims import Claim
from services.recycling.domain.demands import Demand
from services.recycling.domain.lots import Lot, LotStatus
from services.recycling.domain.standing import Organisation, Supplier, SupplierCertificates
from services.recycling.domain.trades import Trade

LOTS: Final = Kind("lots", Lot, "api")
DEMANDS: Final = Kind("demands", Demand, "api")
TRADES: Final = Kind("trades", Trade, "api")
"""Trades from their first step on; before it a trade is only in `matches`."""
CLAIMS: Final = Kind("claims", Claim, "api")

ORGANISATIONS: Final = Kind("organisations", Organisation, "worker")
SUPPLIERS: Final = Kind("suppliers", Supplier, "worker")
SUPPLIER_CERTIFICATES: Final = Kind("supplier_certificates", SupplierCertificates, "worker")
"""One document per supplier and certificate type (`standing.certificates_key`), so that reading it has a bound."""

BOOKS: Final = Kind("books", Book, "worker")
LOT_BALANCES: Final = Kind("lot_balances", LotBalance, "worker", frozenset({"open_book_id"}))
DEMAND_BALANCES: Final = Kind("demand_balances", DemandBalance, "worker", frozenset({"open_book_id"}))
MATCHES: Final = Kind("matches", Trade, "worker")
"""Every trade as it was matched (version 1); never changed."""
RELEASES: Final = Kind("releases", Release, "worker")

KINDS: Final = (
    LOTS,
    DEMANDS,
    TRADES,
    CLAIMS,
    ORGANISATIONS,
    SUPPLIERS,
    SUPPLIER_CERTIFICATES,
    BOOKS,
    LOT_BALANCES,
    DEMAND_BALANCES,
    MATCHES,
    RELEASES,
)


@dataclass(frozen=True, slots=True)
class LotSearch:
    """Which lots to list; None does not filter."""

    grade_scheme: str | None = None
    grade_code: str | None = None
    status: LotStatus | None = None
    seller_organisation_id: str | None = None


@dataclass(frozen=True, slots=True)
class TradePosition:
    """Where a page of trades begins: after this trade, oldest first."""

    matched_at: datetime
    trade_id: str


@dataclass(frozen=True, slots=True)
class TradeSearch:
    """Which trades of a party to list; None does not filter."""

    lot_id: str | None = None
    demand_id: str | None = None


class MarketQueries(Protocol):
    """Reads of the API. The tenant is part of each query: a foreign document is as absent as a missing one."""

    async def organisation(self, organisation_id: str) -> Organisation | None:
        """Return an organisation's standing, None where nothing is known of it."""

    async def lots(self, search: LotSearch, after_id: str | None, limit: int) -> Sequence[Lot]:
        """Return lots in order of their ids."""

    async def lot(self, lot_id: str) -> Lot | None:
        """Return a lot: every organisation may see it."""

    async def lot_balances(self, lot_ids: Sequence[str]) -> dict[str, LotBalance]:
        """Return what the book knows of these lots; one it hasn't seen yet is left out."""

    async def demands(self, buyer_id: str, after_id: str | None, limit: int) -> Sequence[Demand]:
        """Return a buyer's demands in order of their ids."""

    async def demand(self, demand_id: str, buyer_id: str) -> Demand | None:
        """Return a buyer's demand."""

    async def demand_balances(self, demand_ids: Sequence[str]) -> dict[str, DemandBalance]:
        """Return what the book knows of these demands; one it hasn't seen yet is left out."""

    async def trades(
        self, party_id: str, search: TradeSearch, after: TradePosition | None, limit: int
    ) -> Sequence[Trade]:
        """Return a party's trades in their present version, oldest match first."""

    async def trade(self, trade_id: str, party_id: str) -> Trade | None:
        """Return a party's trade in its present version."""

    async def claims(self, party_id: str, after_id: str | None, limit: int) -> Sequence[Claim]:
        """Return the claims of which an organisation is beneficiary or seller, in order of their ids."""

    async def claim(self, claim_id: str) -> Claim | None:
        """Return a claim; what of it a stranger sees is decided by `queries.read_claim`."""

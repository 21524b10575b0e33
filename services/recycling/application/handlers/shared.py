"""What several handlers ask in the same way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from services.chassis.kernel import Key, Loaded, Meta, Need, Work
from services.recycling.application.ports import MATCHES, ORGANISATIONS, SUPPLIER_CERTIFICATES, SUPPLIERS, TRADES
from services.recycling.domain.errors import TradeNotFound, VersionMismatch
from services.recycling.domain.standing import Reliance, certificates_key, check_not_suspended, rely_on_certificate
from services.recycling.domain.terms import MarketTerms, market_day
from services.recycling.domain.trades import Party, Trade

BOOK_ROOT: Final = "book"


def seller_needs(seller_id: str, terms: MarketTerms) -> Iterable[Need]:
    """Name what a check of the seller reads."""
    yield Key(ORGANISATIONS, seller_id)
    yield Key(SUPPLIERS, seller_id)
    yield Key(SUPPLIER_CERTIFICATES, certificates_key(seller_id, terms.required_certificate_type))


def check_seller(loaded: Loaded, seller_id: str, terms: MarketTerms, meta: Meta) -> Reliance:
    """Return the certificate to rely on today. Raises `PartySuspended`, `CertificateRequired`."""
    check_not_suspended(loaded.get(ORGANISATIONS, seller_id))
    required = terms.required_certificate_type
    known = loaded.get(SUPPLIER_CERTIFICATES, certificates_key(seller_id, required))
    return rely_on_certificate(known, loaded.get(SUPPLIERS, seller_id), required, market_day(meta.at))


def trade_needs(trade_id: str) -> tuple[Key, Key]:
    """Name a trade: as it was matched, and as its parties left it."""
    return Key(MATCHES, trade_id), Key(TRADES, trade_id)


def known_trade(loaded: Loaded, trade_id: str) -> Trade | None:
    """Return the trade in its present version, None where it is unknown or not loaded yet."""
    if not all(loaded.has(need) for need in trade_needs(trade_id)):
        return None
    return loaded.get(TRADES, trade_id) or loaded.get(MATCHES, trade_id)


def trade_of(loaded: Loaded, trade_id: str, meta: Meta) -> tuple[Trade, Party]:
    """Return the trade and the acting organisation's side. Raises `TradeNotFound`, for a stranger too."""
    trade = known_trade(loaded, trade_id)
    party = trade.party(meta.organisation_id) if trade else None
    if trade is None or party is None:
        raise TradeNotFound(f"no trade {trade_id}")
    return trade, party


def acting(meta: Meta) -> str:
    """Return the acting organisation of a request."""
    if meta.organisation_id is None:
        raise ValueError("a command of the API names its organisation")
    return meta.organisation_id


def check_version(expected: int, current: int) -> None:
    """Raise `VersionMismatch` where the caller decided on another version."""
    if expected != current:
        raise VersionMismatch(
            f"If-Match names version {expected}; the present version is {current}",
            field="/headers/If-Match",
            remedy="read the resource again, decide on what it says now, and send its ETag as If-Match",
        )


def book_work(book_id: str, reason: str, **whose: str) -> Work:
    """Return the row that asks for a book's turn; `whose` is one of lot_id, demand_id, trade_id, or nothing."""
    return Work(BOOK_ROOT, book_id, reason, dict(whose))

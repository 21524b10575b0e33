"""Lots: list and withdraw."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.recycling.application.commands import ListLot, WithdrawLot
from services.recycling.application.handlers.shared import acting, book_work, check_seller, check_version, seller_needs
from services.recycling.application.ports import BOOKS, LOTS
from services.recycling.domain.book import BOOK_SIDE_ACCEPTED
from services.recycling.domain.errors import BookFull, LotNotFound
from services.recycling.domain.events import LotEvent
from services.recycling.domain.grades import Grade, grade_of
from services.recycling.domain.lots import Lot, LotStatus, check_lot, withdraw
from services.recycling.domain.mass import to_grams
from services.recycling.domain.standing import Reliance
from services.recycling.domain.waste_codes import tradable_code


class ListLotHandler:
    """A seller in good standing lists a lot; its book is told."""

    def needs(self, command: ListLot, _loaded: Loaded) -> Iterable[Need]:
        """Name the new lot, its book, and what the check of the seller reads."""
        grade = grade_of(command.grade_scheme, command.grade_code)
        yield Key(LOTS, command.lot_id)
        yield Key(BOOKS, grade.book_id(command.currency))
        yield from seller_needs(acting(command.meta), command.terms)

    def decide(self, loaded: Loaded, command: ListLot) -> Decision:
        """List it. Result: the lot."""
        grade = grade_of(command.grade_scheme, command.grade_code)
        relied_on = check_seller(loaded, acting(command.meta), command.terms, command.meta)
        lot = _new_lot(command, grade, relied_on)
        check_lot(lot)
        book = loaded.get(BOOKS, lot.book_id)
        if book is not None and book.open_lots >= BOOK_SIDE_ACCEPTED:
            raise BookFull(
                f"book {lot.book_id} holds {book.open_lots} open lots and takes no more now",
                remedy="list the lot again when lots have been sold or withdrawn",
            )
        return Decision(
            (Change(LOTS, lot.lot_id, lot),),
            (LotEvent("listed", lot),),
            (book_work(lot.book_id, "lot listed", lot_id=lot.lot_id),),
            lot,
        )


class WithdrawLotHandler:
    """The seller takes a lot back; its book is told."""

    def needs(self, command: WithdrawLot, _loaded: Loaded) -> Iterable[Need]:
        """Name the lot."""
        yield Key(LOTS, command.lot_id)

    def decide(self, loaded: Loaded, command: WithdrawLot) -> Decision:
        """Withdraw it. Result: the lot."""
        lot = loaded.get(LOTS, command.lot_id)
        if lot is None or lot.seller_organisation_id != command.meta.organisation_id:
            raise LotNotFound(f"no lot {command.lot_id} of yours")
        check_version(command.expected_version, lot.version)
        withdrawn = withdraw(lot, command.reason, command.meta.at)
        return Decision(
            (Change(LOTS, lot.lot_id, withdrawn),),
            (LotEvent("withdrawn", withdrawn),),
            (book_work(lot.book_id, "lot withdrawn", lot_id=lot.lot_id),),
            withdrawn,
        )


def _new_lot(command: ListLot, grade: Grade, relied_on: Reliance) -> Lot:
    return Lot(
        lot_id=command.lot_id,
        version=1,
        seller_organisation_id=acting(command.meta),
        grade_scheme=grade.scheme,
        grade_code=grade.code,
        description=command.description,
        mass_g=to_grams(command.mass_kg, "/mass_kg"),
        post_consumer_share_percent=command.post_consumer_share_percent,
        pre_consumer_share_percent=command.pre_consumer_share_percent,
        custody_model=command.custody_model,
        country=command.country,
        price_per_tonne=command.price_per_tonne,
        currency=command.currency,
        available_from=command.available_from,
        available_until=command.available_until,
        waste_code=tradable_code(command.waste_code),
        relied_on=relied_on,
        terms_version=command.terms.version,
        status=LotStatus.LISTED,
        listed_at=command.meta.at,
        changed_at=command.meta.at,
    )

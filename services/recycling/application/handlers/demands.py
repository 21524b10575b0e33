"""Demands: place and cancel. They are private, so they have no public event; the book learns of them by its work."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.recycling.application.commands import CancelDemand, PlaceDemand
from services.recycling.application.handlers.shared import acting, book_work, check_version
from services.recycling.application.ports import BOOKS, DEMANDS, ORGANISATIONS
from services.recycling.domain.book import BOOK_SIDE_ACCEPTED
from services.recycling.domain.demands import Demand, DemandStatus, cancel, check_demand
from services.recycling.domain.errors import BookFull, DemandNotFound
from services.recycling.domain.grades import Grade, grade_of
from services.recycling.domain.mass import to_grams
from services.recycling.domain.standing import check_not_suspended


class PlaceDemandHandler:
    """A buyer asks for material; its book is told."""

    def needs(self, command: PlaceDemand, _loaded: Loaded) -> Iterable[Need]:
        """Name the new demand, its book and the buyer's standing."""
        grade = grade_of(command.grade_scheme, command.grade_code)
        yield Key(DEMANDS, command.demand_id)
        yield Key(BOOKS, grade.book_id(command.currency))
        yield Key(ORGANISATIONS, acting(command.meta))

    def decide(self, loaded: Loaded, command: PlaceDemand) -> Decision:
        """Place it. Result: the demand."""
        check_not_suspended(loaded.get(ORGANISATIONS, acting(command.meta)))
        demand = _new_demand(command, grade_of(command.grade_scheme, command.grade_code))
        check_demand(demand)
        book = loaded.get(BOOKS, demand.book_id)
        if book is not None and book.open_demands >= BOOK_SIDE_ACCEPTED:
            raise BookFull(
                f"book {demand.book_id} holds {book.open_demands} open demands and takes no more now",
                remedy="place the demand again when others have been served or cancelled",
            )
        return Decision(
            (Change(DEMANDS, demand.demand_id, demand),),
            work=(book_work(demand.book_id, "demand placed", demand_id=demand.demand_id),),
            result=demand,
        )


class CancelDemandHandler:
    """The buyer takes a demand back; its book is told."""

    def needs(self, command: CancelDemand, _loaded: Loaded) -> Iterable[Need]:
        """Name the demand."""
        yield Key(DEMANDS, command.demand_id)

    def decide(self, loaded: Loaded, command: CancelDemand) -> Decision:
        """Cancel it. Result: the demand."""
        demand = loaded.get(DEMANDS, command.demand_id)
        if demand is None or demand.buyer_organisation_id != command.meta.organisation_id:
            raise DemandNotFound(f"no demand {command.demand_id} of yours")
        check_version(command.expected_version, demand.version)
        cancelled = cancel(demand, command.reason, command.meta.at)
        return Decision(
            (Change(DEMANDS, demand.demand_id, cancelled),),
            work=(book_work(demand.book_id, "demand cancelled", demand_id=demand.demand_id),),
            result=cancelled,
        )


def _new_demand(command: PlaceDemand, grade: Grade) -> Demand:
    return Demand(
        demand_id=command.demand_id,
        version=1,
        buyer_organisation_id=acting(command.meta),
        grade_scheme=grade.scheme,
        grade_code=grade.code,
        mass_g=to_grams(command.mass_kg, "/mass_kg"),
        max_price_per_tonne=command.max_price_per_tonne,
        currency=command.currency,
        needed_by=command.needed_by,
        accepted_custody_models=command.accepted_custody_models,
        min_post_consumer_share_percent=command.min_post_consumer_share_percent,
        status=DemandStatus.PLACED,
        placed_at=command.meta.at,
        changed_at=command.meta.at,
    )

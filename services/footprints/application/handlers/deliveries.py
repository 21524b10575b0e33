"""Deliveries: made by the worker from the state of a request, tried again by an operator's order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.footprints.application.exchange import DELIVERIES, RETRY_ORDERS, AnswerRequest, RetryDelivery
from services.footprints.domain.delivery import Delivery, DeliveryKind, delivery_id_of, order_again
from services.footprints.domain.errors import DeliveryNotFound
from services.footprints.domain.request import Request, RequestState, late_answers

_TERMINAL = {RequestState.FULFILLED: DeliveryKind.FULFILLED, RequestState.REJECTED: DeliveryKind.REJECTED}


class AnswerRequestHandler:
    """Decides `AnswerRequest`: one delivery for the terminal state, one for each later opening.

    A delivery is named by its reason, so it is made once, whatever duplicates and old events come: the state carries
    all answers so far, and version 6 alone has the effect of 5 then 6.
    """

    def needs(self, command: AnswerRequest, _: Loaded) -> Iterable[Need]:
        """Ask for the deliveries that may exist already."""
        return (Key(DELIVERIES, delivery.delivery_id) for delivery in _called_for(command))

    def decide(self, loaded: Loaded, command: AnswerRequest) -> Decision:
        """Make those that do not."""
        missing = [each for each in _called_for(command) if loaded.get(DELIVERIES, each.delivery_id) is None]
        return Decision(tuple(Change(DELIVERIES, each.delivery_id, each) for each in missing))


def _called_for(command: AnswerRequest) -> Iterator[Delivery]:
    request, question = command.request, command.request.question
    kind = _TERMINAL.get(request.state)
    if kind is not None:
        yield Delivery(
            delivery_id=delivery_id_of("answer", request.request_id),
            kind=kind,
            recipient_organisation_id=question.requester_organisation_id,
            owner_organisation_ids=_answering(request),
            created_at=command.meta.at,
            footprint_ids=request.footprint_ids,
            request_event_id=question.event_id,
        )
    for entry in late_answers(request):
        yield Delivery(
            delivery_id=delivery_id_of("late", request.request_id, entry.owner_organisation_id),
            kind=DeliveryKind.PUBLISHED,
            recipient_organisation_id=question.requester_organisation_id,
            owner_organisation_ids=(entry.owner_organisation_id,),
            created_at=command.meta.at,
            footprint_ids=entry.footprint_ids,
        )


def _answering(request: Request) -> tuple[str, ...]:
    """Name the owner whose answer it is; where none had to be asked, or all said no, it is the host's own."""
    return tuple(
        entry.owner_organisation_id
        for entry in request.entries
        if entry.footprint_ids and entry.footprint_ids == request.footprint_ids
    )


class RetryDeliveryHandler:
    """Decides `RetryDelivery`; its result is the order."""

    def needs(self, command: RetryDelivery, _: Loaded) -> Iterable[Need]:
        """Ask for the delivery and the last order."""
        yield Key(DELIVERIES, command.delivery_id)
        yield Key(RETRY_ORDERS, command.delivery_id)

    def decide(self, loaded: Loaded, command: RetryDelivery) -> Decision:
        """Order it; the courier reads orders."""
        if loaded.get(DELIVERIES, command.delivery_id) is None:
            raise DeliveryNotFound("no delivery with this id is visible to you")
        order = order_again(
            loaded.get(RETRY_ORDERS, command.delivery_id),
            command.delivery_id,
            command.meta.organisation_id or "",
            command.meta.at,
        )
        return Decision((Change(RETRY_ORDERS, command.delivery_id, order),), result=order)

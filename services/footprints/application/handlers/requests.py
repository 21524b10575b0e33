"""Events of partners, and the inbox: a request comes in, its owners accept or reject it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.footprints.application.exchange import (
    RECEIVED_EVENTS,
    REQUESTS,
    AcceptRequest,
    ReceiveEvent,
    RejectRequest,
)
from services.footprints.application.ports import FOOTPRINTS, GRANTS, ORGANISATIONS
from services.footprints.domain.access import GrantScope
from services.footprints.domain.errors import AnswerTooWide
from services.footprints.domain.events import GrantGiven, RequestAccepted, RequestReceived, RequestRejected
from services.footprints.domain.folding import fold
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.grant import Terms, give
from services.footprints.domain.organisation import check_standing
from services.footprints.domain.received_event import received_key
from services.footprints.domain.request import Request, accept, receive, reject


class ReceiveEventHandler:
    """Decides `ReceiveEvent`; its result tells whether the event was new."""

    def needs(self, command: ReceiveEvent, _: Loaded) -> Iterable[Need]:
        """Ask for the record of the event, the sender and the request it begins."""
        yield Key(RECEIVED_EVENTS, _event_key(command))
        yield Key(ORGANISATIONS, command.event.sender_organisation_id)
        yield Key(REQUESTS, command.request_id)

    def decide(self, loaded: Loaded, command: ReceiveEvent) -> Decision:
        """Keep the event; one that asks for footprints begins a request. A duplicate changes nothing."""
        key = _event_key(command)
        if loaded.get(RECEIVED_EVENTS, key) is not None:
            return Decision(result=False)
        check_standing(loaded.get(ORGANISATIONS, command.event.sender_organisation_id))
        if command.question is None:
            return Decision((Change(RECEIVED_EVENTS, key, command.event),), result=True)
        request = receive(command.request_id, command.question, command.found, command.meta.at)
        event = replace(command.event, request_id=request.request_id)
        changes = (Change(RECEIVED_EVENTS, key, event), Change(REQUESTS, request.request_id, request))
        return Decision(changes, (RequestReceived(request),), result=True)


class AcceptRequestHandler:
    """Decides `AcceptRequest`; its result is the request."""

    def needs(self, command: AcceptRequest, loaded: Loaded) -> Iterable[Need]:
        """Ask for the request, both organisations, the footprints and the grants to be."""
        yield Key(REQUESTS, command.request_id)
        yield Key(ORGANISATIONS, _owner(command))
        yield from (Key(FOOTPRINTS, each) for each in command.footprint_ids)
        yield from (Key(GRANTS, each) for each in command.grant_ids)
        request = _loaded_request(loaded, command.request_id)
        if request is not None:
            yield Key(ORGANISATIONS, request.question.requester_organisation_id)

    def decide(self, loaded: Loaded, command: AcceptRequest) -> Decision:
        """Open the footprints and answer, in one transaction."""
        owner = _owner(command)
        check_standing(loaded.get(ORGANISATIONS, owner))
        footprints = [found for each in command.footprint_ids if (found := loaded.get(FOOTPRINTS, each)) is not None]
        request = accept(
            loaded.get(REQUESTS, command.request_id),
            owner,
            command.expected_version,
            [each.footprint_id for each in footprints],
            command.meta.at,
        )
        by_id = {each.footprint_id: each for each in footprints}
        requester = request.question.requester_organisation_id
        values = scope_values(request, command.scope, footprints)
        if len(values) > len(command.grant_ids):
            raise AnswerTooWide(
                f"the answer would need {len(values)} grants, {len(command.grant_ids)} at most can be given at once",
                field="/scope",
                remedy="Choose the scope footprint or everything.",
            )
        grants = [
            give(
                grant_id,
                owner,
                Terms(requester, command.scope, value, command.meta.at, command.valid_until),
                loaded.get(ORGANISATIONS, requester),
                by_id.get(value or "") if command.scope is GrantScope.FOOTPRINT else None,
                command.meta.at,
            )
            for grant_id, value in zip(command.grant_ids, values, strict=False)
        ]
        return Decision(
            (Change(REQUESTS, request.request_id, request), *(Change(GRANTS, each.grant_id, each) for each in grants)),
            (RequestAccepted(request), *(GrantGiven(each) for each in grants)),
            result=request,
        )


class RejectRequestHandler:
    """Decides `RejectRequest`; its result is the request."""

    def needs(self, command: RejectRequest, _: Loaded) -> Iterable[Need]:
        """Ask for the request and the acting organisation."""
        yield Key(REQUESTS, command.request_id)
        yield Key(ORGANISATIONS, _owner(command))

    def decide(self, loaded: Loaded, command: RejectRequest) -> Decision:
        """Say no."""
        owner = _owner(command)
        check_standing(loaded.get(ORGANISATIONS, owner))
        request = reject(
            loaded.get(REQUESTS, command.request_id), owner, command.expected_version, command.reason, command.meta.at
        )
        return Decision((Change(REQUESTS, request.request_id, request),), (RequestRejected(request),), result=request)


def scope_values(request: Request, scope: GrantScope, footprints: Sequence[Footprint]) -> list[str | None]:
    """Name what the grants of an answer open: everything, each footprint, or each product that was asked for."""
    if scope is GrantScope.EVERYTHING:
        return [None]
    if scope is GrantScope.FOOTPRINT:
        return [each.footprint_id for each in footprints]
    asked = {fold(each) for each in request.question.criteria.product_ids}
    named = [each for footprint in footprints for each in footprint.product_ids if not asked or fold(each) in asked]
    return list(dict.fromkeys(named))


def _event_key(command: ReceiveEvent) -> str:
    event = command.event
    return received_key(event.sender_organisation_id, event.source, event.event_id)


def _loaded_request(loaded: Loaded, request_id: str) -> Request | None:
    return loaded.get(REQUESTS, request_id) if loaded.has(Key(REQUESTS, request_id)) else None


def _owner(command: AcceptRequest | RejectRequest) -> str:
    organisation_id = command.meta.organisation_id
    if organisation_id is None:
        raise ValueError("a request is answered by an organisation, never by a message")
    return organisation_id

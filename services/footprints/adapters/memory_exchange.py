"""The same reads over states in memory, for component tests. No index: it looks at every document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.kernel import Kind
from services.footprints.application.exchange import (
    PARTNER_CONNECTIONS,
    REQUESTS,
    DeliveryFilter,
    DeliveryPosition,
    InboxFilter,
)
from services.footprints.application.ports import FOOTPRINTS, GRANTS, ORGANISATIONS
from services.footprints.domain.criteria import Criteria
from services.footprints.domain.delivery import DeliveryState
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.partner_connection import PartnerConnection
from services.footprints.domain.request import MAX_ANSWER_FOOTPRINTS, Found, Request


class MemoryExchange:
    """Implements `application.exchange.ExchangeQueries`."""

    def __init__(self, states: Callable[[Kind[Any]], Mapping[str, Any]]) -> None:
        """`states` returns what a store has committed; the courier's own states are put into `delivery_states`."""
        self._states = states
        self.delivery_states: dict[str, DeliveryState] = {}

    async def found(self, criteria: Criteria, requester: str, at: datetime) -> Found:
        """Return what meets the criteria: readable footprints, or the owners who could open some."""
        matches = [each for each in self._footprints() if criteria.matches(each)]
        held = [each for each in self._states(GRANTS).values() if each.grantee_organisation_id == requester]
        readable = [
            each
            for each in matches
            if each.owner_organisation_id == requester or any(grant.opens(each, at) for grant in held)
        ]
        if readable:
            return Found(readable_ids=tuple(each.footprint_id for each in readable[:MAX_ANSWER_FOOTPRINTS]))
        known = self._states(ORGANISATIONS)
        suppliers = {key for key, each in known.items() if "supplier" in each.roles and not each.suspended}
        owners = {each.owner_organisation_id for each in matches} & suppliers - {requester}
        return Found(owner_ids=tuple(sorted(owners)))

    async def matching(self, criteria: Criteria, owner: str, limit: int) -> Sequence[str]:
        """Return the ids of an owner's footprints that meet the criteria, the newest first."""
        own = [each for each in self._footprints() if each.owner_organisation_id == owner and criteria.matches(each)]
        return [each.footprint_id for each in reversed(own)][:limit]

    async def inbox(self, owner: str, found: InboxFilter, after: str | None, limit: int) -> Sequence[Request]:
        """Return the requests an owner is asked, in order of their ids, beginning behind `after`."""
        chosen = []
        for key, request in sorted(self._states(REQUESTS).items()):
            entry = request.entry_of(owner)
            if entry is not None and found.state in (None, entry.state) and (after is None or key > after):
                chosen.append(request)
        return chosen[:limit]

    async def request(self, request_id: str, owner: str) -> Request | None:
        """Return a request that this owner is asked."""
        request: Request | None = self._states(REQUESTS).get(request_id)
        return request if request is not None and request.entry_of(owner) is not None else None

    async def connection(self, organisation_id: str) -> PartnerConnection | None:
        """Return the connection of a partner."""
        connection: PartnerConnection | None = self._states(PARTNER_CONNECTIONS).get(organisation_id)
        return connection

    async def deliveries(
        self, found: DeliveryFilter, after: DeliveryPosition | None, limit: int, *, owner: str | None
    ) -> Sequence[DeliveryState]:
        """Return deliveries, the newest first; `owner` None sees all of them."""
        chosen = [
            state
            for state in sorted(self.delivery_states.values(), key=_place, reverse=True)
            if _is_of(state, owner)
            and found.progress in (None, state.progress)
            and found.recipient_organisation_id in (None, state.delivery.recipient_organisation_id)
            and (after is None or _place(state) < (after.created_at, after.delivery_id))
        ]
        return chosen[:limit]

    async def delivery(self, delivery_id: str, *, owner: str | None) -> DeliveryState | None:
        """Return one delivery."""
        state = self.delivery_states.get(delivery_id)
        return state if state is not None and _is_of(state, owner) else None

    def _footprints(self) -> list[Footprint]:
        return sorted(self._states(FOOTPRINTS).values(), key=lambda each: (each.accepted_at, each.footprint_id))


def _place(state: DeliveryState) -> tuple[datetime, str]:
    return state.delivery.created_at, state.delivery.delivery_id


def _is_of(state: DeliveryState, owner: str | None) -> bool:
    return owner is None or owner in state.delivery.owner_organisation_ids

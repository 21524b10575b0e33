"""One attempt: what may be told now, to the address that is registered now, and told to its owners' access logs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from services.chassis.store import TransientStoreError
from services.footprints.adapters.courier import Send
from services.footprints.adapters.partner_events import TYPES, fulfilled, published, rejected
from services.footprints.adapters.partner_gate import DeliveryFailedError, PartnerGate
from services.footprints.application.access_log import Disclosure
from services.footprints.application.exchange import ExchangeQueries
from services.footprints.application.ports import Queries
from services.footprints.domain.access_log import Reading
from services.footprints.domain.delivery import Delivery, DeliveryKind
from services.footprints.domain.errors import AccessChanged
from services.footprints.domain.footprint import Footprint
from services.footprints.domain.partner_connection import PartnerConnection, is_registered


class SendToPartner(Send):
    """Implements `courier.Send`."""

    def __init__(
        self,
        queries: Queries,
        exchange: ExchangeQueries,
        gate: PartnerGate,
        disclosure: Disclosure,
        *,
        source: str,
        document_of: Callable[[Footprint], bytes],
    ) -> None:
        """`source` is this host's own base URL; `document_of` writes a footprint as partners see it."""
        self._queries = queries
        self._exchange = exchange
        self._gate = gate
        self._disclosure = disclosure
        self._source = source
        self._document_of = document_of

    async def __call__(self, delivery: Delivery, at: datetime) -> bool:
        """Tell the partner; False where nothing is left to tell. Raises `DeliveryFailedError`."""
        connection = await self._connection(delivery)
        await self._gate.authorise(connection)
        readable = await self._readable(delivery, at)
        match delivery.kind:
            case DeliveryKind.PUBLISHED if not readable:
                return False
            case DeliveryKind.PUBLISHED:
                event = published(delivery, self._source, [each.footprint_id for each in readable])
            case DeliveryKind.FULFILLED if readable:
                await self._disclose(delivery, readable, at)
                event = fulfilled(delivery, self._source, map(self._document_of, readable))
            case _:  # rejected, or all that was to be sent has been closed since
                event = rejected(delivery, self._source)
        await self._gate.post_event(connection, event)
        return True

    async def _connection(self, delivery: Delivery) -> PartnerConnection:
        recipient = delivery.recipient_organisation_id
        connection = await self._exchange.connection(recipient)
        if connection is None:
            raise DeliveryFailedError("the partner has no connection; put one under /v1/partner-connections")
        if not is_registered(connection.terms.base_url, await self._queries.organisation(recipient)):
            raise DeliveryFailedError(
                "the connection's base URL is not one that the partner, in good standing, has registered"
            )
        return connection

    async def _readable(self, delivery: Delivery, at: datetime) -> list[Footprint]:
        reader = delivery.recipient_organisation_id
        found = [await self._queries.footprint(each, reader=reader, at=at) for each in delivery.footprint_ids]
        return [footprint for footprint in found if footprint is not None]

    async def _disclose(self, delivery: Delivery, readable: list[Footprint], at: datetime) -> None:
        try:
            reading = Reading(delivery.recipient_organisation_id, TYPES[delivery.kind], at)
            await self._disclosure.record(readable, reading)
        except (AccessChanged, TransientStoreError) as error:
            raise DeliveryFailedError(f"access log: {error}") from error

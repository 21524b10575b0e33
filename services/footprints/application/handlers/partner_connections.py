"""Connections to partners' systems. They are nobody else's business: no event tells of them."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.footprints.application.exchange import PARTNER_CONNECTIONS, ConnectPartner, DisconnectPartner
from services.footprints.application.ports import ORGANISATIONS
from services.footprints.domain.organisation import check_standing
from services.footprints.domain.partner_connection import connect, disconnect


class ConnectPartnerHandler:
    """Decides `ConnectPartner`; its result is the connection."""

    def needs(self, command: ConnectPartner, _: Loaded) -> Iterable[Need]:
        """Ask for the connection and the partner."""
        yield Key(PARTNER_CONNECTIONS, command.organisation_id)
        yield Key(ORGANISATIONS, command.organisation_id)

    def decide(self, loaded: Loaded, command: ConnectPartner) -> Decision:
        """Make or replace it."""
        organisation = loaded.get(ORGANISATIONS, command.organisation_id)
        check_standing(organisation)
        connection = connect(
            loaded.get(PARTNER_CONNECTIONS, command.organisation_id),
            command.expected_version,
            command.organisation_id,
            organisation,
            command.terms,
            command.meta.at,
        )
        return Decision((Change(PARTNER_CONNECTIONS, command.organisation_id, connection),), result=connection)


class DisconnectPartnerHandler:
    """Decides `DisconnectPartner`."""

    def needs(self, command: DisconnectPartner, _: Loaded) -> Iterable[Need]:
        """Ask for the connection."""
        yield Key(PARTNER_CONNECTIONS, command.organisation_id)

    def decide(self, loaded: Loaded, command: DisconnectPartner) -> Decision:
        """Remove it, and the sealed secret with it."""
        disconnect(loaded.get(PARTNER_CONNECTIONS, command.organisation_id), command.expected_version)
        return Decision((Change(PARTNER_CONNECTIONS, command.organisation_id, None),))

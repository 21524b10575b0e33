"""Withdrawing a footprint that has no successor."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import Change, Decision, Key, Loaded, Need
from services.footprints.application.commands import WithdrawFootprint
from services.footprints.application.ports import FOOTPRINTS, ORGANISATIONS
from services.footprints.domain.events import FootprintDeprecated
from services.footprints.domain.footprint import withdraw
from services.footprints.domain.organisation import check_standing


class WithdrawFootprintHandler:
    """Decides `WithdrawFootprint`; its result is the footprint."""

    def needs(self, command: WithdrawFootprint, _: Loaded) -> Iterable[Need]:
        """Ask for the record and the acting organisation."""
        yield Key(FOOTPRINTS, command.footprint_id)
        yield Key(ORGANISATIONS, _owner(command))

    def decide(self, loaded: Loaded, command: WithdrawFootprint) -> Decision:
        """Deprecate the record."""
        owner = _owner(command)
        check_standing(loaded.get(ORGANISATIONS, owner))
        withdrawn = withdraw(
            loaded.get(FOOTPRINTS, command.footprint_id),
            owner,
            command.expected_version,
            command.reason,
            command.meta.at,
        )
        change = Change(FOOTPRINTS, withdrawn.footprint_id, withdrawn)
        return Decision((change,), (FootprintDeprecated(withdrawn),), result=withdrawn)


def _owner(command: WithdrawFootprint) -> str:
    organisation_id = command.meta.organisation_id
    if organisation_id is None:
        raise ValueError("a footprint is withdrawn by an organisation, never by a message")
    return organisation_id

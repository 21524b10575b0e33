"""Following the registry."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.kernel import NOTHING, Change, Decision, Key, Loaded, Need, is_newer
from services.footprints.application.commands import RecordOrganisation
from services.footprints.application.ports import ORGANISATIONS


class RecordOrganisationHandler:
    """Decides `RecordOrganisation`: the newest version is kept, a duplicate or an older one changes nothing."""

    def needs(self, command: RecordOrganisation, _: Loaded) -> Iterable[Need]:
        """Ask for what is known so far."""
        yield Key(ORGANISATIONS, command.organisation.organisation_id)

    def decide(self, loaded: Loaded, command: RecordOrganisation) -> Decision:
        """Keep the newer state."""
        organisation = command.organisation
        known = loaded.get(ORGANISATIONS, organisation.organisation_id)
        if not is_newer(None if known is None else known.version, organisation.version):
            return NOTHING
        return Decision((Change(ORGANISATIONS, organisation.organisation_id, organisation),))

"""The handlers of this service, by the role that runs them."""

from __future__ import annotations

from typing import Any, Final

from services.chassis.kernel import Handler
from services.footprints.application.commands import GiveGrant, RecordOrganisation, RevokeGrant, SubmitFootprint
from services.footprints.application.handlers.grants import GiveGrantHandler, RevokeGrantHandler
from services.footprints.application.handlers.organisations import RecordOrganisationHandler
from services.footprints.application.handlers.submit import SubmitFootprintHandler, Submitted

__all__ = ["API_HANDLERS", "DECIDING_HANDLERS", "Submitted"]

API_HANDLERS: Final[dict[type[Any], Handler[Any]]] = {
    SubmitFootprint: SubmitFootprintHandler(),
    GiveGrant: GiveGrantHandler(),
    RevokeGrant: RevokeGrantHandler(),
}
DECIDING_HANDLERS: Final[dict[type[Any], Handler[Any]]] = {RecordOrganisation: RecordOrganisationHandler()}

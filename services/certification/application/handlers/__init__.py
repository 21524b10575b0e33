"""Which handler decides which command, by the role and group that runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from services.certification.application.commands import (
    ChangeProfile,
    ChangeSupplier,
    CreateProfile,
    DecidePart,
    FanOutParts,
    ListPart,
    MoveCertificate,
    NoteEvent,
    RecordCertificate,
    RegisterSupplier,
    StoreClaim,
    StoreFootprint,
    StoreGrant,
    StoreOrganisation,
)
from services.certification.application.handlers.certificates import MoveCertificateHandler, RecordCertificateHandler
from services.certification.application.handlers.facts import (
    StoreClaimHandler,
    StoreFootprintHandler,
    StoreGrantHandler,
    StoreOrganisationHandler,
)
from services.certification.application.handlers.parts import ListPartHandler
from services.certification.application.handlers.profiles import ChangeProfileHandler, CreateProfileHandler
from services.certification.application.handlers.suppliers import ChangeSupplierHandler, RegisterSupplierHandler
from services.certification.application.handlers.trail import NoteEventHandler
from services.certification.application.handlers.verdicts import DecidePartHandler, FanOutPartsHandler
from services.chassis.kernel import Handler

Handlers = Mapping[type[Any], Handler[Any]]

API_HANDLERS: Final[Handlers] = {
    RegisterSupplier: RegisterSupplierHandler(),
    ChangeSupplier: ChangeSupplierHandler(),
    RecordCertificate: RecordCertificateHandler(),
    MoveCertificate: MoveCertificateHandler(),
    CreateProfile: CreateProfileHandler(),
    ChangeProfile: ChangeProfileHandler(),
    ListPart: ListPartHandler(),
}
DECIDING_HANDLERS: Final[Handlers] = {
    StoreOrganisation: StoreOrganisationHandler(),
    StoreFootprint: StoreFootprintHandler(),
    StoreGrant: StoreGrantHandler(),
    StoreClaim: StoreClaimHandler(),
}
WORK_HANDLERS: Final[Handlers] = {
    FanOutParts: FanOutPartsHandler(),
    DecidePart: DecidePartHandler(),
}
TRAIL_HANDLERS: Final[Handlers] = {NoteEvent: NoteEventHandler()}

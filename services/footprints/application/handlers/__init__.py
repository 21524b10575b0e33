"""The handlers of this service, by the role that runs them."""

from __future__ import annotations

from typing import Any, Final

from services.chassis.kernel import Handler
from services.footprints.application.commands import (
    GiveGrant,
    LoadFactorSet,
    RecordOrganisation,
    RevokeGrant,
    SetValidationPolicy,
    SubmitFootprint,
    WithdrawFootprint,
)
from services.footprints.application.exchange import (
    AcceptRequest,
    AnnounceFootprint,
    AnnouncePage,
    AnswerRequest,
    ConnectPartner,
    DisconnectPartner,
    ReceiveEvent,
    RejectRequest,
    RetryDelivery,
)
from services.footprints.application.handlers.attest import AttestFootprintHandler
from services.footprints.application.handlers.deliveries import AnswerRequestHandler, RetryDeliveryHandler
from services.footprints.application.handlers.evidence import StoreDocumentHandler
from services.footprints.application.handlers.grants import GiveGrantHandler, RevokeGrantHandler
from services.footprints.application.handlers.intakes import INTAKE_HANDLERS
from services.footprints.application.handlers.notices import AnnounceFootprintHandler, AnnouncePageHandler
from services.footprints.application.handlers.organisations import RecordOrganisationHandler
from services.footprints.application.handlers.partner_connections import ConnectPartnerHandler, DisconnectPartnerHandler
from services.footprints.application.handlers.programme_certificates import RecordProgrammeCertificateHandler
from services.footprints.application.handlers.requests import (
    AcceptRequestHandler,
    ReceiveEventHandler,
    RejectRequestHandler,
)
from services.footprints.application.handlers.submit import SubmitFootprintHandler, Submitted
from services.footprints.application.handlers.validation import LoadFactorSetHandler, SetValidationPolicyHandler
from services.footprints.application.handlers.verifications import (
    AnswerFindingsHandler,
    DeclineVerificationHandler,
    OpenVerificationHandler,
    RaiseFindingsHandler,
    WithdrawVerificationHandler,
)
from services.footprints.application.handlers.withdraw import WithdrawFootprintHandler
from services.footprints.application.verifications import (
    AnswerFindings,
    AttestFootprint,
    DeclineVerification,
    OpenVerification,
    RaiseFindings,
    RecordProgrammeCertificate,
    StoreDocument,
    WithdrawVerification,
)

__all__ = ["API_HANDLERS", "DECIDING_HANDLERS", "EVIDENCE_HANDLERS", "EXCHANGE_HANDLERS", "TRUST_HANDLERS", "Submitted"]

API_HANDLERS: Final[dict[type[Any], Handler[Any]]] = {
    SubmitFootprint: SubmitFootprintHandler(),
    WithdrawFootprint: WithdrawFootprintHandler(),
    GiveGrant: GiveGrantHandler(),
    RevokeGrant: RevokeGrantHandler(),
    SetValidationPolicy: SetValidationPolicyHandler(),
    LoadFactorSet: LoadFactorSetHandler(),
    ReceiveEvent: ReceiveEventHandler(),
    AcceptRequest: AcceptRequestHandler(),
    RejectRequest: RejectRequestHandler(),
    ConnectPartner: ConnectPartnerHandler(),
    DisconnectPartner: DisconnectPartnerHandler(),
    RetryDelivery: RetryDeliveryHandler(),
    **INTAKE_HANDLERS,
    OpenVerification: OpenVerificationHandler(),
    RaiseFindings: RaiseFindingsHandler(),
    AnswerFindings: AnswerFindingsHandler(),
    AttestFootprint: AttestFootprintHandler(),
    DeclineVerification: DeclineVerificationHandler(),
    WithdrawVerification: WithdrawVerificationHandler(),
}
DECIDING_HANDLERS: Final[dict[type[Any], Handler[Any]]] = {RecordOrganisation: RecordOrganisationHandler()}
EXCHANGE_HANDLERS: Final[dict[type[Any], Handler[Any]]] = {
    AnswerRequest: AnswerRequestHandler(),
    AnnounceFootprint: AnnounceFootprintHandler(),
    AnnouncePage: AnnouncePageHandler(),
}
EVIDENCE_HANDLERS: Final[dict[type[Any], Handler[Any]]] = {StoreDocument: StoreDocumentHandler()}
"""Run apart from the others, one at a time: a document may have megabytes."""
TRUST_HANDLERS: Final[dict[type[Any], Handler[Any]]] = {RecordProgrammeCertificate: RecordProgrammeCertificateHandler()}

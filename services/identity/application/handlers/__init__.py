"""One class per command; `api_handlers` binds them to the rules of this installation."""

from __future__ import annotations

from typing import Any, Final

from services.chassis.kernel import Handler
from services.identity.application.commands import (
    ChangeOrganisation,
    FoundKeyRing,
    IssueCredential,
    RegisterOrganisation,
    ReinstateOrganisation,
    RevokeCredential,
    RotateCredential,
    RotateSigningKeys,
    SuspendOrganisation,
)
from services.identity.application.handlers.credentials import (
    IssueCredentialHandler,
    RevokeCredentialHandler,
    RotateCredentialHandler,
)
from services.identity.application.handlers.organisations import (
    ChangeOrganisationHandler,
    RegisterOrganisationHandler,
    ReinstateOrganisationHandler,
    SuspendOrganisationHandler,
)
from services.identity.application.handlers.signing_keys import FoundKeyRingHandler, RotateSigningKeysHandler


def api_handlers(*, allow_http: bool = False) -> dict[type[Any], Handler[Any]]:
    """Return the handlers of the API; `allow_http` lets base URLs begin with http:// (local runs)."""
    return {
        RegisterOrganisation: RegisterOrganisationHandler(allow_http=allow_http),
        ChangeOrganisation: ChangeOrganisationHandler(allow_http=allow_http),
        SuspendOrganisation: SuspendOrganisationHandler(),
        ReinstateOrganisation: ReinstateOrganisationHandler(),
        IssueCredential: IssueCredentialHandler(),
        RotateCredential: RotateCredentialHandler(),
        RevokeCredential: RevokeCredentialHandler(),
        FoundKeyRing: FoundKeyRingHandler(),
        RotateSigningKeys: RotateSigningKeysHandler(),
    }


API_HANDLERS: Final = api_handlers()
"""With the rules for production."""

"""Refusals of the domain on the wire: code -> (status, title, slug). The token endpoint has its own form (RFC 6749)."""

from __future__ import annotations

from typing import Final

from services.chassis.problems import ProblemTable
from services.identity.domain import errors

_INVALID: Final = 422
_CONFLICT: Final = 409

PROBLEMS: Final = ProblemTable(
    {
        errors.OrganisationNotFound.code: (404, "No such organisation", "organisation-not-found"),
        errors.CredentialNotFound.code: (404, "No such credential", "credential-not-found"),
        errors.VersionConflict.code: (412, "The resource has changed", "precondition-failed"),
        errors.OrganisationExists.code: (_CONFLICT, "The organisation exists already", "organisation-exists"),
        errors.IdentifierTaken.code: (_CONFLICT, "The identifier is taken", "identifier-taken"),
        errors.AlreadySuspended.code: (_CONFLICT, "The organisation is suspended already", "already-suspended"),
        errors.OwnAccessKept.code: (_CONFLICT, "An operator can't lock itself out", "own-access-kept"),
        errors.CredentialExists.code: (_CONFLICT, "The client id is taken", "credential-exists"),
        errors.CredentialRevoked.code: (_CONFLICT, "The credential is revoked", "credential-revoked"),
        errors.RotationTooOften.code: (_CONFLICT, "Keys are rotated too often", "rotation-too-often"),
        errors.KeyRingMissing.code: (_CONFLICT, "There is no signing key yet", "key-ring-missing"),
        errors.NameMalformed.code: (_INVALID, "The name breaks a rule", "name-malformed"),
        errors.CountryMalformed.code: (_INVALID, "The country breaks a rule", "country-malformed"),
        errors.IdentifierMalformed.code: (_INVALID, "An identifier breaks its scheme", "identifier-malformed"),
        errors.IdentifierRepeated.code: (_INVALID, "An identifier stands twice", "identifier-repeated"),
        errors.RolesMalformed.code: (_INVALID, "The roles break a rule", "roles-malformed"),
        errors.BaseUrlMalformed.code: (_INVALID, "A base URL breaks a rule", "base-url-malformed"),
        errors.TooMany.code: (_INVALID, "A list is too long", "too-many-items"),
        errors.ReasonMissing.code: (_INVALID, "A suspension needs a reason", "reason-missing"),
        errors.CredentialMalformed.code: (_INVALID, "The credential breaks a rule", "credential-malformed"),
    }
)
